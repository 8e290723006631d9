"""What an answer of an online service makes of what was asked: read, weighed, written, followed.

Called by the outbox: `take` inside the act that settles a message, `overtaken` before one leaves.
The bytes were kept before; an answer nobody can read is told as such, and may be asked for again.
"""

from server.core.clock import civil_date
from server.core.online import Envelope, OnlineService, open_envelope
from server.core.outbox import MessageState
from server.countries.france.online import GivenRights, read_given
from server.services import adri, online, secure_tp, tp_steps
from server.services.desk import Desk
from server.store import online as store
from server.store import post
from server.store.online import Answer, Question, Run, Understood
from server.store.post import Row

OVERTAKEN = "overtaken"
"""Why a question never left: what it asked was not true any more."""


def take(desk: Desk, row: Row, raw: bytes | None) -> None:
    """Understand the answer to a message, once; inside the act that settles it."""
    asked = store.question(desk.db, row.id)
    if asked is None or asked.outcome is not None:
        return
    opened = open_envelope(raw or b"")
    if asked.service is OnlineService.ADRI:
        _take_rights(desk, asked, opened)
        return
    run = store.run(desk.db, asked.run or "")
    if run is not None:
        _take_step(desk, asked, run, opened)


def overtaken(desk: Desk, row: Row) -> bool:
    """Look at a question again before it leaves; True when it must not, and another is queued.

    It must ask, to the byte, what would be asked now; and a commitment leaves on the day the
    rights were checked, else they are checked again first.
    """
    asked = store.question(desk.db, row.id)
    if asked is None:
        return False
    if asked.service is OnlineService.ADRI:
        wanted = adri.asked_now(desk, asked.patient, asked.care_date)
        if online.is_still_true(desk, row, wanted):
            return False
        with desk.deed("online.overtaken", "message", row.id, reason=OVERTAKEN) as seq:
            post.move(desk.db, row, MessageState.CANCELLED, OVERTAKEN)
            if wanted is not None:
                online.queue(desk, seq, wanted, asked.patient)
        return True
    return _overtaken_step(desk, row, asked)


def _overtaken_step(desk: Desk, row: Row, asked: Question) -> bool:
    run = store.run(desk.db, asked.run or "")
    if run is None:
        return False
    wanted = tp_steps.asked_now(desk, run, asked.service)
    old = asked.service is OnlineService.COMMITMENT and not _checked_today(desk, run)
    if online.is_still_true(desk, row, wanted) and not old:
        return False
    again = OnlineService.COVER if asked.service is OnlineService.COMMITMENT else asked.service
    with desk.deed("online.overtaken", "message", row.id, reason=OVERTAKEN) as seq:
        post.move(desk.db, row, MessageState.CANCELLED, OVERTAKEN)
        secure_tp.advance(desk, seq, run, again)
    return True


def _checked_today(desk: Desk, run: Run) -> bool:
    """Whether the complementary said today that it insures the patient."""
    for each in store.questions_of(desk.db, run.id):
        if each.service is OnlineService.COVER and each.answered_at is not None:
            return civil_date(each.answered_at, desk.country) == desk.today
    return False


def _take_rights(desk: Desk, asked: Question, opened: Envelope | None) -> None:
    given = read_given(opened) if opened and opened.given else None
    rights = given if isinstance(given, GivenRights) else None
    with desk.deed("coverage.answered", "patient", asked.patient) as seq:
        answer = Answer(Understood.GIVEN) if rights else _no(opened)
        store.add_answer(desk.db, asked.message, answer, desk.now, desk.device.id, seq)
        if rights is not None:
            adri.keep(desk, seq, asked.patient, rights)


def _take_step(desk: Desk, asked: Question, run: Run, opened: Envelope | None) -> None:
    given = read_given(opened) if opened and opened.given else None
    answer = _no(opened) if given is None else tp_steps.weigh(desk, asked, run, given)
    after = tp_steps.step_after(asked.service)
    with desk.deed("online.answered", "session", run.session) as seq:
        store.add_answer(desk.db, asked.message, answer, desk.now, desk.device.id, seq)
        if answer.outcome is Understood.GIVEN and after is not None:
            secure_tp.advance(desk, seq, run, after)


def _no(opened: Envelope | None) -> Answer:
    """Write down a refusal with its code; what could not be read is no refusal."""
    if opened is None or opened.given:
        return Answer(Understood.UNREADABLE)
    return Answer(Understood.REFUSED, opened.reason[:40])
