"""A mailbox read by POP3: whole messages, limits whatever it says, refusals told apart."""

import ssl
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from sync import mailbox
from sync.mailbox import Listed, MailRefused, MailTrouble, visited
from sync.outbound import straight
from sync.transports.exchange import verifying
from sync.transports.wire import TooMuch
from tests.security.authority import Authority
from tests.sync.pop import ACCOUNT, HURRY, PASSWORD, PopServer, mail

Opens = Callable[..., PopServer]


@pytest.fixture
def server() -> Iterator[Opens]:
    open_now: list[PopServer] = []

    def opens(*messages: bytes, **told: object) -> PopServer:
        box = {f"uid-{n}": raw for n, raw in enumerate(messages, 1)}
        open_now.append(PopServer(box, **told))  # type: ignore[arg-type]
        return open_now[-1]

    yield opens
    for each in open_now:
        each.close()


def read(server: PopServer, tls: ssl.SSLContext | None = None, word: str = PASSWORD) -> list[bytes]:
    context = tls or verifying()
    with visited(server.place, ACCOUNT, word, context, straight, HURRY) as session:
        return [session.fetch(each) for each in session.listed()]


def refused(server: PopServer, tls: ssl.SSLContext | None = None, word: str = PASSWORD) -> str:
    with pytest.raises(MailRefused) as told:
        read(server, tls, word)
    return told.value.trouble


def shows(pem: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    return context


def test_messages_come_as_they_are_and_nothing_is_ever_deleted(server: Opens) -> None:
    dotted = b"Subject: x\r\n\r\n.begins with a point\r\n..two\r\n" + b"long " * 20_000
    box = server(mail(("a.pdf", b"%PDF-1")), dotted)
    first, second = read(box)
    assert first.rstrip() == box.box["uid-1"].rstrip()
    assert second.rstrip() == dotted.rstrip()
    assert box.commands() == [b"USER", b"PASS", b"UIDL", b"LIST", b"RETR", b"RETR", b"QUIT"]


def test_over_tls_the_certificate_is_checked_before_a_word_is_said(
    server: Opens, tmp_path: Path
) -> None:
    ours, strange = Authority(tmp_path, "ours"), Authority(tmp_path, "strange")
    trusted = verifying(str(ours.root))
    assert len(read(server(b"x\r\n", shown=shows(ours.issue())), trusted)) == 1
    for pem in (strange.issue(), ours.issue(late=True), ours.issue("127.0.0.2")):
        box = server(shown=shows(pem))
        assert refused(box, trusted) == MailTrouble.CERTIFICATE
        assert box.asked == []


def test_a_wrong_password_is_told_from_a_box_that_is_busy(server: Opens) -> None:
    assert refused(server(), word="wrong") == MailTrouble.PASSWORD
    assert refused(server(refusal=b"-ERR [in-use] wait"), word="wrong") == MailTrouble.BUSY
    assert refused(server(answers={b"PASS": b""})) == MailTrouble.CUT


def test_nobody_there_is_offline(server: Opens) -> None:
    box = server()
    box.close()
    assert refused(box) == MailTrouble.OFFLINE


@pytest.mark.parametrize(
    ("answers", "trouble"),
    [
        ({b"": b"HTTP/1.1 400 Bad Request\r\n"}, MailTrouble.PROTOCOL),
        ({b"UIDL": b"-ERR not here\r\n"}, MailTrouble.PROTOCOL),
        ({b"UIDL": b"+OK\r\nnumber one\r\n.\r\n"}, MailTrouble.PROTOCOL),
        ({b"UIDL": b"+OK\r\n1 \r\n.\r\n"}, MailTrouble.PROTOCOL),
        ({b"UIDL": b"+OK\r\n1 \xff\r\n.\r\n"}, MailTrouble.PROTOCOL),
        ({b"UIDL": b"+OK\r\n1 " + b"a" * 300 + b"\r\n.\r\n"}, MailTrouble.PROTOCOL),
        ({b"LIST": b"+OK\r\n1 many\r\n.\r\n"}, MailTrouble.PROTOCOL),
        ({b"": b"+OK " + b"x" * 70_000}, MailTrouble.PROTOCOL),
        ({b"RETR": b"-ERR gone\r\n"}, MailTrouble.WITHHELD),
        ({b"RETR": b""}, MailTrouble.CUT),
        ({b"QUIT": b""}, None),
    ],
)
def test_a_server_that_answers_strangely_is_told_as_such(
    server: Opens, answers: dict[bytes, bytes], trouble: MailTrouble | None
) -> None:
    box = server(b"x\r\n", answers=answers)
    if trouble is None:
        assert len(read(box)) == 1
    else:
        assert refused(box) == trouble


def test_a_list_without_end_is_given_up(server: Opens, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mailbox, "_LISTS", 20_000)
    endless = b"+OK\r\n" + b"1 a\r\n" * 20_000
    assert refused(server(answers={b"UIDL": endless})) == MailTrouble.PROTOCOL


def test_a_message_longer_than_it_said_is_given_up(
    server: Opens, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mailbox, "MOST", 20_000)
    box = server(b"x" * 80 + b"\r\n" * 40_000, sizes={"uid-1": 10})
    with (
        visited(box.place, ACCOUNT, PASSWORD, verifying(), straight, HURRY) as session,
        pytest.raises(TooMuch),
    ):
        assert session.listed() == [Listed(1, "uid-1", 10)]
        session.fetch(session.listed()[0])


def test_a_line_that_falls_in_a_message_gives_nothing_of_it(server: Opens) -> None:
    box = server(mail(("a.pdf", b"%PDF-1")), cut_after=60)
    assert refused(box) == MailTrouble.CUT
    box.cut_after = None
    assert len(read(box)) == 1


def test_the_password_of_an_account_is_in_no_word_of_ours() -> None:
    assert PASSWORD not in str(MailRefused(MailTrouble.PASSWORD))
