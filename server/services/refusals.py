"""Refusals: what was refused, why in plain words, the one next step, and a safe correction.

A refused line is never sent again blindly: it is replaced by a new one, priced on what is now
known, and the ledger keeps both (`domain.md` §3.3b; H-04).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

from server.core.errors import NotFound, StateConflict
from server.core.rights import Right
from server.core.states import LineState, LotState
from server.countries.belgium.refusals import Explanation
from server.countries.calendar import last_day
from server.services import evaluation, fates, verdicts
from server.services.desk import Desk, needs
from server.services.rules import rulebook
from server.services.verdicts import Told
from server.store import claims, invoices, money, patients, totals, visits
from server.store.claims import Lot
from server.store.invoices import Line
from server.store.patients import Patient


@dataclass(frozen=True)
class RefusedLine:
    """One refused line; why, its lot and its series are read when they are asked."""

    desk: Desk = field(repr=False, compare=False)
    line: Line
    patient: Patient
    deadline: date | None  # last day to bill this care

    @cached_property
    def lot(self) -> Lot | None:
        """The lot it left in."""
        return claims.lot(self.desk.db, self.line.lot) if self.line.lot else None

    @cached_property
    def treatment(self) -> str:
        """The series its session is of."""
        held = visits.session(self.desk.db, self.line.session)
        if held is None:
            raise NotFound(kind="session")
        return held.treatment

    @cached_property
    def told(self) -> Sequence[Told]:
        """What was said of it, the cause first."""
        return verdicts.of_line(self.desk, self.line.id)


@dataclass(frozen=True, slots=True)
class RefusedFile:
    """One file refused whole, explained; its lines are free again."""

    lot: Lot
    told: Sequence[tuple[str, str, str, Explanation]]  # place, letter, code, explanation
    lines: Sequence[tuple[Line, Patient, Sequence[Told]]]


@needs(Right.BILLING)
def lines(desk: Desk, after: str = "", most: int = -1) -> list[RefusedLine]:
    """Return the refused lines that wait for a hand, the nearest deadline first.

    The deadline follows the day of care, the list's own order. `after` is the id of the last line
    shown; at most so many, all when `most` is negative.
    """
    held, people = desk.once(lambda: _rejected(desk, after, most), "rejected", after, str(most))
    return _refused(desk, held, people)


def _rejected(desk: Desk, after: str, most: int) -> tuple[Sequence[Line], Mapping[str, Patient]]:
    """Read a page of refused lines and whose they are."""
    last = invoices.line(desk.db, after) if after else None
    mark = (last.care_date.isoformat(), last.id) if last else ("", "")
    held = invoices.rejected(desk.db, mark, most)
    return held, patients.some(desk.db, [x.patient for x in held])


@needs(Right.BILLING)
def sums(desk: Desk) -> tuple[int, int]:
    """Return how many refused lines wait for a hand, and what was asked for them."""
    return totals.lines(desk.db).get(LineState.REJECTED, (0, 0))


@needs(Right.BILLING)
def line(desk: Desk, line_id: str) -> RefusedLine:
    """Return one refused line; raise `NotFound`."""
    held = invoices.line(desk.db, line_id)
    if held is None or held.state is not LineState.REJECTED:
        raise NotFound(kind="refusal")
    return _refused(desk, [held], patients.some(desk.db, [held.patient]))[0]


@needs(Right.BILLING)
def files(desk: Desk, most: int = 20) -> list[RefusedFile]:
    """Return the files refused whole whose lines are not all billed again, newest first."""
    return desk.once(
        lambda: [_refused_file(desk, lot) for lot in claims.refused_to_bill_again(desk.db, most)],
        "files", str(most),
    )  # fmt: skip


@needs(Right.BILLING)
def count_files(desk: Desk) -> int:
    """Count the files refused whole whose lines are not all billed again."""
    return desk.once(lambda: claims.count_refused_to_bill_again(desk.db), "refused_files")


@needs(Right.BILLING)
def correct(desk: Desk, line_id: str) -> str:
    """Replace a refused line by a new one, priced on what is known now; return its session.

    Raises `StateConflict` when the line is not refused any more: nothing can be billed twice.
    """
    held = invoices.line(desk.db, line_id)
    if held is None:
        raise NotFound(kind="line")
    if held.state is not LineState.REJECTED:
        raise StateConflict(kind="line", state=str(held.state), wanted="Rejected")
    with desk.deed("line.replaced", "line", held.id) as seq:
        invoices.move_line(desk.db, desk.stamp, seq, held.id, LineState.REPLACED)
        fates.free_session(desk, seq, held.session)
        session = visits.session(desk.db, held.session)
        if session is not None:
            evaluation.judge(desk, seq, session)
        if held.lot:
            _close_lot(desk, seq, held.lot)
    return held.session


@needs(Right.BILLING)
def charge_patient(desk: Desk, line_id: str) -> None:
    """Let the patient owe a refused line, after telling him so."""
    _end(desk, line_id, LineState.PATIENT_DUE, "line.patient_due", "")


@needs(Right.BILLING)
def write_off(desk: Desk, line_id: str, reason: str) -> None:
    """Give a refused line up, with a reason; it stays visible with its own total."""
    _end(desk, line_id, LineState.WRITTEN_OFF, "line.written_off", reason)


@needs(Right.BILLING)
def owed_back_cents(desk: Desk, old: Line, new: Line) -> int:
    """Give what the patient is owed when a corrected line asks him less (H-04)."""
    session = visits.session(desk.db, old.session)
    paid = session.copay_collected_cents if session else 0
    return max(0, min(paid, old.copay_cents) - new.copay_cents)


def _end(desk: Desk, line_id: str, state: LineState, action: str, reason: str) -> None:
    held = invoices.line(desk.db, line_id)
    if held is None:
        raise NotFound(kind="line")
    with desk.deed(action, "line", held.id, reason=reason or None) as seq:
        invoices.move_line(desk.db, desk.stamp, seq, held.id, state)
        fates.settle_session(desk, seq, held.session)
        if held.lot:
            _close_lot(desk, seq, held.lot)


def _close_lot(desk: Desk, seq: int, lot: str) -> None:
    """Close a lot once announced and every line inside has its end."""
    held = claims.lot(desk.db, lot)
    if held is not None and held.state is LotState.PARTLY_SETTLED:
        fates.settle_lot(desk, seq, lot, "")


def _refused(desk: Desk, held: Sequence[Line], people: Mapping[str, Patient]) -> list[RefusedLine]:
    """Put each refused line beside its patient and its deadline."""
    deadlines = rulebook(desk).deadlines
    return [
        RefusedLine(
            desk, x, people[x.patient], last_day("claim_limit", x.care_date, deadlines)
        )
        for x in held
    ]  # fmt: skip


def _refused_file(desk: Desk, lot: Lot) -> RefusedFile:
    held = invoices.lines_of_lot(desk.db, lot.id)
    people = patients.some(desk.db, [x.patient for x in held])
    said = verdicts.of_lines(desk, [x.id for x in held])
    told = [
        (p.place, p.letter_code, p.code, _explain(desk, p.place, p.letter_code, p.code))
        for p in money.lot_problems(desk.db, lot.id)
    ]
    return RefusedFile(lot, told, [(x, people[x.patient], said[x.id]) for x in held])


def _explain(desk: Desk, place: str, letter: str, code: str) -> Explanation:
    if place.startswith("zone "):
        return verdicts.explain_zone(desk, place.removeprefix("zone "), code)
    return verdicts.explain(desk, letter, code)
