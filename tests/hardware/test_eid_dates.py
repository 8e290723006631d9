"""Dates as cards print them."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardware.eid_dates import agrees_with_niss, birth_date, validity_date
from hardware.fake_person import Language, Person
from server.core.identifiers import Niss


def _niss(body: str, century: str = "") -> Niss:
    return Niss.parse(f"{body}{97 - int(century + body) % 97:02d}")


@given(
    born=st.dates(min_value=date(1900, 1, 1), max_value=date(2040, 1, 1)),
    language=st.sampled_from(Language),
)
def test_a_birth_date_is_read_back_in_every_language(born: date, language: Language) -> None:
    person = Person(
        niss="85273012378", last_name="A", first_names="B", birth_date=born, language=language
    )
    assert birth_date(person.printed_birth) == born


@pytest.mark.parametrize(
    ("printed", "meant"),
    [
        ("30 JUIL 1985", date(1985, 7, 30)),
        ("30  JUIL  1985 ", date(1985, 7, 30)),
        ("01.MÄR.1961", date(1961, 3, 1)),
        ("01 août 1999", date(1999, 8, 1)),
        ("1 FÉV 2000", date(2000, 2, 1)),
        ("5 DEZ 1970", date(1970, 12, 5)),
        ("1965", None),
        ("   JUL 1965", None),
        ("31 FEV 1985", None),
        ("00 JAN 1985", None),
        ("12 XYZ 1985", None),
        ("", None),
    ],
)
def test_a_printed_birth_date_is_read_or_left_unknown(printed: str, meant: date | None) -> None:
    assert birth_date(printed) == meant


@pytest.mark.parametrize(
    ("printed", "meant"),
    [
        ("29.02.2028", date(2028, 2, 29)),
        ("29.02.2027", None),
        ("2027-02-28", None),
        ("", None),
    ],
)
def test_a_validity_date_is_read_or_left_unknown(printed: str, meant: date | None) -> None:
    assert validity_date(printed) == meant


@given(st.text(max_size=16))
def test_no_text_makes_a_date_reader_fail(text: str) -> None:
    for read in (birth_date, validity_date):
        assert read(text) is None or isinstance(read(text), date)


@pytest.mark.parametrize(
    ("born", "niss", "agrees"),
    [
        (date(1985, 7, 30), _niss("850730123"), True),
        (date(1985, 7, 30), _niss("852730123"), True),  # BIS, sex unknown
        (date(1985, 7, 30), _niss("854730123"), True),  # BIS, sex known
        (date(1985, 7, 29), _niss("850730123"), False),
        (date(2001, 2, 25), _niss("010225045", "2"), True),
        (date(1901, 2, 25), _niss("010225045", "2"), False),
        (date(1985, 7, 30), _niss("850000123"), True),  # tells nothing
        (date(1985, 7, 30), _niss("850700123"), True),
        (date(1985, 7, 30), _niss("851530123"), True),  # no such month
    ],
)
def test_a_birth_date_is_compared_with_the_national_number(
    born: date, niss: Niss, agrees: bool
) -> None:
    assert agrees_with_niss(born, niss) is agrees
