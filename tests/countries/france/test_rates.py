"""What each situation brings, alone and with others (FR-31, FR-40, FR-49, FR-50, FR-57)."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.countries.france.rates import (
    Complement,
    Situation,
    ThirdParty,
    cover,
    deducted_cents,
    exonerated_by,
)
from server.countries.france.rulebook import Rulebook

MARCH = date(2026, 3, 10)


@pytest.mark.parametrize(
    ("situation", "rate_bp", "complement", "third_party", "overrun"),
    [
        (Situation.GENERAL, 6_000, Complement.FORMULA, ThirdParty.OPTIONAL, True),
        (Situation.ALSACE_MOSELLE, 9_000, Complement.FORMULA, ThirdParty.OPTIONAL, True),
        (Situation.ASPA, 8_000, Complement.FORMULA, ThirdParty.OPTIONAL, True),
        (Situation.ALD, 10_000, Complement.FORMULA, ThirdParty.RIGHT, True),
        (Situation.MATERNITY, 10_000, Complement.FORMULA, ThirdParty.RIGHT, True),
        (Situation.WORK, 10_000, Complement.FORMULA, ThirdParty.RIGHT, True),
        (Situation.C2S, 6_000, Complement.WHOLE, ThirdParty.FORCED, False),
        (Situation.AME, 6_000, Complement.WHOLE, ThirdParty.FORCED, False),
        (Situation.NOT_COVERED, 0, Complement.NONE, ThirdParty.OPTIONAL, True),
        (Situation.MINOR, 6_000, Complement.FORMULA, ThirdParty.OPTIONAL, True),
    ],
)
def test_a_situation_brings_its_rate_and_what_goes_with_it(
    real: Rulebook,
    situation: Situation,
    rate_bp: int,
    complement: Complement,
    third_party: ThirdParty,
    overrun: bool,
) -> None:
    found = cover([situation], MARCH, real.rates)
    assert found
    assert found.rate.rate_bp == rate_bp
    assert (found.complement, found.third_party) == (complement, third_party)
    assert found.overrun is overrun


def test_the_best_rate_wins_and_a_whole_complement_holds(real: Rulebook) -> None:
    found = cover([Situation.ALD, Situation.C2S], MARCH, real.rates)
    assert found
    assert (found.rate.situation, found.complement) == (Situation.ALD, Complement.WHOLE)
    assert found.third_party is ThirdParty.FORCED
    assert not found.overrun


def test_before_the_first_row_no_rate_is_known(real: Rulebook) -> None:
    assert cover([], date(2001, 1, 1), real.rates) is None


@given(situations=st.sets(st.sampled_from(Situation)))
def test_a_refused_agreement_beats_every_right(real: Rulebook, situations: set[Situation]) -> None:
    found = cover(situations | {Situation.NOT_COVERED}, MARCH, real.rates)
    assert found
    assert (found.rate.rate_bp, found.complement) == (0, Complement.NONE)


@pytest.mark.parametrize(
    ("code", "situation"),
    [("42", Situation.ALD), ("46", Situation.ALD), ("55", Situation.MATERNITY), ("41", None)],
)
def test_a_code_of_the_caisse_says_what_it_exonerates(
    real: Rulebook, code: str, situation: Situation | None
) -> None:
    assert exonerated_by(code, MARCH, real.exonerations) is situation


@pytest.mark.parametrize(
    ("acts", "already", "day", "kept"),
    [
        (1, 0, date(2024, 3, 30), 50),
        (1, 0, date(2024, 3, 31), 100),
        (6, 0, MARCH, 400),
        (1, 4_950, MARCH, 50),
        (1, 5_000, MARCH, 0),
        (1, 9_999, MARCH, 0),
        (1, 0, date(2001, 1, 1), 0),
    ],
)
def test_the_deductible_stops_at_the_day_and_at_the_year(
    real: Rulebook, acts: int, already: int, day: date, kept: int
) -> None:
    assert deducted_cents(acts, already, [], day, real.deductibles) == kept


@pytest.mark.parametrize(
    "situation", [Situation.C2S, Situation.AME, Situation.MATERNITY, Situation.MINOR]
)
def test_some_are_spared_the_deductible(real: Rulebook, situation: Situation) -> None:
    assert deducted_cents(1, 0, [situation], MARCH, real.deductibles) == 0
