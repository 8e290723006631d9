"""Values of the letters by care date, and coefficient × letter, half up (`fr-ngap-kine.md` §8)."""

from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.core.errors import InvalidValue
from server.countries.france.acts import act_of
from server.countries.france.letters import Coding, Zone, letter_of, price_cents
from server.countries.france.pricing import GivenAct, PriceUnknown, price_act
from server.countries.france.rulebook import Rulebook

METROPOLE, OVERSEAS = Zone.METROPOLE, Zone.OVERSEAS


def price(rules: Rulebook, coding: str, day: str, zone: Zone = METROPOLE) -> int:
    care_date = date.fromisoformat(day)
    found = price_act(GivenAct(Coding.parse(coding)), care_date, zone, rules.prices(care_date))
    assert not isinstance(found, PriceUnknown)
    return found.tariff_cents


@pytest.mark.parametrize(
    ("coding", "zone", "day", "cents"),
    [
        ("AMS 7,5", METROPOLE, "2023-06-01", 1613),
        ("AMS 7,5", METROPOLE, "2024-02-21", 1613),
        ("RSC 7,5", METROPOLE, "2024-02-22", 1658),
        ("RSC 7,5", OVERSEAS, "2024-03-01", 1823),
        ("RSM 8,1", METROPOLE, "2026-01-01", 1790),
        ("TER 9,5", METROPOLE, "2026-05-27", 2100),
        ("TER 9,8", METROPOLE, "2026-05-28", 2166),
        ("TMK 1", METROPOLE, "2024-03-01", 215),
        ("TMK 1", OVERSEAS, "2024-03-01", 215),
        ("RSM 8,4", METROPOLE, "2027-07-01", 1856),
        ("RPE 8,5", METROPOLE, "2026-01-01", 1879),
        ("RPE 6", METROPOLE, "2025-12-31", 1326),
        ("AMK 10,7", METROPOLE, "2026-03-10", 2365),
        ("AMK 10,8", METROPOLE, "2026-03-10", 2387),
        ("AMK 10", METROPOLE, "2026-09-01", 2210),
        ("AMK 7,47", METROPOLE, "2026-03-10", 1651),
        ("AMK 7,53", METROPOLE, "2026-03-10", 1664),
        ("RSM 8,1", OVERSEAS, "2026-01-01", 1968),
        ("TER 9,8", OVERSEAS, "2026-05-28", 2381),
        ("AMS 7,5", OVERSEAS, "2012-07-15", 1770),
    ],
)
def test_a_coefficient_and_the_letter_of_the_day_give_the_published_price(
    real: Rulebook, coding: str, zone: Zone, day: str, cents: int
) -> None:
    assert price(real, coding, day, zone) == cents


@pytest.mark.parametrize(
    ("act", "day", "hundredths"),
    [
        ("one_limb", "2024-02-21", 750),
        ("upper", "2024-02-22", 750),
        ("upper", "2025-07-01", 750),  # the step of that day was suspended
        ("upper", "2025-12-31", 750),
        ("upper", "2026-01-01", 810),
        ("upper", "2027-06-30", 810),
        ("upper", "2027-07-01", 840),
        ("several", "2026-05-27", 950),
        ("several", "2026-05-28", 980),
        ("amputation_two", "2026-05-28", 980),
        ("older", "2025-12-31", 600),
        ("older", "2026-01-01", 850),
        ("balneotherapy", "2025-12-31", 120),
        ("balneotherapy", "2026-01-01", 250),
        ("balneotherapy_pool", "2026-01-01", 350),
        ("neuromuscular", "2026-08-31", 1000),
        ("neuromuscular", "2026-09-01", 1100),
        ("neuromuscular_heavy", "2026-09-01", 1200),
        ("frailty", "2026-09-01", 1000),
    ],
)
def test_each_step_of_the_convention_begins_on_its_day(
    real: Rulebook, act: str, day: str, hundredths: int
) -> None:
    found = act_of(act, date.fromisoformat(day), real.acts)
    assert found
    assert found.coding.hundredths == hundredths


def test_an_act_is_not_in_force_before_its_day(real: Rulebook) -> None:
    assert act_of("frailty", date(2026, 8, 31), real.acts) is None


def test_the_invented_letter_is_seen_by_a_demo_practice_alone(
    real: Rulebook, demo: Rulebook
) -> None:
    day = date(2026, 3, 10)
    assert letter_of("TST", day, real.letters) is None
    assert letter_of("TST", day, demo.letters)
    assert price(demo, "TST 8,1", "2026-12-31") == 1790
    assert price(demo, "TST 8,1", "2027-01-01") == 1831


@pytest.mark.parametrize(
    ("coding", "reason"), [("TER 9,5", "price.no_version"), ("ZZZ 1", "price.no_code")]
)
def test_a_letter_of_another_time_has_no_price_rather_than_a_wrong_one(
    real: Rulebook, coding: str, reason: str
) -> None:
    day = date(2024, 2, 21)
    found = price_act(GivenAct(Coding.parse(coding)), day, METROPOLE, real.prices(day))
    assert isinstance(found, PriceUnknown)
    assert found.reason == reason


def test_an_act_no_table_lists_is_priced_by_its_letter_alone(real: Rulebook) -> None:
    day = date(2026, 3, 10)
    found = price_act(GivenAct(Coding.parse("AMK 7,47")), day, METROPOLE, real.prices(day))
    assert not isinstance(found, PriceUnknown)
    assert len(found.origins) == 1
    assert found.facts["coefficient"] == 747


@given(unit=st.integers(0, 5_000), hundredths=st.integers(0, 50_000))
def test_a_price_is_the_exact_product_half_up(unit: int, hundredths: int) -> None:
    exact = Fraction(unit * hundredths, 100)
    cents = price_cents(unit, hundredths)
    assert Fraction(-1, 2) <= exact - cents < Fraction(1, 2)


@given(letter=st.from_regex("[A-Z]{1,3}", fullmatch=True), hundredths=st.integers(1, 99_999))
def test_a_coding_is_read_back_as_it_is_written(letter: str, hundredths: int) -> None:
    coding = Coding(letter, hundredths)
    assert Coding.parse(coding.text) == coding
    assert Coding.parse(coding.text.replace(".", ",").lower()) == coding


@pytest.mark.parametrize(
    ("text", "reason"), [("", "shape"), ("7,5", "shape"), ("AMK 7,555", "shape"), ("AMK 0", "zero")]
)
def test_what_is_not_a_coding_is_refused(text: str, reason: str) -> None:
    with pytest.raises(InvalidValue) as refused:
        Coding.parse(text)
    assert refused.value.facts == {"field": "coding", "reason": reason}
