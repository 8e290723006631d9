"""A file handed over to a mail server which breaks at every step: what is known afterwards."""

import base64
import ssl
from collections.abc import Callable, Iterator
from dataclasses import replace
from email import message_from_bytes
from email.policy import default
from hashlib import sha256
from pathlib import Path

import pytest

from server.core.errors import InvalidValue
from server.core.outbox import Message, Outcome, Verdict
from sync.circuit import FAILURES, Circuit
from sync.fakes import MemoryClock
from sync.transports.exchange import Limits, verifying
from sync.transports.sesam_mail import SesamMail, is_address, message_id, reference_of
from sync.transports.smtp_line import Security, SmtpDoor
from tests.security.authority import Authority
from tests.sync.smtp import (
    BODY,
    DATA,
    EHLO,
    GREETING,
    HANGS_UP,
    MAIL,
    RCPT,
    SILENT,
    STEPS,
    SmtpServer,
)

ME, CAISSE = "kine@bal.example", "01751016@frontal.example"
REFERENCE = "01JTESTREFERENCE0000000001"
PASSWORD = "rouge gorge 12"
FILE = b"SIMULE FICHIER " + bytes(range(256)) + b"\n.\n.." * 30

Opens = Callable[..., SmtpServer]


def message(payload: bytes = FILE, target: str = CAISSE) -> Message:
    return Message(
        "m1", "teletransmission", "teletransmission:01", target, REFERENCE, payload,
        sha256(payload).hexdigest(), 1, False,
    )  # fmt: skip


@pytest.fixture
def server() -> Iterator[Opens]:
    opened: list[SmtpServer] = []

    def opens(**told: object) -> SmtpServer:
        opened.append(SmtpServer(**told))  # type: ignore[arg-type]
        return opened[-1]

    yield opens
    for each in opened:
        each.close()


@pytest.fixture
def kept() -> list[bytes]:
    return []


Sends = Callable[..., Outcome]


@pytest.fixture
def send(clock: MemoryClock, kept: list[bytes]) -> Sends:
    def sent(
        server: SmtpServer,
        security: Security = Security.PLAIN,
        tls: ssl.SSLContext | None = None,
        **door: str,
    ) -> Outcome:
        where = SmtpDoor("127.0.0.1", server.port, security, **door)
        limits = Limits(connect_seconds=1, total_seconds=1, answer_bytes=20_000)
        mail = SesamMail(where, ME, clock, Circuit(), limits=limits, tls=tls)
        return mail.send(message(), kept.append)

    return sent


def test_a_file_arrives_as_it_is_and_the_last_word_is_kept(
    server: Opens, send: Sends, kept: list[bytes]
) -> None:
    box = server()
    outcome = send(box)
    assert outcome == Outcome(Verdict.DONE, raw=b"250 taken") and kept == [b"250 taken"]
    assert box.asked == [
        b"ehlo [127.0.0.1]", f"MAIL FROM:<{ME}>".encode(), f"RCPT TO:<{CAISSE}>".encode(),
        b"DATA", b"QUIT",
    ]  # fmt: skip
    mail = message_from_bytes(box.taken[0], policy=default)
    assert (mail["From"], mail["To"], mail["Subject"]) == (ME, CAISSE, REFERENCE)
    assert mail["Message-ID"] == f"<{REFERENCE}@bal.example>"
    assert mail["Date"] == "Mon, 02 Mar 2026 18:30:00 +0000"
    assert mail.get_content_disposition() == "attachment"
    assert mail.get_filename() == f"{REFERENCE}.b2"
    assert mail["Content-Transfer-Encoding"] == "base64" and mail.get_content() == FILE
    assert not any(name.lower().startswith("x-") for name in mail)


def test_each_attempt_has_the_same_message_id_and_the_subject_its_template_says(
    server: Opens, clock: MemoryClock
) -> None:
    box = server()
    mail = SesamMail(
        SmtpDoor("127.0.0.1", box.port, Security.PLAIN), ME, clock, Circuit(),
        subject="Lot {reference}\r\nvers {target}",
    )  # fmt: skip
    for attempt in (1, 2):
        mail.send(replace(message(), attempt=attempt), lambda _: None)
    first, second = (message_from_bytes(raw, policy=default) for raw in box.taken)
    assert first["Message-ID"] == second["Message-ID"]
    assert first["Subject"] == f"Lot {REFERENCE} vers {CAISSE}"


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize(("breaks", "reason"), [(HANGS_UP, "line.reset"), (SILENT, "line.timeout")])
def test_a_line_that_falls_leaves_a_doubt_only_once_the_message_left(
    server: Opens, send: Sends, step: bytes, breaks: bytes, reason: str, kept: list[bytes]
) -> None:
    outcome = send(server(says={step: breaks}))
    verdict = Verdict.UNKNOWN if step == BODY else Verdict.UNREACHABLE
    assert (outcome.verdict, outcome.reason, kept) == (verdict, reason, [])


def test_a_line_that_falls_within_the_message_leaves_a_doubt(server: Opens, send: Sends) -> None:
    outcome = send(server(after_bytes=1))
    assert (outcome.verdict, outcome.reason) == (Verdict.UNKNOWN, "line.reset")


@pytest.mark.parametrize("step", STEPS)
def test_a_refusal_for_now_is_asked_again_later(
    server: Opens, send: Sends, step: bytes, kept: list[bytes]
) -> None:
    outcome = send(server(says={step: b"451 greylisted"}))
    assert outcome == Outcome(Verdict.LATER, "smtp.451", b"451 greylisted")
    assert kept == [b"451 greylisted"]


@pytest.mark.parametrize("step", STEPS)
def test_a_refusal_for_ever_counts_when_it_is_said_to_the_message(
    server: Opens, send: Sends, step: bytes, kept: list[bytes]
) -> None:
    outcome = send(server(says={step: b"550 no such box"}))
    verdict = Verdict.LATER if step in (GREETING, EHLO) else Verdict.FAILED
    assert outcome == Outcome(verdict, "smtp.550", b"550 no such box")
    assert kept == [b"550 no such box"]


@pytest.mark.parametrize("said", [b"bonjour", b"", b"199 hm", b"250 " + b"x" * 9_000])
@pytest.mark.parametrize("step", [GREETING, MAIL, RCPT, DATA])
def test_nonsense_before_the_message_left_can_be_tried_again(
    server: Opens, send: Sends, step: bytes, said: bytes
) -> None:
    outcome = send(server(says={step: said}))
    assert (outcome.verdict, outcome.reason) == (Verdict.LATER, "answer.unreadable")


@pytest.mark.parametrize("said", [b"bonjour", b"354 more", b"250 " + b"x" * 9_000])
def test_a_last_word_that_is_none_leaves_a_doubt(server: Opens, send: Sends, said: bytes) -> None:
    outcome = send(server(says={BODY: said}))
    assert (outcome.verdict, outcome.reason) == (Verdict.UNKNOWN, "answer.unreadable")


def test_a_reply_without_end_is_given_up(server: Opens, send: Sends) -> None:
    endless = b"\r\n".join([b"250-x" * 100] * 200)
    outcome = send(server(says={EHLO: endless}))
    assert (outcome.verdict, outcome.reason) == (Verdict.UNREACHABLE, "answer.too_big")
    outcome = send(server(says={BODY: endless}))
    assert (outcome.verdict, outcome.reason) == (Verdict.UNKNOWN, "answer.too_big")


def test_nothing_depends_on_how_one_takes_leave(server: Opens, send: Sends) -> None:
    for said in (HANGS_UP, b"500 stay"):
        assert send(server(says={b"QUIT": said})).verdict is Verdict.DONE


def test_a_server_that_is_full_or_shut_is_told_and_left_alone(clock: MemoryClock) -> None:
    shut = SmtpServer()
    shut.close()
    mail = SesamMail(SmtpDoor("127.0.0.1", shut.port, Security.PLAIN), ME, clock, Circuit())
    outcomes = [mail.send(message(), lambda _: None) for _ in range(FAILURES + 1)]
    assert {outcome.verdict for outcome in outcomes} == {Verdict.UNREACHABLE}
    assert (outcomes[0].reason, outcomes[-1].reason) == ("line.refused", "line.circuit")


def test_changed_bytes_and_what_is_no_address_never_leave(
    server: Opens, clock: MemoryClock
) -> None:
    box = server()
    mail = SesamMail(SmtpDoor("127.0.0.1", box.port, Security.PLAIN), ME, clock, Circuit())
    changed = replace(message(), payload=b"other")
    assert mail.send(changed, print) == Outcome(Verdict.FAILED, "PAYLOAD_CHANGED")
    for target in (
        "",
        "caisse",
        "a@b\r\nRCPT TO:<c@d>",
        "a b@c.fr",
        "<a@b.fr>",
        "a,b@c.fr",
        "é@a.fr",
    ):
        assert mail.send(message(target=target), print) == Outcome(Verdict.FAILED, "mail.address")
    assert box.door.connections == 0
    assert is_address("OC999@giesv.rss.fr")


def test_only_the_receipt_tells_what_became_of_a_file(clock: MemoryClock) -> None:
    mail = SesamMail(SmtpDoor("127.0.0.1", 1, Security.PLAIN), ME, clock, Circuit())
    assert mail.ask(message(), print) == Outcome(Verdict.UNKNOWN, "arl.awaited")


def shows(pem: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    return context


@pytest.mark.parametrize("security", [Security.TLS, Security.STARTTLS])
def test_over_tls_the_certificate_is_checked_before_anything_of_ours_is_said(
    server: Opens, send: Sends, tmp_path: Path, security: Security
) -> None:
    ours, strange = Authority(tmp_path, "ours"), Authority(tmp_path, "strange")
    trusted = verifying(str(ours.root))
    way = "shown" if security is Security.TLS else "secret"
    box = server(**{way: shows(ours.issue())})
    outcome = send(box, security, trusted, account="kine", password=PASSWORD)
    assert outcome.verdict is Verdict.DONE and len(box.taken) == 1
    assert base64.b64encode(f"\0kine\0{PASSWORD}".encode()) in b" ".join(box.asked)
    for pem in (strange.issue(), ours.issue(late=True), ours.issue("127.0.0.2")):
        box = server(**{way: shows(pem)})
        outcome = send(box, security, trusted, account="kine", password=PASSWORD)
        assert (outcome.verdict, outcome.reason) == (Verdict.UNREACHABLE, "line.tls")
        assert set(box.asked) <= {b"ehlo [127.0.0.1]", b"STARTTLS"}


def test_a_server_without_starttls_hears_nothing_more(server: Opens, send: Sends) -> None:
    box = server(says={b"STARTTLS": b"502 no"})
    outcome = send(box, Security.STARTTLS, account="kine", password=PASSWORD)
    assert (outcome.verdict, outcome.reason) == (Verdict.UNREACHABLE, "line.tls")
    assert box.asked == [b"ehlo [127.0.0.1]", b"STARTTLS"]


def test_what_was_said_in_clear_beside_the_way_into_tls_is_forgotten(
    server: Opens, send: Sends, tmp_path: Path
) -> None:
    ours = Authority(tmp_path, "ours")
    box = server(secret=shows(ours.issue()), injected=b"550 no\r\n")
    outcome = send(box, Security.STARTTLS, verifying(str(ours.root)))
    assert outcome.reason in ("", "line.tls")  # never the word of whoever stood between


@pytest.mark.parametrize(
    ("says", "password", "reason"),
    [
        ({b"AUTH": b"535 wrong"}, PASSWORD, "smtp.535"),
        ({b"AUTH": b"454 later"}, PASSWORD, "smtp.454"),
        ({EHLO: b"250 here"}, PASSWORD, "answer.unreadable"),
        ({EHLO: b"250-here\r\n250 AUTH STRANGE"}, PASSWORD, "answer.unreadable"),
        ({}, "é", "answer.unreadable"),
    ],
)
def test_a_password_that_is_not_taken_is_no_refusal_of_the_message(
    server: Opens, send: Sends, says: dict[bytes, bytes], password: str, reason: str
) -> None:
    outcome = send(server(says=says), account="kine", password=password)
    assert (outcome.verdict, outcome.reason) == (Verdict.LATER, reason)


def test_a_line_lost_while_signing_in_can_be_tried_again(server: Opens, send: Sends) -> None:
    outcome = send(server(says={b"AUTH": HANGS_UP}), account="kine", password=PASSWORD)
    assert (outcome.verdict, outcome.reason) == (Verdict.UNREACHABLE, "line.reset")


def test_a_door_is_read_from_its_address_and_plain_only_on_this_machine() -> None:
    assert SmtpDoor.parse("smtps://mail.example") == SmtpDoor("mail.example", 465)
    assert SmtpDoor.parse("smtp+starttls://mail.example").port == 587
    local = SmtpDoor.parse("smtp://127.0.0.1:2525", "kine", PASSWORD)
    assert (local.port, local.security, local.account) == (2525, Security.PLAIN, "kine")
    assert PASSWORD not in repr(local)
    for url in ("smtp://mail.example", "smtp://localhost", "https://mail.example", "smtps://",
                "smtps://a@b", "smtps://b/c", "smtps://b:port"):  # fmt: skip
        with pytest.raises(InvalidValue):
            SmtpDoor.parse(url)


def test_our_reference_is_found_in_an_answer_of_ours_alone() -> None:
    assert reference_of(message_id(REFERENCE, ME), ME) == REFERENCE
    assert reference_of(f"<other@x> <{REFERENCE}@BAL.example>", ME) == REFERENCE
    for header in ("", f"<{REFERENCE}@other.example>", f"<{REFERENCE}@balxexample>", "<>"):
        assert reference_of(header, ME) == ""
