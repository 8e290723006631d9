"""Hand readers that act as a keyboard: told from fingers by their pace, and their layout checked.

A reader set for an American keyboard on an AZERTY machine gives `&é"` for digits and loses accents:
a printed calibration text shows what arrives, and either a table mends it or the reader is refused
until it is set right (`hardware.md` §4.3).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

LEAST = 6  # characters: fingers roll over three or four that fast
FASTEST_FINGERS = 0.035  # seconds between two keys
ENDS = frozenset("\r\n\t")

PLAIN = "0123456789 azqwmAZQWM ;:,!?./=&|#_-+*()<>'\"@ "
ACCENTS = "éèàçùÉ"
CALIBRATION = PLAIN + ACCENTS
"""The text of the calibration code: what attestations are made of, letters with accents last."""


class Key(NamedTuple):
    """One character typed, and when, in seconds of any clock."""

    character: str
    at: float


def burst(keys: Sequence[Key]) -> str | None:
    """Give the text of a reader: fast from the first key to the end key; None for fingers."""
    if len(keys) <= LEAST or keys[-1].character not in ENDS:
        return None
    if any(after.at - before.at >= FASTEST_FINGERS for before, after in pairwise(keys)):
        return None
    return "".join(key.character for key in keys[:-1])


@dataclass(frozen=True, slots=True)
class Layout:
    """What a reader types for each character that is printed."""

    meant: Mapping[str, str]  # typed → printed
    accents: bool = True  # False: letters with accents do not come through

    @property
    def swaps(self) -> bool:
        """Whether anything has to be mended."""
        return any(arrived != printed for arrived, printed in self.meant.items())

    def mend(self, typed: str) -> str | None:
        """Give what was printed; None when a character says nothing of what was meant by it.

        Plain letters that the calibration text lacks are the same on all our keyboards.
        """
        meant = [self.meant.get(each, each if _is_plain(each) else None) for each in typed]
        return None if None in meant else "".join(filter(None, meant))


def _is_plain(character: str) -> bool:
    return character.isascii() and character.isalpha()


def calibrated(typed: str) -> Layout | None:
    """Judge what arrived of the calibration text.

    None when plain characters are missing or two became one: no table mends that, and the reader is
    to be set for this keyboard, or as a serial line. A reader set for another keyboard has no key
    for letters with accents: what it makes of them is no matter, they are said to be lost.
    """
    plain = _paired(typed[: len(PLAIN)], PLAIN)
    if plain is None:
        return None
    whole = _paired(typed, CALIBRATION)
    return Layout(plain, accents=False) if whole is None else Layout(whole)


def _paired(arrived: str, printed: str) -> Mapping[str, str] | None:
    """Pair what arrived with what was printed; None when they do not go two by two."""
    meant: dict[str, str] = {}
    if len(arrived) != len(printed):
        return None
    for come, meaning in zip(arrived, printed, strict=True):
        if meant.setdefault(come, meaning) != meaning:
            return None
    return meant
