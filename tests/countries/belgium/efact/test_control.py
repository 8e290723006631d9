import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.countries.belgium.control import code_check, record_check, sum_check, with_check


def weighed(text: str) -> str:
    """CD-REC as the page says it, one character at a time."""
    total = 0
    for c in text[:348]:
        if c in "0123456789":
            total += int(c)
        elif c == " ":
            total += 10
        elif "A" <= c.upper() <= "Z" and c.isascii():
            total += ord(c.upper()) - ord("A") + 11
        else:
            total += 37
    return f"{total % 97 or 97:02d}"


@given(st.text(st.characters(max_codepoint=255), min_size=350, max_size=350))
def test_the_check_digits_of_a_record_are_those_of_the_page(text: str) -> None:
    assert record_check(text.encode("latin-1")) == weighed(text)


def test_a_record_of_zeros_has_97_and_never_00() -> None:
    assert record_check(b"0" * 350) == "97"


def test_the_heaviest_record_is_summed_exactly() -> None:
    assert record_check(b"+" * 350) == f"{37 * 348 % 97 or 97:02d}"


def test_a_record_receives_its_digits_in_the_last_two_places() -> None:
    record = with_check("50" + "0" * 348)
    assert len(record) == 350
    assert record.endswith(b"05")


@pytest.mark.parametrize(
    ("codes", "check"), [((0,), "97"), ((97,), "97"), ((567011, 567011), "92")]
)
def test_sums_of_codes_are_taken_modulo_97(codes: tuple[int, ...], check: str) -> None:
    assert code_check(codes) == check
    assert sum_check(sum(codes)) == check
