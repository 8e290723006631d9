"""The thread: where something that travels is, drawn as eight stations (`design.md` §1, §7)."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

_FIRST, _LAST = 5.0, 87.0  # centres of the first and last station, in a drawing 92 wide


class Station(StrEnum):
    """The fixed words of the thread, in order; each is the sentence `thread.<value>`."""

    PREPARED = "prepared"
    SEALED = "sealed"
    WAITING = "waiting"
    LEFT = "left"
    RECEIVED = "received"
    ACCEPTED = "accepted"
    PAID = "paid"
    RECONCILED = "reconciled"


@dataclass(frozen=True, slots=True)
class Dot:
    """One station as drawn: its place, its size and its class (`on`, `now`, `off`)."""

    x: float
    radius: float
    look: str


STATIONS = tuple(Station)


def rank(station: Station) -> int:
    """Give the place of a station on the thread, from 1 to 8."""
    return STATIONS.index(station) + 1


def dots(station: Station) -> Sequence[Dot]:
    """Draw the thread at a station: passed, here, to come; a full disc when it has arrived."""
    here = rank(station)
    step = (_LAST - _FIRST) / (len(STATIONS) - 1)
    return [
        Dot(round(_FIRST + step * number, 1), *_look(number + 1, here))
        for number in range(len(STATIONS))
    ]


def _look(number: int, here: int) -> tuple[float, str]:
    if number < here:
        return 2.1, "on"
    if number > here:
        return 2.1, "off"
    return 4.2, "on" if here == len(STATIONS) else "now"
