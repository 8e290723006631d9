"""Columns placed by hand: what is shown of a file, what is asked, what is taken again."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.core.errors import InvalidForm, TableRefused
from server.countries.dated import Table
from server.countries.france.convention_columns import (
    WIDEST,
    Placed,
    guessed,
    needed_fields,
    place,
    sample_of,
)
from server.countries.france.convention_layout import Column
from server.countries.france.convention_names import Kind
from server.countries.france.convention_reader import TableReader
from server.countries.france.convention_rows import FIELDS, Conversion

DAY = date(2026, 3, 10)
NEEDED = ("mutual", "body", "number")
COLUMNS = [
    Column.from_mapping(
        {"kind": "X", "place": str(number), "name": name, "needed": "yes", "titles": title,
         "valid_from": "2008-01-01", "valid_to": "", "source": "essai", "confidence": "T"}
    )
    for number, (name, title) in enumerate(
        [("mutual", "n° mutuelle"), ("body", "caisse"), ("number", "n° amc")], start=1
    )
]  # fmt: skip


def sample(text: str) -> object:
    return sample_of([text.encode()])


def test_a_sample_is_parted_where_it_is_parted_most_and_leaves_odd_lines_out() -> None:
    found = sample_of([b"\nA;B,;C\n1;2;3\n4;5\n"])
    assert found is not None
    assert (found.separator, found.width, found.titled) == (";", 3, True)
    assert found.lines == [["A", "B,", "C"], ["1", "2", "3"]]
    plain = sample_of([b"1;2\n" * 9])
    assert plain is not None and not plain.titled and len(plain.lines) == 5


@pytest.mark.parametrize("text", ["", "\n;;\n", "alone\n", ";".join("x" * (WIDEST + 1))])
def test_what_cannot_be_placed_is_no_sample(text: str) -> None:
    assert sample(text) is None


def test_a_title_is_guessed_once_and_what_nobody_knows_is_left_open() -> None:
    found = sample_of(["N° AMC;Caisse;Caisse;Autre\n1;2;3;4\n".encode("latin-1")])
    assert found is not None
    assert guessed(Kind.CORRESPONDENCE, found, COLUMNS, DAY) == ["number", "body", "", ""]
    assert needed_fields(Kind.CORRESPONDENCE, COLUMNS, DAY) == [*NEEDED]


def test_a_layout_fits_the_same_titles_or_without_any_the_same_width() -> None:
    found = sample_of([b"a;b;c\n1;2;3\n"])
    assert found is not None
    titled = place(Kind.CORRESPONDENCE, found, NEEDED, NEEDED, titled=True)
    bare = place(Kind.CORRESPONDENCE, found, NEEDED, NEEDED, titled=False)
    assert titled.fits(Kind.CORRESPONDENCE, ["A ", "b", "c."])
    assert not titled.fits(Kind.CORRESPONDENCE, ["x", "b", "c"])
    assert bare.fits(Kind.CORRESPONDENCE, ["x", "y", "z"])
    assert not bare.fits(Kind.CORRESPONDENCE, ["x", "y"])
    assert not bare.fits(Kind.CONVENTIONS, ["x", "y", "z"])
    assert bare.layout.places == (0, 1, 2, None)


def test_what_is_chosen_wrong_is_all_told_at_once() -> None:
    found = sample_of([b"a;b;c\n"])
    assert found is not None
    with pytest.raises(InvalidForm) as refused:
        place(Kind.CORRESPONDENCE, found, ("body", "body", "nothing"), NEEDED, titled=False)
    assert refused.value.facts["faults"] == (
        ("column_1", "twice"), ("column_2", "unknown"), ("columns", "lacks_mutual"),
        ("columns", "lacks_number"),
    )  # fmt: skip


@given(order=st.permutations(range(len(FIELDS[Kind.CONVENTIONS]))))
def test_every_field_is_found_where_it_was_placed(order: list[int]) -> None:
    names = FIELDS[Kind.CONVENTIONS]
    found = sample_of([";".join(f"t{each}" for each in order).encode()])
    assert found is not None
    chosen = [names[each] for each in order]
    placed: Placed = place(Kind.CONVENTIONS, found, chosen, (), titled=False)
    picked = placed.layout.picker()([*found.lines[0], ""])
    assert list(picked) == [f"t{number}" for number in range(len(names))]


def test_a_table_is_read_by_the_layout_somebody_placed_and_not_by_that_of_another_kind() -> None:
    data = b"Un;Deux;Trois;Rien\n75047258;08???????;391036183;x\n"
    found = sample_of([data])
    assert found is not None
    placed = place(Kind.CORRESPONDENCE, found, (*NEEDED, ""), NEEDED, titled=True)
    for kind, known in ((Kind.CORRESPONDENCE, True), (Kind.GROUPING, False)):
        one = TableReader(Table(COLUMNS[:0]), DAY, bad_bp=100, kind=kind, placed=[placed])
        if known:
            assert [row for rows in one.read([data]) for row in rows] == [
                Conversion("75047258", "08???????", "391036183", "")
            ]
        else:
            with pytest.raises(TableRefused):
                next(one.read([data]))
