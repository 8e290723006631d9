"""Figures as people read them."""

from datetime import UTC, date, datetime

import pytest

from server.core.identifiers import Niss
from webui import formats
from webui.i18n import catalogue

FR, NL = catalogue("fr_BE"), catalogue("nl")
TODAY = date(2026, 3, 18)


@pytest.mark.parametrize(
    ("cents", "french", "dutch"),
    [
        (123456, "1\u00a0234,56\u00a0€", "1.234,56\u00a0€"),
        (0, "0,00\u00a0€", "0,00\u00a0€"),
        (-250, "−2,50\u00a0€", "−2,50\u00a0€"),
    ],
)
def test_money_stands_with_its_unit(cents: int, french: str, dutch: str) -> None:
    assert formats.money(FR, cents) == french
    assert formats.money(NL, cents) == dutch


def test_an_instant_is_told_in_the_hours_of_belgium() -> None:
    late = datetime(2026, 7, 1, 22, 30, 5, tzinfo=UTC)
    assert formats.moment(late) == "02/07/2026 00:30"
    assert formats.second(late) == "00:30:05"
    assert formats.day_month(late) == "02/07"
    assert formats.day(date(2026, 11, 22)) == "22/11/2026"


def test_a_day_in_a_sentence_has_its_weekday() -> None:
    assert formats.long_day(FR, TODAY) == "mercredi 18 mars 2026"
    assert formats.long_day(NL, TODAY) == "woensdag 18 maart 2026"
    assert formats.long_day(FR, date(2026, 4, 1)) == "mercredi 1er avril 2026"


@pytest.mark.parametrize(
    ("then", "told"),
    [
        (date(2026, 3, 18), "aujourd’hui"),
        (date(2026, 3, 17), "hier"),
        (datetime(2026, 3, 15, 12, tzinfo=UTC), "il y a 3 jours"),
        (date(2026, 1, 17), "il y a 60 jours"),
        (date(2025, 11, 18), "il y a 3 mois"),
        (date(2026, 3, 20), "aujourd’hui"),
    ],
)
def test_the_age_of_a_fact_is_told_in_words(then: date, told: str) -> None:
    assert formats.ago(FR, then, TODAY) == told


@pytest.mark.parametrize(("day", "told"), [(18, "68 ans"), (19, "67 ans")])
def test_a_birthday_counts_from_the_day_itself(day: int, told: str) -> None:
    assert formats.years(FR, date(1958, 3, day), TODAY) == told


def test_a_niss_wears_its_mask_and_other_text_stays() -> None:
    assert formats.niss("58031499518") == "58.03.14-995.18"
    assert formats.niss(Niss("58031499518")) == "58.03.14-995.18"
    assert formats.niss("à demander") == "à demander"
