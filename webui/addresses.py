"""The addresses written on a screen: a list of fifty rows writes hundreds of the same shape.

Building one asks the whole map of routes. Here each shape (a page and the names of what it takes)
is asked once per launch; keys are then put into it. Anything but a plain key goes the long way.
"""

import re
from collections.abc import Callable
from typing import Any

_PLAIN = re.compile(r"[\w.~-]+", re.ASCII)  # what an address needs no escaping for


class Addresses:
    """Stands for `url_for` in templates. Safe to use from several threads."""

    def __init__(self, build: Callable[..., str]) -> None:
        """`build` is the `url_for` of one application: its addresses stay what they are."""
        self._build = build
        self._shapes: dict[tuple[str, ...], tuple[str, ...]] = {}

    def __call__(self, endpoint: str, **values: Any) -> str:
        """Give the address of a page; a value that is None is left out."""
        given = {name: str(value) for name, value in values.items() if value is not None}
        if endpoint.startswith(".") or not all(
            name[0] != "_" and _PLAIN.fullmatch(value) for name, value in given.items()
        ):
            return self._build(endpoint, **values)
        shape = self._shapes.get((endpoint, *given))
        if shape is None:
            shape = self._shapes[(endpoint, *given)] = self._shape(endpoint, tuple(given))
        parts = list(shape)
        parts[1::2] = [given[name] for name in shape[1::2]]
        return "".join(parts)

    def _shape(self, endpoint: str, names: tuple[str, ...]) -> tuple[str, ...]:
        """Give the pieces of an address, texts and names of values in turn."""
        marks = {f"0mark{rank}0": name for rank, name in enumerate(names)}
        built = self._build(endpoint, **{name: mark for mark, name in marks.items()})
        pieces = re.split("(" + "|".join(marks) + ")", built) if marks else [built]
        return tuple(marks.get(piece, piece) for piece in pieces)
