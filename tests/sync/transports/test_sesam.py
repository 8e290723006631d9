"""The transport to the online services of France, at a door that does what it is told."""

import json
from dataclasses import replace
from hashlib import sha256

import pytest

from server.core.online import OnlineService
from server.core.outbox import Message, Outcome, Verdict
from sync.circuit import FAILURES, Circuit
from sync.fakes import MemoryClock
from sync.transports.endpoint import Endpoint
from sync.transports.exchange import Limits
from sync.transports.sesam import SesamOnline
from tests.sync.transports.door import Door, Script, answers, sends

REFERENCE = "01JTESTREFERENCE0000000001"


def message(service: OnlineService = OnlineService.ADRI, payload: bytes = b"{}") -> Message:
    return Message(
        "m1", "sesam", "sesam:adri", str(service), REFERENCE, payload, sha256(payload).hexdigest(),
        1, False,
    )  # fmt: skip


def said(asked: Message, **other: object) -> bytes:
    told = {
        "format": "FR-T1", "service": asked.target, "reference": asked.reference,
        "empreinte": asked.sha256, "simule": True, "issue": "OK", "motif": "", "rendu": {}, **other,
    }  # fmt: skip
    return json.dumps(told).encode()


class Line:
    """A transport at a door, what it kept and what it heard."""

    def __init__(self, door: Door, clock: MemoryClock) -> None:
        self.kept: list[bytes] = []
        self.heard: list[object] = []
        self.door = door
        self.clock = clock
        self.sesam = SesamOnline(
            door.endpoint, clock, Circuit(), demo=True, hear=self.heard.append,
            limits=Limits(connect_seconds=1, total_seconds=1),
        )  # fmt: skip

    def says(self, *scripts: Script) -> None:
        self.door.scripts = list(scripts)

    def send(self, asked: Message) -> Outcome:
        return self.sesam.send(asked, self.kept.append)

    def ask(self, asked: Message) -> Outcome:
        return self.sesam.ask(asked, self.kept.append)


@pytest.fixture
def line(door: Door, clock: MemoryClock) -> Line:
    return Line(door, clock)


@pytest.mark.parametrize("other", [{}, {"issue": "REFUS", "motif": "ASSURE_INCONNU"}])
def test_a_yes_and_a_no_are_answers_and_are_kept(line: Line, other: dict[str, str]) -> None:
    asked = message()
    line.says(answers(said(asked, **other), 200, "Date: Mon, 02 Mar 2026 18:30:00 GMT"))
    outcome = line.send(asked)
    assert outcome == Outcome(Verdict.DONE, raw=said(asked, **other))
    assert line.kept == [outcome.raw] and len(line.heard) == 1
    head, _, body = line.door.requests[0].partition(b"\r\n\r\n")
    assert head.startswith(b"POST /async/adri HTTP") and body == b"{}"
    assert b"2610575999901" not in head


def test_changed_bytes_never_leave(line: Line) -> None:
    line.says(answers(b""))
    outcome = line.send(replace(message(), payload=b"[]"))
    assert outcome == Outcome(Verdict.FAILED, "PAYLOAD_CHANGED")
    assert line.door.connections == 0


@pytest.mark.parametrize(
    ("other", "verdict", "reason"),
    [
        ({"reference": "0" * 26}, Verdict.UNKNOWN, "answer.other_request"),
        ({"empreinte": "0" * 64}, Verdict.UNKNOWN, "answer.other_bytes"),
        ({"service": "DROITS"}, Verdict.UNKNOWN, "answer.other_bytes"),
        ({"simule": False}, Verdict.FAILED, "answer.not_simulated"),
        ({"format": "FR-T2"}, Verdict.UNKNOWN, "answer.unreadable"),
    ],
)
def test_an_answer_counts_for_this_request_in_this_world(
    line: Line, other: dict[str, object], verdict: Verdict, reason: str
) -> None:
    line.says(answers(said(message(), **other)))
    outcome = line.send(message())
    assert (outcome.verdict, outcome.reason) == (verdict, reason)
    assert line.kept == [said(message(), **other)]


def test_a_real_practice_takes_no_simulated_answer(door: Door, clock: MemoryClock) -> None:
    door.scripts = [answers(said(message()))]
    real = SesamOnline(door.endpoint, clock, Circuit(), demo=False)
    outcome = real.send(message(), lambda _: None)
    assert (outcome.verdict, outcome.reason) == (Verdict.FAILED, "answer.simulated")


@pytest.mark.parametrize(
    ("status", "sent", "asked"),
    [
        (503, Verdict.UNKNOWN, Verdict.LATER),
        (504, Verdict.UNKNOWN, Verdict.LATER),
        (204, Verdict.UNKNOWN, Verdict.LATER),
        (429, Verdict.LATER, Verdict.LATER),
        (400, Verdict.FAILED, Verdict.FAILED),
        (409, Verdict.FAILED, Verdict.FAILED),
        (302, Verdict.FAILED, Verdict.FAILED),
    ],
)
def test_a_status_is_a_doubt_after_a_request_and_only_a_wait_after_a_question(
    line: Line, status: int, sent: Verdict, asked: Verdict
) -> None:
    line.says(answers(b"x", status))
    assert line.send(message()).verdict is sent
    assert line.ask(message()).verdict is asked


def unknown(**other: object) -> bytes:
    told = {"format": "FR-T1", "service": "SUIVI", "reference": REFERENCE, "connu": False, **other}
    return json.dumps(told).encode()


@pytest.mark.parametrize("service", OnlineService)
def test_absence_is_proven_at_once_where_nothing_was_promised(
    line: Line, service: OnlineService
) -> None:
    line.says(answers(unknown()))
    outcome = line.ask(message(service))
    assert outcome.verdict is Verdict.ABSENT
    assert outcome.proven == (service is not OnlineService.COMMITMENT)
    assert b"POST /async/suivi HTTP" in line.door.requests[0]
    assert json.loads(line.door.requests[0].partition(b"\r\n\r\n")[2])["reference"] == REFERENCE


def test_a_question_brings_the_answer_that_was_lost(line: Line) -> None:
    line.says(answers(said(message())))
    assert line.ask(message()).verdict is Verdict.DONE


@pytest.mark.parametrize("body", [unknown(), unknown(reference="0" * 26), b"<html>"])
def test_a_word_of_absence_answers_no_request(line: Line, body: bytes) -> None:
    line.says(answers(body))
    assert line.send(message()).verdict is Verdict.UNKNOWN


def test_absence_of_another_reference_says_nothing(line: Line) -> None:
    line.says(answers(unknown(reference="0" * 26)))
    assert line.ask(message()).verdict is Verdict.LATER


def test_a_cut_answer_is_kept_as_far_as_it_came_and_leaves_a_doubt(line: Line) -> None:
    line.says(sends(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"), sends(b""), sends(b""))
    outcome = line.send(message())
    assert (outcome.verdict, outcome.reason, line.kept) == (Verdict.UNKNOWN, "answer.cut", [b"{"])
    assert line.send(message()).verdict is Verdict.UNKNOWN
    assert line.ask(message()).verdict is Verdict.LATER
    assert line.kept == [b"{"]


def test_a_door_that_stays_shut_is_left_alone_after_five_times(
    door: Door, clock: MemoryClock
) -> None:
    where = door.endpoint
    door.close()
    shut = SesamOnline(Endpoint(where.host, where.port, "/t1/", False), clock, Circuit(), demo=True)
    outcomes = [shut.send(message(), lambda _: None) for _ in range(FAILURES + 1)]
    assert {outcome.verdict for outcome in outcomes} == {Verdict.UNREACHABLE}
    assert outcomes[0].reason == "line.refused" and outcomes[-1].reason == "line.circuit"


def test_a_gateway_in_trouble_counts_as_a_door_that_stays_shut(line: Line) -> None:
    line.says(answers(b"", 502))
    for _ in range(FAILURES):
        assert line.send(message()).verdict is Verdict.UNKNOWN
    assert line.send(message()).reason == "line.circuit"
