"""A NIR: its key, Corsica, provisional numbers, months no calendar knows, and doubts."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.core.errors import InvalidNumber
from server.core.identifiers import Nir
from server.countries.france.nir import NirFacts, nir_doubts, nir_facts

BODIES = st.builds(
    "{}{:02d}{:02d}{}{:03d}{:03d}".format,
    st.sampled_from("1234578"), st.integers(0, 99), st.integers(1, 99),
    st.sampled_from(["01", "2A", "2B", "75", "97", "99"]), st.integers(0, 999), st.integers(0, 999),
)  # fmt: skip


@pytest.mark.parametrize(
    "text", ["1 70 07 67 999 907 30", "198122A99990140", "198122b99990167", "786049999990573"]
)
def test_a_number_with_its_key_is_taken_however_it_is_spaced(text: str) -> None:
    nir = Nir.parse(text)
    assert nir.digits == text.replace(" ", "").upper()
    assert Nir.parse(str(nir)) == nir


@given(BODIES, st.integers(0, 99))
def test_one_key_in_a_hundred_fits_and_no_month_is_refused(body: str, other: int) -> None:
    key = Nir.key_of(body)
    assert 1 <= int(key) <= 97
    assert Nir.parse(body + key).body == body
    if f"{other:02d}" != key:
        with pytest.raises(InvalidNumber) as refused:
            Nir.parse(f"{body}{other:02d}")
        assert refused.value.facts["reason"] == "check"


@pytest.mark.parametrize(
    ("text", "reason"),
    [("", "length"), ("17007679999073", "length"), ("1700767999907XX", "length"),
     ("970076799990730", "shape"), ("170072C99990730", "shape"), ("17007²799990730", "length")],
)  # fmt: skip
def test_other_shapes_are_refused_with_a_reason(text: str, reason: str) -> None:
    with pytest.raises(InvalidNumber) as refused:
        Nir.parse(text)
    assert refused.value.facts["reason"] == reason


@pytest.mark.parametrize(
    ("body", "facts"),
    [
        ("1700767999907", NirFacts("M", 70, 7, "67", False, False)),
        ("2703199999901", NirFacts("F", 70, None, "99", False, False)),
        ("3700799999901", NirFacts("M", 70, 7, "99", False, True)),
        ("8900199999906", NirFacts("F", 90, 1, "99", True, False)),
        ("198122A999901", NirFacts("M", 98, 12, "2A", False, False)),
    ],
)
def test_what_a_number_says(body: str, facts: NirFacts) -> None:
    assert nir_facts(Nir.parse(body + Nir.key_of(body))) == facts


def test_a_doubt_is_told_and_an_unknown_month_is_none() -> None:
    nir = Nir.parse("170076799990730")
    assert nir_doubts(nir, date(1970, 7, 14), "M") == ()
    assert nir_doubts(nir, date(1970, 8, 14), "F") == ("nir.birth_date", "nir.sex")
    odd = Nir.parse("2703199999901" + Nir.key_of("2703199999901"))
    assert nir_doubts(odd, date(1970, 8, 14), "") == ()
