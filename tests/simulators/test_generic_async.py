"""Post, get and confirm over real HTTP, with SOAP built by hand."""

import base64
import gzip
import hashlib
import hmac
import socket
import struct
import zlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import requests
from lxml import etree

from server.simulators.mycarenet.config import Delays, Duplicates
from server.simulators.mycarenet.service import Running
from tests.simulators.conftest import NOW
from tests.simulators.sample_writer import NIHII, Sending, put
from tests.simulators.soap_client import Client, envelope, fault, messages, tack, tacks

Start = Callable[..., Running]
GOOD = Sending()
BYTES = GOOD.content()
SUCCESS = "urn:nip:tack:result:major:success"
FAILURE = "urn:nip:tack:result:major:failure"


def test_a_good_file_is_acknowledged_received_accepted_and_settled(started: Start) -> None:
    client = Client(started().endpoint)
    answer = tack(client.post(BYTES, GOOD.reference))
    assert answer.get("ResultMajor") == SUCCESS
    assert answer.get("AppliesTo") == f"urn:nip:reference:input:{GOOD.reference}"
    got = messages(client.get())
    assert [message.kind for message in got] == ["931000", "920098", "920900"]
    assert {message.input for message in got} == {GOOD.reference}
    assert [len(message.content) for message in got] == [227, 677 + 2 * 800, 677 + 4 * 800]


def test_the_tack_proves_the_bytes_and_the_result(started: Start) -> None:
    client = Client(started().endpoint)
    answer = tack(client.post(BYTES, GOOD.reference))
    proof = hmac.new(SUCCESS.encode(), BYTES, hashlib.sha256).digest()
    assert answer.text == base64.b64encode(proof).decode()
    (copy,) = tacks(client.get(messages=False))
    assert (copy.text, copy.get("AppliesTo")) == (answer.text, answer.get("AppliesTo"))


@pytest.mark.parametrize(
    ("blob", "encoding"),
    [
        (BYTES, "none"),
        (zlib.compress(BYTES), "deflate"),
        (gzip.compress(BYTES), "deflate"),
    ],
)
def test_other_compressions_are_read_too(started: Start, blob: bytes, encoding: str) -> None:
    client = Client(started().endpoint)
    answer = tack(client.post(BYTES, GOOD.reference, blob=blob, encoding=encoding))
    assert answer.get("ResultMajor") == SUCCESS


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ({"hash_value": base64.b64encode(b"other").decode()}, "hash"),
        ({"blob": b"\xff\xff not deflated"}, "decompressed"),
        ({"name": "MDA"}, "message name"),
        ({"insurer": "700"}, "destination"),
    ],
)
def test_a_file_the_platform_cannot_carry_gets_a_failure(
    started: Start, wrong: dict[str, object], reason: str
) -> None:
    running = started()
    client = Client(running.endpoint)
    answer = tack(client.post(BYTES, GOOD.reference, **wrong))  # type: ignore[arg-type]  # test table
    assert answer.get("ResultMajor") == FAILURE
    assert reason in str(answer.get("ResultMessage"))
    assert messages(client.get()) == []
    assert [file.times_processed for file in running.received()] == [0]


def test_what_failed_for_its_envelope_may_be_posted_again(started: Start) -> None:
    running = started()
    client = Client(running.endpoint)
    client.post(BYTES, GOOD.reference, insurer="700")
    assert tack(client.post(BYTES, GOOD.reference)).get("ResultMajor") == SUCCESS
    (file,) = running.received()
    assert (file.times_posted, file.times_processed) == (2, 1)


def test_the_same_bytes_again_get_the_same_tack_and_are_processed_once(started: Start) -> None:
    running = started()
    client = Client(running.endpoint)
    first, again = (tack(client.post(BYTES, GOOD.reference)) for _ in range(2))
    assert first.text == again.text
    (file,) = running.received()
    assert (file.reference, file.sha256) == (GOOD.reference, hashlib.sha256(BYTES).hexdigest())
    assert (file.times_posted, file.times_processed) == (2, 1)
    assert len(messages(client.get())) == 3


def test_other_bytes_under_a_used_reference_are_refused(started: Start) -> None:
    running = started()
    client = Client(running.endpoint)
    client.post(BYTES, GOOD.reference)
    other = replace(GOOD, number="102").content()
    assert tack(client.post(other, GOOD.reference)).get("ResultMajor") == FAILURE
    assert [file.times_processed for file in running.received()] == [1, 0]


def test_a_platform_may_refuse_any_repeat(started: Start) -> None:
    client = Client(started(duplicates=Duplicates.REFUSE).endpoint)
    majors = [tack(client.post(BYTES, GOOD.reference)).get("ResultMajor") for _ in range(3)]
    assert majors == [SUCCESS, FAILURE, FAILURE]


def test_a_platform_without_memory_leaves_the_repeat_to_the_insurer(started: Start) -> None:
    running = started(duplicates=Duplicates.PROCESS)
    client = Client(running.endpoint)
    for _ in range(2):
        client.post(BYTES, GOOD.reference)
    kinds = [message.kind for message in messages(client.get())]
    assert kinds == ["931000", "920098", "920900", "931000", "920999"]
    assert [file.times_processed for file in running.received()] == [2]


def test_a_message_stays_until_it_is_confirmed_by_hash(started: Start) -> None:
    client = Client(started().endpoint)
    client.post(BYTES, GOOD.reference)
    got = messages(client.get())
    assert messages(client.get()) == got
    client.confirm(MsgHashValues=[got[0].hash, got[2].hash])
    assert messages(client.get()) == got[1:2]


def test_a_message_or_tack_may_be_confirmed_by_reference_or_value(started: Start) -> None:
    client = Client(started().endpoint)
    for at in range(2):
        one = replace(GOOD, number=f"10{at}", reference=f"2026031201000{at}")
        client.post(one.content(), one.reference)
    got = client.get()
    first, second = tacks(got)
    client.confirm(
        MsgRefValues=[message.reference for message in messages(got)],
        TAckContents=[str(first.text)],
        TAckReferences=[str(second.get("Reference"))],
    )
    left = client.get()
    assert (messages(left), tacks(left)) == ([], [])


def test_confirming_what_is_not_there_changes_nothing(started: Start) -> None:
    client = Client(started().endpoint)
    client.post(BYTES, GOOD.reference)
    answer = client.confirm(MsgHashValues=["AAAA"], MsgRefValues=["nonsense"])
    assert answer.status_code == 200
    assert len(messages(client.get())) == 3


def test_a_mailbox_belongs_to_its_provider(started: Start) -> None:
    endpoint = started().endpoint
    Client(endpoint).post(BYTES, GOOD.reference)
    other = Client(endpoint, nihii="50670623526")
    assert messages(other.get()) == []
    other.confirm(MsgHashValues=[messages(Client(endpoint).get())[0].hash])
    assert len(messages(Client(endpoint).get())) == 3


def test_a_get_may_be_limited_in_number_and_name(started: Start) -> None:
    client = Client(started(names={"920900": "HCPAFD"}).endpoint)
    client.post(BYTES, GOOD.reference)
    answer = client.get(most=2, tacks=False)
    returned = etree.fromstring(answer.content).find(".//{*}return")
    assert returned is not None
    assert (returned.get("MsgCount"), returned.get("TAckCount")) == ("2", "0")
    assert [m.kind for m in messages(client.get(names="HCPAFD HCPVWR"))] == ["920900"]


def test_answers_come_when_they_are_due(started: Start) -> None:
    client = Client(started(delays=Delays(1, 60, 3600, 86_400)).endpoint)
    client.post(BYTES, GOOD.reference)
    seen = []
    for shift in (0, 60, 3600, 86_400):
        client.admin("clock", {"shift_seconds": shift})
        got = client.get()
        seen.append((len(messages(got)), len(tacks(got))))
    assert seen == [(0, 0), (1, 1), (2, 1), (3, 1)]


def test_a_tester_may_bring_all_answers_at_once(started: Start) -> None:
    client = Client(started(delays=Delays(9, 9, 9, 9)).endpoint)
    client.post(BYTES, GOOD.reference)
    assert messages(client.get()) == []
    assert client.admin("tick", {}) == {"due": 3, "waiting": 3}
    assert len(messages(client.get())) == 3


def test_the_clock_may_be_set_and_is_in_the_date_of_answers(started: Start) -> None:
    client = Client(started().endpoint)
    wanted = datetime(2026, 5, 1, 8, tzinfo=UTC)
    assert client.admin("clock", {"now": wanted.isoformat()}) == {"now": wanted.isoformat()}
    assert client.get().headers["Date"] == "Fri, 01 May 2026 08:00:00 GMT"


def test_asking_too_often_is_told(started: Start) -> None:
    client = Client(started(poll_seconds=30).endpoint)
    assert client.get().status_code == 200
    code, sentence = fault(client.get())
    assert code == "SOA-03006"
    assert sentence == "Not enough time since the last get: wait 30 seconds"
    client.admin("clock", {"shift_seconds": 30})
    assert client.get().status_code == 200


def test_an_unsigned_request_is_refused_unless_allowed(started: Start) -> None:
    running = started(unsigned=False)
    client = Client(running.endpoint)
    for answer in (client.post(BYTES, GOOD.reference), client.get(), client.confirm()):
        assert fault(answer) == ("SOA-01001", "the transport must be signed")
    assert running.received() == []


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"not xml", "SOA-03001"),
        (b"<a/>", "SOA-03001"),
        (envelope("post", "", action=""), "SOA-03004"),
        (envelope("post", "", action="urn:other"), "SOA-03004"),
        (envelope("post", "", to="urn:other"), "SOA-03004"),
        (envelope("post", "", to="urn:nip:destination:io:100"), "SOA-03004"),
        (envelope("get", ""), "SOA-03004"),
        (envelope("confirm", ""), "SOA-03004"),
        (envelope("get", "").replace(b"gen:get", b"gen:put"), "SOA-03004"),
        (envelope("get", "").replace(b"<wsa:To></wsa:To>", b""), "SOA-03004"),
        (
            envelope(
                "post",
                '<gen:Detail ContentType="text/plain" MessageName="HCPFAC"/>',
                to="urn:other",
            ),
            "SOA-03004",
        ),
    ],
)
def test_a_message_outside_the_schema_gets_a_fault(started: Start, body: bytes, code: str) -> None:
    assert fault(Client(started().endpoint).send(body))[0] == code


def test_a_detail_that_is_not_base64_gets_a_fault(started: Start) -> None:
    client = Client(started().endpoint)
    sent = envelope("post", "", to="urn:nip:destination:io:100")
    body = (
        "<gen:CommonInput><c:Request><c:IsTest>true</c:IsTest></c:Request><c:Origin><c:Package>"
        "<c:License><c:Username>u</c:Username><c:Password>p</c:Password></c:License></c:Package>"
        "<c:CareProvider><c:Nihii><c:Quality>physiotherapist</c:Quality><c:Value>1</c:Value>"
        "</c:Nihii></c:CareProvider></c:Origin>"
        "<c:InputReference>1</c:InputReference></gen:CommonInput>"
        '<gen:Detail ContentType="text/plain" MessageName="HCPFAC">?</gen:Detail>'
    )
    whole = sent.replace(b"<gen:post></gen:post>", f"<gen:post>{body}</gen:post>".encode())
    assert fault(client.send(whole)) == ("SOA-03004", "the detail is not base64")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (b"<c:Name>T</c:Name>", b"<c:Nom>T</c:Nom>", "License is missing"),
        (b"<c:Password>p</c:Password>", b"", "Password is missing"),
        (b"<gen:TAckQuery", b"<gen:MsgQuery/><gen:TAckQuery", "TAckQuery is missing"),
        (b"</gen:Origin>", b"</gen:Origin><gen:Other/>", "MsgQuery is missing"),
        (b"</gen:get>", b"<gen:Other/></gen:get>", "Other is missing or out of place"),
        (b"<c:Value>50670622527</c:Value>", b"<c:Value/>", "Value is missing"),
        (b">physiotherapist<", b">doctor<", "SAML_VALIDATION_ERROR"),
    ],
)
def test_a_request_is_read_in_the_order_of_the_schema(
    started: Start, old: bytes, new: bytes, said: str
) -> None:
    client = Recorder(started().endpoint)
    client.get()
    assert client.send(client.sent[0]).status_code == 200
    assert old in client.sent[0]
    assert said in fault(client.send(client.sent[0].replace(old, new)))[1]


class Recorder(Client):
    """A client that keeps what it sends."""

    @property
    def sent(self) -> list[bytes]:
        """What was sent, in order."""
        return self.__dict__.setdefault("kept", [])  # type: ignore[no-any-return]  # a list of ours

    def send(self, body: bytes) -> requests.Response:
        """Keep and send."""
        self.sent.append(body)
        return super().send(body)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (b' MessageName="HCPFAC"', b"", "message name of the detail is missing"),
        (b' ContentType="text/plain"', b"", "message name of the detail is missing"),
        (b"urn:nip:destination:io:100", b"urn:other", "destination is not one"),
        (b"<c:InputReference>20260312010001</c:InputReference>", b"", "InputReference is missing"),
        (b"<c:Request>", b"<c:Query/><c:Request>", "Request is missing or out of place"),
    ],
)
def test_a_post_is_read_in_the_order_of_the_schema(
    started: Start, old: bytes, new: bytes, said: str
) -> None:
    client = Recorder(started().endpoint)
    assert client.post(BYTES, GOOD.reference).status_code == 200
    assert old in client.sent[0]
    assert said in fault(client.send(client.sent[0].replace(old, new)))[1]


def test_an_encoding_that_is_not_known_gets_a_fault(started: Start) -> None:
    answer = Client(started().endpoint).post(BYTES, GOOD.reference, encoding="zip")
    assert fault(answer) == ("SOA-03004", "the encoding of the detail is not known")


def test_a_maximum_that_is_no_number_gets_a_fault(started: Start) -> None:
    answer = Client(started().endpoint).get(most="many")  # type: ignore[arg-type]  # on purpose
    assert fault(answer) == ("SOA-03004", "the maximum is not a number")


def test_a_file_that_is_no_file_is_refused_without_records(started: Start) -> None:
    client = Client(started().endpoint)
    for at, content in enumerate((b"nonsense", BYTES[:-1], b"")):
        client.post(content, f"2026031209000{at}")
    got = messages(client.get())
    assert [(message.kind, len(message.content)) for message in got] == [("920099", 677)] * 3


def test_numbers_and_days_are_remembered_across_a_restart(started: Start, tmp_path: Path) -> None:
    path = tmp_path / "simulator.sqlite"
    first = started(db=path)
    client = Client(first.endpoint)
    client.post(BYTES, GOOD.reference)
    first.stop()
    again = Client(started(db=path, clock=lambda: NOW + timedelta(days=1)).endpoint)
    assert len(messages(again.get())) == 3
    other = replace(GOOD, reference="20260313010002", created="20260313")
    again.post(other.content(), other.reference)
    refused = messages(again.get())[-1]
    assert refused.kind == "920099"
    assert b"B100721" in refused.content
    assert b"B100724" not in refused.content


def test_a_second_file_on_the_same_day_is_refused_and_the_next_day_accepted(
    started: Start,
) -> None:
    client = Client(started().endpoint)
    client.post(BYTES, GOOD.reference)
    bill = replace(GOOD.bills[0], number="010000000002", niss="85073000259")
    second = replace(GOOD, number="102", reference="20260312010002", bills=(bill,))
    client.post(second.content(), second.reference)
    assert b"B100724" in messages(client.get())[-1].content
    client.admin("clock", {"shift_seconds": 86_400})
    third = replace(second, number="103", reference="20260313010003")
    client.post(third.content(), third.reference)
    assert messages(client.get())[-1].kind == "920900"


def test_another_insurer_is_another_counter(started: Start) -> None:
    client = Client(started().endpoint)
    client.post(BYTES, GOOD.reference)
    bill = replace(GOOD.bills[0], mutuality="940", destination="940")
    other = replace(GOOD, reference="20260312010002", union="9", bills=(bill,))
    client.post(other.content(), other.reference, insurer="900")
    kinds = [message.kind for message in messages(client.get())]
    assert kinds.count("920900") == 2


def test_a_test_file_sent_as_a_real_one_is_refused(started: Start) -> None:
    client = Client(started().endpoint)
    client.post(BYTES, GOOD.reference, test=False)
    refused = messages(client.get())[-1]
    assert (refused.kind, refused.content[14:16]) == ("920999", b"30")


def test_the_provider_of_these_tests_is_well_numbered() -> None:
    assert (97 - int(NIHII[:6]) % 97) == int(NIHII[6:8])


def test_care_is_billed_once_until_it_is_credited(started: Start) -> None:
    client = Client(started().endpoint)
    client.post(BYTES, GOOD.reference)
    for day, (kind, codes) in enumerate([("0", ["R500544", "R520119"]), ("3", []), ("0", [])]):
        client.admin("clock", {"shift_seconds": 86_400})
        sending = _rebilled(day, kind)
        client.post(sending.content(), sending.reference)
        text = messages(client.get())[-1].content.decode()
        assert text[:6] == "920900"
        found = [text[at : at + 7] for at in range(677 + 456, len(text), 800)]
        assert [code for code in found if code[0] in "BFR"] == codes


def _rebilled(day: int, kind: str) -> Sending:
    sign = -1 if kind == "3" else 1
    care = replace(GOOD.bills[0].cares[0], insurer=sign * 2455, patient=sign * 625)
    bill = replace(GOOD.bills[0], cares=(care,), kind=kind, number=f"01000000001{day}")

    def touch(seen: str, _: int, text: str) -> str:
        if kind == "3" and seen == "20":
            for start, value in (
                (163, "010000000001"),
                (177, "101"),
                (180, "134"),
                (207, "202603"),
            ):
                text = put(text, start, value)
        return put(text, 165, "-") if kind == "3" and seen in ("50", "80") else text

    return replace(
        GOOD, bills=(bill,), number=f"11{day}", reference=f"2026031301000{day}", touch=touch
    )


def test_mutuality_306_has_its_own_counter_under_either_address(started: Start) -> None:
    client = Client(started().endpoint)
    for at, (insurer, mutuality, goes) in enumerate(
        [("300", "319", "300"), ("306", "306", "306"), ("300", "306", "306")]
    ):
        bill = replace(GOOD.bills[0], mutuality=mutuality, destination=goes)
        file = replace(GOOD, union="3", bills=(bill,), reference=f"2026031201000{at}")
        client.post(file.content(), file.reference, insurer=insurer)
    got = {message.input[-1]: message for message in messages(client.get())}
    assert [got[at].kind for at in "012"] == ["920900", "920900", "920099"]
    assert b"101/202603/306/" in got["1"].content
    assert b"B100721B100724" in got["2"].content


def test_many_at_once_are_each_processed_once(started: Start) -> None:
    running = started()
    client = Client(running.endpoint)
    files = [replace(GOOD, reference=f"202603120200{at:02d}") for at in range(8)]
    with ThreadPoolExecutor(8) as pool:
        answers = pool.map(lambda one: client.post(one.content(), one.reference), files * 3)
        assert {answer.status_code for answer in answers} == {200}
    assert [(file.times_posted, file.times_processed) for file in running.received()] == [
        (3, 1)
    ] * 8


def test_stopping_closes_what_is_still_open(started: Start) -> None:
    running = started()
    with requests.Session() as session:
        assert session.get(running.url + "/admin/received", timeout=10).status_code == 200
        running.stop()
        with pytest.raises(requests.ConnectionError):
            session.get(running.url + "/admin/received", timeout=10)


def address(running: Running) -> tuple[str, int]:
    """Where to connect without HTTP."""
    return "127.0.0.1", int(running.url.rpartition(":")[2])


def test_a_request_without_length_is_refused(started: Start) -> None:
    running = started()
    with socket.create_connection(address(running), timeout=10) as raw:
        raw.sendall(b"POST /hcpfac HTTP/1.1\r\nContent-Length: many\r\n\r\n")
        assert raw.recv(100).startswith(b"HTTP/1.1 411 ")


def test_a_client_that_leaves_in_the_middle_disturbs_nobody(started: Start) -> None:
    running = started(delays=Delays(0, 0, 0, 0))
    with socket.create_connection(address(running), timeout=10) as left:
        left.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        left.sendall(b"POST /hcpfac HTTP/1.1\r\nContent-Length: 99\r\n\r\n")
    assert Client(running.endpoint).get().status_code == 200
