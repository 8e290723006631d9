"""What people type is read leniently, and every fault is told at once."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.core.care import Place
from server.core.errors import InvalidForm
from server.core.identifiers import Niss
from server.services.forms import Form, parse_day


@pytest.mark.parametrize(
    "text", ["22/11/2026", "22-11-26", "22112026", "2026-11-22", "22.11.2026", "22 11 2026"]
)
def test_a_day_is_read_however_it_is_typed(text: str) -> None:
    assert parse_day(text) == date(2026, 11, 22)


@pytest.mark.parametrize(
    "text", ["", "31/02/2026", "hier", "1", "22/11", "00/00/0000", "²²/11/2026", "1/1/1/1"]
)
def test_what_is_no_day_is_none(text: str) -> None:
    assert parse_day(text) is None


@given(st.text(max_size=30))
def test_no_text_breaks_a_form(text: str) -> None:
    form = Form({name: text for name in "abcdefg"})
    form.text("a", needed=True, most=5)
    form.day("b")
    form.number("c", low=1, high=9)
    form.cents("d")
    form.choice("e", Place)
    form.parsed("f", Niss.parse)
    form.ticked("g")
    if form.faults:
        with pytest.raises(InvalidForm) as refused:
            form.end()
        assert refused.value.facts["faults"] == tuple(form.faults)
    else:
        form.end()


def test_what_is_not_typed_is_nothing() -> None:
    form = Form({})
    assert form.text("a") == ""
    assert form.day("a") is None
    assert form.number("a") is None
    assert form.cents("a") == 0
    assert form.choice("a", Place, needed=False) is None
    assert form.parsed("a", Niss.parse) is None
    assert not form.ticked("a")
    form.end()


@pytest.mark.parametrize("text", ["0", "10", "-1", "1.5", "un", "²"])
def test_a_number_stays_between_its_bounds(text: str) -> None:
    form = Form({"n": text})
    assert form.number("n", low=1, high=9) is None
    assert form.faults == [("n", "number")]
    assert Form({"n": "9"}).number("n", low=1, high=9) == 9


@pytest.mark.parametrize(
    ("text", "ticked"), [("1", True), ("on", True), ("0", False), ("off", False)]
)
def test_a_box_is_ticked_or_not(text: str, ticked: bool) -> None:
    assert Form({"box": text}).ticked("box") is ticked
