"""Numbers of the trade: our check digits beside a second opinion, and what people type."""

import pytest
import stdnum.be.nn
import stdnum.be.vat
import stdnum.iban
from hypothesis import given
from hypothesis import strategies as st

from server.core.errors import InvalidNumber
from server.core.identifiers import AgreementNumber, Bce, Iban, Nihii, Niss, NomenclatureCode

NINE = st.integers(0, 999_999_999).map(lambda n: f"{n:09d}")


@given(NINE)
def test_a_niss_of_either_century_is_accepted_with_its_own_check_digits(body: str) -> None:
    old = f"{body}{97 - int(body) % 97:02d}"
    new = f"{body}{97 - int('2' + body) % 97:02d}"
    assert Niss.parse(old).digits == old
    assert Niss.parse(new).digits == new


@given(NINE, st.integers(0, 99))
def test_a_niss_with_other_check_digits_is_refused(body: str, check: int) -> None:
    good = {97 - int(body) % 97, 97 - int("2" + body) % 97}
    if check not in good:
        with pytest.raises(InvalidNumber) as refused:
            Niss.parse(f"{body}{check:02d}")
        assert refused.value.facts["reason"] == "check"


@pytest.mark.parametrize(
    "niss", ["58031499518", "81110299643", "39062199413", "12090999549", "50120599190"]
)
def test_our_niss_agrees_with_a_second_opinion(niss: str) -> None:
    assert stdnum.be.nn.is_valid(niss)
    assert Niss.parse(niss).digits == niss


def test_a_niss_is_read_however_it_is_typed() -> None:
    assert str(Niss.parse("81.11.02-996.43")) == "81.11.02-996.43"
    assert Niss.parse(" 81 11 02 996 43 ").digits == "81110299643"


@pytest.mark.parametrize("text", ["", "8111029964", "811102996430", "8111029964x", "٨١١١٠٢٩٩٦٤٣"])
def test_what_is_not_eleven_plain_digits_is_no_niss(text: str) -> None:
    with pytest.raises(InvalidNumber) as refused:
        Niss.parse(text)
    assert refused.value.facts == {"kind": "niss", "given": text, "reason": "length"}
    assert str(refused.value) == "number.invalid"


def test_a_niss_tells_sex_and_century_when_it_can() -> None:
    assert Niss.parse("58031499518").sex == "M"
    assert Niss.parse("81110299643").sex == "F"
    assert not Niss.parse("58031499518").born_from_2000
    assert Niss.parse("12090999549").born_from_2000


@pytest.mark.parametrize(("month", "sex"), [(20, None), (32, None), (45, "M")])
def test_a_bis_number_may_not_tell_the_sex(month: int, sex: str | None) -> None:
    body = f"70{month:02d}01997"
    assert Niss.parse(f"{body}{97 - int(body) % 97:02d}").sex == sex


def test_a_nihii_is_read_in_both_widths() -> None:
    nihii = Nihii.parse("0 54900119 527")
    assert nihii == Nihii.parse("5-49001-19-527")
    assert (nihii.qualification, str(nihii)) == ("527", "5-49001-19-527")


@pytest.mark.parametrize(
    ("text", "reason"), [("54900118527", "check"), ("5490011952", "length"), ("x", "length")]
)
def test_a_wrong_nihii_is_refused(text: str, reason: str) -> None:
    with pytest.raises(InvalidNumber) as refused:
        Nihii.parse(text)
    assert refused.value.facts["reason"] == reason


@given(st.integers(0, 99_999_999).map(lambda n: f"{n:08d}"))
def test_an_enterprise_number_carries_its_own_check(body: str) -> None:
    number = f"{body}{97 - int(body) % 97:02d}"
    assert Bce.parse(f"BE {number[:4]}.{number[4:7]}.{number[7:]}").digits == number


def test_our_enterprise_number_agrees_with_a_second_opinion() -> None:
    assert stdnum.be.vat.is_valid("0999900150") == (str(Bce.parse("0999900150")) == "0999.900.150")
    with pytest.raises(InvalidNumber):
        Bce.parse("0999900151")


@given(st.integers(0, 9_999_999_999).map(lambda n: f"{n:010d}"))
def test_a_belgian_account_passes_both_of_its_checks(account: str) -> None:
    inner = f"{account}{int(account) % 97 or 97:02d}"
    iban = f"BE{98 - int(inner + '111400') % 97:02d}{inner}"
    assert stdnum.iban.is_valid(iban, check_country=False)  # no list of banks: ours has none
    assert Iban.parse(" ".join((iban[:4], iban[4:]))).text == iban


def test_an_account_of_another_country_is_checked_by_its_own_rule_alone() -> None:
    assert str(Iban.parse("fr14 2004 1010 0505 0001 3M02 606")).startswith("FR14 2004")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("BE68 9990 0000 1787", "check"),
        ("BE67", "length"),
        ("1267999000001787", "length"),
        ("BE13 9990 0000 1788", "check"),
        ("BE21 9990 0000 178", "length"),
        ("BE05 9990 0000 1788", "check"),
    ],
)
def test_a_wrong_account_is_refused(text: str, reason: str) -> None:
    with pytest.raises(InvalidNumber) as refused:
        Iban.parse(text)
    assert refused.value.facts["reason"] in (reason, "check")


def test_an_account_whose_inner_check_is_wrong_is_refused() -> None:
    inner = "999000001788"
    iban = f"BE{98 - int(inner + '111400') % 97:02d}{inner}"
    with pytest.raises(InvalidNumber) as refused:
        Iban.parse(iban)
    assert refused.value.facts["reason"] == "check"


def test_a_belgian_account_has_twelve_digits() -> None:
    inner = "9990000017AB"
    number = "".join(str(int(c, 36)) for c in inner + "BE00")
    with pytest.raises(InvalidNumber) as refused:
        Iban.parse(f"BE{98 - int(number) % 97:02d}{inner}")
    assert refused.value.facts["reason"] == "length"


@given(st.integers(0, 10**18 - 1).map(lambda n: f"{n:018d}"))
def test_an_agreement_number_ends_with_its_remainder(body: str) -> None:
    number = f"{body}{int(body) % 97:02d}"
    assert AgreementNumber.parse(number).digits == number
    assert str(AgreementNumber.parse(number)).replace(" ", "") == number
    with pytest.raises(InvalidNumber):
        AgreementNumber.parse(f"{body}{(int(body) % 97 + 1) % 97:02d}")


@given(st.integers(0, 99_999).map(lambda n: f"{n:05d}"))
def test_a_nomenclature_code_ends_with_its_remainder(body: str) -> None:
    assert str(NomenclatureCode.parse(f"{body}{int(body) % 7}")) == f"{body}{int(body) % 7}"
    with pytest.raises(InvalidNumber):
        NomenclatureCode.parse(f"{body}{(int(body) % 7 + 1) % 10}")
