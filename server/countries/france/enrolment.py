"""What a kiné does to be conventioned with the complementaries, and the readers that were tried.

Nothing of it is done by the program: the list follows what was done, and says how long it takes.
Sources: MAIIA-6 to MAIIA-9, MAIIA-80; scenario F-21.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Self

from server.core.errors import InvalidValue
from server.countries.dated import Cells, Origin, flag_cell, needed_cell, whole_cell

CONTRACT = "contract"
"""The step from which one waits before billing."""


@dataclass(frozen=True, slots=True)
class Stage:
    """One step of the list."""

    step: str
    rank: int
    label: str
    detail: str
    paper: bool  # a paper belongs to it, kept with the step
    wait_days: int  # calendar days to wait once it is done: a hint, never a bar
    origin: Origin

    @classmethod
    def from_mapping(cls, cells: Cells) -> Self:
        """Read a row; raise InvalidValue naming the bad column."""
        return cls(
            needed_cell(cells, "step"), whole_cell(cells, "rank"), needed_cell(cells, "label_fr"),
            needed_cell(cells, "detail_fr"), flag_cell(cells, "paper"),
            whole_cell(cells, "wait_days"), Origin.from_mapping(cells),
        )  # fmt: skip


class Verdict(StrEnum):
    """What was seen of a reader."""

    TRIED = "tried"
    EXPECTED = "expected"
    UNTRIED = "untried"


@dataclass(frozen=True, slots=True)
class TriedReader:
    """One kind of reader, and what we know of it with French cards."""

    reader: str
    rank: int
    verdict: Verdict
    how: str
    origin: Origin

    @classmethod
    def from_mapping(cls, cells: Cells) -> Self:
        """Read a row; raise InvalidValue naming the bad column."""
        verdict = needed_cell(cells, "verdict")
        if verdict not in tuple(Verdict):
            raise InvalidValue(field="verdict", reason="unknown")
        return cls(
            needed_cell(cells, "reader"), whole_cell(cells, "rank"), Verdict(verdict),
            needed_cell(cells, "how_fr"), Origin.from_mapping(cells),
        )  # fmt: skip


def ready_from(signed_on: date, rows: Iterable[Stage]) -> date:
    """Give the day from which the signatory suggests to bill: a warning before, and no more."""
    days = max((row.wait_days for row in rows if row.step == CONTRACT), default=0)
    return signed_on + timedelta(days=days)
