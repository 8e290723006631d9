"""Lots, insurers and months as people name them: `A-018/300`, `Solidaris (300)`, `mars 2026`."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol, TypeVar

from server.services import insurers
from server.services.desk import Desk
from webui.i18n import Catalogue


class NumberedLot(Protocol):
    """A lot, as far as its name goes."""

    @property
    def number(self) -> int:
        """Its sending number."""
        ...

    @property
    def payer(self) -> str:
        """The insurer it is for: each has its own series of numbers."""
        ...


class PaidSum(Protocol):
    """A sum that one insurer pays."""

    @property
    def payer(self) -> str:
        """The insurer."""
        ...


_Sum = TypeVar("_Sum", bound=PaidSum)


@dataclass(frozen=True, slots=True)
class Naming:
    """The names of one request."""

    spoken: Catalogue
    unions: Mapping[str, str]
    letter: str  # of the device that draws the numbers

    @classmethod
    def of(cls, work: Desk, spoken: Catalogue) -> "Naming":
        """Read what the names are made of."""
        return cls(spoken, insurers.names(work), work.device.code)

    def lot(self, lot: NumberedLot) -> str:
        """Name a lot by its sending number, which is one of its insurer's series."""
        return f"{self.letter}-{lot.number:03d}/{lot.payer}"

    def insurer(self, payer: str) -> str:
        """Name an insurer with its number, or by its number alone."""
        union = self.unions.get(payer, "")
        return f"{union} ({payer})" if union else payer

    def named(self, sums: Iterable[_Sum]) -> tuple[tuple[str, _Sum], ...]:
        """Put the name of its insurer before each of some sums."""
        return tuple((self.insurer(each.payer), each) for each in sums)

    def month(self, month: str) -> str:
        """Name a billing month: "2026-03" is `mars 2026`."""
        year, _, number = month.partition("-")
        return f"{self.spoken.say(f'month.{int(number)}')} {year}"
