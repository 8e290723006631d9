from datetime import date

import pytest

from server.core.care import Confidence
from server.core.errors import InvalidValue
from server.countries.dated import Origin, in_force, newest
from server.countries.switches import Switch

GOOD = {"valid_from": "2026-01-01", "valid_to": "", "source": "page", "confidence": "S"}


def switch(value: str, begins: date, ends: date | None = None) -> Switch:
    return Switch("key", value, "meaning", Origin(begins, ends, "page", Confidence.S, ""))


def test_a_period_holds_on_both_its_ends() -> None:
    origin = Origin(date(2026, 1, 1), date(2026, 1, 31), "page", Confidence.S, "v")
    days = [date(2025, 12, 31), date(2026, 1, 1), date(2026, 1, 31), date(2026, 2, 1)]
    assert [origin.covers(day) for day in days] == [False, True, True, False]


def test_periods_that_touch_on_one_day_overlap() -> None:
    first = Origin(date(2026, 1, 1), date(2026, 1, 31), "page", Confidence.S, "")
    touching = Origin(date(2026, 1, 31), None, "page", Confidence.S, "")
    after = Origin(date(2026, 2, 1), None, "page", Confidence.S, "")
    assert first.overlaps(touching)
    assert touching.overlaps(first)
    assert not first.overlaps(after)
    assert touching.overlaps(after)


def test_an_origin_is_read_from_text_and_from_nulls_alike() -> None:
    assert Origin.from_mapping(GOOD) == Origin.from_mapping(GOOD | {"valid_to": None})
    assert Origin.from_mapping(GOOD | {"version": "v1"}).version == "v1"


@pytest.mark.parametrize(
    ("column", "value", "reason"),
    [
        ("valid_from", "", "missing"),
        ("valid_from", "01/01/2026", "date"),
        ("valid_to", "2025-12-31", "before_start"),
        ("source", "  ", "missing"),
        ("confidence", "sure", "unknown"),
    ],
)
def test_an_origin_that_cannot_be_read_names_its_column(
    column: str, value: str, reason: str
) -> None:
    with pytest.raises(InvalidValue) as refusal:
        Origin.from_mapping(GOOD | {column: value})
    assert refusal.value.facts == {"field": column, "reason": reason}


def test_the_row_that_began_last_wins_then_the_one_handed_in_last() -> None:
    rows = [
        switch("old", date(2025, 1, 1)),
        switch("shipped", date(2026, 1, 1)),
        switch("own", date(2026, 1, 1)),
        switch("over", date(2026, 1, 1), date(2026, 1, 31)),
        switch("older", date(2024, 1, 1)),
    ]
    found = newest(in_force(rows, date(2026, 3, 1)))
    assert found is not None
    assert found.value == "own"
    assert newest([]) is None
