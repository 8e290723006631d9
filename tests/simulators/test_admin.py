"""The tester's door and the magic patients."""

from collections.abc import Callable
from dataclasses import replace

import pytest
import requests

from server.simulators.mycarenet.insurers import rows
from server.simulators.mycarenet.service import Running
from tests.simulators.sample_writer import NISS, Bill, Care, Sending
from tests.simulators.soap_client import Client, messages

Start = Callable[..., Running]
GOOD = Sending()
CARES = (Care(), Care(day="20260311"))


def sex(niss: str) -> str:
    return "1" if int(niss[6:9]) % 2 else "2"


def settled(client: Client, bill: Bill) -> list[tuple[str, list[str]]]:
    """Records and codes of what came after the receipt, last message only."""
    sending = replace(GOOD, bills=(bill,))
    client.post(sending.content(), sending.reference)
    text = messages(client.get())[-1].content.decode()
    lines = [text[at : at + 800] for at in range(677, len(text), 800)]
    return [
        (line[:2], [line[at : at + 7] for at in (456, 463, 470) if line[at] in "BFRES"])
        for line in lines
        if line[:2] not in ("91", "92")
    ]


@pytest.mark.parametrize("row", rows("magic.csv"), ids=lambda row: row["code"])
def test_each_magic_patient_brings_his_code(started: Start, row: dict[str, str]) -> None:
    niss, code = row["niss"], row["code"]
    assert int(niss[9:]) == 97 - int(niss[:9]) % 97
    assert 990 <= int(niss[6:9]) <= 998
    client = Client(started().endpoint)
    told = settled(client, Bill(niss=niss, sex=sex(niss), cares=CARES))
    struck = [kind for kind, codes in told if code in codes]
    assert struck == [row["record"]] * (2 if row["acts"] == "all" and row["record"] > "49" else 1)


def test_a_patient_becomes_magic_through_the_door(started: Start) -> None:
    client = Client(started().endpoint)
    client.admin("magic", {"niss": NISS, "code": "R502255", "acts": "567011"})
    told = settled(client, Bill(cares=(Care(), Care("567033", agreement=None, patient=0))))
    assert told[2] == ("50", ["R502255"])
    known = client.admin("magic")
    assert isinstance(known, list)
    assert known[-1] == {
        "niss": NISS, "code": "R502255", "record": "50", "acts": "567011", "unless_ct": "",
    }  # fmt: skip


def test_an_invoice_that_agrees_with_the_insurers_books_is_left_alone(started: Start) -> None:
    client = Client(started().endpoint)
    client.admin("magic", {"niss": NISS, "code": "R500522", "unless_ct": "110110"})
    assert not [codes for _, codes in settled(client, Bill(cares=CARES)) if "R500522" in codes]


def test_an_invoice_that_disagrees_with_the_insurers_books_is_struck(started: Start) -> None:
    client = Client(started().endpoint)
    client.admin("magic", {"niss": NISS, "code": "R500522", "unless_ct": "111111"})
    assert [codes for _, codes in settled(client, Bill(cares=CARES)) if "R500522" in codes]


def test_a_code_may_be_put_on_the_footer_or_on_the_first_act(started: Start) -> None:
    client = Client(started().endpoint)
    client.admin("magic", {"niss": NISS, "code": "F801910"})
    client.admin("magic", {"niss": NISS, "code": "R500446", "acts": "first"})
    told = settled(client, Bill(cares=CARES))
    assert [codes for kind, codes in told if kind == "80"] == [["F801910"]]
    assert [codes for kind, codes in told if kind == "50"] == [["R500446"], ["R500119"]]


def test_a_percentage_may_be_set_for_one_insurer(started: Start) -> None:
    client = Client(started(percentages={"900": 100}).endpoint)
    assert client.admin("percentage", {"union": "100", "limit": 500}) == {
        "union": "100",
        "limit": 500,
    }
    sending = replace(GOOD, bills=(Bill(cares=(Care(prescriber="0" * 11),)),))
    client.post(sending.content(), sending.reference)
    last = messages(client.get())[-1]
    assert (last.kind, last.content[214:216]) == ("920099", b"02")
    client.admin("percentage", {"union": "100", "limit": None})
    again = replace(sending, reference="20260312010002", number="102")
    client.admin("clock", {"shift_seconds": 86_400})
    client.post(again.content(), again.reference)
    assert messages(client.get())[-1].kind == "920900"


def test_what_was_received_is_listed(started: Start) -> None:
    client = Client(started().endpoint)
    client.post(GOOD.content(), GOOD.reference)
    told = client.admin("received")
    assert isinstance(told, list)
    assert [(file["reference"], file["times_posted"]) for file in told] == [(GOOD.reference, 1)]


@pytest.mark.parametrize(
    ("path", "sent", "said"),
    [
        ("magic", {"niss": "1", "code": "R502255"}, "niss"),
        ("magic", {"niss": NISS, "code": "502255"}, "code"),
        ("clock", {}, "shift_seconds"),
        ("clock", {"shift_seconds": "much"}, "shift_seconds"),
        ("clock", {"now": "tomorrow"}, "instant"),
        ("clock", {"now": "2026-03-12T10:00:00"}, "time zone"),
        ("percentage", {"union": "700"}, "union"),
        ("percentage", {"union": "100", "limit": True}, "limit"),
        ("tick", [], "object"),
        ("nothing", {}, "nothing here"),
    ],
)
def test_a_wrong_request_of_the_tester_is_explained(
    started: Start, path: str, sent: object, said: str
) -> None:
    told = Client(started().endpoint).admin(path, sent)
    assert isinstance(told, dict)
    assert said in told["error"]


def test_other_paths_hold_nothing(started: Start) -> None:
    running = started()
    headers = {"Connection": "close"}
    for method, path in (("POST", "/elsewhere"), ("GET", "/elsewhere"), ("GET", "/admin/tick")):
        answer = requests.request(method, running.url + path, headers=headers, timeout=10)
        assert answer.status_code == 404
    bad = requests.post(running.url + "/admin/tick", b"{", headers=headers, timeout=10)
    assert bad.status_code == 400


def test_what_was_posted_can_be_forgotten(started: Start) -> None:
    running = started()
    client = Client(running.endpoint)
    client.post(GOOD.content(), GOOD.reference)
    requests.post(running.url + "/admin/forget", json={}, timeout=10)
    assert running.received() == []
    assert messages(client.get()) == []
    client.post(GOOD.content(), GOOD.reference)
    assert [file.times_processed for file in running.received()] == [1]
