"""Convention tables as they come: F-02, E4 to E6, and what no table of ours looks like."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.core.errors import InvalidValue, TableRefused
from server.countries.dated import Table
from server.countries.france.convention_inspection import is_table
from server.countries.france.convention_layout import Column, bare_title, layout_by_title
from server.countries.france.convention_lines import LONGEST_LINE, blocks_of, cells_of
from server.countries.france.convention_names import Kind
from server.countries.france.convention_reader import LISTED, TableReader
from server.countries.france.convention_rows import (
    Convention,
    Conversion,
    Member,
    TableRow,
    civil_day,
)
from tests.countries.france.conftest import shared, sheet
from tests.countries.france.tables import TITLES, line, many, written

DAY = date(2026, 3, 10)
COLUMNS = Table(Column.from_mapping(cells) for cells in sheet("fr_convention_columns"))
OURS = frozenset({"26", "kiné"})


def reader(kind: Kind | None = Kind.CONVENTIONS) -> TableReader:
    return TableReader(COLUMNS, DAY, bad_bp=100, professions=OURS, kind=kind)


def read(data: bytes, kind: Kind | None = Kind.CONVENTIONS) -> tuple[TableReader, list[TableRow]]:
    one = reader(kind)
    rows = [row for rows in one.read(iter([data])) for row in rows]
    one.settle()
    return one, rows


def refused(data: bytes, kind: Kind | None = Kind.CONVENTIONS) -> dict[str, object]:
    with pytest.raises(TableRefused) as problem:
        read(data, kind)
    return problem.value.facts


def titled(*rows: str) -> bytes:
    return "\n".join((TITLES, *rows, "")).encode()


@pytest.mark.parametrize("separator", [";", ",", "\t", "|"])
@pytest.mark.parametrize("script", ["latin-1", "cp1252", "utf-8", "utf-8-sig"])
@pytest.mark.parametrize("end", ["\r\n", "\n", "\r"])
def test_a_table_is_read_however_it_was_written(separator: str, script: str, end: str) -> None:
    one, rows = read(
        written([line(label="Caisse d’Évreux".replace("’", "'"))], separator, script, end)
    )
    assert [row.signatory_label for row in rows if isinstance(row, Convention)] == [
        "Caisse d'Évreux"
    ]
    assert one.script.name == ("utf-8" if "utf" in script else "cp1252")
    assert (one.separator, one.types) == (separator, {"RO": 1})


def test_e4_the_sample_of_2008_is_read_whole() -> None:
    data = shared("samples/C-RO-0108.csv").read_bytes()
    one, rows = read(data)
    assert (one.rows, one.rejected, one.lines) == (180, 0, 180)
    widths = [len(row.criterion) for row in rows if isinstance(row, Convention)]
    assert (widths.count(9), widths.count(0)) == (178, 2)  # one of them got its zero back
    cells = [one.split(";") for one in data.decode("latin-1").splitlines()]
    assert {len(each) for each in cells} == {22}
    assert [len(each[9]) for each in cells].count(9) == 177


def test_the_samples_of_the_other_tables_are_read_whole() -> None:
    one, members = read(shared("samples/R-SANTEPHARM-CS.csv").read_bytes(), Kind.GROUPING)
    assert (one.rows, one.rejected) == (22, 0)
    assert isinstance(members[0], Member)
    assert members[0].signatory == "SANTEPHARM"
    one, numbers = read(shared("samples/correspondance-0106.csv").read_bytes(), None)
    assert (one.rows, one.rejected) == (350, 0)
    assert numbers[0] == Conversion("75047258", "08???????", "391036183", "MSPP")


@pytest.mark.scenario("F-02")
def test_e6_three_unreadable_rows_of_five_thousand_are_listed_and_left_out() -> None:
    rows = many(5000)
    rows[10], rows[200], rows[4999] = rows[10][:21], ["?"], line(accord="Z")
    one, good = read(written(rows))
    assert len(good) == 4997
    assert [(bad.line, bad.reason, bad.found) for bad in one.bad] == [
        (11, "cells", "21"),
        (201, "cells", "1"),
        (5000, "accord", ""),
    ]


@pytest.mark.scenario("F-02")
def test_more_than_one_row_in_a_hundred_unreadable_refuses_the_file() -> None:
    rows = many(198)
    assert read(written([*rows, *rows[:1], ["x"]]))[0].rejected == 1
    facts = refused(written([*rows[:197], ["x"], ["x"]]))
    assert (facts["reason"], facts["count"], facts["total"]) == ("bad_rows", 2, 199)


@pytest.mark.scenario("F-02")
@pytest.mark.parametrize("data", [b"", b"\r\n\r\n", b";;;;\n", b"\xef\xbb\xbf"])
def test_a_file_without_a_row_is_refused(data: bytes) -> None:
    assert refused(data)["reason"] == "empty"


def test_a_header_alone_is_empty() -> None:
    assert refused(titled())["reason"] == "empty"


@pytest.mark.scenario("F-02")
def test_a_file_cut_in_a_line_is_refused() -> None:
    assert refused(written(many(300))[:-40]) == {"reason": "truncated", "line": 300}
    assert read(written(many(300)).rstrip(b"\r\n"))[0].rows == 300


def test_a_file_in_two_scripts_is_refused() -> None:
    data = written([line(label="Évreux")]) + written([line(label="Évreux")], script="utf-8")
    assert refused(data)["reason"] == "two_scripts"


@pytest.mark.parametrize(
    "data",
    [b"PK\x03\x04rest", b"%PDF-1.7", "I;I".encode("utf-16"), b"\x00\x01\x02", b"\xd0\xcf\x11\xe0"],
)
def test_what_is_no_text_is_refused_at_once(data: bytes) -> None:
    assert refused(data)["reason"] == "not_text"


def test_a_line_nobody_would_write_is_refused() -> None:
    assert refused(b"I;" * LONGEST_LINE)["reason"] == "line_length"


def test_a_first_line_of_ten_thousand_columns_is_no_table_of_ours() -> None:
    assert refused(b";".join([b"x"] * 10_000) + b"\n") == {"reason": "layout", "found": 10_000}


def test_a_line_of_ten_thousand_columns_in_a_table_is_a_bad_row() -> None:
    one, good = read(written([*many(200), ["x"] * 10_000]))
    assert (len(good), one.bad[0].found) == (200, "10000")


@pytest.mark.parametrize("data", [b"<html>\n", b"a;b;c\n1;2;3\n", b"\x81\n" * 9, b"a\n" * 9])
def test_a_text_of_another_kind_is_refused(data: bytes) -> None:
    assert refused(data)["reason"] == "layout"


def test_a_spoilt_first_line_does_not_hide_the_table() -> None:
    one, good = read(b"Conventions au 12/01/2026\r\n" + written(many(200)))
    assert (len(good), one.bad[0].line) == (200, 1)


def test_the_note_of_a_spreadsheet_and_blank_lines_are_passed_over() -> None:
    one, good = read(b"sep=;\r\n\r\n" + written(many(2)) + b";;;;;;\r\n")
    assert (len(good), one.lines, one.rejected) == (2, 5, 0)


def test_an_empty_row_of_a_spreadsheet_is_no_bad_row() -> None:
    one, good = read(written([*many(2), [""] * 22, *many(1)]))
    assert (len(good), one.lines, one.rejected) == (3, 4, 0)


def test_a_text_of_another_kind_is_no_table() -> None:
    assert not is_table(b"bonjour\n", reader(None))
    assert not is_table(b"PK\x03\x04", reader(None))
    assert is_table(written(many(1)), reader(None))


def test_a_quote_left_open_spoils_its_own_line_alone() -> None:
    rows = many(200)
    rows[3] = line(label='"CAISSE')
    rows[5] = line(label='"CAISSE ""A""; B"')
    rows[7] = line(label='CAISSE "A"')
    one, good = read(written(rows))
    assert [(bad.line, bad.reason) for bad in one.bad] == [(4, "unreadable")]
    labels = [row.signatory_label for row in good if isinstance(row, Convention)]
    assert labels[4] == 'CAISSE "A"; B'
    assert labels[6] == 'CAISSE "A"'


def test_hidden_characters_and_letters_of_no_script_spoil_their_line() -> None:
    rows = written(many(300)) + written([line(label="A\x07B")]) + written([line(label="A\x81é")])
    one, _ = read(rows)
    assert [bad.reason for bad in one.bad] == ["unreadable", "unreadable"]
    assert read(written([line(label="A\u00a0B")]))[0].rows == 1


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (line(signatory=""), "signatory"),
        (line(signatory="?"), "signatory"),
        (line(kind=""), "type"),
        (line(kind="R1234"), "type"),
        (line(accord=""), "accord"),
        (line(criterion="08??????"), "criterion"),
        (line(criterion="99001?????"), "criterion"),
        (line(criterion=""), "criterion"),
        (line(kind="OC", criterion="A*"), "criterion"),
        (line(number="12.5"), "number"),
        (line(unique="oui"), "flag"),
        (line(grouped="2"), "flag"),
        (line(label="x" * 201), "length"),
    ],
)
def test_a_row_that_cannot_be_read_says_why(row: list[str], reason: str) -> None:
    one, _ = read(written([*many(200), row]))
    assert [bad.reason for bad in one.bad] == [reason]


def test_a_zero_lost_by_a_spreadsheet_is_given_back() -> None:
    _, (row,) = read(written([line(criterion="50510000")]))
    assert isinstance(row, Convention)
    assert row.criterion == "050510000"


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        (";;;;A;SP;;;ESSAI;", "number"),
        (";;;12345678;A;;;;ESSAI;", "type"),
        (";;;12345678;A;SP;;;;", "signatory"),
        (";;;12345678;A;RO;;93??????;93;", "criterion"),
        (";;;12345678;A;SP;;a;93;", "criterion"),
    ],
)
def test_a_member_that_cannot_be_read_says_why(cells: str, reason: str) -> None:
    good = b"I;2;;12345678;A;RO;;93???????;93;B\n" * 150
    one, rows = read(good + cells.encode() + b"\n", Kind.GROUPING)
    assert (len(rows), [bad.reason for bad in one.bad]) == (150, [reason])


@pytest.mark.parametrize(
    ("cells", "reason"),
    [(";08???????;1;A", "mutual"), ("1;08;1;A", "criterion"), ("1;08???????;;A", "number")],
)
def test_a_conversion_that_cannot_be_read_says_why(cells: str, reason: str) -> None:
    good = b"75047258;08???????;391036183;A\n" * 150
    one, _ = read(good + cells.encode() + b"\n", Kind.CORRESPONDENCE)
    assert [bad.reason for bad in one.bad] == [reason]


def test_a_header_is_followed_whatever_its_order_and_its_accents() -> None:
    one, (row,) = read(titled("RO;08;ESSAI;T;08???????;784;01/01/2026;31/12/2026"))
    assert isinstance(row, Convention)
    assert (row.signatory, row.criterion, row.accord) == ("08", "08???????", "T")
    assert (row.begins, row.ends, row.support) == ("2026-01-01", "2026-12-31", "")
    assert one.layout
    assert bare_title("N° Organisme  SIGNATAIRE") == bare_title("no organisme signataire")


def test_a_header_without_a_needed_column_is_none() -> None:
    assert layout_by_title(Kind.CONVENTIONS, ["Type de convention"], COLUMNS, DAY) is None
    assert layout_by_title(Kind.CONVENTIONS, ["x"], Table(), DAY) is None


@pytest.mark.parametrize(
    "dates", ["31/02/2026;", "hier;", ";99", "02/01/2026;01/01/2026", "2026-13-01;"]
)
def test_a_day_no_calendar_has_spoils_its_row(dates: str) -> None:
    good = ["RO;08;ESSAI;T;08???????;;;"] * 150
    one, _ = read(titled(*good, f"RO;08;ESSAI;T;08???????;;{dates}"))
    assert [bad.reason for bad in one.bad] == ["date"]


def test_a_date_is_read_as_tables_write_it() -> None:
    assert civil_day("31.12.2026") == civil_day("20261231") == civil_day("2026-12-31")
    assert civil_day("") == ""


def profession_table(*professions: str) -> bytes:
    rows = [f"RO;08;ESSAI;T;08???????;;;;{who}" for who in professions]
    return "\n".join((f"{TITLES};Profession", *rows, "")).encode()


def test_rows_for_another_profession_are_left_out_without_blame() -> None:
    one, rows = read(profession_table("26", "pharmacien", "", "Kiné"))
    assert (len(rows), one.elsewhere, one.rejected) == (3, 1, 0)


def test_a_table_of_another_profession_is_refused() -> None:
    assert refused(profession_table("50", "50"))["reason"] == "profession"


def test_a_table_of_the_wrong_kind_for_its_name_is_refused() -> None:
    assert refused(b"75047258;08???????;391036183;A\n" * 9)["reason"] == "layout"


def test_bad_rows_are_counted_for_ever_and_listed_for_a_while() -> None:
    one = reader()
    list(one.read(iter([written([*many(1), *[["x"]] * 300])])))
    assert (one.rejected, len(one.bad)) == (300, LISTED)


@given(st.lists(st.binary(max_size=60), max_size=8), st.integers(1, 9))
def test_any_bytes_are_read_or_refused_in_our_words(pieces: list[bytes], size: int) -> None:
    data = written(many(1)) + b"\n".join(pieces)
    one = reader(None)
    try:
        pieces_of_it = (data[at : at + size] for at in range(0, len(data), size))
        rows = [row for rows in one.read(pieces_of_it) for row in rows]
        one.settle()
    except TableRefused as problem:
        assert problem.facts["reason"]
    else:
        assert len(rows) == one.rows > 0


@given(st.binary(max_size=80), st.integers(1, 7))
def test_lines_are_the_same_however_the_file_comes(data: bytes, size: int) -> None:
    pieces = (data[at : at + size] for at in range(0, len(data), size))
    try:
        whole = b"".join(blocks_of(iter([data])))
    except TableRefused:
        return
    if b"\x00" not in data and not data[:4].startswith((b"PK", b"%P", b"\x1f", b"\xef")):
        assert b"".join(blocks_of(pieces)) == whole


def test_cells_keep_what_stands_between_their_spaces() -> None:
    assert cells_of(" a ;b\u202fc", ";") == ["a", "b c"]


@pytest.mark.parametrize(
    ("column", "cell", "reason"),
    [("kind", "Z", "unknown"), ("name", "nobody", "unknown"), ("place", "x", "number")],
)
def test_a_bad_row_of_the_layout_names_its_column(column: str, cell: str, reason: str) -> None:
    with pytest.raises(InvalidValue) as bad:
        Column.from_mapping({**sheet("fr_convention_columns")[0], column: cell})
    assert bad.value.facts == {"field": column, "reason": reason}
