"""The ledger of fate: every line has one visible life, told with its times and its proof files."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from server.core.errors import NotFound
from server.core.outbox import MessageState
from server.core.states import LineState
from server.services.desk import Desk
from server.services.unsealing import can_unseal
from server.services.verdicts import Told, of_line
from server.store import claims, money, patients, post
from server.store.claims import Line, Lot, LotLine, Step
from server.store.money import Payment, Settlement
from server.store.patients import Patient
from server.store.post import Attempt, LetterRow, Row

WAITING = (LineState.PRICED, LineState.LOCKED)
UNDER_WAY = (LineState.SENT, LineState.ACCEPTED, LineState.PART_PAID)
REFUSED = (LineState.REJECTED,)
FILTERS: dict[str, tuple[LineState, ...]] = {
    "all": tuple(LineState),
    "waiting": WAITING,
    "under_way": UNDER_WAY,
    "refused": REFUSED,
    "paid": (LineState.PAID,),
}


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the ledger."""

    line: Line
    patient: Patient
    lot: Lot | None
    doubtful: bool  # its lot left and nobody knows whether it arrived


@dataclass(frozen=True, slots=True)
class Moment:
    """One moment of a life: a step of the line or of its lot, or an attempt to send it."""

    at: datetime
    kind: str  # "line", "lot" or "attempt"
    state: str  # state reached, or verdict of the attempt
    reason: str
    letter: str  # id of the proof letter, "" when none
    payment: str  # id of the payment, "" when none


@dataclass(frozen=True, slots=True)
class Life:
    """The whole life of one line."""

    entry: Entry
    moments: Sequence[Moment]
    told: Sequence[Told]
    payments: Sequence[Payment]
    predecessor: Line | None
    successor: Line | None


@dataclass(frozen=True, slots=True)
class LotView:
    """One lot with what travelled and what came back."""

    lot: Lot
    message: Row | None
    lines: Sequence[tuple[LotLine, Line, Patient]]  # none for who may see sums only
    steps: Sequence[Step]
    attempts: Sequence[Attempt]
    letters: Sequence[LetterRow]
    settlements: Sequence[Settlement]
    waits_for_day: bool  # another file of this insurer took its day
    can_unseal: bool  # nothing of it was ever attempted


@dataclass(frozen=True, slots=True)
class Queue:
    """The outbox in figures: what the pill at the top says."""

    waiting: int
    doubtful: int
    failed: int
    cents: int
    oldest: datetime | None


def entries(
    desk: Desk, which: str = "all", before: tuple[str, str] = ("9999", "~"), most: int = 50
) -> list[Entry]:
    """Return a page of the ledger, newest care first; `before` is the last (day, id) shown."""
    desk.require("billing")
    states = FILTERS.get(which, FILTERS["all"])
    return [_entry(desk, x) for x in claims.page_of_lines(desk.db, states, before, most)]


def counts(desk: Desk) -> dict[str, int]:
    """Return how many lines each filter holds."""
    _may_read(desk)
    by_state = claims.count_lines(desk.db)
    return {name: sum(by_state.get(str(s), 0) for s in states) for name, states in FILTERS.items()}


def life(desk: Desk, line_id: str) -> Life:
    """Return the life of one line, from its price to its payment."""
    desk.require("billing")
    line = claims.line(desk.db, line_id)
    if line is None:
        raise NotFound(kind="line")
    return Life(
        _entry(desk, line),
        _moments(desk, line),
        of_line(desk, line.id),
        money.payments_of_line(desk.db, line.id),
        claims.line(desk.db, line.predecessor) if line.predecessor else None,
        claims.successor(desk.db, line.id),
    )


def lots(desk: Desk, before: str = "~", most: int = 50) -> list[LotView]:
    """Return a page of lots, newest first."""
    _may_read(desk)
    return [_lot_view(desk, lot) for lot in claims.lots(desk.db, before, most)]


def lot(desk: Desk, lot_id: str) -> LotView:
    """Return one lot."""
    _may_read(desk)
    held = claims.lot(desk.db, lot_id)
    if held is None:
        raise NotFound(kind="lot")
    return _lot_view(desk, held)


def queue(desk: Desk) -> Queue:
    """Return the outbox in figures."""
    rows = post.open_rows(desk.db)
    doubtful = sum(row.state is MessageState.UNKNOWN for row in rows)
    failed = sum(row.state is MessageState.FAILED for row in rows)
    held = [claims.lot(desk.db, row.lot) for row in rows if row.lot]
    return Queue(
        len(rows) - doubtful - failed, doubtful, failed, sum(x.oa_cents for x in held if x),
        min((row.created_at for row in rows), default=None),
    )  # fmt: skip


def proof(desk: Desk, letter_id: str) -> tuple[str, bytes]:
    """Return an answer as received, with the name of its file."""
    desk.require("billing")
    row = post.letter(desk.db, letter_id)
    if row is None:
        raise NotFound(kind="letter")
    return f"{row.format.removeprefix('efact.') or 'accuse'}-{row.id[-6:]}.txt", post.letter_bytes(
        desk.db, letter_id
    )


def sent_file(desk: Desk, lot_id: str) -> tuple[str, bytes]:
    """Return the file of a lot as it was sealed."""
    desk.require("billing")
    view = lot(desk, lot_id)
    if view.message is None:
        raise NotFound(kind="message")
    return f"920000-{view.lot.reference}.txt", post.payload(desk.db, view.message.id)


def set_aside(desk: Desk) -> list[LetterRow]:
    """Return the answers received that could not be understood."""
    desk.require("billing")
    return post.letters_in(desk.db, "Quarantined")


def _may_read(desk: Desk) -> None:
    """Let an accountant read sums too; who was treated, and for what, needs more."""
    desk.require("amounts" if desk.user.may("amounts") else "billing")


def _entry(desk: Desk, line: Line) -> Entry:
    patient = patients.get(desk.db, line.patient)
    if patient is None:
        raise NotFound(kind="patient")
    held = claims.lot(desk.db, line.lot) if line.lot else None
    return Entry(line, patient, held, held is not None and str(held.state) == "Unknown")


def _moments(desk: Desk, line: Line) -> list[Moment]:
    found = [_moment("line", s) for s in claims.steps(desk.db, "line", line.id)]
    for key in claims.lots_of_line(desk.db, line.id):
        found += [
            _moment("lot", s)
            for s in claims.steps(desk.db, "lot", key)
            if s.to_state in ("Sending", "Unknown", "Queued", "Refused", "Settled")
        ]
        row = post.of_lot(desk.db, key)
        for a in post.attempts(desk.db, row.id) if row else ():
            if a.verdict not in ("done", ""):
                found.append(Moment(a.at, "attempt", a.verdict, a.reason, "", ""))
    return sorted(found, key=lambda m: m.at)


def _moment(kind: str, step: Step) -> Moment:
    what, _, key = step.evidence.partition(":")
    return Moment(
        step.at, kind, step.to_state, "", key if what == "letter" else "",
        key if what == "payment" else "",
    )  # fmt: skip


def _lot_view(desk: Desk, held: Lot) -> LotView:
    message = post.of_lot(desk.db, held.id)
    inside = []
    for row in claims.lot_lines(desk.db, held.id) if desk.user.may("billing") else ():
        line = claims.line(desk.db, row.line)
        patient = patients.get(desk.db, line.patient) if line else None
        if line is not None and patient is not None:
            inside.append((row, line, patient))
    later = message is not None and message.not_before is not None
    return LotView(
        held, message, inside, claims.steps(desk.db, "lot", held.id),
        post.attempts(desk.db, message.id) if message else (),
        post.letters_of_lot(desk.db, held.id), money.settlements(desk.db, held.id),
        later and held.file_day > desk.today, can_unseal(held, message),
    )  # fmt: skip
