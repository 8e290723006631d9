"""A change of any one character in R10 to R90 is noticed (issue 2, « Proof »)."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from server.core.inspection import Severity
from server.countries.belgium.efact import FileRequest, check_request, write_request

FIRST = 227
BLIND = ".,+-/*'é\x00"  # all weigh 37: CD-REC takes one for another


def refused(data: bytes, place: int, character: str) -> bool:
    changed = data[:place] + character.encode("latin-1") + data[place + 1 :]
    return any(problem.severity is Severity.ERROR for problem in check_request(changed))


def replacements(old: str) -> set[str]:
    """What the control digits cannot see, and some of what they can."""
    return ({old.lower(), old.upper(), "0", "9", " ", "A", "z"} | set(BLIND)) - {old}


@pytest.mark.parametrize("number", range(1, 9))
def test_in_a_small_file_every_place_is_watched(request_: FileRequest, number: int) -> None:
    data = write_request(request_)
    start = FIRST + 350 * (number - 1)
    passed = [
        (place - start + 1, character)
        for place in range(start, start + 350)
        for character in sorted(replacements(chr(data[place])))
        if not refused(data, place, character)
    ]
    assert passed == []


@settings(
    max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(place=st.integers(0, 10**6), character=st.characters(max_codepoint=255))
def test_in_a_rich_file_any_character_anywhere_is_noticed(
    rich: FileRequest, place: int, character: str
) -> None:
    data = write_request(rich)
    records = len(data) - FIRST - 3 * 350
    at = FIRST + place % records
    assert data[at] == ord(character) or refused(data, at, character)


def test_the_sign_of_every_amount_is_watched_zero_or_not(rich: FileRequest) -> None:
    data = write_request(rich)
    places = range(FIRST, len(data) - 3 * 350)
    signs = [i for i in places if chr(data[i]) in "+-" and _heads_digits(data, i)]
    assert len(signs) == 37
    assert all(refused(data, i, "-" if chr(data[i]) == "+" else "+") for i in signs)


def _heads_digits(data: bytes, place: int) -> bool:
    return data[place + 1 : place + 5].isdigit()
