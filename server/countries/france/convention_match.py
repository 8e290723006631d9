"""Which convention holds for a patient on a day: candidates, their order, and why the first won.

`fr-sesam-vitale.md` §8.1; cases F1 to F10 of `fr-rules-tests.md`. The caller hands in candidates
(all rows of a table, or those its index found): rows that do not fit are left out here again, so
both give the same answer.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from itertools import groupby
from typing import Protocol, TypeAlias

from server.countries.france.convention_rows import UNIQUE, Convention, Conversion, Member
from server.countries.france.numbers import bare
from server.countries.france.wildcards import Closeness, matches


@dataclass(frozen=True, slots=True)
class Need:
    """What is looked for: the complementary side of one patient on one day of care."""

    day: date
    type: str  # of convention: RO, OC…
    accord: str  # T in third-party payment, H outside it
    body: str = ""  # regime, caisse and centre of the patient, nine characters
    number: str = ""  # of the complementary insurer, "" when none is known
    csr: str = ""  # of the attestation

    @property
    def subject(self) -> str:
        """What criteria are held against: the caisse in unique management, else the CSR."""
        return self.body if self.type == UNIQUE else self.csr


class Held(Protocol):
    """A convention as it is kept: its facts, and how to name it again."""

    @property
    def id(self) -> int:
        """How the practice names it."""
        ...

    @property
    def row(self) -> Convention:
        """What its table says."""
        ...


class Link(StrEnum):
    """How a row is tied to the insurer asked for; the first is the strongest."""

    NUMBER = "number"  # it bears the number
    GROUPING = "grouping"  # its signatory lists the number among its members
    CAISSE = "caisse"  # it is the caisse's, for whatever insurer


class Reason(StrEnum):
    """Why one row goes before another, from the first that tells them apart."""

    LINK = "link"
    WILDCARDS = "wildcards"
    LITERAL = "literal"
    PERIOD = "period"
    BARE = "bare"  # asked without a number: a row without one first
    ONLY = "only"


Rank: TypeAlias = tuple[int, int, int, int, int]
_STEPS = (Reason.LINK, Reason.WILDCARDS, Reason.LITERAL, Reason.PERIOD, Reason.BARE)
_LINKS = tuple(Link)


@dataclass(frozen=True, slots=True)
class Found:
    """One fitting convention, and its place in the order."""

    held: Held
    link: Link
    rank: Rank


@dataclass(frozen=True, slots=True)
class Choice:
    """What was found: the fitting rows, best first; a person chooses when the best are equal."""

    found: tuple[Found, ...]

    @property
    def best(self) -> tuple[Found, ...]:
        """The rows of the first rank: none, one, or several a person must choose among."""
        return tuple(one for one in self.found if one.rank == self.found[0].rank)

    @property
    def chosen(self) -> Found | None:
        """The row that holds, when there is no doubt."""
        return self.best[0] if len(self.best) == 1 else None

    @property
    def reason(self) -> Reason:
        """What told the first apart from the next."""
        if len(self.best) == len(self.found):
            return Reason.ONLY
        first, second = self.found[0].rank, self.found[len(self.best)].rank
        return next(step for step, a, b in zip(_STEPS, first, second, strict=True) if a != b)


def choose(need: Need, rows: Iterable[Held], members: Iterable[Member] = ()) -> Choice:
    """Put the conventions that fit in order; rows that say the same count once."""
    signatories = signatories_of(need, members)
    fitting = (_found(need, held, signatories) for held in rows)
    ranked = sorted((one for one in fitting if one), key=lambda one: (one.rank, one.held.id))
    return Choice(tuple(_once(ranked)))


def signatories_of(need: Need, members: Iterable[Member]) -> frozenset[str]:
    """Give the signatories that list the number asked for, by the R- tables."""
    if not need.number:
        return frozenset()
    number = bare(need.number)
    return frozenset(
        bare(member.signatory)
        for member in members
        if bare(member.number) == number
        and member.type == need.type
        and (not member.criterion or matches(member.criterion, need.subject))
    )


def criterion_fits(need: Need, row: Convention) -> bool:
    """Whether the criterion of a row fits; an empty one fits any attestation, but no caisse."""
    if not row.criterion:
        return need.type != UNIQUE
    return matches(row.criterion, need.subject)


def names_insurer(need: Need, row: Convention) -> bool:
    """Whether a row bears the number asked for: as its complementary insurer or its signatory."""
    number = bare(need.number)
    return bool(number) and number in (bare(row.number), bare(row.signatory))


def in_period(row: Convention, day: date) -> bool:
    """Whether a row holds on a day; without dates it does."""
    return row.begins <= day.isoformat() and (not row.ends or day.isoformat() <= row.ends)


def _found(need: Need, held: Held, signatories: frozenset[str]) -> Found | None:
    row = held.row
    same = row.type == need.type and row.accord == need.accord
    if not (same and criterion_fits(need, row) and in_period(row, need.day)):
        return None
    link = _link(need, row, signatories)
    if link is None:
        return None
    close = Closeness.of(row.criterion)
    undated = not (row.begins or row.ends)
    numbered = bool(row.number) and not need.number
    return Found(held, link, (_LINKS.index(link), close.wildcards, close.loose, undated, numbered))


def _link(need: Need, row: Convention, signatories: frozenset[str]) -> Link | None:
    """Say how a row is tied to the insurer; a row of another insurer is not."""
    if names_insurer(need, row):
        return Link.NUMBER
    if bare(row.signatory) in signatories:
        return Link.GROUPING
    of_the_caisse = need.type == UNIQUE and (not need.number or not row.number)
    return Link.CAISSE if of_the_caisse else None


def _said(row: Convention) -> Sequence[str]:
    """Give what a row means for an invoice: two tables may print the same convention."""
    return (*row[3:4], *row[7:10], *row[11:12], *row[13:])


def _once(ranked: Sequence[Found]) -> Iterable[Found]:
    by_rank: Callable[[Found], Rank] = lambda one: one.rank  # noqa: E731 - typed for groupby
    for _, equals in groupby(ranked, key=by_rank):
        said: set[Sequence[str]] = set()
        for one in equals:
            words = _said(one.held.row)
            if words not in said:
                said.add(words)
                yield one


def convert(mutual: str, body: str, rows: Iterable[Conversion]) -> Conversion | None:
    """Give the number to use for the one of a card, by table X: the closest row, F7."""
    number = mutual.strip().upper()
    fitting = [row for row in rows if matches(row.mutual, number) and matches(row.body, body)]
    return min(
        fitting, key=lambda row: (Closeness.of(row.mutual), Closeness.of(row.body)), default=None
    )
