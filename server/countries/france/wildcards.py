"""Criteria with wildcards: one `?` stands for exactly one character, whatever it is.

A criterion of unique management is regime, caisse and centre, nine characters in a row; that of an
insurer (CSR) is as long as the attestations it covers. `fr-sesam-vitale.md` §8.1; cases F1 to F10.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from server.core.errors import InvalidValue

ANY = "?"
_BODY = re.compile(r"[0-9?]{9}")
BODIES = re.compile(rf"(?:{_BODY.pattern}\n)*+")
"""Criteria of unique management, a line each."""

BODY_WIDTH = 9  # regime (2), caisse (3), centre (4)
_SIGNATORY_WIDTH = 2


def matches(criterion: str, subject: str) -> bool:
    """Whether a subject fits: as long, and every character that is not `?` the same."""
    return len(criterion) == len(subject) and all(
        wanted in (ANY, found) for wanted, found in zip(criterion, subject, strict=True)
    )


def mask(criterion: str) -> str:
    """Give the places of the wildcards of a criterion, its other characters written `x`."""
    return criterion.translate(_PLACES)


def masks(criteria: Sequence[str]) -> Sequence[str]:
    """Give the `mask` of many criteria, as lines of one text."""
    return "\n".join(criteria).translate(_LINES).split("\n") if criteria else ()


class _Places(dict[int, str]):
    def __missing__(self, char: int) -> str:
        return "x"


_PLACES = _Places({ord(ANY): ANY})
_LINES = _Places({ord(ANY): ANY, ord("\n"): "\n"})


def masked(subject: str, masks: Iterable[str]) -> set[str]:
    """Give every criterion of these masks that fits a subject: a handful of words to look up.

    A table of fifty thousand conventions has six masks or so; this is why finding the one of a
    patient takes as many look-ups, whatever the number of rows.
    """
    return {
        "".join(ANY if place == ANY else char for place, char in zip(one, subject, strict=True))
        for one in masks
        if len(one) == len(subject)
    }


def meet(one: str, other: str) -> bool:
    """Whether some subject fits both criteria."""
    return len(one) == len(other) and all(
        ANY in (a, b) or a == b for a, b in zip(one, other, strict=True)
    )


def padded_body(criterion: str) -> str:
    """Give back the zero a spreadsheet took from a criterion of digits alone (`50510000`)."""
    lost = len(criterion) == BODY_WIDTH - 1 and criterion.isdigit()
    return criterion.zfill(BODY_WIDTH) if lost else criterion


def is_body(criterion: str) -> bool:
    """Whether a criterion can stand for regime, caisse and centre: nine digits or wildcards."""
    return _BODY.fullmatch(criterion) is not None


@dataclass(frozen=True, slots=True, order=True)
class Closeness:
    """How closely a criterion holds its subject; the smallest is the closest."""

    wildcards: int
    loose: int  # minus the longest run of characters that are not wildcards

    @classmethod
    def of(cls, criterion: str) -> "Closeness":
        """Measure a criterion."""
        return cls(criterion.count(ANY), -max(map(len, criterion.split(ANY))))


def hand_made(signatory: str, criterion: str) -> str:
    """Check the criterion of a convention typed by hand: the two digits, then seven `?`.

    Give it back without spacing. Raise InvalidValue: MAIIA-20 and 24, cases E7, E8 and F-05.
    """
    text = criterion.strip()
    if len(text) != BODY_WIDTH:
        raise InvalidValue(field="criterion", reason="length")
    start, rest = text[:_SIGNATORY_WIDTH], text[_SIGNATORY_WIDTH:]
    if not (start.isascii() and start.isdigit()) or rest != ANY * len(rest):
        raise InvalidValue(field="criterion", reason="shape")
    if start != signatory:
        raise InvalidValue(field="criterion", reason="signatory")
    return text
