import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from server.core.outbox import LetterKind, Message, Outcome, Verdict
from server.core.signing import Signer
from sync.circuit import Circuit
from sync.etiquette import TOO_SOON
from sync.fakes import MemoryClock
from sync.transports.exchange import Limits
from sync.transports.mycarenet import MyCareNet
from sync.transports.mycarenet_account import Account
from sync.transports.unsigned import UnsignedSession
from tests.sync.transports import genasync as cin
from tests.sync.transports.door import Door, Script, answers, sends

Make = Callable[..., Message]


class Line:
    """A transport at a door, and the raw answers it kept."""

    def __init__(self, door: Door, clock: MemoryClock) -> None:
        self.kept: list[bytes] = []
        self.door = door
        self.clock = clock
        self.circuit = Circuit()
        account = Account(door.endpoint, "50000000123", True, "besace", "user", "secret")
        limits = Limits(connect_seconds=1, total_seconds=1)
        self.mycarenet = MyCareNet(account, UnsignedSession(), clock, self.circuit, limits)

    def says(self, *scripts: Script) -> None:
        self.door.scripts = list(scripts)

    def send(self, message: Message) -> Outcome:
        return self.mycarenet.send(message, self.kept.append)

    def ask(self, message: Message) -> Outcome:
        return self.mycarenet.ask(message, self.kept.append)


@pytest.fixture
def line(door: Door, clock: MemoryClock) -> Line:
    return Line(door, clock)


def acknowledges(message: Message, major: str = cin.SUCCESS, value: str = "") -> Script:
    answer = cin.tack(message.reference, message.payload, major, value)
    return answers(lambda request: cin.posted(answer, cin.message_id(request)))


def test_an_acknowledged_file_is_done_and_its_answer_kept(line: Line, letter_to: Make) -> None:
    message = letter_to(1)
    line.says(acknowledges(message))
    outcome = line.send(message)
    assert (outcome.verdict, outcome.reason) == (Verdict.DONE, "tack.success")
    assert line.kept == [outcome.raw]
    head = line.door.requests[0].partition(b"\r\n\r\n")[0]
    assert b'SOAPAction: "urn:be:cin:nip:async:generic:post:msg"' in head


def test_changed_bytes_never_leave(line: Line, letter_to: Make) -> None:
    line.says(answers(b""))
    outcome = line.send(replace(letter_to(1), payload=b"other"))
    assert outcome == Outcome(Verdict.FAILED, "PAYLOAD_CHANGED")
    assert line.door.connections == 0


@pytest.mark.parametrize(
    ("major", "value", "verdict", "reason"),
    [
        (cin.FAILURE, "", Verdict.FAILED, "tack.failure"),
        ("urn:nip:tack:result:major:other", "", Verdict.UNKNOWN, "tack.other_result"),
        (cin.SUCCESS, cin.tack_value(b"other bytes"), Verdict.UNKNOWN, "tack.other_bytes"),
        (cin.SUCCESS, "not base 64", Verdict.UNKNOWN, "tack.other_bytes"),
    ],
)
def test_row_23_an_acknowledgement_counts_for_these_bytes_and_this_result(
    line: Line, letter_to: Make, major: str, value: str, verdict: Verdict, reason: str
) -> None:
    message = letter_to(1)
    line.says(acknowledges(message, major, value))
    outcome = line.send(message)
    assert (outcome.verdict, outcome.reason) == (verdict, reason)


def test_row_23_an_acknowledgement_of_another_file_leaves_a_doubt(
    line: Line, letter_to: Make
) -> None:
    line.says(acknowledges(letter_to(2)))
    outcome = line.send(letter_to(1))
    assert (outcome.verdict, outcome.reason) == (Verdict.UNKNOWN, "tack.other_reference")


def test_row_23_an_answer_to_another_request_leaves_a_doubt(line: Line, letter_to: Make) -> None:
    message = letter_to(1)
    line.says(answers(cin.posted(cin.tack(message.reference, message.payload), "urn:uuid:other")))
    outcome = line.send(message)
    assert (outcome.verdict, outcome.reason) == (Verdict.UNKNOWN, "answer.other_request")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>",
        b"<html/>",
        b"\xff\xfe",
        cin.envelope(""),
        cin.envelope("<g:postResponse/>"),
        cin.envelope("<g:postResponse><g:return>AA==</g:return></g:postResponse>"),
        cin.page(),
        b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>' + cin.envelope("&e;"),
        b'<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"/>',
        cin.envelope("<g:a>" * 10_000 + "</g:a>" * 10_000),
    ],
)
def test_an_answer_nobody_can_read_is_kept_and_leaves_a_doubt(
    line: Line, letter_to: Make, body: bytes
) -> None:
    line.says(answers(body))
    outcome = line.send(letter_to(1))
    assert (outcome.verdict, outcome.reason) == (Verdict.UNKNOWN, "answer.unreadable")
    assert line.kept == [body]


@pytest.mark.parametrize(
    ("status", "verdict"),
    [
        (502, Verdict.UNKNOWN),
        (503, Verdict.UNKNOWN),
        (504, Verdict.UNKNOWN),
        (500, Verdict.UNKNOWN),
        (202, Verdict.UNKNOWN),
        (302, Verdict.FAILED),
        (400, Verdict.FAILED),
        (403, Verdict.FAILED),
        (429, Verdict.LATER),
    ],
)
def test_an_http_status_after_a_post(
    line: Line, letter_to: Make, status: int, verdict: Verdict
) -> None:
    line.says(answers(b"<html>no</html>", status, "Retry-After: 45"))
    outcome = line.send(letter_to(1))
    assert (outcome.verdict, outcome.reason) == (verdict, f"http.{status}")
    assert outcome.retry_after == (None if verdict is Verdict.FAILED else 45)
    assert line.kept == [b"<html>no</html>"]


@pytest.mark.parametrize(
    ("code", "text", "side", "written", "read"),
    [
        ("", "Not enough time between two calls", "Server", Verdict.LATER, Verdict.LATER),
        ("", "SEND_TO_IO_EXCEPTION", "Server", Verdict.LATER, Verdict.LATER),
        ("SOA-02001", "", "Server", Verdict.LATER, Verdict.LATER),
        ("SOA-02002", "", "Server", Verdict.UNKNOWN, Verdict.LATER),
        ("SOA-00001", "", "Server", Verdict.UNKNOWN, Verdict.LATER),
        ("SOA-01001", "", "Client", Verdict.FAILED, Verdict.FAILED),
        ("SOA-01002", "", "Client", Verdict.FAILED, Verdict.FAILED),
        ("SOA-03004", "", "Client", Verdict.FAILED, Verdict.FAILED),
        ("", "SAML_VALIDATION_ERROR", "Server", Verdict.FAILED, Verdict.FAILED),
        ("", "INVALID_DETAIL_REQUEST: x", "Server", Verdict.FAILED, Verdict.FAILED),
        ("SOA-09999", "", "Client", Verdict.FAILED, Verdict.FAILED),
        ("", "", "Client", Verdict.FAILED, Verdict.FAILED),
        ("SOA-09999", "", "Server", Verdict.UNKNOWN, Verdict.LATER),
        ("", "", "Server", Verdict.UNKNOWN, Verdict.LATER),
    ],
)
def test_a_fault_means_what_the_table_says(
    line: Line,
    letter_to: Make,
    code: str,
    text: str,
    side: str,
    written: Verdict,
    read: Verdict,
) -> None:
    line.says(answers(cin.fault(code, text, side), 500))
    sent = line.send(letter_to(1))
    looked = line.mycarenet.fetch(line.kept.append).outcome
    assert (sent.verdict, looked.verdict) == (written, read)
    assert sent.reason == looked.reason
    if code:
        assert sent.reason == f"soap.{code}"


def test_too_soon_asks_for_half_a_minute_at_least(line: Line, letter_to: Make) -> None:
    line.says(answers(cin.fault("", "Not enough time"), 500))
    outcome = line.send(letter_to(1))
    assert (outcome.reason, outcome.retry_after) == (TOO_SOON, 30)
    line.says(answers(cin.fault("", "Not enough time"), 500, "Retry-After: 90"))
    assert line.send(letter_to(1)).retry_after == 90


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        (
            [
                "Date: Mon, 02 Mar 2026 18:30:00 GMT",
                "Retry-After: Mon, 02 Mar 2026 18:31:30 GMT",
            ],
            90,
        ),
        (["Date: Mon, 02 Mar 2026 18:30:00 GMT", "Retry-After: Mon, 02 Mar 2026 18:00:00 GMT"], 0),
        (["Retry-After: Mon, 02 Mar 2026 18:31:30 GMT"], None),
        (["Date: Mon, 02 Mar 2026 18:30:00", "Retry-After: Mon, 02 Mar 2026 18:31:30 GMT"], None),
        (["Retry-After: soon"], None),
        ([], None),
    ],
)
def test_retry_after_is_seconds_or_a_date(
    line: Line, letter_to: Make, headers: Iterable[str], seconds: int | None
) -> None:
    line.says(answers(b"", 503, *headers))
    assert line.send(letter_to(1)).retry_after == seconds


def test_a_door_that_is_shut_is_unreachable(line: Line, letter_to: Make) -> None:
    line.door.close()
    assert line.send(letter_to(1)) == Outcome(Verdict.UNREACHABLE, "line.refused")
    assert line.mycarenet.fetch(line.kept.append).outcome.verdict is Verdict.UNREACHABLE
    assert line.kept == []


def test_silence_after_a_post_is_a_doubt_and_after_a_read_is_not(
    line: Line, letter_to: Make
) -> None:
    line.says(sends(b""))
    assert line.send(letter_to(1)) == Outcome(Verdict.UNKNOWN, "line.reset")
    batch = line.mycarenet.fetch(line.kept.append)
    assert batch.outcome == Outcome(Verdict.LATER, "line.reset")


def test_half_an_answer_is_kept_as_it_came(line: Line, letter_to: Make) -> None:
    line.says(sends(b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n<half"))
    outcome = line.send(letter_to(1))
    assert outcome == Outcome(Verdict.UNKNOWN, "answer.cut", b"<half")
    assert line.kept == [b"<half"]


def test_after_five_failures_nobody_knocks_for_five_minutes(line: Line, letter_to: Make) -> None:
    line.says(answers(b"", 502))
    for _ in range(5):
        line.send(letter_to(1))
    outcome = line.send(letter_to(1))
    assert outcome == Outcome(Verdict.UNREACHABLE, "line.circuit", retry_after=300)
    assert line.door.connections == 5
    line.clock.pass_time(300)
    line.send(letter_to(1))
    assert line.door.connections == 6


def test_a_success_in_the_mailbox_proves_arrival(line: Line, letter_to: Make) -> None:
    message = letter_to(1)
    tacks = [cin.tack("other", b""), cin.tack(message.reference, message.payload)]
    line.says(answers(cin.page(tacks=tacks)))
    outcome = line.ask(message)
    assert (outcome.verdict, outcome.reason) == (Verdict.DONE, "tack.success")
    assert line.kept == [outcome.raw]


def test_an_answer_of_the_insurer_proves_arrival(line: Line, letter_to: Make) -> None:
    message = letter_to(1)
    line.says(answers(cin.page([cin.message(b"931000", message.reference)])))
    assert line.ask(message).reason == "mail.answer"


@pytest.mark.parametrize(
    ("tacks", "verdict", "reason", "proven"),
    [
        ([(cin.FAILURE, "")], Verdict.ABSENT, "tack.failure", True),
        ([(cin.FAILURE, ""), (cin.SUCCESS, "")], Verdict.DONE, "tack.success", False),
        ([(cin.SUCCESS, "AAAA")], Verdict.UNKNOWN, "tack.other_bytes", False),
        ([("urn:other", "")], Verdict.UNKNOWN, "tack.other_result", False),
        ([], Verdict.ABSENT, "mailbox.no_trace", False),
    ],
)
def test_what_the_acknowledgements_of_a_page_prove(
    line: Line,
    letter_to: Make,
    tacks: list[tuple[str, str]],
    verdict: Verdict,
    reason: str,
    proven: bool,
) -> None:
    message = letter_to(1)
    texts = [cin.tack(message.reference, message.payload, *about) for about in tacks]
    line.says(answers(cin.page([cin.message(b"x", "other")], texts)))
    outcome = line.ask(message)
    assert (outcome.verdict, outcome.reason, outcome.proven) == (verdict, reason, proven)


@pytest.mark.parametrize(
    ("others", "verdict", "reason"),
    [(0, Verdict.ABSENT, "tack.failure"), (99, Verdict.UNKNOWN, "mailbox.full_page")],
)
def test_a_failure_after_several_attempts_may_be_that_of_an_earlier_one(
    line: Line, letter_to: Make, others: int, verdict: Verdict, reason: str
) -> None:
    message = replace(letter_to(1), attempt=2)
    failure = cin.tack(message.reference, message.payload, cin.FAILURE)
    line.says(answers(cin.page(tacks=[failure, *(cin.tack(f"{n}", b"") for n in range(others))])))
    outcome = line.ask(message)
    assert (outcome.verdict, outcome.reason, outcome.proven) == (verdict, reason, False)


def test_no_trace_on_a_full_page_proves_nothing(line: Line, letter_to: Make) -> None:
    line.says(answers(cin.page(tacks=[cin.tack(f"{n}", b"") for n in range(100)])))
    assert line.ask(letter_to(1)).reason == "mailbox.full_page"


def test_questions_of_one_moment_and_the_reading_after_them_cost_one_look(
    line: Line, letter_to: Make
) -> None:
    line.says(answers(cin.page([cin.message(b"931000", "x")])))
    line.ask(letter_to(1))
    line.ask(letter_to(2))
    batch = line.mycarenet.fetch(line.kept.append)
    assert (line.door.connections, len(batch.letters)) == (1, 1)
    assert len(line.kept) == 3
    line.clock.pass_time(11)
    line.ask(letter_to(1))
    assert line.door.connections == 2


def test_a_look_that_brought_nothing_is_shared_too(line: Line, letter_to: Make) -> None:
    line.says(sends(b""))
    assert line.ask(letter_to(1)).verdict is Verdict.LATER
    assert line.ask(letter_to(2)).verdict is Verdict.LATER
    assert (line.door.connections, line.kept) == (1, [])


def test_a_page_nobody_can_read_is_kept_and_asked_for_again(line: Line) -> None:
    line.says(answers(b"<html/>"))
    batch = line.mycarenet.fetch(line.kept.append)
    assert batch.outcome == Outcome(Verdict.LATER, "answer.unreadable", b"<html/>")
    for body in ("<g:getResponse/>", "<g:postResponse/>", ""):
        line.says(answers(cin.envelope(body)))
        line.clock.pass_time(60)
        assert line.mycarenet.fetch(line.kept.append).outcome.reason == "answer.unreadable"


def test_letters_come_out_of_their_envelopes(line: Line) -> None:
    tack = cin.tack("00000000000001", b"lot 1")
    line.says(answers(cin.page([cin.message(b"920999 ...", "00000000000001")], [tack])))
    batch = line.mycarenet.fetch(line.kept.append)
    message, acknowledgement = batch.letters
    assert (message.kind, message.name, message.content) == (
        LetterKind.MESSAGE,
        "HCPFAC",
        b"920999 ...",
    )
    assert (message.reference, message.input_reference) == ("n1", "00000000000001")
    assert (acknowledgement.kind, acknowledgement.result_major) == (LetterKind.TACK, cin.SUCCESS)
    assert acknowledgement.hash == cin.tack_value(b"lot 1")
    assert acknowledgement.input_reference == "00000000000001"
    assert not batch.more
    assert batch.outcome.verdict is Verdict.DONE


@pytest.mark.parametrize(
    ("detail", "content"),
    [
        ('<g:Detail MessageName="HCPFAC" ContentEncoding="none">YWJj</g:Detail>', b"abc"),
        ('<g:Detail MessageName="HCPFAC">YWJj</g:Detail>', b"abc"),  # said deflated, is not
        ('<g:Detail MessageName="HCPFAC">eJxLTEoGAAJNASc=</g:Detail>', b"abc"),  # zlib
        ("<g:Detail>???</g:Detail>", b"???"),
        ("<g:Detail/>", b""),
    ],
)
def test_contents_are_taken_as_they_can_be(line: Line, detail: str, content: bytes) -> None:
    line.says(answers(cin.page([cin.message(b"", detail=detail)])))
    (letter,) = line.mycarenet.fetch(line.kept.append).letters
    assert letter.content == content
    assert letter.hash


def test_a_message_without_detail_and_a_stranger_to_us_do_no_harm(line: Line) -> None:
    stranger = f'Issuer="x" AppliesTo="urn:other" ResultMajor="{cin.SUCCESS}">AAAA'
    line.says(answers(cin.page([cin.message(b"", detail="")], [stranger])))
    (letter,) = line.mycarenet.fetch(line.kept.append).letters
    assert (letter.applies_to, letter.input_reference) == ("urn:other", "")


def test_what_is_confirmed_is_named_as_the_mailbox_named_it(line: Line) -> None:
    line.says(answers(cin.envelope("<g:confirmResponse/>")))
    assert line.mycarenet.confirm(["aGE=", "aGI="], ["dGE="]).verdict is Verdict.DONE
    assert b"<ns0:MsgHashValues>aGE= aGI=</ns0:MsgHashValues>" in line.door.requests[0]
    assert b"<ns0:TAckContents>dGE=</ns0:TAckContents>" in line.door.requests[0]


def test_a_confirmation_that_fails_is_told_and_the_page_read_anew(line: Line) -> None:
    line.says(answers(cin.page()), answers(b"", 503), answers(cin.page()))
    line.mycarenet.fetch(line.kept.append)
    assert line.mycarenet.confirm(["aGE="], []).verdict is Verdict.LATER
    line.mycarenet.fetch(line.kept.append)
    assert line.door.connections == 3


def test_the_signer_signs_what_leaves_and_the_file_in_it(
    line: Line, letter_to: Make, clock: MemoryClock
) -> None:
    class Pen:
        def sign_envelope(self, envelope: bytes) -> bytes:
            return envelope + b"<!-- signed -->"

        def xades(self, blob: bytes) -> bytes | None:
            return b"xades of " + blob

    class Signed:
        signed = True

        def signer(self, now: datetime) -> Signer:
            assert now == clock.now()
            return Pen()

    account = Account(line.door.endpoint, "50000000123", True, "besace", "user", "secret")
    mycarenet = MyCareNet(account, Signed(), clock, Circuit())
    message = letter_to(1)
    line.says(acknowledges(message))
    assert mycarenet.send(message, line.kept.append).verdict is Verdict.DONE
    assert line.door.requests[0].endswith(b"<!-- signed -->")
    assert b"<ns0:Xades-t>eGFkZXMgb2YgbG90IDE=</ns0:Xades-t>" in line.door.requests[0]


def test_the_licence_password_is_not_in_what_a_log_could_show(line: Line) -> None:
    account = Account(line.door.endpoint, "50000000123", True, "besace", "user", "secret")
    assert "secret" not in repr(account)
    assert UnsignedSession.signed is False


@pytest.mark.parametrize(
    ("header", "told"),
    [
        ("Date: Mon, 02 Mar 2026 18:31:00 GMT", datetime(2026, 3, 2, 18, 31, tzinfo=UTC)),
        ("Date: Mon, 02 Mar 2026 18:31:00 -0000", datetime(2026, 3, 2, 18, 31, tzinfo=UTC)),
        ("Date: yesterday", None),
        ("X-Other: 1", None),
    ],
)
def test_what_the_partners_clock_says_is_passed_on(
    door: Door, clock: MemoryClock, letter_to: Make, header: str, told: datetime | None
) -> None:
    heard: list[datetime] = []
    account = Account(door.endpoint, "50000000123", True, "besace", "user", "secret")
    limits = Limits(connect_seconds=1, total_seconds=1)
    mycarenet = MyCareNet(account, UnsignedSession(), clock, Circuit(), limits, hear=heard.append)
    door.scripts = [answers(cin.page(), 200, header)]
    mycarenet.fetch(lambda _: None)
    assert heard == ([told] if told else [])


def test_a_longer_page_is_asked_for_when_letters_stay(line: Line) -> None:
    full = [cin.message(f"letter {n}".encode()) for n in range(100)]
    line.says(answers(cin.page(full)), answers(cin.page(full)))
    first = line.mycarenet.fetch(line.kept.append)
    assert (len(first.letters), first.more) == (100, True)
    second = line.mycarenet.fetch(line.kept.append, 100)
    assert (len(second.letters), second.more) == (100, False)
    asked = [re.findall(rb"[:\s<]Max\W+(\d+)", request) for request in line.door.requests]
    assert asked == [[b"100", b"100"], [b"200", b"200"]]
