"""Territory × operated proposes the letter; a recollection waits for a person."""

from datetime import date

import pytest

from server.core.care import Confidence
from server.countries.france.acts import Territory, act_given
from server.countries.france.letters import Coding
from server.countries.france.proposal import Wanted, assessments, propose
from server.countries.france.rulebook import Rulebook

MARCH = date(2026, 3, 10)


def codings(rules: Rulebook, wanted: Wanted) -> list[str]:
    return [act.coding.text for act in propose(wanted, rules.acts).acts]


@pytest.mark.parametrize(
    ("territory", "operated", "coding"),
    [
        (Territory.UPPER_LIMB, True, "RSC 8.10"),
        (Territory.UPPER_LIMB, False, "RSM 8.10"),
        (Territory.LOWER_LIMB, True, "RIC 8.10"),
        (Territory.LOWER_LIMB, False, "RIM 8.10"),
        (Territory.SPINE, True, "RAC 8.10"),
        (Territory.SPINE, False, "RAM 8.10"),
        (Territory.SEVERAL, True, "TER 9.50"),
        (Territory.OLDER, False, "RPE 8.50"),
    ],
)
def test_the_letter_says_what_was_treated_and_whether_it_was_operated(
    real: Rulebook, territory: Territory, operated: bool, coding: str
) -> None:
    assert codings(real, Wanted(MARCH, MARCH, territory, operated)) == [coding]


def test_a_recollected_letter_is_offered_and_never_chosen(real: Rulebook) -> None:
    found = propose(Wanted(MARCH, MARCH, Territory.UPPER_LIMB), real.acts)
    assert found.acts[0].origin.confidence is Confidence.K_LOW
    assert found.chosen is None


def test_a_settled_letter_is_chosen(real: Rulebook) -> None:
    chosen = propose(Wanted(MARCH, MARCH, Territory.SEVERAL), real.acts).chosen
    assert chosen
    assert chosen.coding.text == "TER 9.50"


def test_a_treatment_begun_before_the_new_letters_may_finish_on_the_old_ones(
    real: Rulebook,
) -> None:
    day = date(2024, 3, 1)
    older = Wanted(day, date(2024, 2, 21), Territory.SEVERAL)
    assert codings(real, older) == ["TER 9.50", "AMS 9.50"]
    assert codings(real, Wanted(day, date(2024, 2, 22), Territory.SEVERAL)) == ["TER 9.50"]


def test_before_the_new_letters_one_act_serves_every_limb(real: Rulebook) -> None:
    day = date(2023, 6, 1)
    for territory in (Territory.UPPER_LIMB, Territory.LOWER_LIMB, Territory.SPINE):
        assert codings(real, Wanted(day, day, territory)) == ["AMS 7.50"]


def test_without_a_territory_nothing_with_one_is_proposed(real: Rulebook) -> None:
    assert codings(real, Wanted(MARCH, MARCH, None)) == []


def test_an_assessment_is_offered_only_without_a_treatment_going_on(real: Rulebook) -> None:
    day = date(2023, 6, 1)
    found = [act.coding.hundredths for act in assessments(day, False, real.acts)]
    assert found == [500, 850, 1000]
    assert assessments(day, True, real.acts) == ()


def test_a_coding_stands_for_the_act_of_its_territory_before_any_other(demo: Rulebook) -> None:
    coding = Coding.parse("TST 8,1")
    for territory, article in ((Territory.PELVIC, "8"), (Territory.SPINE, "1")):
        act = act_given(coding, territory, MARCH, demo.acts)
        assert act
        assert (act.article, act.territories) == (article, frozenset({territory}))
    assert act_given(coding, Territory.BURNS, MARCH, demo.acts)
    assert act_given(Coding.parse("ZZZ 1"), None, MARCH, demo.acts) is None
