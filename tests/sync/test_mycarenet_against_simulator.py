"""The post against the judge: a real HTTP partner that keeps its own books and breaks on demand."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from threading import Event
from typing import Protocol

import pytest

from server.core.outbox import Letter, LetterKind, Message, MessageState, Outcome, Verdict
from server.simulators.mycarenet.config import Config, Delays, Duplicates
from server.simulators.mycarenet.faults import Kind, Knob
from server.simulators.mycarenet.service import Running, serve
from sync.circuit import Circuit
from sync.engine import Engine
from sync.etiquette import TOO_SOON
from sync.fakes import MemoryClock, MemoryIntake, MemoryOutbox
from sync.ports import Keep, Mailbox, Transport
from sync.transports.endpoint import Endpoint
from sync.transports.exchange import Limits
from sync.transports.mycarenet import MyCareNet
from sync.transports.mycarenet_account import Account
from sync.transports.unsigned import UnsignedSession

Make = Callable[..., Message]
Start = Callable[..., Running]
INSURERS = ("100", "200", "300", "400", "500", "600", "900")


@pytest.fixture
def start(clock: MemoryClock) -> Iterator[Start]:
    running: list[Running] = []

    def make(unsigned: bool = True, poll_seconds: float = 0) -> Running:
        config = Config(
            unsigned=unsigned,
            poll_seconds=poll_seconds,
            delays=Delays(0, 0, 0, 0),
            duplicates=Duplicates.PROCESS,  # the worst: a repeat is a second claim
            clock=clock.now,
        )
        running.append(serve(config))
        return running[-1]

    yield make
    for one in running:
        one.stop()


def line_to(simulator: Running, clock: MemoryClock, seconds: float = 5) -> MyCareNet:
    endpoint = Endpoint.parse(simulator.endpoint)
    account = Account(endpoint, "50000000123", True, "besace", "user", "secret")
    limits = Limits(total_seconds=seconds)
    return MyCareNet(account, UnsignedSession(), clock, Circuit(), limits)


def silent(_: bytes) -> None:
    """Keep nothing."""


def test_a_file_is_posted_answered_fetched_and_confirmed(
    start: Start, clock: MemoryClock, letter_to: Make
) -> None:
    mycarenet = line_to(start(), clock)
    message = letter_to(1)
    assert mycarenet.send(message, silent).verdict is Verdict.DONE
    batch = mycarenet.fetch(silent)
    assert {letter.kind for letter in batch.letters} == set(LetterKind)
    assert {letter.input_reference for letter in batch.letters} == {message.reference}
    hashes = [letter.hash for letter in batch.letters if letter.kind is LetterKind.MESSAGE]
    tacks = [letter.hash for letter in batch.letters if letter.kind is LetterKind.TACK]
    assert mycarenet.confirm(hashes, tacks).verdict is Verdict.DONE
    assert mycarenet.fetch(silent).letters == ()


@pytest.mark.parametrize(
    ("knob", "sent", "asked"),
    [
        (Knob(Kind.CUT_BEFORE, nth=(1,)), Verdict.UNKNOWN, Verdict.ABSENT),
        (Knob(Kind.CUT_AFTER, nth=(1,)), Verdict.UNKNOWN, Verdict.DONE),
        (Knob(Kind.TRUNCATE, nth=(1,)), Verdict.UNKNOWN, Verdict.DONE),
        (Knob(Kind.SLOW, nth=(1,), seconds=0.4), Verdict.UNKNOWN, Verdict.DONE),
        (Knob(Kind.STATUS, nth=(1,), status=503), Verdict.UNKNOWN, Verdict.ABSENT),
        (Knob(Kind.STATUS, nth=(1,), status=504, processed=True), Verdict.UNKNOWN, Verdict.DONE),
        (Knob(Kind.SOAP, nth=(1,), code="SOA-02002"), Verdict.UNKNOWN, Verdict.ABSENT),
        (Knob(Kind.SOAP, nth=(1,), code="SOA-02001"), Verdict.LATER, Verdict.ABSENT),
        (Knob(Kind.SOAP, nth=(1,), code="SOA-01002"), Verdict.FAILED, Verdict.ABSENT),
    ],
)
def test_whatever_breaks_the_question_tells_the_truth(
    start: Start, clock: MemoryClock, letter_to: Make, knob: Knob, sent: Verdict, asked: Verdict
) -> None:
    simulator = start()
    simulator.knobs.set([replace(knob, operation="post")])
    mycarenet = line_to(simulator, clock, seconds=0.3)
    assert mycarenet.send(letter_to(1), silent).verdict is sent
    _settled(simulator, asked)
    assert mycarenet.ask(letter_to(1), silent).verdict is asked


def _settled(simulator: Running, asked: Verdict) -> None:
    """Wait until a slow simulator has finished what it was told to do."""
    for _ in range(100):
        if asked is not Verdict.DONE or simulator.received():
            return
        Event().wait(0.02)


def test_a_get_too_soon_is_told_as_such(start: Start, clock: MemoryClock) -> None:
    mycarenet = line_to(start(poll_seconds=900), clock)
    assert mycarenet.fetch(silent).outcome.verdict is Verdict.DONE
    clock.pass_time(60)
    outcome = mycarenet.fetch(silent).outcome
    assert (outcome.verdict, outcome.reason) == (Verdict.LATER, TOO_SOON)


def test_an_unsigned_post_is_refused_where_signatures_are_asked_for(
    start: Start, clock: MemoryClock, letter_to: Make
) -> None:
    outcome = line_to(start(unsigned=False), clock).send(letter_to(1), silent)
    assert (outcome.verdict, outcome.reason) == (Verdict.FAILED, "soap.SOA-01001")


class HonestIntake(MemoryIntake):
    """Settles what a letter proves before letting it go, as `ports.Intake` asks."""

    def __init__(self, outbox: MemoryOutbox) -> None:
        super().__init__()
        self._outbox = outbox

    def take(self, letter: Letter, now: datetime) -> bool:
        for row in self._outbox.rows.values():
            if (
                row.message.reference == letter.input_reference
                and row.state is MessageState.UNKNOWN
            ):
                row.state = MessageState.DONE
        return True


@pytest.mark.parametrize("seed", range(12))
def test_whatever_the_faults_each_file_is_processed_exactly_once(
    start: Start, clock: MemoryClock, letter_to: Make, seed: int
) -> None:
    simulator = start()
    run_schedule(simulator, line_to(simulator, clock), clock, letter_to, seed)
    assert sorted(r.reference for r in simulator.received()) == [f"{n:014d}" for n in range(14)]
    assert {r.times_processed for r in simulator.received()} == {1}


def test_the_same_schedule_catches_who_sends_again_without_asking(
    start: Start, clock: MemoryClock, letter_to: Make
) -> None:
    class Naive:
        def __init__(self, good: MyCareNet) -> None:
            self._good = good
            self.fetch, self.confirm, self.ask = good.fetch, good.confirm, good.ask

        def send(self, message: Message, keep: Keep) -> Outcome:
            outcome = self._good.send(message, keep)
            naive = outcome.verdict is Verdict.UNKNOWN
            return replace(outcome, verdict=Verdict.LATER) if naive else outcome

    simulator = start()
    run_schedule(simulator, Naive(line_to(simulator, clock)), clock, letter_to, seed=0)
    assert max(r.times_processed for r in simulator.received()) > 1


class Partner(Transport, Mailbox, Protocol):
    """Both doors of one partner."""


def run_schedule(
    simulator: Running, partner: Partner, clock: MemoryClock, letter_to: Make, seed: int
) -> None:
    """Send fourteen files over seven lanes through a day of faults, until all are Done."""
    faults = [
        Knob(Kind.CUT_BEFORE, "post", probability=0.15),
        Knob(Kind.CUT_AFTER, "post", probability=0.15),
        Knob(Kind.STATUS, "post", probability=0.1, status=502, processed=True),
        Knob(Kind.STATUS, "*", probability=0.1, status=503),
        Knob(Kind.SOAP, "post", probability=0.1, code="SOA-02001"),
        Knob(Kind.CUT_AFTER, "confirm", probability=0.3),
        Knob(Kind.DUPLICATE, "get", probability=0.3),
        Knob(Kind.SHUFFLE, "get", probability=0.3),
    ]
    simulator.knobs.set(faults, seed)
    outbox = MemoryOutbox()
    for number in range(14):
        outbox.add(letter_to(number, INSURERS[number % 7]), clock.now())
    partners = {"efact": partner}
    engine = Engine(outbox, partners, partners, HonestIntake(outbox), clock)
    for _ in range(60):
        engine.run_once()
        clock.pass_time(timedelta(minutes=16).total_seconds())
        if outbox.next_due(clock.now()) is None:
            break
    assert {row.state for row in outbox.rows.values()} == {MessageState.DONE}


def test_a_flush_alone_settles_what_an_outcome_says(
    start: Start, clock: MemoryClock, letter_to: Make
) -> None:
    outbox, mycarenet = MemoryOutbox(), line_to(start(), clock)
    outbox.add(letter_to(1), clock.now())
    engine = Engine(outbox, {"efact": mycarenet}, {}, MemoryIntake(), clock)
    assert engine.run_once().left == 1
    outcome: Outcome = outbox.rows["m1"].outcomes[0]
    assert outbox.rows["m1"].kept == [outcome.raw]
