"""The box of receipts and returns: read to its end, kept before it is read, deleted by name."""

import ssl
from collections.abc import Callable, Iterator
from email.message import EmailMessage
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.core.outbox import LetterKind, MailBatch, Outcome, Verdict
from sync import mailbox
from sync.outbound import straight
from sync.sesam_mailbox import MOST_CUTS, PAGE, SesamMailbox, read_letter
from sync.transports.exchange import verifying
from tests.security.authority import Authority
from tests.sync.pop import ACCOUNT, HURRY, PASSWORD, PopServer

ME, REFERENCE = "kine@bal.example", "01JTESTREFERENCE0000000001"
ARL = b"SIMULE ARL " + bytes(range(256))

Opens = Callable[..., PopServer]


def answer(content: bytes = ARL, name: str = "arl.bin", to: str = REFERENCE) -> bytes:
    """Write an answer of a front-end, its lines ended as on the wire."""
    made = EmailMessage()
    made["From"], made["Subject"] = "01751016@frontal.example", "ARL"
    made["Message-ID"] = f"<answer-{len(content)}@frontal.example>"
    if to:
        made["In-Reply-To"] = f"<{to}@bal.example>"
    made.set_content("Bonjour,")
    made.add_attachment(content, maintype="application", subtype="octet-stream", filename=name)
    return made.as_bytes().replace(b"\n", b"\r\n")


@pytest.fixture
def server() -> Iterator[Opens]:
    opened: list[PopServer] = []

    def opens(*messages: bytes, **told: object) -> PopServer:
        box = {f"uid-{n}": raw for n, raw in enumerate(messages, 1)}
        opened.append(PopServer(box, **told))  # type: ignore[arg-type]
        return opened[-1]

    yield opens
    for each in opened:
        each.close()


class Box:
    """A mailbox at a server, and what was kept of it."""

    def __init__(
        self, server: PopServer, word: str = PASSWORD, tls: ssl.SSLContext | None = None
    ) -> None:
        self.kept: list[bytes] = []
        self.mailbox = SesamMailbox(
            server.place, ACCOUNT, word, ME, tls=tls, connect=straight, patience=HURRY
        )

    def fetch(self, staying: int | None = None) -> MailBatch:
        return self.mailbox.fetch(self.kept.append, staying)

    def names(self, staying: int | None = None) -> list[str]:
        return [letter.hash for letter in self.fetch(staying).letters]


def test_a_letter_is_what_is_attached_and_says_what_it_answers(server: Opens) -> None:
    raw = answer()
    box = Box(server(raw))
    batch = box.fetch()
    assert batch.outcome == Outcome(Verdict.DONE) and not batch.more
    [letter] = batch.letters
    assert (letter.kind, letter.name, letter.content) == (LetterKind.MESSAGE, "arl.bin", ARL)
    assert (letter.hash, letter.input_reference) == ("uid-1", REFERENCE)
    assert letter.reference == f"<answer-{len(ARL)}@frontal.example>"
    assert [kept.rstrip() for kept in box.kept] == [raw.rstrip()]


@pytest.mark.parametrize(
    "raw",
    [
        b"", b"\xff\xfe", b"Subject: rien\r\n\r\nBonjour", b"SIMULE ARL {",
        answer().replace(b"U0lNVUxF", b"U0l*VUxF"), b"Content-Type: multipart/mixed\r\n\r\nx",
        b"Content-Type: text/plain; boundary=" * 100, b"Content-Disposition: attachment\r\n"
        b"Content-Transfer-Encoding: base64\r\n\r\nA\r\n",
    ],
)  # fmt: skip
def test_what_holds_nothing_that_can_be_decoded_is_its_own_content(raw: bytes) -> None:
    letter = read_letter(raw, "uid-1", ME)
    assert (letter.name, letter.content, letter.hash) == ("", raw, "uid-1")


def test_an_attachment_in_clear_and_one_without_name_are_taken() -> None:
    raw = b"Content-Disposition: attachment\r\n\r\nSIMULE ARL {}"
    assert read_letter(raw, "u", ME).content == b"SIMULE ARL {}"
    assert read_letter(answer(to=""), "u", ME).input_reference == ""
    assert read_letter(answer(to="x@other"), "u", ME).input_reference == ""


def test_a_mail_the_parser_stumbles_over_is_its_own_content(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("sync.sesam_mailbox._attached", lambda _: 1 // 0)
    raw = answer()
    assert read_letter(raw, "u", ME).content == raw


@given(st.binary(max_size=300), st.integers(0, 900), st.binary(max_size=8))
def test_whatever_a_message_holds_there_is_a_letter(noise: bytes, at: int, more: bytes) -> None:
    for raw in (noise, answer()[:at] + noise + answer()[at:], answer()[:at] + more):
        assert read_letter(raw, "u", ME).hash == "u"


def test_pages_of_ten_reach_past_the_letters_that_stay(server: Opens) -> None:
    there = server(*(answer(bytes([n])) for n in range(PAGE * 2 + 3)))
    box = Box(there)
    first = box.fetch()
    assert first.more and len(first.letters) == PAGE
    taken = [letter.hash for letter in first.letters][3:]  # three are set aside
    assert box.mailbox.confirm(taken, []).verdict is Verdict.DONE
    second = box.fetch(3)
    assert second.more and len(second.letters) == PAGE + 3
    assert box.mailbox.confirm([letter.hash for letter in second.letters][3:], []).verdict
    third = box.fetch(3)
    assert not third.more and len(third.letters) == 3 + 3
    assert len(box.names(None)) == 6  # as many as were last told still stay
    assert len(box.kept) == PAGE * 2 + 3  # each once, however often it came


def test_confirming_deletes_exactly_those_and_may_be_done_again(server: Opens) -> None:
    there = server(answer(b"1"), answer(b"2"), answer(b"3"))
    box = Box(there)
    box.fetch()
    for _ in range(2):
        assert box.mailbox.confirm(["uid-2", "uid-9"], ["uid-3"]) == Outcome(Verdict.DONE)
        assert list(there.box) == ["uid-1"]
    assert box.names() == ["uid-1"]


def test_deletions_that_were_not_taken_leave_of_are_not_told_as_done(server: Opens) -> None:
    for word in (b"QUIT", b"DELE"):
        there = server(answer(), answers={word: b""})
        assert Box(there).mailbox.confirm(["uid-1"], []).verdict is Verdict.LATER
        assert list(there.box) == ["uid-1"]
    refusing = server(answer(), answers={b"DELE": b"-ERR no\r\n"})
    assert Box(refusing).mailbox.confirm(["uid-1"], []).verdict is Verdict.FAILED


def test_reading_alone_deletes_nothing(server: Opens) -> None:
    there = server(answer())
    Box(there).fetch()
    assert there.commands() == [b"USER", b"PASS", b"UIDL", b"LIST", b"RETR", b"QUIT"]


def test_k13_a_message_cut_off_in_the_middle_is_kept_stays_and_the_others_come(
    server: Opens,
) -> None:
    there = server(answer(b"1"), answer(b"2"), answer(b"3"), cut_after=90, cut_only="uid-2")
    box = Box(there)
    batch = box.fetch()
    assert [letter.hash for letter in batch.letters] == ["uid-1", "uid-3"]
    assert batch.outcome.verdict is Verdict.DONE
    begun = there.box["uid-2"][: 90 - len(b"+OK\r\n")]
    assert begun in box.kept
    assert box.mailbox.confirm(["uid-1", "uid-3"], []).verdict is Verdict.DONE
    assert list(there.box) == ["uid-2"]
    assert box.names(0) == []  # not asked for again in the same round
    assert box.names() == []  # asked for in the next, and kept no second time
    assert box.kept.count(begun) == 1
    there.cut_after = None
    assert box.names() == ["uid-2"]


def test_k13_a_box_that_cuts_everything_is_left_after_some_times(server: Opens) -> None:
    there = server(*(answer(bytes([n])) for n in range(MOST_CUTS * 2)), cut_after=60)
    box = Box(there)
    batch = box.fetch()
    assert (batch.outcome.verdict, batch.letters, batch.more) == (Verdict.DONE, (), False)
    assert there.commands().count(b"RETR") == 1 + MOST_CUTS


def test_k13_a_message_without_end_stays_and_the_others_come(
    server: Opens, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mailbox, "MOST", 20_000)
    box = Box(server(b"x" * 80 + b"\r\n" * 40_000, answer()))
    assert box.names() == ["uid-2"]
    assert len(box.kept) == 2


def test_a_message_that_is_not_given_stays_and_nothing_of_it_is_kept(server: Opens) -> None:
    box = Box(server(answer(b"1"), answer(b"2"), withheld="uid-1"))
    assert box.names() == ["uid-2"] and len(box.kept) == 1


@pytest.mark.parametrize(
    ("told", "verdict", "reason"),
    [
        ({"refusal": b"-ERR [AUTH] no"}, Verdict.FAILED, "mail.password"),
        ({"refusal": b"-ERR [IN-USE] wait"}, Verdict.LATER, "mail.busy"),
        ({"answers": {b"UIDL": b"-ERR no\r\n"}}, Verdict.FAILED, "mail.protocol"),
        ({"answers": {b"PASS": b""}}, Verdict.LATER, "mail.cut"),
    ],
)
def test_a_box_that_cannot_be_read_says_why(
    server: Opens, told: dict[str, object], verdict: Verdict, reason: str
) -> None:
    box = Box(server(answer(), **told), word="wrong" if "refusal" in told else PASSWORD)
    assert box.fetch() == MailBatch(Outcome(verdict, reason))
    assert box.mailbox.confirm(["uid-1"], []) == Outcome(verdict, reason)


def test_nobody_there_is_no_look_and_a_line_that_dies_leaves_what_came(server: Opens) -> None:
    gone = server()
    gone.close()
    assert Box(gone).fetch().outcome == Outcome(Verdict.UNREACHABLE, "mail.offline")
    there = server(answer(b"1"), answer(b"2"), cut_after=90, cut_only="uid-2")
    box = Box(there)
    there.door.scripts.append(lambda line, _: None)  # after the first visit, nothing but silence
    batch = box.fetch()
    assert (batch.outcome.verdict, len(batch.letters)) == (Verdict.DONE, 1)


def test_over_tls_the_certificate_is_checked(server: Opens, tmp_path: Path) -> None:
    ours, strange = Authority(tmp_path, "ours"), Authority(tmp_path, "strange")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(strange.issue())
    box = Box(server(answer(), shown=context), tls=verifying(str(ours.root)))
    assert box.fetch().outcome == Outcome(Verdict.UNREACHABLE, "mail.certificate")
