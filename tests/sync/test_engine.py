from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Barrier, Event, Thread

import pytest

from server.core.outbox import (
    Letter,
    LetterKind,
    MailBatch,
    Message,
    MessageState,
    Outcome,
    Verdict,
)
from sync.engine import Engine
from sync.fakes import MemoryClock, MemoryIntake, MemoryOutbox
from sync.ports import Keep
from sync.report import Progress, Step
from sync.transports.fakes import FakePartner, Mood

Make = Callable[..., Message]


@dataclass
class Desk:
    """An engine and all it talks to."""

    outbox: MemoryOutbox
    partner: FakePartner
    intake: MemoryIntake
    clock: MemoryClock
    steps: list[Progress]
    engine: Engine

    def queue(self, *messages: Message) -> None:
        for message in messages:
            state = MessageState.UNKNOWN if message.doubtful else MessageState.READY
            self.outbox.add(message, self.clock.now(), state)

    def state(self, message_id: str) -> MessageState:
        return self.outbox.rows[message_id].state


@pytest.fixture
def desk(clock: MemoryClock) -> Desk:
    return furnish(clock, FakePartner())


def furnish(clock: MemoryClock, partner: FakePartner) -> Desk:
    outbox, intake, steps = MemoryOutbox(), MemoryIntake(), list[Progress]()
    partners = {"efact": partner}
    engine = Engine(outbox, partners, partners, intake, clock, steps.append)
    return Desk(outbox, partner, intake, clock, steps, engine)


def mail(name: str, kind: LetterKind = LetterKind.MESSAGE) -> Letter:
    return Letter(kind, "HCPFAC", name.encode(), f"hash-{name}", "", "")


def test_what_is_due_leaves_and_is_settled(desk: Desk, letter_to: Make) -> None:
    desk.queue(letter_to(1), letter_to(2, "100"), letter_to(3))
    report = desk.engine.run_once()
    assert report.left == 3
    assert sorted(desk.partner.arrived) == [f"{n:014d}" for n in (1, 2, 3)]
    assert {row.state for row in desk.outbox.rows.values()} == {MessageState.DONE}


def test_the_nearest_deadline_leaves_first(desk: Desk, letter_to: Make, now: datetime) -> None:
    desk.queue(
        letter_to(1),
        letter_to(2, deadline=now + timedelta(hours=5)),
        letter_to(3, deadline=now + timedelta(hours=1)),
    )
    desk.engine.run_once()
    assert desk.partner.arrived == [f"{n:014d}" for n in (3, 2, 1)]


def test_the_raw_answer_is_kept_before_the_verdict_is_settled(desk: Desk, letter_to: Make) -> None:
    desk.queue(letter_to(1))
    desk.engine.run_once()
    row = desk.outbox.rows["m1"]
    assert row.kept == [b"done"]
    assert row.outcomes == [Outcome(Verdict.DONE, raw=b"done")]


def test_a_line_that_breaks_ends_its_lane_only(clock: MemoryClock, letter_to: Make) -> None:
    partner = FakePartner()

    class OneLaneCut:
        def send(self, message: Message, keep: Keep) -> Outcome:
            if message.target == "300":
                return Outcome(Verdict.UNREACHABLE, "line.refused")
            return partner.send(message, keep)

        def ask(self, message: Message, keep: Keep) -> Outcome:
            raise AssertionError("nothing is in doubt")

    desk = furnish(clock, partner)
    engine = Engine(desk.outbox, {"efact": OneLaneCut()}, {}, desk.intake, clock)
    desk.queue(letter_to(1), letter_to(2), letter_to(3, "100"), letter_to(4, "100"))
    report = engine.run_once()
    assert (report.unreachable, report.left) == (1, 2)
    assert desk.state("m1") is MessageState.RETRY_WAIT
    assert desk.state("m2") is MessageState.READY


def test_a_partner_who_says_later_is_not_asked_again_in_this_lane(
    desk: Desk, letter_to: Make
) -> None:
    desk.partner.mood = Mood.BUSY
    desk.queue(letter_to(1), letter_to(2))
    report = desk.engine.run_once()
    assert report.later == 1
    assert desk.state("m2") is MessageState.READY


def test_nothing_leaves_a_lane_where_something_is_in_flight(desk: Desk, letter_to: Make) -> None:
    desk.queue(letter_to(1), letter_to(2))
    assert desk.outbox.lease("efact:300", desk.clock.now())
    assert desk.engine.run_once().left == 0


def test_a_cut_line_leaves_the_row_to_wait_for_it(desk: Desk, letter_to: Make) -> None:
    desk.partner.mood = Mood.CUT
    desk.queue(letter_to(1, doubtful=True), letter_to(2, "100"))
    assert desk.engine.run_once().unreachable == 2
    assert (desk.state("m1"), desk.state("m2")) == (MessageState.UNKNOWN, MessageState.RETRY_WAIT)


def test_a_refused_message_does_not_stop_the_next(desk: Desk, letter_to: Make) -> None:
    desk.partner.mood = Mood.REFUSING
    desk.queue(letter_to(1), letter_to(2))
    assert desk.engine.run_once().failed == 2


def test_seven_lanes_are_in_flight_together_and_one_message_in_each(
    clock: MemoryClock, letter_to: Make
) -> None:
    together = Barrier(7, timeout=5)
    desk = furnish(clock, FakePartner(during=lambda _: _meet(together)))
    for number in range(14):
        desk.queue(letter_to(number, f"{number % 7 + 1}00"))
    assert desk.engine.run_once().left == 14


def _meet(together: Barrier) -> None:
    together.wait()


def test_a_mute_partner_leaves_the_message_in_doubt_and_no_second_send(
    desk: Desk, letter_to: Make
) -> None:
    desk.partner.mood = Mood.MUTE
    desk.queue(letter_to(1))
    assert desk.engine.run_once().unknown == 1
    desk.partner.mood = Mood.GOOD
    desk.clock.pass_time(15 * 60)
    assert desk.engine.run_once().left == 1
    assert desk.partner.arrived == ["0" * 13 + "1"]
    assert desk.partner.asked == ["0" * 13 + "1"]


def test_two_empty_answers_a_quarter_apart_let_it_leave_again(desk: Desk, letter_to: Make) -> None:
    desk.partner.mood = Mood.LOST
    desk.queue(letter_to(1))
    desk.engine.run_once()
    desk.partner.mood = Mood.GOOD
    desk.clock.pass_time(15 * 60)
    assert desk.engine.run_once().absent == 1
    assert desk.partner.arrived == []
    desk.clock.pass_time(15 * 60)
    report = desk.engine.run_once()
    assert (report.absent, report.left) == (1, 1)
    assert len(desk.partner.arrived) == 1
    assert desk.outbox.rows["m1"].message.attempt == 4


def test_a_proof_of_absence_lets_it_leave_in_the_same_run_with_its_own_lease(
    clock: MemoryClock, letter_to: Make
) -> None:
    class Refusal(FakePartner):
        def ask(self, message: Message, keep: Keep) -> Outcome:
            return Outcome(Verdict.ABSENT, "tack.failure", proven=True)

    desk = furnish(clock, Refusal())
    desk.queue(letter_to(1, doubtful=True))
    report = desk.engine.run_once()
    assert (report.absent, report.left) == (1, 1)
    assert desk.outbox.rows["m1"].message.attempt == 2


def test_a_message_in_flight_when_the_battery_died_is_asked_about(
    desk: Desk, letter_to: Make
) -> None:
    desk.queue(letter_to(1))
    message = desk.outbox.lease("efact:300", desk.clock.now())
    assert message
    desk.partner.send(message, lambda _: None)
    assert desk.outbox.recover(desk.clock.now()) == 1
    desk.clock.pass_time(15 * 60)
    assert desk.engine.run_once().left == 1
    assert len(desk.partner.arrived) == 1


def test_a_mistake_of_ours_leaves_the_message_in_doubt_and_the_rest_goes_on(
    clock: MemoryClock, letter_to: Make
) -> None:
    def trip(message: Message) -> None:
        if message.target == "300":
            raise ZeroDivisionError

    desk = furnish(clock, FakePartner(during=trip))
    desk.partner.mail = [mail("a")]
    desk.queue(letter_to(1), letter_to(2, "100"))
    with pytest.raises(ZeroDivisionError):
        desk.engine.run_once()
    assert desk.state("m1") is MessageState.UNKNOWN
    assert desk.outbox.rows["m1"].outcomes == [Outcome(Verdict.UNKNOWN, "internal")]
    assert desk.state("m2") is MessageState.DONE
    assert desk.intake.deleted == ["hash-a"]


def test_cancel_stops_between_two_messages_and_reads_no_post(
    clock: MemoryClock, letter_to: Make
) -> None:
    engines: list[Engine] = []
    desk = furnish(clock, FakePartner(during=lambda _: engines[0].cancel()))
    engines.append(desk.engine)
    desk.partner.mail = [mail("a")]
    desk.queue(letter_to(1), letter_to(2))
    report = desk.engine.run_once()
    assert (report.left, report.cancelled) == (1, True)
    assert desk.state("m2") is MessageState.READY
    assert desk.partner.fetches == 0
    assert not furnish(clock, FakePartner()).engine.run_once().cancelled


def test_progress_counts_each_settled_message(desk: Desk, letter_to: Make) -> None:
    desk.partner.mail = [mail("a")]
    desk.queue(letter_to(1), letter_to(2))
    desk.engine.run_once()
    assert [(p.kind, p.message_id, p.done, p.total) for p in desk.steps] == [
        (Step.SENDING, "m1", 0, 2),
        (Step.SETTLED, "m1", 1, 2),
        (Step.SENDING, "m2", 1, 2),
        (Step.SETTLED, "m2", 2, 2),
        (Step.LETTER, "", 2, 2),
    ]
    assert desk.steps[1].verdict is Verdict.DONE


def test_only_what_was_taken_is_confirmed(desk: Desk) -> None:
    desk.partner.mail = [mail("a"), mail("b"), mail("t", LetterKind.TACK)]
    desk.intake.set_aside = frozenset({"hash-b"})
    report = desk.engine.run_once()
    assert desk.partner.confirmations == [(("hash-a",), ("hash-t",))]
    assert desk.intake.deleted == ["hash-a", "hash-t"]
    assert (report.letters, report.confirmed) == (2, 2)
    assert desk.intake.pages == [b"done"]


def test_every_page_is_confirmed_before_the_next_is_read(clock: MemoryClock) -> None:
    desk = furnish(clock, FakePartner(page=2))
    desk.partner.mail = [mail(name) for name in "abcde"]
    assert desk.engine.run_once().confirmed == 5
    assert [hashes for hashes, _ in desk.partner.confirmations] == [
        ("hash-a", "hash-b"),
        ("hash-c", "hash-d"),
        ("hash-e",),
    ]


def test_a_page_of_which_nothing_may_be_confirmed_is_not_read_for_ever(clock: MemoryClock) -> None:
    desk = furnish(clock, FakePartner(page=2))
    desk.partner.mail = [mail("a"), mail("b")]
    desk.partner.longest = 2  # a longer page is asked for in vain
    desk.intake.set_aside = frozenset({"hash-a", "hash-b"})
    assert desk.engine.run_once().confirmed == 0
    assert desk.partner.fetches == 2


def test_a_page_of_letters_set_aside_does_not_hide_the_pages_behind_it(clock: MemoryClock) -> None:
    desk = furnish(clock, FakePartner(page=2))
    desk.partner.mail = [mail(name) for name in "abcdefg"]
    desk.intake.set_aside = frozenset({"hash-a", "hash-b", "hash-d"})
    assert desk.engine.run_once().confirmed == 4
    assert [letter.hash for letter in desk.partner.mail] == ["hash-a", "hash-b", "hash-d"]


def test_letters_set_aside_before_are_reached_past_at_the_next_run_too(clock: MemoryClock) -> None:
    desk = furnish(clock, FakePartner(page=2))
    desk.partner.mail = [mail(name) for name in "abc"]
    desk.intake.set_aside = frozenset({"hash-a", "hash-b"})
    assert desk.engine.run_once().confirmed == 1
    clock.pass_time(1_000)
    desk.partner.mail.append(mail("d"))
    assert desk.engine.run_once().confirmed == 1


def test_a_further_page_asked_too_soon_is_fetched_when_it_may_be(clock: MemoryClock) -> None:
    class OnePageAtATime(FakePartner):
        def fetch(self, keep: Keep, staying: int | None = None) -> MailBatch:
            self.mood = Mood.BUSY if self.fetches else Mood.GOOD
            return super().fetch(keep, staying)

    desk = furnish(clock, OnePageAtATime(page=1))
    desk.partner.mail = [mail("a"), mail("b")]
    assert desk.engine.run_once().confirmed == 1
    assert desk.engine.next_look() == 30


def test_a_confirmation_that_fails_is_not_recorded(clock: MemoryClock) -> None:
    class Deaf(FakePartner):
        def confirm(self, hashes: object, tack_hashes: object) -> Outcome:
            return Outcome(Verdict.LATER, "http.503")

    desk = furnish(clock, Deaf(page=1))
    desk.partner.mail = [mail("a")]
    report = desk.engine.run_once()
    assert (report.letters, report.confirmed, desk.intake.deleted) == (1, 0, [])
    assert desk.partner.fetches == 1


def test_the_mailbox_is_read_at_most_every_quarter_in_the_background(desk: Desk) -> None:
    for _ in range(3):
        desk.engine.run_once()
        desk.clock.pass_time(5 * 60)
    assert desk.partner.fetches == 1
    desk.engine.run_once()
    assert desk.partner.fetches == 2


def test_a_person_may_look_every_minute(desk: Desk) -> None:
    desk.engine.run_once(manual=True)
    desk.clock.pass_time(59)
    desk.engine.run_once(manual=True)
    assert desk.partner.fetches == 1
    desk.clock.pass_time(1)
    desk.engine.run_once(manual=True)
    assert desk.partner.fetches == 2


def test_too_soon_doubles_the_distance_until_it_is_good_again(desk: Desk) -> None:
    desk.partner.mood = Mood.BUSY
    assert dict(desk.engine.run_once().looked)["efact"].verdict is Verdict.LATER
    assert desk.engine.next_look() == 30 * 60
    desk.clock.pass_time(30 * 60)
    desk.partner.mood = Mood.GOOD
    desk.engine.run_once()
    assert desk.engine.next_look() == 15 * 60


def test_a_look_that_was_not_answered_keeps_the_ordinary_distance(desk: Desk) -> None:
    desk.partner.mood = Mood.MUTE
    desk.engine.run_once()
    assert desk.engine.next_look() == 15 * 60


def test_a_look_that_never_left_costs_a_minute_and_a_person_need_not_wait(desk: Desk) -> None:
    desk.partner.mood = Mood.CUT
    desk.engine.run_once()
    assert desk.engine.next_look() == 60
    desk.partner.mood = Mood.GOOD
    assert dict(desk.engine.run_once(manual=True).looked)["efact"].verdict is Verdict.DONE


def test_a_question_too_soon_after_a_look_waits_without_touching_the_partner(
    desk: Desk, letter_to: Make
) -> None:
    desk.engine.run_once()
    desk.clock.pass_time(60)
    desk.queue(letter_to(1, doubtful=True))
    assert desk.engine.run_once().later == 1
    assert desk.partner.asked == []
    assert desk.state("m1") is MessageState.UNKNOWN
    assert desk.outbox.rows["m1"].outcomes[0].retry_after == 14 * 60


def test_questions_of_one_run_share_one_look(desk: Desk, letter_to: Make) -> None:
    desk.queue(letter_to(1, doubtful=True), letter_to(2, doubtful=True))
    assert desk.engine.run_once().absent == 2
    assert len(desk.partner.asked) == 2


def test_a_question_that_must_wait_does_not_hold_up_its_lane(desk: Desk, letter_to: Make) -> None:
    desk.engine.run_once()
    desk.queue(letter_to(1, doubtful=True), letter_to(2))
    report = desk.engine.run_once()
    assert (report.later, report.left) == (1, 1)


def test_what_fell_silent_is_not_asked_about_in_the_same_run(
    clock: MemoryClock, letter_to: Make
) -> None:
    class AsksAtOnce(MemoryOutbox):
        def settle(self, message: Message, outcome: Outcome, now: datetime) -> None:
            super().settle(message, outcome, now)
            if outcome.verdict is Verdict.UNKNOWN:
                self.rows[message.id].due = now

    outbox, partner = AsksAtOnce(), FakePartner()
    partner.mood = Mood.LOST
    engine = Engine(outbox, {"efact": partner}, {}, MemoryIntake(), clock)
    outbox.add(letter_to(1), clock.now())
    report = engine.run_once()
    assert (report.unknown, report.later, partner.asked) == (1, 1, [])


def test_a_stream_without_a_mailbox_may_always_be_asked(
    desk: Desk, letter_to: Make, clock: MemoryClock
) -> None:
    engine = Engine(desk.outbox, {"efact": desk.partner}, {}, desk.intake, clock)
    desk.queue(letter_to(1, doubtful=True))
    assert engine.run_once().absent == 1
    assert engine.next_look() == float("inf")


def test_a_second_run_waits_for_the_first(clock: MemoryClock, letter_to: Make) -> None:
    inside, go_on = Event(), Event()

    def hold(_: Message) -> None:
        inside.set()
        assert go_on.wait(5)

    desk = furnish(clock, FakePartner(during=hold))
    desk.queue(letter_to(1))
    first = Thread(target=desk.engine.run_once)
    second = Thread(target=desk.engine.run_once)
    first.start()
    assert inside.wait(5)
    second.start()
    go_on.set()
    first.join(5)
    second.join(5)
    assert desk.partner.arrived == ["0" * 13 + "1"]


def test_what_is_done_between_runs_waits_for_the_run_under_way(
    clock: MemoryClock, letter_to: Make
) -> None:
    done: list[str] = []
    during: list[list[str]] = []
    desk = furnish(clock, FakePartner())
    waiting = Thread(target=lambda: desk.engine.between_runs(lambda: done.append("done")))

    def step(_: Progress) -> None:
        if not waiting.ident:
            waiting.start()
        during.append(list(done))

    desk.engine = Engine(
        desk.outbox, {"efact": desk.partner}, {"efact": desk.partner}, desk.intake, clock, step
    )
    desk.queue(letter_to())
    desk.engine.run_once()
    waiting.join(5)
    assert during
    assert not any(during)
    assert done == ["done"]


def test_a_question_always_due_just_after_a_look_is_asked_by_that_look(
    desk: Desk, letter_to: Make
) -> None:
    desk.engine.run_once()
    desk.clock.pass_time(1.5)
    desk.partner.mood = Mood.LOST
    desk.queue(letter_to(1))
    desk.engine.run_once()
    desk.partner.mood = Mood.GOOD
    for seconds in (898.5, 1.5) * 4:
        desk.clock.pass_time(seconds)
        desk.engine.run_once()
    assert desk.state("m1") is MessageState.DONE
    assert desk.partner.arrived == ["0" * 13 + "1"]
