"""The agenda: who came and when, what was paid, and what the administration can mend.

No care is told here: who works without a provider number reads this and no more (F30).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from server.core.care import Place
from server.core.country import Country
from server.core.errors import NotFound
from server.core.rights import Right
from server.core.states import SessionState
from server.countries.blocks import Panel
from server.services import treating
from server.services.desk import Desk, needs
from server.services.dossiers import grouped
from server.services.forms import Form
from server.store import invoices, patients, totals, visits
from server.store.invoices import Line
from server.store.patients import Patient
from server.store.visits import Block, DaySum, Session

_OF_THE_OFFICE = frozenset({Panel.COVERAGE, Panel.TARIFF, Panel.CLOCK, Panel.PRACTICE})
_LOOKED_AT = 50  # blocked sessions looked through for those the administration can mend


@dataclass(frozen=True, slots=True)
class Passage:
    """One session as the agenda tells it."""

    id: str
    patient: Patient
    care_date: date
    recorded_at: datetime
    place: Place
    state: SessionState


@dataclass(frozen=True, slots=True)
class Account:
    """What one session costs and what was paid for it."""

    passage: Passage
    priced: bool  # an insurer and a tariff are known
    fee_cents: int
    oa_cents: int
    share_cents: int  # what the patient bears
    collected_cents: int
    means: str
    series: str  # the series it is of, "" for who does not treat the patient
    owed_cents: int  # what the patient is to hand over, third-party payment once counted
    amc_cents: int = 0  # the part of a French complementary


@dataclass(frozen=True, slots=True)
class Held:
    """One session, with the reasons why it cannot be billed now that this user may read."""

    passage: Passage
    series: str
    blocks: Sequence[Block]


@needs(Right.PATIENTS)
def of_day(desk: Desk, day: date, after: str = "", most: int = -1) -> list[Passage]:
    """Return the sessions given on a day, in the order they were recorded, after one of them.

    At most so many, all when negative.
    """
    return desk.once(
        lambda: _passages(desk, visits.sessions_on(desk.db, day, after, most)),
        "passages", day.isoformat(), after, str(most),
    )  # fmt: skip


@needs(Right.PATIENTS)
def sum_of_day(desk: Desk, day: date) -> DaySum:
    """Return the sessions of a day in figures."""
    return desk.once(lambda: visits.sum_of_day(desk.db, day), "day", day.isoformat())


@needs(Right.PATIENTS)
def last_of(desk: Desk, patient_id: str, most: int) -> list[Passage]:
    """Return the sessions of a patient recorded last, the newest first."""
    return _passages(desk, visits.last_recorded(desk.db, patient_id, most))


@needs(Right.PATIENTS)
def account(desk: Desk, session_id: str) -> Account:
    """Return what one session costs and what was paid; raise `NotFound`."""
    return desk.once(lambda: _account(desk, session_id), "account", session_id)


def _account(desk: Desk, session_id: str) -> Account:
    held = _session(desk, session_id)
    lines = [x for x in invoices.lines_of_session(desk.db, held.id) if x.state.holds]
    share = sum(x.copay_cents + x.supplement_cents for x in lines)
    return Account(
        _passages(desk, [held])[0], bool(lines), sum(x.fee_cents for x in lines),
        sum(x.oa_cents for x in lines), share, held.copay_collected_cents, held.payment_means,
        held.treatment if treating.treats(desk, held.patient) else "",
        _owed(desk, held, lines) if desk.country is Country.FRANCE else share,
        sum(x.amc_cents for x in lines),
    )  # fmt: skip


@needs(Right.PATIENTS)
def collect(desk: Desk, session_id: str, typed: Mapping[str, str]) -> None:
    """Keep what the patient paid after all; fields: copay_collected, payment_means."""
    held = _session(desk, session_id)
    form = Form(typed)
    cents, means = read_payment(form)
    form.end()
    with desk.deed("session.collected", "session", held.id, {"cents": cents}):
        visits.set_collected(desk.db, held.id, cents, means)


@needs(Right.PATIENTS)
def held_back(desk: Desk, most: int = -1) -> list[Held]:
    """Return the sessions that cannot be billed now, with the reasons, the oldest care first.

    At most so many, all when negative. A reason that only the care of a patient explains is told
    to who treats him; the others are left to him.
    """
    sees_all = desk.user.may(Right.COLLEAGUES)
    looked_at = most if sees_all or most < 0 else max(most, _LOOKED_AT)
    found = _held(desk, visits.sessions_in(desk.db, SessionState.BLOCKED, looked_at))
    found = [each for each in found if each.blocks]
    return found[:most] if most >= 0 else found


@needs(Right.PATIENTS)
def standing(desk: Desk, session_id: str) -> Held:
    """Return one session and what keeps it from being billed; raise `NotFound`."""
    return _held(desk, [_session(desk, session_id)])[0]


@needs(Right.PATIENTS)
def count_held_back(desk: Desk) -> int:
    """Return how many sessions cannot be billed now."""
    return totals.sessions_in(desk.db, SessionState.BLOCKED)


def read_payment(form: Form) -> tuple[int, str]:
    """Read what the patient paid, in cents, and how."""
    means = form.text("payment_means").upper()
    if means not in ("", "CASH", "CARD", "TRANSFER"):
        form.faults.append(("payment_means", "unknown"))
    cents = form.cents("copay_collected")
    if cents < 0:
        form.faults.append(("copay_collected", "amount"))
    return cents, means


def _owed(desk: Desk, session: Session, lines: Sequence[Line]) -> int:
    from server.services import french_billing  # of one country alone

    choice = french_billing.choice_of(desk, session.id)
    return french_billing.parts(lines, choice.row if choice else None).owed_cents


def _session(desk: Desk, session_id: str) -> Session:
    held = visits.session(desk.db, session_id)
    if held is None:
        raise NotFound(kind="session")
    return held


def _held(desk: Desk, sessions: Sequence[Session]) -> list[Held]:
    reasons = grouped(
        visits.blocks_of(desk.db, [s.id for s in sessions]), lambda block: block.session
    )
    found = []
    for session, passage in zip(sessions, _passages(desk, sessions), strict=True):
        blocks = reasons[session.id]
        if not treating.treats(desk, session.patient):
            blocks = [block for block in blocks if block.opens in _OF_THE_OFFICE]
        found.append(Held(passage, session.treatment, blocks))
    return found


def _passages(desk: Desk, held: Sequence[Session]) -> list[Passage]:
    """Tell some sessions, in one query however many they are."""
    people = patients.some(desk.db, [s.patient for s in held])
    return [
        Passage(s.id, people[s.patient], s.care_date, s.recorded_at, s.place, s.state) for s in held
    ]
