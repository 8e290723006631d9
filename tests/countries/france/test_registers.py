"""Numbers of the French registers, births no calendar knows, and how sure an identity is."""

from datetime import date

import pytest

from server.core.errors import InvalidNumber
from server.core.identifiers import Nir
from server.countries.france.births import birth_year, shown_birth, typed_birth
from server.countries.france.ins import PROOFS, IdentityState, identity_state
from server.countries.france.registers import Organism, Rpps, Siret


def test_a_professional_number_ends_with_its_control_digit() -> None:
    assert str(Rpps.parse("100 0999 9904")) == "10009999904"
    with pytest.raises(InvalidNumber) as refused:
        Rpps.parse("10009999905")
    assert refused.value.facts["reason"] == "check"


def test_a_number_of_another_length_is_told_as_such() -> None:
    for kind, text in ((Rpps, "1000999990"), (Siret, "123"), (Organism, "0129100")):
        with pytest.raises(InvalidNumber) as refused:
            kind.parse(text)
        assert refused.value.facts["reason"] == "length"


def test_an_establishment_is_written_in_groups() -> None:
    assert str(Siret.parse("99999999900017")) == "999 999 999 00017"


def test_where_one_is_insured_is_regime_caisse_and_centre() -> None:
    read = Organism.parse("01 291 0000")
    assert (read.digits, read.regime, str(read)) == ("012910000", "01", "01 291 0000")


def test_a_number_with_a_wrong_key_can_be_kept_but_is_known_as_wrong() -> None:
    """A7: 1881134170052 has the key 26; with 27 it stays a draft."""
    assert Nir.shaped("1 88 11 34 170 052 26").key_holds
    assert not Nir.shaped("188113417005227").key_holds
    with pytest.raises(InvalidNumber) as refused:
        Nir.parse("188113417005227")
    assert refused.value.facts["reason"] == "check"


@pytest.mark.parametrize(
    "typed", ["14/05/1961", "14-5-1961", "1961-05-14", "14051961", "14 05 1961"]
)
def test_a_birth_is_read_as_people_write_it(typed: str) -> None:
    assert typed_birth(typed) == (date(1961, 5, 14), "1961-05-14")


@pytest.mark.parametrize("typed", ["00/19/1958", "1958-19-00", "00191958"])
def test_a_lunar_birth_is_text_and_no_day(typed: str) -> None:
    assert typed_birth(typed) == (None, "1958-19-00")


@pytest.mark.parametrize("typed", ["hier", "14/05/61", "1/2", "14/05/0961"])
def test_what_is_no_birth_is_refused(typed: str) -> None:
    assert typed_birth(typed) is None


def test_a_birth_kept_as_text_is_shown_day_first_whatever_wrote_it() -> None:
    assert shown_birth("1958-19-00") == shown_birth("19581900") == "00/19/1958"
    assert shown_birth("") == ""


def test_m5_of_a_birth_no_calendar_knows_the_year_alone_tells_the_age() -> None:
    assert typed_birth("00/19/1942") == (None, "1942-19-00")
    assert birth_year(shown_birth("194219010000")) == birth_year("01/19/1942") == 1942
    assert birth_year("") is birth_year("hier") is birth_year("01/19/19٤٢") is None


def test_only_a_retrieved_and_validated_identity_is_qualified() -> None:
    assert identity_state(retrieved=False, proof="") is IdentityState.PROVISIONAL
    assert identity_state(retrieved=False, proof=PROOFS[0]) is IdentityState.VALIDATED
    assert identity_state(retrieved=True, proof="") is IdentityState.RETRIEVED
    assert identity_state(retrieved=True, proof=PROOFS[1]) is IdentityState.QUALIFIED
