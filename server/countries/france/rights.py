"""Rights of the compulsory insurance in France: what each source said, and what counts on a day.

Nothing is ever re-dated: a row keeps the instant it was heard and the period it was given. On a day
of care the most trusted source wins, then the newest; a reading of a card or an answer of ADRi says
everything it knows at once, so the one nearest before the day speaks for its source. What lost
stays visible, and a newer word that differs is a contradiction. Sources: `domain.md` §1.3; ADRi P5.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from server.core.care import Source
from server.core.clock import civil_date


class Kind(StrEnum):
    """What a right is about."""

    AMO = "AMO"  # being insured, somewhere
    ALD = "ALD"  # a long illness
    MATERNITY = "MATERNITY"
    WORK_ACCIDENT = "WORK_ACCIDENT"
    EXEMPTION = "EXEMPTION"  # another reason not to pay a share
    ALSACE_MOSELLE = "ALSACE_MOSELLE"  # the local regime
    ASPA = "ASPA"  # the allowance of older people


SITUATIONS = (
    Kind.ALD, Kind.MATERNITY, Kind.WORK_ACCIDENT, Kind.EXEMPTION, Kind.ALSACE_MOSELLE, Kind.ASPA,
)  # fmt: skip
TRUST = (Source.MANUAL, Source.PAPER, Source.QR, Source.CARD, Source.APCV, Source.ADRI)
"""From the least to the most trusted: a later but less trusted word never wins."""

_READINGS = frozenset({Source.CARD, Source.APCV, Source.ADRI})  # say all they know at once
_UNREAD = frozenset({Kind.ALSACE_MOSELLE, Kind.ASPA})  # what no reading of ours tells


@dataclass(frozen=True, slots=True)
class Said:
    """One right, as one source said it at one instant; columns of `french_right`."""

    id: str
    patient: str
    kind: Kind
    source: Source
    captured_at: datetime
    rights_from: date | None
    rights_to: date | None
    organism: str = ""  # nine digits: regime, caisse, centre
    code: str = ""  # as the source writes it: situation, long illness, exemption
    number: str = ""  # of the work accident
    event_date: date | None = None  # of the accident, or the one a maternity is counted from

    def covers(self, day: date) -> bool:
        """Whether its period holds the day; an open end is open."""
        starts = self.rights_from is None or self.rights_from <= day
        return starts and (self.rights_to is None or day <= self.rights_to)


@dataclass(frozen=True, slots=True)
class Counted:
    """A right that counts on a day, and what a more trusted or newer word leaves in doubt."""

    said: Said
    doubtful: bool  # another source, heard later, says otherwise or does not say it


@dataclass(frozen=True, slots=True)
class RightsOn:
    """What is known of a person's rights on one day of care."""

    insured: Counted | None  # None: nobody said, or nothing holds that day
    situations: tuple[Counted, ...]
    ended: Said | None  # when nothing holds: the one that ended last before the day

    @property
    def organism(self) -> str:
        """Where the person is insured that day; "" when unknown."""
        return self.insured.said.organism if self.insured else ""

    def kinds(self) -> frozenset[Kind]:
        """Give the situations that count, without their details."""
        return frozenset(each.said.kind for each in self.situations)


def rights_on(rows: Iterable[Said], day: date) -> RightsOn:
    """Say which rights count on a day of care."""
    heard = _heard(rows, day)
    insured = [row for row in heard if row.kind is Kind.AMO]
    best = _best([row for row in insured if row.covers(day)])
    found = tuple(
        Counted(row, _unsaid(row, heard)) for row in sorted(heard, key=_rank, reverse=True)
        if row.kind in SITUATIONS and row.covers(day)
    )  # fmt: skip
    past = [row for row in insured if row.rights_to is not None and row.rights_to < day]
    ended = max(past, key=lambda row: (row.rights_to, row.captured_at), default=None)
    return RightsOn(
        Counted(best, _contradicted(best, insured, day)) if best else None,
        found,
        None if best else ended,
    )


def said_otherwise(rows: Iterable[Said], day: date) -> tuple[Said, ...]:
    """Give what sources that do not count that day say of the insurance, when it differs.

    One row for each source: another caisse, or a period that does not hold the day. Nothing is
    overwritten in silence: both are shown, each with its source and its age.
    """
    heard = [row for row in _heard(rows, day) if row.kind is Kind.AMO]
    best = _best([row for row in heard if row.covers(day)])
    found = []
    for source in TRUST:
        mine = [row for row in heard if row.source is source]
        if best is None or source is best.source or not mine:
            continue
        told = _best([row for row in mine if row.covers(day)]) or max(mine, key=_rank)
        elsewhere = bool(told.organism) and told.organism != best.organism
        if elsewhere or not told.covers(day):
            found.append(told)
    return tuple(reversed(found))


def _heard(rows: Iterable[Said], day: date) -> list[Said]:
    """Keep, of each source that says everything at once, the reading that speaks for the day."""
    rows = list(rows)
    kept = [row for row in rows if row.source not in _READINGS]
    for source in _READINGS:
        mine = [row for row in rows if row.source is source]
        at = _speaking({row.captured_at for row in mine}, day)
        kept += [row for row in mine if row.captured_at == at]
    return kept


def _speaking(instants: Iterable[datetime], day: date) -> datetime | None:
    """Pick the reading made last on or before a day; the first one when all were made later."""
    known = sorted(instants)
    before = [at for at in known if civil_date(at, "FR") <= day]
    return before[-1] if before else known[0] if known else None


def _rank(row: Said) -> tuple[int, datetime]:
    return TRUST.index(row.source), row.captured_at


def _best(rows: Sequence[Said]) -> Said | None:
    return max(rows, key=_rank, default=None)


def _contradicted(best: Said, insured: Iterable[Said], day: date) -> bool:
    """Say whether a newer word puts the person elsewhere that day, or nowhere."""
    newer = [row for row in insured if row.captured_at > best.captured_at]
    elsewhere = any(
        row.covers(day) and row.organism and row.organism != best.organism for row in newer
    )
    return elsewhere or bool(newer and not any(row.covers(day) for row in newer))


def _unsaid(row: Said, heard: Iterable[Said]) -> bool:
    """Say whether a more trusted reading, made later, does not say this of the person."""
    if row.kind in _UNREAD:
        return False
    readings = {
        (each.source, each.captured_at)
        for each in heard
        if each.source in _READINGS
        and TRUST.index(each.source) > TRUST.index(row.source)
        and each.captured_at > row.captured_at
    }
    said = {(each.source, each.captured_at) for each in heard if each.kind is row.kind}
    return bool(readings - said)
