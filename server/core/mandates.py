"""Mandates: who reaches which service of the insurers' hub in the name of who holds the practice.

`domain.md` §1.1 (Authorisation), `be-mycarenet.md` §4: a mandate is given for one service, from a
day to a day, and the holder answers for what is done with it.
"""

from datetime import date
from enum import StrEnum


class Service(StrEnum):
    """A service of the hub that asks for a mandate of its own."""

    EFACT = "EFACT"  # third-party invoices, in files
    EATTEST = "EATTEST"  # attestations of care, one by one
    MEMBERDATA = "MEMBERDATA"  # insurability
    EAGREEMENT = "EAGREEMENT"  # agreements and notifications


class Standing(StrEnum):
    """How a mandate stands on a day."""

    RUNNING = "RUNNING"
    COMING = "COMING"
    OVER = "OVER"


def standing(valid_from: date, valid_to: date | None, day: date) -> Standing:
    """Say how a period stands on a day; its last day is still inside."""
    if day < valid_from:
        return Standing.COMING
    return Standing.OVER if valid_to is not None and valid_to < day else Standing.RUNNING


def overlap(one: tuple[date, date | None], other: tuple[date, date | None]) -> bool:
    """Say whether two periods share a day; one without an end goes on."""
    starts = max(one[0], other[0])
    ends = [end for _, end in (one, other) if end is not None]
    return not ends or starts <= min(ends)
