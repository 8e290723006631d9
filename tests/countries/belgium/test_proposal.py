from datetime import date

import pytest

from server.core.care import Category, Place
from server.countries.belgium.proposal import Proposal, Visit, propose_code, propose_intake
from server.countries.belgium.rulebook import Rulebook
from server.countries.belgium.tariff import Tariff

MARCH = date(2026, 3, 16)


def visit(
    rank: int,
    category: Category = Category.COMMON_1,
    place: Place = Place.CABINET,
    quota: int | None = 18,
    **more: bool,
) -> Visit:
    return Visit(category, place, rank, MARCH, quota, **more)


@pytest.mark.parametrize(
    ("category", "place", "rank", "code"),
    [
        (Category.COMMON_1, Place.CABINET, 1, "567011"),
        (Category.COMMON_2_PLUS, Place.CABINET, 9, "567011"),
        (Category.COMMON_1, Place.CABINET, 10, "560011"),
        (Category.COMMON_1, Place.CABINET, 19, "560055"),
        (Category.COMMON_1, Place.HOME, 9, "567136"),
        (Category.COMMON_1, Place.HOME, 10, "560313"),
        (Category.COMMON_1, Place.HOME, 19, "560350"),
        (Category.COMMON_1, Place.INSTITUTION, 12, "560571"),
        (Category.FA, Place.HOME, 1, "563312"),
        (Category.FA, Place.CABINET, 20, "567276"),
        (Category.FA, Place.CABINET, 21, "563010"),
        (Category.FB, Place.HOME, 60, "563916"),
        (Category.FB, Place.HOME, 61, "564336"),
        (Category.E, Place.HOME, 300, "561013"),
        (Category.PALLIATIVE, Place.HOME, 3, "564211"),
    ],
)
def test_a_situation_a_place_and_a_rank_give_a_code(
    demo_rules: Rulebook, category: Category, place: Place, rank: int, code: str
) -> None:
    found = propose_code(visit(rank, category, place, None), demo_rules.tariff, demo_rules.codes)
    assert found is not None
    assert found.code == code


@pytest.mark.scenario("B-14")
def test_the_tenth_session_takes_the_code_of_the_second_band(demo_rules: Rulebook) -> None:
    found = propose_code(visit(10, place=Place.HOME), demo_rules.tariff)
    assert found == Proposal("560313", False, 2, 10, 18)


@pytest.mark.scenario("B-13")
def test_the_nineteenth_session_is_above_the_quota(demo_rules: Rulebook) -> None:
    found = propose_code(visit(19), demo_rules.tariff)
    assert found == Proposal("560055", True, 3, 19, None)


def test_a_quota_wider_than_the_bands_keeps_the_last_band(demo_rules: Rulebook) -> None:
    polytrauma = visit(95, Category.FA, quota=120)
    found = propose_code(polytrauma, demo_rules.tariff)
    assert found is not None
    assert (found.code, found.excess) == ("563010", False)
    over = propose_code(visit(121, Category.FA, quota=120), demo_rules.tariff, demo_rules.codes)
    assert over is not None
    assert (over.code, over.excess) == ("563054", True)


def test_a_code_without_a_price_comes_from_the_list_of_codes(real_rules: Rulebook) -> None:
    found = propose_code(visit(3, place=Place.HOME), real_rules.tariff, real_rules.codes)
    assert found is not None
    assert found.code == "567136"


def test_nothing_is_guessed_for_a_place_without_a_code(real_rules: Rulebook) -> None:
    room = visit(3, place=Place.HOSPITAL_ROOM)
    assert propose_code(room, real_rules.tariff, real_rules.codes) is None
    early_fa_at_home = visit(3, Category.FA, Place.HOME, 60)
    assert propose_code(early_fa_at_home, real_rules.tariff, real_rules.codes) is None


def test_a_resident_of_a_rest_home_has_its_codes_wherever_the_visit_is(
    demo_rules: Rulebook,
) -> None:
    found = propose_code(visit(2, rest_home_resident=True), demo_rules.tariff)
    assert found is not None
    assert found.code == "560571"


def test_a_second_session_has_its_own_code_where_one_exists(demo_rules: Rulebook) -> None:
    heavy = visit(2, Category.E, Place.INSTITUTION, None, second_of_day=True)
    found = propose_code(heavy, Tariff(()), demo_rules.codes)
    assert found is not None
    assert found.code == "561396"
    palliative = visit(2, Category.PALLIATIVE, Place.HOME, None, second_of_day=True)
    found = propose_code(palliative, demo_rules.tariff, demo_rules.codes)
    assert found is not None
    assert found.code == "564211"


def test_the_intake_comes_with_the_first_session_of_the_year(demo_rules: Rulebook) -> None:
    def intake(of: Visit, given: bool) -> str | None:
        return propose_intake(of, given, demo_rules.tariff, demo_rules.codes)

    assert intake(visit(1), given=False) == "567033"
    assert intake(visit(1), given=True) is None
    assert intake(visit(2), given=False) is None
    assert intake(visit(1, place=Place.HOME), given=False) is None
