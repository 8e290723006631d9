"""How an invoice is secured with the cards at hand: cases L1 to L4, L7 and K16."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.core.care import Source
from server.core.errors import InvalidValue
from server.core.sesam import Mode
from server.countries.france.oppositions import Opposition, is_opposed
from server.countries.france.rulebook import Rulebook
from server.countries.france.securing import (
    Cards,
    Loss,
    Obstacle,
    Securing,
    guaranteed,
    losses,
    securing,
)

DAY = date(2026, 3, 10)
NOW = datetime(2026, 3, 10, 9, 30, tzinfo=UTC)
ATTESTATION = "1"


def asked(
    rules: Rulebook, *, cps: bool = False, vitale: bool = False, clock: datetime | None = NOW,
    third_party: bool = True, nature: str = "",
) -> Securing:  # fmt: skip
    return securing(Cards(cps, vitale, clock, NOW), third_party, nature, rules.securing(DAY))


def test_l1_both_cards_secure_at_once(real: Rulebook) -> None:
    done = asked(real, cps=True, vitale=True, third_party=False)
    assert done == Securing(Mode.BOTH_CARDS)
    assert not done.paper
    assert guaranteed(Mode.BOTH_CARDS, Source.CARD, opposed=False)


def test_l2_vitale_alone_is_desynchronised(real: Rulebook) -> None:
    assert asked(real, vitale=True) == Securing(Mode.DESYNCHRONISED)
    assert guaranteed(Mode.DESYNCHRONISED, Source.APCV, opposed=False)


def test_l3_the_professionals_card_alone_is_degraded_with_a_nature_and_no_guarantee(
    real: Rulebook,
) -> None:
    assert asked(real, cps=True, nature=ATTESTATION) == Securing(Mode.DEGRADED)
    assert asked(real, cps=True).obstacle is Obstacle.NO_NATURE
    assert asked(real, cps=True, nature="77").obstacle is Obstacle.NATURE_UNKNOWN
    assert losses(Mode.DEGRADED, Source.ADRI, opposed=False) == (Loss.DEGRADED,)
    assert not guaranteed(Mode.DEGRADED, Source.CARD, opposed=False)


def test_without_third_party_payment_nothing_is_degraded(real: Rulebook) -> None:
    done = asked(real, cps=True, nature=ATTESTATION, third_party=False)
    assert done == Securing(None, Obstacle.NOT_THIRD_PARTY)
    assert done.paper


def test_l4_without_a_reader_the_draft_is_kept_and_paper_is_possible(real: Rulebook) -> None:
    done = asked(real, clock=None)
    assert done == Securing(None, Obstacle.NO_CARD)
    assert done.paper


@pytest.mark.parametrize("wrong", [timedelta(days=1), -timedelta(days=1), timedelta(minutes=11)])
def test_l7_a_clock_too_far_from_the_readers_refuses_and_gives_both(
    real: Rulebook, wrong: timedelta
) -> None:
    done = asked(real, cps=True, vitale=True, clock=NOW + wrong)
    assert done == Securing(None, Obstacle.CLOCK, NOW + wrong, NOW)
    assert not done.paper  # set the clock right first


def test_l7_a_few_minutes_are_nothing_and_a_reader_without_a_clock_says_nothing(
    real: Rulebook,
) -> None:
    for clock in (NOW + timedelta(minutes=10), NOW - timedelta(minutes=10), None):
        assert asked(real, cps=True, vitale=True, clock=clock).mode is Mode.BOTH_CARDS


def test_the_rows_of_the_day_decide(real: Rulebook) -> None:
    assert ATTESTATION in real.securing(DAY).natures
    with pytest.raises(InvalidValue):
        real.securing(date(2006, 12, 31))


def test_k16_a_card_on_the_opposition_list_loses_the_guarantee(
    demo: Rulebook, real: Rulebook
) -> None:
    opposed = is_opposed(demo.oppositions, "0 990 00666", DAY)
    assert opposed
    assert losses(Mode.BOTH_CARDS, Source.CARD, opposed) == (Loss.OPPOSED,)
    assert not guaranteed(Mode.BOTH_CARDS, Source.CARD, opposed)
    assert not is_opposed(demo.oppositions, "99000666", date(2025, 12, 31))
    assert not is_opposed(demo.oppositions, "99000001", DAY)
    assert not is_opposed(real.oppositions, "99000666", DAY)  # invented, of the demo alone


@pytest.mark.parametrize("serial", ["", " 0 ", "99_000", "٩٩"])
def test_a_serial_that_is_none_is_refused(serial: str) -> None:
    row = {"serial": serial, "valid_from": "2026-01-01", "source": "s", "confidence": "S"}
    with pytest.raises(InvalidValue) as refused:
        Opposition.from_mapping(row)
    assert refused.value.facts["field"] == "serial"


@pytest.mark.parametrize("source", [None, Source.MANUAL, Source.PAPER, Source.QR])
def test_rights_no_card_nor_adri_gave_lose_the_guarantee(source: Source | None) -> None:
    assert losses(Mode.BOTH_CARDS, source, opposed=False) == (Loss.TYPED,)


@given(
    cps=st.booleans(), vitale=st.booleans(), third_party=st.booleans(),
    nature=st.sampled_from(["", ATTESTATION, "77"]), minutes=st.integers(-2000, 2000),
)  # fmt: skip
def test_there_is_a_mode_or_an_obstacle_never_both(
    real: Rulebook, cps: bool, vitale: bool, third_party: bool, nature: str, minutes: int
) -> None:
    clock = NOW + timedelta(minutes=minutes)
    done = asked(real, cps=cps, vitale=vitale, clock=clock, third_party=third_party, nature=nature)
    assert (done.mode is None) is (done.obstacle is not None)
    assert done.mode is None or cps or vitale
    assert done.mode is not Mode.DEGRADED or (third_party and nature == ATTESTATION)
    assert done.mode is None or abs(minutes) <= 10
