"""« Comme au 3 mars »: a patient's file as it stood at the end of a civil day (N16).

Read from rows that are only added and from those kept when something changed; nothing is undone.
What is shown is what the file held that evening, not what is known today of that day.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TypeVar

from server.core.clock import civil_date, start_of_day
from server.core.errors import NotFound
from server.core.rights import Right
from server.core.states import LineState, SessionState
from server.services import treating
from server.services.desk import Desk, needs
from server.services.dossiers import grouped
from server.store import former, patients
from server.store.care import AgreementRow, CoverageRow, PrescriptionRow, Treatment
from server.store.claims import Lot
from server.store.former import Cut, Former
from server.store.invoices import Line
from server.store.patients import Address, IdentityFact, Patient
from server.store.rows import of_facts
from server.store.visits import Act, Block, Session

Row = TypeVar("Row", Patient, Treatment, Session, Line)
Since = dict[tuple[str, str], Former]


@dataclass(frozen=True, slots=True)
class PastLine:
    """A line as it stood, and the lot that carried it then."""

    line: Line
    lot: Lot | None


@dataclass(frozen=True, slots=True)
class PastSession:
    """A session as it stood, with its acts, what blocked it, and its lines."""

    session: Session
    acts: Sequence[Act]
    blocks: Sequence[Block]
    lines: Sequence[PastLine]


@dataclass(frozen=True, slots=True)
class PastSeries:
    """A series as it stood, with its prescription and its agreements, the newest first."""

    treatment: Treatment
    prescription: PrescriptionRow | None
    agreements: Sequence[AgreementRow]


@dataclass(frozen=True, slots=True)
class PastFile:
    """A patient's file at the end of a day; without a patient when it was not opened yet."""

    day: date
    opened_on: date
    exact_from: date | None  # before this day the file did not keep everything; None: it always did
    patient: Patient | None
    identities: Sequence[IdentityFact] = ()  # newest first, as the next two
    address: Address | None = None
    coverages: Sequence[CoverageRow] = ()
    series: Sequence[PastSeries] = ()
    sessions: Sequence[PastSession] = ()  # the newest care first

    @property
    def exact(self) -> bool:
        """Whether everything shown is as it was."""
        return self.exact_from is None or self.day >= self.exact_from


@needs(Right.CLINICAL)
def as_of(desk: Desk, patient_id: str, day: date) -> PastFile:
    """Return a patient's file as it stood at the end of a day; raise `NotFound`."""
    now = patients.get(desk.db, patient_id)
    if now is None:
        raise NotFound(kind="patient")
    treating.require(desk, patient_id)
    country = desk.practice.country
    cut = former.cut_before(desk.db, start_of_day(day + timedelta(days=1), country))
    start = former.exact_from(desk.db)
    empty = PastFile(
        day, civil_date(patients.created_at(desk.db, patient_id), country),
        start and civil_date(start, country), None,
    )  # fmt: skip
    if not former.born(desk.db, Patient, "patient", ("id", [patient_id]), cut):
        return empty
    return _file(desk, now, cut, empty)


def _file(desk: Desk, now: Patient, cut: Cut, empty: PastFile) -> PastFile:
    db, mine = desk.db, ("patient", [now.id])
    since = former.since(db, now.id, cut)
    addresses = former.born(db, Address, "patient_address", mine, cut)
    return replace(
        empty,
        patient=_stood(now, "patient", since),
        identities=_newest(former.born(db, IdentityFact, "patient_identity", mine, cut)),
        address=max(addresses, key=lambda row: (row.captured_at, row.id), default=None),
        coverages=_newest(former.born(db, CoverageRow, "coverage", mine, cut)),
        series=_series(desk, now.id, cut, since),
        sessions=_sessions(desk, now.id, cut, since),
    )


def _stood(row: Row, entity: str, since: Since) -> Row:
    """Give a row as it stood: what it is now, unless it changed since."""
    held = since.get((entity, row.id))
    return row if held is None else of_facts(type(row), held.cells)


Dated = TypeVar("Dated", IdentityFact, CoverageRow, AgreementRow)


def _newest(rows: Sequence[Dated]) -> list[Dated]:
    return sorted(rows, key=lambda row: (row.captured_at, row.id), reverse=True)


def _series(desk: Desk, patient: str, cut: Cut, since: Since) -> list[PastSeries]:
    db = desk.db
    rows = former.born(db, Treatment, "treatment", ("patient", [patient]), cut)
    stood = [_stood(row, "treatment", since) for row in rows]
    keys = [row.id for row in rows]
    agreed = grouped(
        former.born(db, AgreementRow, "agreement", ("treatment", keys), cut),
        lambda row: row.treatment,
    )
    written = {row.id: row for row in former.prescriptions(db, patient, cut)}
    stood.sort(key=lambda t: (t.start_date, t.id), reverse=True)
    return [PastSeries(t, written.get(t.prescription or ""), _newest(agreed[t.id])) for t in stood]


def _sessions(desk: Desk, patient: str, cut: Cut, since: Since) -> list[PastSession]:
    db = desk.db
    rows = former.born(db, Session, "session", ("patient", [patient]), cut)
    keys = [row.id for row in rows]
    states = former.states(db, "session", keys, cut)
    acts = grouped(former.born(db, Act, "act", ("session", keys), cut), lambda row: row.session)
    blocks = grouped(former.blocks(db, keys, cut), lambda row: row.session)
    lines = _lines(desk, patient, cut, since)
    found = []
    for row in rows:
        stood = _stood(row, "session", since)
        stood = replace(stood, state=SessionState(states.get(row.id, stood.state)))
        ranked = sorted(acts[row.id], key=lambda act: act.rank)
        found.append(PastSession(stood, ranked, blocks[row.id], lines[row.id]))
    found.sort(key=lambda each: (each.session.care_date, each.session.id), reverse=True)
    return found


def _lines(desk: Desk, patient: str, cut: Cut, since: Since) -> dict[str, list[PastLine]]:
    """Give the lines of that moment by session: those still there, and those removed since."""
    db = desk.db
    rows = {
        row.id: _stood(row, "line", since)
        for row in former.born(db, Line, "line", ("patient", [patient]), cut)
    }
    for (entity, key), held in since.items():
        cells = held.cells
        if entity == "line" and not cut.after(cells["born_device"], cells["born_seq"]):
            rows[key] = of_facts(Line, cells)
    states = former.states(db, "line", list(rows), cut)
    lots = former.lots_of_lines(db, list(rows), cut)
    found: defaultdict[str, list[PastLine]] = defaultdict(list)
    for key, row in sorted(rows.items()):
        state = LineState(states.get(key, row.state))
        lot = None if state is LineState.PRICED else lots.get(key)
        line = replace(row, state=state, lot=lot.id if lot else None)
        found[row.session].append(PastLine(line, lot))
    return found


@needs(Right.CLINICAL)
def days_of(desk: Desk, patient_id: str, most: int = 12) -> list[date]:
    """List the days on which something of a patient's file changed, the newest first."""
    treating.require(desk, patient_id)
    country = desk.practice.country
    moments = former.moments(desk.db, patient_id)
    days = dict.fromkeys(civil_date(at, country) for at in moments)
    return list(days)[:most]
