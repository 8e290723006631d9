"""Which code a situation, a place and a rank call for (`be-nomenclature-kine.md` §1).

A code may be known long before its price is: the tariff is asked first and the list of codes
after, so that a session can be recorded while its price waits for a table.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from server.core.care import Category, Place
from server.countries.belgium.nomenclature import ActKind, CodeRow, Use
from server.countries.belgium.tariff import Tariff, TariffRow
from server.countries.dated import in_force

Acts = Sequence[TariffRow | CodeRow]


@dataclass(frozen=True, slots=True)
class Visit:
    """What decides a code: the series, the place, and the rank of this session in the series."""

    category: Category
    place: Place
    rank: int  # from 1
    care_date: date
    quota: int | None = None  # sessions at the normal rate, when the quota table says
    rest_home_resident: bool = False  # rest-home codes, wherever the session takes place (BE-05)
    second_of_day: bool = False

    @property
    def billed_place(self) -> Place:
        """The place the code must be for."""
        return Place.INSTITUTION if self.rest_home_resident else self.place


@dataclass(frozen=True, slots=True)
class Proposal:
    """A code, and the band of ranks it comes from."""

    code: str
    excess: bool
    band: int  # 1 for the first band of the series, 2 for the next …
    rank_from: int
    rank_to: int | None


def propose_code(visit: Visit, tariff: Tariff, codes: Iterable[CodeRow] = ()) -> Proposal | None:
    """Propose the code of a session; None when neither tariff nor list has one for it."""
    priced = in_force(tariff.rows, visit.care_date)
    return _propose(visit, priced) or _propose(visit, in_force(codes, visit.care_date))


def propose_intake(
    visit: Visit, given_this_year: bool, tariff: Tariff, codes: Iterable[CodeRow] = ()
) -> str | None:
    """Propose the intake beside the first session of a series, once a calendar year.

    Source: `domain.md` §2.1.2, row of the intake act. None when it is not due or has no code here.
    """
    if visit.rank != 1 or given_this_year:
        return None
    rows: list[TariffRow | CodeRow] = [*in_force(tariff.rows, visit.care_date)]
    rows += in_force(codes, visit.care_date)
    return next((r.code for r in _of_kind(ActKind.INTAKE, visit, rows)), None)


def _propose(visit: Visit, rows: Acts) -> Proposal | None:
    bands = sorted(_bands(visit, rows), key=lambda row: row.use.rank_from)
    over_quota = visit.quota is not None and visit.rank > visit.quota
    if not over_quota:
        for number, row in enumerate(bands, start=1):
            if row.use.holds(visit.rank):
                return _proposal(row.code, row.use, number)
        if bands and visit.quota is not None and visit.rank > bands[-1].use.rank_from:
            return _proposal(bands[-1].code, bands[-1].use, len(bands))  # a wider quota: fa-16
    for row in _of_kind(ActKind.EXCESS, visit, rows):
        if over_quota or row.use.holds(visit.rank):
            return _proposal(row.code, row.use, len(bands) + 1)
    return None


def _bands(visit: Visit, rows: Acts) -> Acts:
    """Give the codes of the series; those of second sessions first, where they exist."""
    second = _of_kind(ActKind.SECOND, visit, rows) if visit.second_of_day else ()
    return second or _of_kind(ActKind.SESSION, visit, rows)


def _of_kind(kind: ActKind, visit: Visit, rows: Acts) -> Acts:
    return [
        row
        for row in rows
        if row.use.kind is kind and row.use.fits(visit.category, visit.billed_place)
    ]


def _proposal(code: str, use: Use, band: int) -> Proposal:
    return Proposal(code, use.kind is ActKind.EXCESS, band, use.rank_from, use.rank_to)
