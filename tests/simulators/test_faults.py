"""Faults on demand: the client sees what a bad line or a bad platform does."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from time import monotonic

import pytest
import requests

from server.simulators.mycarenet.faults import Kind, Knob, Knobs, read_knobs
from server.simulators.mycarenet.service import Running
from tests.simulators.sample_writer import Sending
from tests.simulators.soap_client import Client, fault, messages, tack, tacks

Start = Callable[..., Running]
GOOD = Sending()
BYTES = GOOD.content()


@pytest.fixture
def running(started: Start) -> Running:
    return started()


def meet(running: Running, *knobs: Knob) -> Client:
    """A client of a simulator with these faults."""
    running.knobs.set(knobs)
    return Client(running.endpoint)


def test_a_connection_cut_before_the_work_leaves_nothing_behind(running: Running) -> None:
    client = meet(running, Knob(Kind.CUT_BEFORE, "post", nth=(1,)))
    with pytest.raises(requests.ConnectionError, match="reset"):
        client.post(BYTES, GOOD.reference)
    assert running.received() == []


def test_an_answer_lost_after_the_work_can_be_asked_for(running: Running) -> None:
    client = meet(running, Knob(Kind.CUT_AFTER, "post", nth=(1,)))
    with pytest.raises(requests.ConnectionError, match="reset"):
        client.post(BYTES, GOOD.reference)
    (copy,) = tacks(client.get())
    assert copy.get("AppliesTo") == f"urn:nip:reference:input:{GOOD.reference}"
    assert tack(client.post(BYTES, GOOD.reference)).text == copy.text
    assert [file.times_processed for file in running.received()] == [1]


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_a_status_before_the_work_leaves_nothing_behind(running: Running, status: int) -> None:
    client = meet(running, Knob(Kind.STATUS, "post", nth=(1,), status=status))
    assert client.post(BYTES, GOOD.reference).status_code == status
    assert running.received() == []


def test_a_status_after_the_work_hides_a_success(running: Running) -> None:
    client = meet(running, Knob(Kind.STATUS, "post", nth=(1,), status=504, processed=True))
    assert client.post(BYTES, GOOD.reference).status_code == 504
    assert [file.times_processed for file in running.received()] == [1]


def test_a_fault_of_the_platform_carries_its_code(running: Running) -> None:
    client = meet(
        running, Knob(Kind.SOAP, "*", nth=(1,), code="SOA-02001", message="SEND_TO_IO_EXCEPTION")
    )
    assert fault(client.get()) == ("SOA-02001", "SEND_TO_IO_EXCEPTION")
    assert client.get().status_code == 200


def test_a_truncated_answer_ends_in_the_middle(running: Running) -> None:
    client = meet(running, Knob(Kind.TRUNCATE, "get", nth=(1,)))
    with pytest.raises((requests.exceptions.ChunkedEncodingError, requests.ConnectionError)):
        client.get()
    assert client.get().status_code == 200


def test_messages_come_twice_and_in_the_wrong_order(running: Running) -> None:
    knobs = (Knob(Kind.DUPLICATE, "get", nth=(1,)), Knob(Kind.SHUFFLE, "get", nth=(2,)))
    client = meet(running, *knobs)
    client.post(BYTES, GOOD.reference)
    kinds = [[m.kind for m in messages(client.get())] for _ in range(3)]
    usual = ["931000", "920098", "920900"]
    assert kinds == [usual * 2, usual[::-1], usual]


def test_not_enough_time_may_be_claimed_at_will(running: Running) -> None:
    client = meet(running, Knob(Kind.NOT_ENOUGH_TIME, "get", nth=(1,), seconds=30))
    assert "Not enough time" in fault(client.get())[1]


def test_a_slow_answer_takes_its_time(running: Running) -> None:
    client = meet(running, Knob(Kind.SLOW, "get", nth=(1,), seconds=0.04))
    start = monotonic()
    client.get()
    assert monotonic() - start >= 0.04


def test_one_insurer_may_be_out_of_reach(running: Running) -> None:
    client = meet(running, Knob(Kind.SOAP, "post", probability=1.0, insurer="900"))
    assert client.post(BYTES, GOOD.reference).status_code == 200
    assert fault(client.post(BYTES, GOOD.reference, insurer="900"))[0] == "SOA-02002"


def test_the_same_seed_meets_the_same_faults() -> None:
    knob = Knob(Kind.CUT_AFTER, "post", probability=0.3)

    def met(seed: int) -> list[bool]:
        knobs = Knobs(seed, (knob,))
        return [bool(knobs.strike("post")) for _ in range(200)]

    assert met(7) == met(7)
    assert met(7) != met(8)
    assert 30 < sum(met(7)) < 90


def test_a_fault_may_strike_a_limited_number_of_times() -> None:
    knobs = Knobs(0, (Knob(Kind.SLOW, "post", probability=1.0, times=2),))
    assert [bool(knobs.strike("post")) for _ in range(4)] == [True, True, False, False]
    assert knobs.strike("get") == {}


def test_faults_are_read_from_a_file_and_through_the_admin_door(
    started: Start, tmp_path: Path
) -> None:
    path = tmp_path / "faults.json"
    path.write_text(json.dumps([{"kind": "status", "operation": "get", "nth": 1}]), "utf-8")
    client = Client(started(faults=path, seed=3).endpoint)
    assert client.get().status_code == 503
    told = client.admin("faults")
    assert isinstance(told, dict)
    assert (told["seed"], told["calls"], told["faults"][0]["struck"]) == (3, {"get": 1}, 1)
    client.admin(
        "faults", {"seed": 4, "faults": [{"kind": "soap", "operation": "get", "nth": [1]}]}
    )
    assert fault(client.get())[0] == "SOA-02002"
    client.admin("faults", {"faults": []})
    assert client.get().status_code == 200


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ({}, "not a list"),
        (["slow"], "not an object"),
        ([{"operation": "post"}], "no kind"),
        ([{"kind": "flood"}], "flood"),
        ([{"kind": "slow", "how": 3}], "how"),
    ],
)
def test_faults_that_are_not_understood_are_named(
    running: Running, table: object, said: str
) -> None:
    with pytest.raises(ValueError, match=said):
        read_knobs(table)
    told = Client(running.endpoint).admin("faults", {"faults": table})
    assert isinstance(told, dict)
    assert said in told["error"]


def test_no_schedule_of_faults_processes_a_file_twice(running: Running) -> None:
    kinds = (Kind.CUT_BEFORE, Kind.CUT_AFTER, Kind.STATUS, Kind.TRUNCATE)
    client = meet(running, *(Knob(kind, "*", probability=0.25) for kind in kinds))
    running.knobs.set([replace(k, operation="post") for k in running.knobs.knobs], seed=11)
    for at in range(20):
        one = replace(GOOD, reference=f"202603120100{at:02d}", number=f"1{at:02d}")
        _insist(client, one)
    files = running.received()
    assert len(files) == 20
    assert {file.times_processed for file in files} == {1}
    assert sum(file.times_posted for file in files) > 20


def _insist(client: Client, sending: Sending) -> None:
    for _ in range(50):
        try:
            if client.post(sending.content(), sending.reference).status_code == 200:
                return
        except requests.RequestException:
            continue
    pytest.fail("no answer in fifty attempts")
