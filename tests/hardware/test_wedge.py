"""A hand reader that types is told from fingers, and a wrong layout is mended or refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardware.wedge import CALIBRATION, PLAIN, Key, burst, calibrated


def typed(text: str, gap: float) -> list[Key]:
    return [Key(character, 5 + gap * rank) for rank, character in enumerate(text)]


def test_fast_keys_to_the_end_key_are_a_reader() -> None:
    assert burst(typed("AMC=99|ADH=1\r", 0.005)) == "AMC=99|ADH=1"
    assert burst(typed("123456\t", 0.034)) == "123456"


@pytest.mark.parametrize(
    ("text", "gap"), [("Peeters\r", 0.035), ("Peeters", 0.005), ("12345\r", 0.005), ("", 0.005)]
)
def test_fingers_an_end_that_lacks_and_a_short_word_are_not(text: str, gap: float) -> None:
    assert burst(typed(text, gap)) is None


def test_i4_one_slow_key_in_the_middle_makes_it_fingers() -> None:
    keys = typed("12345678\r", 0.005)
    keys = [*keys[:4], *(Key(key.character, key.at + 0.1) for key in keys[4:])]
    assert burst(keys) is None


US = "0123456789aqzwmAQZWM;:,!?./=&|#_-+*()<>'\"@"
AZERTY_BE = "à&é\"'(§è!çqawz,QAWZ?mM;1+:=-7£3°)_890./ù%2"
"""What a reader set for an American keyboard makes of them on a Belgian one [K]."""


def test_a_right_layout_changes_nothing() -> None:
    layout = calibrated(CALIBRATION)
    assert layout
    assert layout.mend("AMC=99123456|bcd") == "AMC=99123456|bcd"
    assert layout.mend("né à l’île") is None  # « ’ » and « î » were not tried


def test_a_layout_that_only_swaps_is_mended() -> None:
    swapped = str.maketrans("aqzwAQZW", "qawzQAWZ")
    layout = calibrated(CALIBRATION.translate(swapped))
    assert layout
    assert layout.mend("AQZ=wb1".translate(swapped)) == "AQZ=wb1"


def american(text: str) -> str:
    swapped = dict(zip(US, AZERTY_BE, strict=True))
    return "".join(swapped.get(each, each) for each in text if each.isascii())


def test_an_american_reader_on_a_belgian_keyboard_is_mended_without_its_accents() -> None:
    layout = calibrated(american(CALIBRATION))
    assert layout
    assert (layout.swaps, layout.accents) == (True, False)
    assert layout.mend(american("AMC=99123456|ADH=0071234")) == "AMC=99123456|ADH=0071234"
    assert layout.mend("ô") is None


@pytest.mark.parametrize("tail", ["", "e!èàçùÉ", "??????", "éèàçù"])
def test_accents_that_do_not_come_through_are_said_and_refuse_nothing(tail: str) -> None:
    layout = calibrated(PLAIN + tail)
    assert layout
    assert (layout.swaps, layout.accents) == (False, False)
    assert layout.mend("AMC=1") == "AMC=1"


@pytest.mark.parametrize(
    "arrived",
    ["", PLAIN[:-1], CALIBRATION.replace("5", ""), CALIBRATION.translate({ord("w"): "z"})],
)
def test_what_no_table_mends_is_refused(arrived: str) -> None:
    assert calibrated(arrived) is None


@given(st.text())
def test_no_text_that_arrives_breaks_the_judgement(arrived: str) -> None:
    layout = calibrated(arrived)
    assert layout is None or layout.mend(arrived[: len(PLAIN)]) == PLAIN
