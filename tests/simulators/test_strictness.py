"""A judge worth its name: planted bugs, mutated files, and speed."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from time import perf_counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.simulators.mycarenet import answers
from server.simulators.mycarenet.answers import Stamp
from server.simulators.mycarenet.case import Case, Envelope
from server.simulators.mycarenet.container import File, Unreadable, open_file
from server.simulators.mycarenet.insurers import insurers
from server.simulators.mycarenet.verdict import judge
from server.simulators.mycarenet.zones import plans
from tests.simulators.sample_writer import NIHII, Bill, Care, Sending, digits, put, writing

TODAY = date(2026, 3, 12)
GOOD = Sending()
BYTES = GOOD.content()
STAMP = Stamp(insurers()["100"], "100", "1" * 14, TODAY)
SPECIAL = "!#$%&'()*,-./:;<=>?@[]_{|}~+"


def answer(content: bytes) -> bytes:
    """What the insurer would answer first, once the file has arrived."""
    file = open_file(content)
    if isinstance(file, Unreadable):
        return answers.unreadable(file, STAMP)
    envelope = Envelope(NIHII, GOOD.reference, True, "100")
    verdict = judge(Case(file, envelope, insurers()["100"], TODAY))
    if verdict.slots:
        return answers.segments_refused(verdict, STAMP)
    answers.settlement(verdict, STAMP)
    return answers.judgement(verdict, STAMP)


def shifted(kind: str, start: int) -> Callable[[str, int, str], str]:
    """A writer that lost one character of a zone and caught up at the end of the record."""
    return lambda seen, _, text: (text[: start - 1] + text[start:] + "0") if seen == kind else text


def complement(text: str) -> str:
    """Digits of a writer that forgot that a sum of 0 is written 97, or that took 97 − x."""
    return f"{97 - int(digits(text)):02d}"


PLANTED = {
    "a zone of R10 one place to the left": shifted("10", 70),
    "the invoice number one place to the left": shifted("20", 100),
    "the amount one place to the left": shifted("50", 82),
    "the agreement one place to the left": shifted("52", 90),
    "the footer of the invoice shifted": shifted("80", 20),
    "the end of the file shifted": shifted("90", 60),
    "the affiliation in the place of the patient": writing("20", 36, "134"),
    "units without sign": writing("50", 108, "00001"),
    "an amount without sign": writing("50", 88, "000000002455"),
    "the sign of a zero": writing("50", 165, "-000000000"),
    "blanks for zeros in a reserve": writing("20", 88, " " * 12),
    "zeros for blanks in the account": writing("10", 219, "0" * 11),
    "a year of four digits": writing("10", 108, "2026 03"),
    "the agreement number in zone 17": writing("52", 95, "0" * 5 + "10020000000008470066"),
    "the account of R90 forgotten": writing("90", 179, " " * 34),
    "the control digits of the invoice over acts alone": writing("80", 347, "46"),
    "the control digits of the sending missing": writing("90", 347, "00"),
    "the control digits of the mutuality over acts alone": writing("95", 76, "46"),
    "the total control digits over acts alone": writing("96", 76, "46"),
    "the record digits as a complement": lambda _, at, text: (
        text + complement(text) if at else text
    ),
    "the record digits over 349 characters": lambda _, at, text: (
        text + digits(text[:347]) if at else text
    ),
    "the count of records off by one": writing("95", 66, "00000005"),
    "the union in place of its total": writing("96", 5, "100"),
    "no phone": writing("C", 121, "0" * 10),
}


@pytest.mark.parametrize("bug", PLANTED, ids=str)
def test_a_bug_planted_in_a_writer_is_refused(bug: str) -> None:
    assert answer(BYTES)[:6] == b"920098"
    told = answer(replace(GOOD, touch=PLANTED[bug]).content())
    accepted = told[:6] == b"920098" and not any(
        told[at : at + 1] in (b"F", b"R") for at in range(677 + 456, len(told), 800)
    )
    assert not accepted


@given(st.integers(227, 227 + 6 * 350 - 1), st.sampled_from("0123456789 AZ+/"))
def test_a_changed_character_that_weighs_otherwise_is_noticed(at: int, char: str) -> None:
    old = BYTES[at : at + 1].decode()
    changed = put(BYTES.decode(), at + 1, char).encode()
    same_weight = digits(char) == digits(old)
    assert same_weight or answer(changed)[:6] in (b"920099", b"920999")


@given(st.lists(st.tuples(st.integers(0, len(BYTES) - 1), st.integers(0, 255)), max_size=12))
def test_mutated_files_always_get_an_answer(changes: list[tuple[int, int]]) -> None:
    mutated = bytearray(BYTES)
    for at, byte in changes:
        mutated[at] = byte
    assert answer(bytes(mutated))[:6] in (b"920098", b"920099", b"920999")


@given(
    st.lists(
        st.tuples(st.sampled_from([*range(227, 2327)]), st.sampled_from("09 +-A" + SPECIAL)),
        max_size=6,
    )
)
def test_files_with_strange_zones_and_good_digits_always_get_an_answer(
    changes: list[tuple[int, str]],
) -> None:
    text = BYTES.decode()
    for at, char in changes:
        text = put(text, at + 1, char)
    records = [text[at : at + 350] for at in range(227, 227 + 6 * 350, 350)]
    signed = "".join(record[:348] + digits(record) for record in records)
    told = answer((text[:227] + signed + text[227 + 6 * 350 :]).encode())
    assert told[:6] in (b"920098", b"920099", b"920999")


@pytest.mark.parametrize("kept", [{0}, {0, 5}, {0, 1, 5}, {0, 1, 2, 3, 5}, {0, 4}, {0, 2, 3}])
def test_a_file_without_some_records_gets_an_answer(kept: set[int]) -> None:
    records = [BYTES[at : at + 350] for at in range(227, len(BYTES), 350)]
    left = [record for at, record in enumerate(records) if at in kept or at > 5]
    assert answer(BYTES[:227] + b"".join(left))[:6] == b"920999"


def test_a_file_without_footer_of_an_invoice_is_refused_and_echoed() -> None:
    text = replace(GOOD, touch=lambda _, at, text: "52" + text[2:] if at == 5 else text)
    verdict = judge(
        Case(
            opened(text.content()),
            Envelope(NIHII, GOOD.reference, True, "100"),
            insurers()["100"],
            TODAY,
        )
    )
    assert verdict.file.invoices[0].foot is None
    assert b"B520111" in answers.judgement(verdict, STAMP)
    assert len(answers.settlement(verdict, STAMP)) == 677 + 800 * 8


def opened(content: bytes) -> File:
    """A file that can be cut into records."""
    file = open_file(content)
    assert isinstance(file, File)
    return file


@given(st.binary(max_size=1200))
def test_any_bytes_get_an_answer(content: bytes) -> None:
    assert answer(content)[:6] in (b"920098", b"920099", b"920999")


def test_every_plan_covers_its_record_without_gap_or_overlap() -> None:
    lengths = {"200": 67, "300": 160}
    for name, plan in plans().items():
        position = 1
        for zone in plan.zones.values():
            assert (name, zone.name, zone.start) == (name, zone.name, position)
            position = zone.end + 1
        assert position - 1 == lengths.get(name, 350)


def test_two_thousand_records_are_judged_in_less_than_a_second() -> None:
    bills = [
        Bill(
            number=f"01{number:010d}",
            cares=[Care(day=f"202603{day:02d}") for day in range(1, 10)],
        )
        for number in range(100)
    ]
    file = open_file(replace(GOOD, bills=bills).content())
    assert isinstance(file, File)
    assert len(file.records) == 2002
    start = perf_counter()
    case = Case(file, Envelope(NIHII, GOOD.reference, True, "100"), insurers()["100"], TODAY)
    verdict = judge(case)
    answers.judgement(verdict, STAMP)
    answers.settlement(verdict, STAMP)
    assert perf_counter() - start < 1
