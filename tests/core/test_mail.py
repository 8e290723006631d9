"""A mail taken apart: its papers by their first bytes, and never more than a bounded work."""

import tracemalloc
from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.core.mail import MOST_PAPERS, LeftWhy, open_letter
from tests.sync.pop import PDF, mail

JPG, PNG, TIF = b"\xff\xd8\xff\xe0", b"\x89PNG\r\n\x1a\n", b"II*\x00"


def left(raw: bytes) -> list[tuple[str, str]]:
    return [(each.name, each.why) for each in open_letter(raw).left]


def names(raw: bytes) -> list[str]:
    return [each.name for each in open_letter(raw).papers]


def test_papers_are_known_by_their_first_bytes_and_the_rest_is_left() -> None:
    letter = open_letter(
        mail(("a.pdf", PDF), ("b.doc", JPG), ("c", PNG), ("d.tif", TIF), ("e.pdf", b"PK no"))
    )
    assert [(each.name, each.content) for each in letter.papers] == [
        ("a.pdf", PDF), ("b.doc", JPG), ("c", PNG), ("d.tif", TIF)
    ]  # fmt: skip
    assert [(each.name, each.why) for each in letter.left] == [("e.pdf", LeftWhy.KIND)]


def test_a_mail_without_a_paper_is_told_by_its_subject() -> None:
    assert left(mail(subject="Réunion de mardi", text="%PDF-1.7 in the text")) == [
        ("Réunion de mardi", LeftWhy.NONE)
    ]


def test_a_mail_that_is_a_scan_itself_takes_the_name_of_its_subject() -> None:
    made = EmailMessage()
    made["Subject"] = "Ordonnance/Dr Willems"
    made.set_content(PDF, "application", "pdf")
    assert names(made.as_bytes()) == ["Ordonnance Dr Willems"]


def test_names_lose_their_paths_and_what_is_never_seen() -> None:
    raw = mail(("../../etc/passwd\u202e.pdf", PDF), ("C:\\scans\\é à.pdf", PDF))
    assert names(raw) == ["passwd.pdf", "é à.pdf"]


def test_coded_names_are_read_and_wrong_codes_stand_as_they_are() -> None:
    part = b'Content-Disposition: attachment; filename="%s"\r\n\r\n'
    assert names(part % b"=?utf-8?B?w6kucGRm?=" + PDF) == ["é.pdf"]
    assert names(part % b"=?no-such?B?w6kucGRm?=" + PDF) == ["=?no-such?B?w6kucGRm?="]


def test_a_forwarded_mail_is_looked_into() -> None:
    inner, outer = EmailMessage(), EmailMessage()
    inner.set_content("x")
    inner.add_attachment(PDF, "application", "pdf", filename="in.pdf")
    outer["Subject"] = "Fw"
    outer.set_content("x")
    outer.add_attachment(inner)
    assert names(outer.as_bytes()) == ["in.pdf"]


def test_a_logo_of_the_text_is_left_and_a_photo_beside_it_is_taken() -> None:
    made = EmailMessage()
    made.set_content("x")
    made.add_alternative("<img src='cid:logo'>", subtype="html")
    html = made.get_payload(1)
    assert isinstance(html, EmailMessage)
    html.add_related(PNG, "image", "png", cid="<logo>", filename="logo.png")
    made.make_mixed()
    made.add_attachment(JPG, "image", "jpeg", filename="photo.jpg")
    assert names(made.as_bytes()) == ["photo.jpg"]
    assert left(made.as_bytes()) == [("logo.png", LeftWhy.DRAWN)]


def test_papers_beyond_the_most_are_left() -> None:
    raw = mail(*((f"{n}.pdf", PDF) for n in range(MOST_PAPERS + 2)))
    assert len(names(raw)) == MOST_PAPERS
    assert [why for _, why in left(raw)] == [LeftWhy.MANY] * 2


HOSTILE = {
    "mails in mails": b"Content-Type: message/rfc822\n\n" * 3_000,
    "parts in parts": b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (n, n) for n in range(2_000)
    ),
    "many parts": b"Content-Type: multipart/mixed; boundary=b\n\n" + b"--b\n\nx\n" * 6_000,
    "a header without end": b"Content-Type: a/b;" + b' "a;' * 200_000 + b"\n\nx",
    "lines without end": b"\n" * 1_100_000,
}


@pytest.mark.parametrize("raw", HOSTILE.values(), ids=HOSTILE)
def test_a_bomb_costs_a_sentence(raw: bytes) -> None:
    tracemalloc.start()
    assert left(raw) == [("", LeftWhy.UNREADABLE)]
    assert tracemalloc.get_traced_memory()[1] < 4_000_000
    tracemalloc.stop()


BITS = st.sampled_from(
    [b"Content-Type: ", b"multipart/mixed", b"message/rfc822", b"multipart/digest", b"; ",
     b"boundary=", b"b", b"--b", b"--b--", b"\r\n", b"\n", b"\r", b"\x00", b"\xff\xfe", PDF,
     b"Content-Transfer-Encoding: ", b"base64", b"x-uuencode", b"quoted-printable", b"begin 666 a",
     b'Content-Disposition: attachment; filename*0*="', b"utf-8''%ff", b"=?utf-16?B?AA?=", b"=",
     b"Subject: ", b"name=", b"\t", b" ", b"charset=", b"Content-ID: <x>"]
)  # fmt: skip


@given(st.lists(BITS | st.binary(max_size=8), max_size=60))
def test_whatever_the_bytes_there_is_a_letter(bits: list[bytes]) -> None:
    letter = open_letter(b"".join(bits))
    assert letter.papers or letter.left
    for name in [*(each.name for each in letter.papers), *(each.name for each in letter.left)]:
        assert name.isprintable()
        assert "/" not in name
        assert len(name) <= 120


@given(st.lists(st.tuples(st.text(max_size=20), st.binary(max_size=60)), max_size=5))
def test_what_is_attached_comes_out_byte_for_byte(attached: list[tuple[str, bytes]]) -> None:
    given_papers = [PDF + content for _, content in attached]
    made = EmailMessage()
    made.set_content("x")
    for content in given_papers:
        made.add_attachment(content, "application", "pdf", filename="a.pdf")
    assert [each.content for each in open_letter(made.as_bytes()).papers] == given_papers


def test_a_mail_its_parser_stumbles_over_is_unreadable_and_breaks_nothing() -> None:
    named = b"Content-Disposition: attachment; filename*=utf-8\x00''a.pdf\r\n\r\n"
    assert left(b"Content-Type: application/pdf\r\n" + named + PDF) == [("", LeftWhy.UNREADABLE)]
