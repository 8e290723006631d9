"""The outbox at work with the real engine and a partner made of memory."""

import hmac
from base64 import b64encode
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from server.core.errors import StateConflict
from server.core.outbox import Message, MessageState, Outcome, Verdict
from server.core.states import LotState
from server.core.tack import deflate
from server.services import ledger, lots
from server.services.outbox import PracticeOutbox
from server.services.returns import PracticeIntake
from server.store import post
from sync.transports.fakes import FakePartner, Mood
from sync.transports.mycarenet_answer import INPUT, SUCCESS, TAck, _tack_letter
from tests.people import DELVAUX, LAMBIOTTE, OUCHENE, THONON
from tests.services.answers import tack
from tests.services.office import Office
from tests.world import World, open_cabinet


@pytest.fixture
def lot(office: Office) -> str:
    office.world.visit(OUCHENE, copay_collected="2,50")
    return office.world.seal("100")


def _payload(office: Office, lot: str) -> bytes:
    return office.sent(lot).sent


@pytest.mark.scenario("H-03")
def test_a_lot_in_doubt_is_asked_about_and_found(office: Office, lot: str) -> None:
    office.partner.mood = Mood.MUTE
    office.run()
    assert office.lot(lot).state is LotState.UNKNOWN
    office.partner.mood = Mood.GOOD
    office.world.clock.advance(minutes=1)
    office.run()
    assert office.lot(lot).state is LotState.SENT
    reference = office.lot(lot).reference
    assert office.partner.arrived == [reference]
    assert office.partner.asked == [reference]
    assert office.steps("lot", lot) == ["Sealed", "Queued", "Sending", "Unknown", "Sent"]


@pytest.mark.scenario("H-03")
def test_absence_is_believed_after_two_silences_fifteen_minutes_apart(
    office: Office, lot: str
) -> None:
    sent: list[Message] = []
    office.partner = FakePartner(during=sent.append)
    office.partner.mood = Mood.LOST
    office.run()
    office.partner.mood = Mood.GOOD
    for minutes, state in [(1, "Unknown"), (15, "Unknown"), (14, "Unknown"), (1, "Sent")]:
        office.world.clock.advance(minutes=minutes)
        office.run()
        assert str(office.lot(lot).state) == state, minutes
    assert office.partner.arrived == [office.lot(lot).reference]
    first, second = sent
    assert (first.payload, first.reference, first.sha256) == (
        second.payload,
        second.reference,
        second.sha256,
    )
    assert (first.attempt, second.attempt) == (1, 2)


@pytest.mark.scenario("H-03")
def test_an_acknowledgement_found_in_the_mailbox_ends_the_doubt(office: Office, lot: str) -> None:
    office.partner.mood = Mood.MUTE
    office.run()
    office.take(tack(office.lot(lot).reference, _payload(office, lot)))
    assert office.lot(lot).state is LotState.SENT
    assert {str(x.state) for x in office.lines(lot)} == {"Sent"}
    office.partner.mood = Mood.GOOD
    office.world.clock.advance(minutes=20)
    office.run()
    assert office.partner.asked == []


def test_an_acknowledgement_of_other_bytes_proves_nothing(office: Office, lot: str) -> None:
    office.partner.mood = Mood.MUTE
    office.run()
    assert office.take(tack(office.lot(lot).reference, b"other bytes"))
    assert office.lot(lot).state is LotState.UNKNOWN


def test_a_negative_acknowledgement_lets_the_same_bytes_leave_again(
    office: Office, lot: str
) -> None:
    office.partner.mood = Mood.LOST
    office.run()
    office.take(tack(office.lot(lot).reference, _payload(office, lot), "failure"))
    assert office.lot(lot).state is LotState.QUEUED
    office.partner.mood = Mood.GOOD
    office.run()
    assert office.partner.arrived == [office.lot(lot).reference]


def test_a_refusal_of_an_earlier_attempt_says_nothing_of_the_last(office: Office, lot: str) -> None:
    office.partner.mood = Mood.LOST
    office.run()
    stale = tack(office.lot(lot).reference, _payload(office, lot), "failure")
    office.take(stale)
    office.partner.mood = Mood.MUTE
    office.run()
    assert office.lot(lot).state is LotState.UNKNOWN
    again = replace(stale, content=b"written otherwise", hash="another")
    assert office.take(again)
    assert office.lot(lot).state is LotState.UNKNOWN
    assert len(office.partner.arrived) == 1


@pytest.mark.parametrize("travelled", [bytes, deflate])
def test_an_acknowledgement_as_the_transport_reads_it_ends_the_doubt(
    office: Office, lot: str, travelled: Callable[[bytes], bytes]
) -> None:
    """Once confirmed it is gone: a question after that would find no trace of the lot."""
    office.partner.mood = Mood.MUTE
    office.run()
    reference, sent = office.lot(lot).reference, travelled(_payload(office, lot))
    value = b64encode(hmac.digest(SUCCESS.encode(), sent, "sha256")).decode()
    read = _tack_letter(TAck(value, f"{INPUT}{reference}", SUCCESS, "", ""))
    assert office.take(read)
    assert office.lot(lot).state is LotState.SENT


@pytest.mark.scenario("H-08")
@pytest.mark.scenario("H-03")
def test_a_clock_set_ahead_does_not_make_a_silence_longer(office: Office, lot: str) -> None:
    office.partner.mood = Mood.LOST
    office.run()
    office.partner.mood = Mood.GOOD
    clock = office.world.clock
    clock.at += timedelta(hours=2)
    for minutes in (2, 2, 2):
        clock.at += timedelta(hours=2)
        clock.advance(minutes=minutes)
        office.run()
        assert office.lot(lot).state is LotState.UNKNOWN
    assert office.partner.arrived == []
    for _ in range(4):
        clock.advance(minutes=15)
        office.run()
    assert office.partner.arrived == [office.lot(lot).reference]


@pytest.mark.scenario("H-03")
def test_after_a_restart_silence_is_counted_from_the_first_question(
    office: Office, lot: str
) -> None:
    """Nobody knows how long the machine was off: its clock may have been set meanwhile."""
    world = office.world
    office.partner.mood = Mood.LOST
    office.run()
    office.partner.mood = Mood.GOOD
    world.cabinet.lock()
    world.clock.at += timedelta(days=2)
    world.cabinet = open_cabinet(world.folder, world.clock)
    office.outbox = PracticeOutbox(lambda: world.desk, world.clock.monotonic, lambda: 0.5)
    office.intake = PracticeIntake(lambda: world.desk)
    for state in ("Unknown", "Unknown", "Sent"):
        office.run()
        assert str(office.lot(lot).state) == state
        world.clock.advance(minutes=15)
    assert office.partner.arrived == [office.lot(lot).reference]
    world.cabinet.lock()


def test_an_answer_that_comes_while_the_lot_waits_to_leave_again_stops_it(
    office: Office, lot: str
) -> None:
    """Two silences made us believe in absence; the answer proves us wrong just in time."""
    office.partner.mood = Mood.MUTE
    office.run()
    office.take(tack(office.lot(lot).reference, _payload(office, lot), "failure"))
    assert office.message(lot).state is MessageState.READY
    assert office.take(office.sent(lot).receipt())
    assert office.message(lot).state is MessageState.DONE
    assert office.lot(lot).state is LotState.SENT
    office.partner.mood = Mood.GOOD
    office.world.clock.advance(hours=1)
    office.run()
    assert len(office.partner.arrived) == 1


def test_an_answer_that_overtakes_the_end_of_the_attempt_is_no_trouble(
    office: Office, lot: str
) -> None:
    now = office.world.clock.now
    office.outbox.lanes(now())
    message = office.outbox.lease("efact:100", now())
    assert message is not None
    office.take(office.sent(lot).accepted())
    assert office.lot(lot).state is LotState.ACCEPTED
    for verdict in (Verdict.DONE, Verdict.UNKNOWN, Verdict.UNREACHABLE, Verdict.FAILED):
        office.outbox.settle(message, Outcome(verdict), now())
    assert office.message(lot).state is MessageState.DONE
    assert office.lot(lot).state is LotState.ACCEPTED


def test_a_lease_that_ran_out_is_in_doubt_and_a_late_success_settles_it(
    office: Office, lot: str
) -> None:
    now = office.world.clock.now
    office.outbox.lanes(now())
    message = office.outbox.lease("efact:100", now())
    assert message is not None
    assert office.outbox.recover(now()) == 0
    office.world.clock.advance(minutes=6)
    assert office.outbox.recover(now()) == 1
    assert office.lot(lot).state is LotState.UNKNOWN
    office.outbox.settle(message, Outcome(Verdict.DONE), now())
    assert office.message(lot).state is MessageState.DONE
    assert office.lot(lot).state is LotState.SENT


def test_a_program_that_dies_while_sending_starts_again_in_doubt(office: Office, lot: str) -> None:
    world = office.world
    office.outbox.lanes(world.clock.now())
    assert office.outbox.lease("efact:100", world.clock.now())
    world.cabinet.lock()
    again = open_cabinet(world.folder, world.clock)
    outbox = PracticeOutbox(again.desk, world.clock.monotonic)
    assert outbox.recover(world.clock.now()) == 1
    world.cabinet = again
    assert office.lot(lot).state is LotState.UNKNOWN
    (attempt,) = post.attempts(world.desk.db, office.message(lot).id)
    assert (attempt.verdict, attempt.reason) == ("unknown", "restart")
    message = outbox.lease("efact:100", world.clock.now())
    assert message is not None and message.doubtful
    again.lock()


def test_a_row_is_leased_once(office: Office, lot: str) -> None:
    now = office.world.clock.now
    office.outbox.lanes(now())
    assert office.outbox.lease("efact:100", now())
    assert office.outbox.lease("efact:100", now()) is None


def test_two_windows_cannot_lease_the_same_row(office: Office, lot: str) -> None:
    now = office.world.clock.now
    office.outbox.lanes(now())
    row = office.message(lot)
    assert row.state is MessageState.READY
    assert office.outbox.lease("efact:100", now())
    with pytest.raises(StateConflict):
        post.move(office.world.desk.db, row, MessageState.LEASED)


@pytest.mark.parametrize(
    ("mood", "state", "lot_state"),
    [
        (Mood.CUT, "RetryWait", "Queued"),
        (Mood.BUSY, "RetryWait", "Queued"),
        (Mood.REFUSING, "Failed", "Queued"),
        (Mood.MUTE, "Unknown", "Unknown"),
    ],
)
def test_what_the_network_does_decides_the_state(
    office: Office, lot: str, mood: Mood, state: str, lot_state: str
) -> None:
    office.partner.mood = mood
    office.run()
    assert str(office.message(lot).state) == state
    assert str(office.lot(lot).state) == lot_state


def test_a_failed_message_is_not_tried_again_by_itself(office: Office, lot: str) -> None:
    office.partner.mood = Mood.REFUSING
    office.run()
    office.partner.mood = Mood.GOOD
    office.world.clock.advance(hours=5)
    office.run()
    assert office.partner.arrived == []
    assert ledger.queue(office.world.desk).failed == 1


def test_the_wait_grows_and_a_returning_line_shortens_it(office: Office, lot: str) -> None:
    office.partner.mood = Mood.CUT
    office.run()
    row = office.message(lot)
    assert row.next_try is not None
    assert row.next_try - office.world.clock.at <= timedelta(seconds=30)
    assert office.outbox.next_due(office.world.clock.now()) == row.next_try
    assert office.outbox.line_back(office.world.clock.now()) == 1
    assert office.outbox.line_back(office.world.clock.now()) == 1
    office.partner.mood = Mood.GOOD
    office.run()
    assert office.lot(lot).state is LotState.SENT
    assert office.outbox.line_back(office.world.clock.now()) == 0


def test_what_a_partner_asked_us_to_wait_is_a_floor(office: Office, lot: str) -> None:
    office.partner.mood = Mood.BUSY
    office.run()
    row = office.message(lot)
    assert row.next_try is not None
    assert row.next_try - office.world.clock.at >= timedelta(seconds=29)


def test_twenty_tries_are_enough(office: Office, lot: str) -> None:
    office.partner.mood = Mood.CUT
    for _ in range(25):
        office.run()
        office.world.clock.advance(hours=2, minutes=1)
        if office.message(lot).state is MessageState.FAILED:
            break
    row = office.message(lot)
    assert (row.state, row.attempts) == (MessageState.FAILED, 20)
    assert office.lot(lot).state is LotState.QUEUED


def test_the_answer_is_kept_raw_with_its_attempt(office: Office, lot: str) -> None:
    office.run()
    kept = "select raw from exchange where attempt = (select max(id) from attempt)"
    assert office.world.sql(kept) == b"done"


def test_one_file_per_insurer_and_day(office: Office) -> None:
    world = office.world
    world.visit(OUCHENE, copay_collected="2,50")
    world.clock.advance(days=31)
    world.visit(OUCHENE, copay_collected="2,50")
    first, second = (s.lot for s in lots.seal_all(world.desk)[0])
    office.run()
    assert (office.lot(first).state, office.lot(second).state) == (LotState.SENT, LotState.QUEUED)
    assert ledger.lot(world.desk, second).waits_for_day
    assert office.outbox.lease("efact:100", world.clock.now()) is None
    world.clock.advance(days=1)
    office.run()
    assert office.lot(second).state is LotState.SENT


def test_a_lot_that_leaves_late_pushes_the_next_one_to_the_day_after(office: Office) -> None:
    world = office.world
    world.visit(OUCHENE, copay_collected="2,50")
    world.clock.advance(days=31)
    world.visit(OUCHENE, copay_collected="2,50")
    first, second = (s.lot for s in lots.seal_all(world.desk)[0])
    world.clock.advance(days=3)
    today = world.desk.today
    office.run()
    assert (office.lot(first).state, office.lot(second).state) == (LotState.SENT, LotState.QUEUED)
    assert office.lot(second).file_day == today + timedelta(days=1)
    world.clock.advance(days=1)
    office.run()
    assert office.lot(second).state is LotState.SENT


def test_a_lot_sealed_behind_one_that_is_late_says_it_waits(office: Office) -> None:
    world = office.world
    world.visit(OUCHENE, copay_collected="2,50")
    world.seal("100")
    world.clock.advance(days=1)
    world.visit(LAMBIOTTE, copay_collected="6,25")
    sealed = lots.seal(world.desk, "100", "2026-03")
    assert sealed.waits
    assert sealed.file_day == world.desk.today + timedelta(days=1)


def _hand_made(world: World, name: str, priority: int, deadline: datetime | None) -> None:
    """Queue a message that is not a lot, as a later stream would."""
    desk = world.desk
    row = post.Row(
        desk.new_id(), "efact", f"lane:{name}", name, f"ref-{name}", None, "0" * 64, priority,
        deadline, None, None, None, desk.now, MessageState.NEW, "", None, 0, None, "", None,
    )  # fmt: skip
    with desk.deed("message.queued", "message", row.id) as seq:
        post.add(desk.db, row, b"payload", desk.device.id, seq)


@pytest.mark.scenario("H-14")
def test_three_minutes_of_line_go_to_the_nearest_deadline_first(office: Office) -> None:
    world = office.world
    world.visit(OUCHENE, copay_collected="2,50")
    world.visit(DELVAUX, copay_collected="6,25")
    lots.seal_all(world.desk)
    midnight = datetime(2026, 3, 2, 23, 0, tzinfo=UTC)
    _hand_made(world, "tables", 40, None)
    _hand_made(world, "agreement", 20, None)
    _hand_made(world, "late", 10, midnight + timedelta(days=2))
    _hand_made(world, "attest", 10, midnight)
    lanes = office.outbox.lanes(world.clock.now())
    assert lanes[:3] == ["lane:attest", "lane:late", "lane:agreement"]
    assert set(lanes[3:5]) == {"efact:100", "efact:300"}
    assert lanes[5:] == ["lane:tables"]


@pytest.mark.scenario("H-14")
def test_nothing_is_left_sending_after_the_loss(office: Office) -> None:
    world = office.world
    for person in (OUCHENE, DELVAUX, THONON):
        world.visit(person, copay_collected="2,50")
    lots.seal_all(world.desk)
    _hand_made(world, "agreement", 20, None)
    left = iter([Mood.GOOD, Mood.GOOD, Mood.MUTE, Mood.CUT])

    def falter(_: Message) -> None:
        office.partner.mood = next(left, Mood.CUT)

    office.partner = FakePartner(during=falter)
    office.run()
    states = sorted(str(r.state) for r in post.open_rows(world.desk.db))
    assert "Leased" not in states
    assert set(states) <= {"RetryWait", "Unknown", "Ready"}
    assert [
        str(v.lot.state) for v in ledger.lots(world.desk) if str(v.lot.state) == "Sending"
    ] == []


def test_a_message_waits_for_the_one_it_depends_on(office: Office) -> None:
    world = office.world
    _hand_made(world, "first", 20, None)
    _hand_made(world, "second", 20, None)
    db = world.desk.db
    first = post.by_reference(db, "ref-first")
    assert first is not None
    db.execute("update message set depends_on = ? where reference = 'ref-second'", (first.id,))
    assert office.outbox.lanes(world.clock.now()) == ["lane:first"]
    office.run()
    assert office.partner.arrived == ["ref-first"]
    office.run()
    assert office.partner.arrived == ["ref-first", "ref-second"]


def test_what_comes_too_late_expires_unless_the_clock_is_suspect(office: Office) -> None:
    world = office.world
    _hand_made(world, "attest", 10, None)
    db = world.desk.db
    limit = (world.clock.at + timedelta(hours=1)).isoformat()
    db.execute("update message set expires_at = ?", (limit,))
    world.clock.at += timedelta(hours=2)  # a jump: monotonic time did not follow
    office.outbox.lanes(world.clock.now())
    row = post.by_reference(db, "ref-attest")
    assert row is not None and row.state is not MessageState.EXPIRED
    world.clock.at -= timedelta(hours=2)
    world.clock.advance(hours=2)
    assert office.outbox.lanes(world.clock.now()) == []
    row = post.by_reference(db, "ref-attest")
    assert row is not None and row.state is MessageState.EXPIRED
    assert row.reason == "too_late"


@pytest.mark.scenario("H-03")
def test_a_question_that_comes_just_after_a_look_is_asked_at_the_next(
    office: Office, lot: str
) -> None:
    office.partner.mood = Mood.LOST
    office.run()
    office.partner.mood = Mood.GOOD
    outbox = PracticeOutbox(lambda: office.world.desk, office.world.clock.monotonic)
    [row] = post.open_rows(office.world.desk.db)
    office.world.clock.advance(minutes=16)
    message = outbox.lease(row.lane, office.world.clock.now())
    assert message
    assert message.doubtful
    now = office.world.clock.now()
    outbox.settle(message, Outcome(Verdict.LATER, "mailbox.too_soon", retry_after=20), now)
    assert outbox.question(["fse"], now) == 0
    assert outbox.lanes(now) == []
    assert outbox.question(["efact"], now) == 1
    assert outbox.lanes(now) == [row.lane]


@pytest.mark.scenario("H-08")
def test_what_a_clock_far_ahead_planned_leaves_once_the_date_is_right(office: Office) -> None:
    """A retry planned, and a file sent, under a date of next year hold nothing back today."""
    world = office.world
    world.visit(OUCHENE, copay_collected="2,50")
    world.visit(DELVAUX, copay_collected="6,25")
    waiting, sent = world.seal("100"), world.seal("300")
    world.clock.at += timedelta(days=400)
    office.partner.mood = Mood.BUSY
    office.run()
    world.clock.advance(hours=1)
    office.partner.mood = Mood.GOOD
    office.run()
    assert {office.lot(lot).state for lot in (waiting, sent)} <= {LotState.SENT, LotState.QUEUED}
    world.clock.at -= timedelta(days=400)
    world.cabinet.confirm_date()
    world.visit(THONON, copay_collected="6,25")
    world.visit(LAMBIOTTE, copay_collected="6,25")
    for _ in range(3):
        world.clock.advance(days=1)
        lots.seal_all(world.desk)
        office.run()
    left = world.sql("select count(*) from lot where state <> 'Sent'")
    assert left == 0
