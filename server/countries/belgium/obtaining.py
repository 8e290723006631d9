"""Rows of `be_setup`: what a practice must obtain from others before it can send, and from whom.

None of it can be made by the program: it is told as it was read, with its source (rule G3).
"""

from dataclasses import dataclass
from typing import Self

from server.core.errors import InvalidValue
from server.core.setup import Step
from server.countries.dated import Cells, Origin, flag_cell, needed_cell


@dataclass(frozen=True, slots=True)
class Need:
    """One thing to obtain for one step; `ours` when the maker of the program must obtain it."""

    step: Step
    key: str
    label_fr: str
    label_nl: str
    giver_fr: str
    giver_nl: str
    ours: bool
    origin: Origin

    @classmethod
    def from_mapping(cls, cells: Cells) -> Self:
        """Read a row; raise InvalidValue naming the bad column."""
        try:
            step = Step(needed_cell(cells, "step"))
        except ValueError:
            raise InvalidValue(field="step", reason="unknown") from None
        return cls(
            step, needed_cell(cells, "key"), needed_cell(cells, "label_fr"),
            needed_cell(cells, "label_nl"), needed_cell(cells, "giver_fr"),
            needed_cell(cells, "giver_nl"), flag_cell(cells, "ours"), Origin.from_mapping(cells),
        )  # fmt: skip
