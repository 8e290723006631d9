from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.core.identifiers import Niss
from server.countries.belgium.niss import NissFacts, niss_doubts, niss_facts


def numbered(birth: str, order: int, from_2000: bool) -> Niss:
    body = f"{birth}{order:03d}"
    check = 97 - int(("2" if from_2000 else "") + body) % 97
    return Niss.parse(f"{body}{check:02d}")


def test_the_number_of_a_fixture_tells_birth_and_sex() -> None:
    assert niss_facts(Niss.parse("58031499518")) == NissFacts(date(1958, 3, 14), "M", False)
    assert niss_facts(Niss.parse("12090999549")).birth_date == date(2012, 9, 9)


@pytest.mark.parametrize(
    ("birth", "expected"),
    [
        ("852314", NissFacts(date(1985, 3, 14), None, True)),
        ("853214", NissFacts(date(1985, 12, 14), None, True)),
        ("854314", NissFacts(date(1985, 3, 14), "M", True)),
        ("854000", NissFacts(None, "M", True)),
        ("852000", NissFacts(None, None, True)),
        ("850000", NissFacts(None, "M", False)),
        ("851714", NissFacts(None, "M", False)),
    ],
)
def test_a_bis_number_adds_to_the_month(birth: str, expected: NissFacts) -> None:
    assert niss_facts(numbered(birth, 995, from_2000=False)) == expected


@given(
    birth=st.dates(date(1930, 1, 1), date(2029, 12, 31)),
    order=st.integers(1, 998),
    bis=st.sampled_from([0, 20, 40]),
)
def test_any_birth_date_is_read_back(birth: date, order: int, bis: int) -> None:
    text = f"{birth:%y}{birth.month + bis:02d}{birth:%d}"
    facts = niss_facts(numbered(text, order, birth.year >= 2000))
    assert facts.birth_date == birth
    assert facts.bis == (bis > 0)


def test_identity_that_disagrees_with_the_number_is_doubted() -> None:
    niss = Niss.parse("58031499518")
    assert niss_doubts(niss, date(1958, 3, 14), "M") == ()
    assert niss_doubts(niss, date(1958, 4, 14), "F") == ("niss.birth_date", "niss.sex")
    assert niss_doubts(niss, None, "") == ()
    unknown = numbered("852000", 995, from_2000=False)
    assert niss_doubts(unknown, date(1985, 1, 1), "F") == ()
