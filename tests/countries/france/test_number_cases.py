"""A1 to A6 and A11: the numbers of the list of cases, as they are printed there."""

import pytest

from server.core.errors import InvalidNumber
from server.core.identifiers import Nir
from server.countries.france.nir import nir_facts
from server.countries.france.numbers import AmcNumber

CASES = {
    "A1": ("1881134170052", "26"), "A2": ("1521913055007", "63"), "A3": ("1421962965166", "95"),
    "A4": ("185052A004123", "56"), "A5": ("299122B033007", "63"), "A6": ("7650399123456", "73"),
    "A6, a woman": ("8771199350012", "84"),
}  # fmt: skip


@pytest.mark.parametrize(("body", "key"), CASES.values(), ids=list(CASES))
def test_a1_to_a6_the_key_of_each_number_is_the_one_printed(body: str, key: str) -> None:
    assert Nir.key_of(body) == key
    assert Nir.parse(body + key).digits == body + key
    with pytest.raises(InvalidNumber):
        Nir.parse(body + f"{int(key) % 97 + 1:02d}")


@pytest.mark.parametrize("body", ["7650399123456", "8771199350012"])
def test_a6_a_number_that_begins_with_7_or_8_is_provisional(body: str) -> None:
    assert nir_facts(Nir(body, Nir.key_of(body))).provisional
    assert not nir_facts(Nir("1881134170052", "26")).provisional


def test_a11_leading_zeros_name_the_same_organism() -> None:
    assert AmcNumber.parse("0099999997") == AmcNumber.parse("99999997")
