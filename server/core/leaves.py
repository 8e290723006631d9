"""How the pages of a received document are to be seen: turned by quarters, cut to a part.

The file stays as it came; this says which of its pages are looked at, and how.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from server.core.errors import InvalidValue

WHOLE = (0, 0, 1000, 1000)
"""The whole of a page: left, top, right and bottom, in thousandths of its width and height."""

LEAST = 50
"""Thousandths: a smaller part of a page is a slip of the hand."""

Box = tuple[int, int, int, int]


@dataclass(frozen=True, slots=True)
class Leaf:
    """One page of the file, turned first, then cut."""

    page: int  # in the file as it came, from 1
    turn: int = 0  # degrees clockwise: 0, 90, 180 or 270
    box: Box = WHOLE  # of the page as turned

    def turned(self) -> "Leaf":
        """Turn what is seen a quarter clockwise."""
        left, top, right, bottom = self.box
        return replace(
            self, turn=(self.turn + 90) % 360, box=(1000 - bottom, left, 1000 - top, right)
        )

    def cut(self, box: Box) -> "Leaf":
        """Keep a part of what is seen; raise `InvalidValue` for one that is too small."""
        left, top, right, bottom = box
        inside = left >= 0 and top >= 0 and right <= 1000 and bottom <= 1000
        if not inside or right - left < LEAST or bottom - top < LEAST:
            raise InvalidValue(field="box", reason="small")
        x, y = self.box[2] - self.box[0], self.box[3] - self.box[1]
        return replace(
            self,
            box=(
                self.box[0] + x * left // 1000, self.box[1] + y * top // 1000,
                self.box[0] + x * right // 1000, self.box[1] + y * bottom // 1000,
            ),
        )  # fmt: skip


def written(leaves: Sequence[Leaf]) -> str:
    """Write leaves as a text to keep."""
    return " ".join(":".join(map(str, (x.page, x.turn, *x.box))) for x in leaves)


def read(text: str) -> tuple[Leaf, ...]:
    """Read them back; raise `ValueError` for what `written` never wrote."""
    found = []
    for word in text.split():
        page, turn, left, top, right, bottom = map(int, word.split(":"))
        whole = 0 <= left < right <= 1000 and 0 <= top < bottom <= 1000
        if page < 1 or turn not in (0, 90, 180, 270) or not whole:
            raise ValueError(word)
        found.append(Leaf(page, turn, (left, top, right, bottom)))
    return tuple(found)
