"""The post against the simulated services of France: it breaks on demand and counts what came."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from hashlib import sha256
from threading import Event

import pytest

from server.core.online import OnlineService, open_envelope
from server.core.outbox import Message, MessageState, Outcome, Verdict
from server.countries.france.online import Contract, Insured, InvoiceLine, Request, write_request
from server.simulators.sesam.online.faults import Fault, Kind
from server.simulators.sesam.online.service import Config, Running, serve
from sync.circuit import Circuit
from sync.engine import Engine
from sync.fakes import MemoryClock, MemoryIntake, MemoryOutbox
from sync.ports import Keep, Transport
from sync.transports.endpoint import Endpoint
from sync.transports.exchange import Limits
from sync.transports.sesam import SesamOnline


@pytest.fixture
def simulator(clock: MemoryClock) -> Iterator[Running]:
    running = serve(Config(clock=clock.now))
    yield running
    running.stop()


def line_to(simulator: Running, clock: MemoryClock) -> SesamOnline:
    endpoint = Endpoint.parse(simulator.endpoint)
    return SesamOnline(endpoint, clock, Circuit(), demo=True, limits=Limits(total_seconds=0.4))


def request(number: int, service: OnlineService) -> Message:
    reference = f"{number:026d}"
    payload = write_request(
        Request(
            service, reference, "297000010", date(2026, 3, 10),
            Insured("2610575999901", "19610514", 1), Contract("0799900010", "OC", "", "A0099"), "",
            (InvoiceLine("TST 8.10", 1790, 1074),), 716,
        )
    )  # fmt: skip
    lane = "sesam:adri" if service is OnlineService.ADRI else "sesam:amc"
    digest = sha256(payload).hexdigest()
    return Message(f"m{number}", "sesam", lane, service, reference, payload, digest, 1, False)


def silent(_: bytes) -> None:
    """Keep nothing."""


@pytest.mark.parametrize("service", OnlineService)
def test_every_service_is_asked_and_answers(
    simulator: Running, clock: MemoryClock, service: OnlineService
) -> None:
    outcome = line_to(simulator, clock).send(request(1, service), silent)
    assert outcome.verdict is Verdict.DONE and outcome.raw
    opened = open_envelope(outcome.raw)
    assert opened and opened.given


@pytest.mark.parametrize(
    ("fault", "sent", "asked"),
    [
        (Fault(Kind.CUT_BEFORE, nth=(1,)), Verdict.UNKNOWN, Verdict.ABSENT),
        (Fault(Kind.CUT_AFTER, nth=(1,)), Verdict.UNKNOWN, Verdict.DONE),
        (Fault(Kind.TRUNCATE, nth=(1,)), Verdict.UNKNOWN, Verdict.DONE),
        (Fault(Kind.MUTE, nth=(1,), seconds=5), Verdict.UNKNOWN, Verdict.DONE),
        (Fault(Kind.STATUS, nth=(1,)), Verdict.UNKNOWN, Verdict.ABSENT),
        (Fault(Kind.STATUS, nth=(1,), status=429), Verdict.LATER, Verdict.ABSENT),
        (Fault(Kind.REFUSE, nth=(1,)), Verdict.DONE, Verdict.DONE),
        (Fault(Kind.CONTRADICT, nth=(1,)), Verdict.DONE, Verdict.DONE),
    ],
)
def test_whatever_breaks_the_question_tells_the_truth(
    simulator: Running, clock: MemoryClock, fault: Fault, sent: Verdict, asked: Verdict
) -> None:
    simulator.faults.set([replace(fault, service="ENGAGEMENT")])
    line = line_to(simulator, clock)
    message = request(1, OnlineService.COMMITMENT)
    assert line.send(message, silent).verdict is sent
    if asked is Verdict.DONE:
        _settled(simulator)
    assert line.ask(message, silent).verdict is asked


def _settled(simulator: Running) -> None:
    """Wait until the request was worked on: its thread may be a little behind ours."""
    for _ in range(200):
        if simulator.received():
            return
        Event().wait(0.01)


@pytest.mark.parametrize("seed", range(1, 9))
def test_whatever_the_faults_each_request_is_worked_on_exactly_once(
    simulator: Running, clock: MemoryClock, seed: int
) -> None:
    outbox = played(simulator, line_to(simulator, clock), clock, seed)
    assert {row.state for row in outbox.rows.values()} == {MessageState.DONE}
    assert sorted(each.reference for each in simulator.received()) == [
        f"{number:026d}" for number in range(12)
    ]
    assert {(each.times_received, each.times_processed) for each in simulator.received()} == {
        (1, 1)
    }
    for row in outbox.rows.values():
        assert row.outcomes[-1].raw in row.kept


def test_who_sends_again_without_asking_is_caught(simulator: Running, clock: MemoryClock) -> None:
    class Naive:
        def __init__(self, good: SesamOnline) -> None:
            self._good = good
            self.ask: Callable[[Message, Keep], Outcome] = good.ask

        def send(self, message: Message, keep: Keep) -> Outcome:
            outcome = self._good.send(message, keep)
            blind = outcome.verdict is Verdict.UNKNOWN
            return replace(outcome, verdict=Verdict.LATER) if blind else outcome

    played(simulator, Naive(line_to(simulator, clock)), clock, seed=1)
    assert max(each.times_received for each in simulator.received()) > 1


def played(simulator: Running, line: Transport, clock: MemoryClock, seed: int) -> MemoryOutbox:
    """Ask twelve things through a day of faults, until all are answered."""
    faults = [
        Fault(Kind.CUT_BEFORE, probability=0.2), Fault(Kind.CUT_AFTER, probability=0.3),
        Fault(Kind.STATUS, probability=0.1), Fault(Kind.TRUNCATE, probability=0.1),
        Fault(Kind.REFUSE, probability=0.2), Fault(Kind.CONTRADICT, probability=0.2),
    ]  # fmt: skip
    simulator.faults.set(faults, seed)
    outbox = MemoryOutbox()
    services = [*OnlineService]
    for number in range(12):
        outbox.add(request(number, services[number % len(services)]), clock.now())
    engine = Engine(outbox, {"sesam": line}, {}, MemoryIntake(), clock)
    for _ in range(80):
        engine.run_once()
        clock.pass_time(timedelta(minutes=16).total_seconds())
        if outbox.next_due(clock.now()) is None:
            break
    return outbox
