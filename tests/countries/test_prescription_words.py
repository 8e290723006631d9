"""Proposals from the words of a prescription: said once, plausible, or not at all."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.countries.prescription_words import LONGEST, Proposed, proposals

TODAY = date(2026, 3, 2)
PAPER = """Dr Anne Willems
INAMI 1-99901-16-004
Patient : Jean Dupré, né le 03/05/1961
Le 12 février 2026
18 séances de kinésithérapie
"""


def said(text: str, field: Proposed) -> str:
    return proposals(text, TODAY).get(field, "")


def test_a_prescription_proposes_who_when_and_how_many() -> None:
    found = proposals(PAPER.replace("1-99901-16-004", "1-99901-16-004"), TODAY)
    assert found[Proposed.PRESCRIBER] == "Anne Willems"
    assert found[Proposed.DATED] == "2026-02-12"
    assert found[Proposed.SESSIONS] == "18"


@pytest.mark.parametrize(
    ("text", "number"),
    [("19990116004", "19990116004"), ("1-99901-16-005", "19990116005"), ("19990117004", "")],
)
def test_a_number_with_a_wrong_check_is_none(text: str, number: str) -> None:
    assert said(f"INAMI {text}", Proposed.NUMBER) == number


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("01/03/2026", "2026-03-01"), ("1.3.2026", "2026-03-01"), ("01-03-2026", "2026-03-01"),
        ("1er mars 2026", "2026-03-01"), ("1 maart 2026", "2026-03-01"),
        ("28 FÉVRIER 2026", "2026-02-28"), ("03/03/2026", ""), ("01/03/2023", ""),
        ("31/02/2026", ""), ("99/99/2026", ""),
        ("né le 03/05/1961, vu le 02/03/2026", "2026-03-02"),
        ("01/02/2026 puis 15/02/2026", "2026-02-15"),
    ],
)  # fmt: skip
def test_the_last_day_of_two_years_is_the_prescription_s(text: str, day: str) -> None:
    assert said(text, Proposed.DATED) == day


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("9 beurten", "9"), ("Séances : 18", "18"), ("20 Zittingen", "20"), ("séance x 5", "5"),
        ("0 séance", ""), ("500 séances", ""), ("18 séances, puis 9 séances", ""),
        ("9 séances (séances : 9)", "9"), ("neuf séances", ""),
    ],
)  # fmt: skip
def test_a_number_of_sessions_is_said_once_or_not_at_all(text: str, number: str) -> None:
    assert said(text, Proposed.SESSIONS) == number


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Docteur É. Lemaître-Noël", "É. Lemaître-Noël"), ("dokter peeters", ""),
        ("Dokter Jan Peeters\nLier", "Jan Peeters"), ("Dr. Anne A\nDr. Bob B", ""),
        ("Dr Anne Willems, Dr Anne Willems", "Anne Willems"),
    ],
)  # fmt: skip
def test_a_doctor_is_named_once(text: str, name: str) -> None:
    assert said(text, Proposed.PRESCRIBER) == name


def test_what_stands_after_a_long_text_is_not_looked_at() -> None:
    assert proposals(" " * LONGEST + PAPER, TODAY) == {}


@given(st.text())
def test_no_text_breaks_the_reading(text: str) -> None:
    assert set(proposals(text, TODAY)) <= set(Proposed)
