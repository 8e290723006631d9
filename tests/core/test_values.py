"""Keys, lives and quotes: the small values everything else is made of."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.core.care import Confidence, Coverage, Quote, Source
from server.core.outbox import FINAL, TRANSITIONS, MessageState
from server.core.states import (
    LINE_FINAL,
    LINE_STEPS,
    LOT_FINAL,
    LOT_STEPS,
    SESSION_STEPS,
    LineState,
    LotState,
    SessionState,
)
from server.core.ulid import made_of, new_ulid

NOW = datetime(2026, 3, 18, 7, tzinfo=UTC)


@given(
    st.binary(min_size=10, max_size=10),
    st.timedeltas(timedelta(0), timedelta(days=2_900_000)),
)
def test_keys_have_one_shape_and_sort_by_their_instant(entropy: bytes, after: timedelta) -> None:
    at = datetime(1971, 1, 1, tzinfo=UTC) + after
    key = new_ulid(at, lambda _: entropy)
    assert len(key) == 26
    assert set(key) <= set("0123456789ABCDEFGHJKMNPQRSTVWXYZ")
    earlier = new_ulid(datetime(1970, 6, 1, tzinfo=UTC), lambda _: entropy)
    assert earlier < key


@given(st.binary(min_size=10, max_size=10), st.text(), st.text())
def test_a_key_and_some_words_always_make_the_same_key(
    entropy: bytes, said: str, corrected: str
) -> None:
    key = new_ulid(NOW, lambda _: entropy)
    made = made_of(key, said)
    assert made == made_of(key, said)
    assert made[:10] == key[:10], "the same instant"
    assert (made_of(key, corrected) == made) is (corrected == said)
    assert made_of(new_ulid(NOW, lambda _: bytes(9) + b"x"), said) != made


@pytest.mark.parametrize("no_key", ["", "x", "8" + "0" * 25, "0" * 25 + "U", "é" * 26, "0" * 27])
def test_nothing_is_made_of_what_is_no_key(no_key: str) -> None:
    with pytest.raises(ValueError, match="no key"):
        made_of(no_key, "words")


@pytest.mark.parametrize(
    ("states", "steps"),
    [
        (SessionState, SESSION_STEPS),
        (LineState, LINE_STEPS),
        (LotState, LOT_STEPS),
        (MessageState, TRANSITIONS),
    ],
)
def test_every_state_says_where_it_may_go(
    states: type[StrEnum], steps: Mapping[StrEnum, frozenset[StrEnum]]
) -> None:
    assert set(steps) == set(states)


def test_what_is_final_goes_nowhere_or_only_back_by_the_insurer() -> None:
    assert all(not TRANSITIONS[state] for state in FINAL)
    assert all(not LOT_STEPS[state] for state in LOT_FINAL)
    assert {s for state in LINE_FINAL for s in LINE_STEPS[state]} <= {LineState.REVERSED}


def test_a_lot_in_doubt_is_never_sent_again_without_an_answer() -> None:
    assert LotState.SENDING not in LOT_STEPS[LotState.UNKNOWN]
    assert MessageState.LEASED not in TRANSITIONS[MessageState.UNKNOWN]


def test_rights_hold_between_their_dates_both_included() -> None:
    coverage = Coverage(
        "100", "134", "111", "111", True, date(2026, 1, 1), date(2026, 12, 31), Source.MANUAL, NOW
    )
    held = [coverage.covers(date(y, m, d)) for y, m, d in
            ((2025, 12, 31), (2026, 1, 1), (2026, 12, 31), (2027, 1, 1))]  # fmt: skip
    assert held == [False, True, True, False]


def test_open_rights_have_no_end() -> None:
    coverage = Coverage("100", "134", "110", "110", False, None, None, Source.MANUAL, NOW)
    assert coverage.covers(date(1990, 1, 1))
    assert coverage.covers(date(2090, 1, 1))


@given(*(st.integers(0, 10**6) for _ in range(4)))
@pytest.mark.scenario("I-03")
def test_a_quote_holds_only_when_its_parts_add_up(fee: int, oa: int, copay: int, more: int) -> None:
    quote = Quote("567011", fee, oa, copay, more, "v", Confidence.S, ())
    assert quote.holds == (fee == oa + copay + more)
