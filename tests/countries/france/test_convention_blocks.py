"""A block of lines judged at once gives what its lines judged one by one give."""

import re
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.countries.france.convention_lines import Script, columns_of
from server.countries.france.convention_reader import BadRow, _Plan
from server.countries.france.convention_rows import (
    LONGEST_CELL,
    Convention,
    TableRow,
    convention_of,
    conventions_of,
)
from server.countries.france.wildcards import mask, masks
from tests.countries.france.tables import line, many, written
from tests.countries.france.test_convention_reader import reader

ODD: Sequence[list[str]] = (
    line(), line("799900010", "OC", ""), line(accord="H"), line(accord="Z"), line(kind="ro"),
    line(criterion="9900100"), line(criterion="50510000"), line("", "OC", ""), line(grouped="x"),
    line("799900010", "OC", "ab"), line(number="12 3"), line(label="N" * LONGEST_CELL),
    line(label=' « À part » '), line(label='a"b'), line(label="a\u200bb"), ["", ""], [""] * 22,
    ["x"] * 21,
)  # fmt: skip


def read(data: bytes) -> tuple[list[TableRow], Sequence[BadRow], int, int]:
    one = reader()
    rows = [row for block in one.read(iter([data])) for row in block]
    return rows, one.bad, one.lines, one.rows


@given(places=st.lists(st.integers(0, len(ODD) - 1), min_size=1, max_size=12))
def test_the_same_rows_and_the_same_faults_whether_at_once_or_one_by_one(
    places: list[int],
) -> None:
    data = written([line(), *(ODD[place] for place in places)], script="utf-8")
    at_once = read(data)
    with pytest.MonkeyPatch.context() as slowly:
        slowly.setattr(_Plan, "all_good", lambda *_: None)
        assert read(data) == at_once


@pytest.mark.parametrize("odd", ODD, ids=range(len(ODD)))
def test_one_odd_row_has_its_block_looked_at_line_by_line(odd: list[str]) -> None:
    cells = [(*each[:2], *each[4:], "", "") for each in (line(), odd) if len(each) == 22]
    if len(cells) < 2:
        return
    judged = [convention_of(each) for each in cells]
    found = conventions_of([*zip(*cells, strict=True)])
    assert found is None or found == judged
    assert found is not None or any(
        isinstance(each, str) or each != Convention(*those)
        for each, those in zip(judged, cells, strict=True)
    )


def test_a_row_with_a_period_is_looked_at_by_itself() -> None:
    cells = (*line()[:2], *line()[4:])
    assert conventions_of([[each] for each in (*cells, "01/01/2026", "")]) is None
    assert conventions_of([[each] for each in (*cells, "", "31/12/2026")]) is None
    assert conventions_of([[each] for each in (*cells, "", "")]) == [Convention(*cells)]


def test_columns_are_given_only_of_lines_that_are_all_plain() -> None:
    assert columns_of(["1;2", "3;4"], ";", 2) == [["1", "3"], ["2", "4"]]
    for odd in (
        ["1;2", None],
        [],
        ["1;2", "3"],
        ["1;2", "3 ;4"],
        ['1;"2"'],
        ["1;\u200b"],
        [" 1;2"],
    ):
        assert columns_of(odd, ";", 2) is None


@given(text=st.text(min_size=1, max_size=40), script=st.sampled_from(["utf-8", "latin-1"]))
def test_letters_only_utf8_explains_are_noticed_as_before(text: str, script: str) -> None:
    block = text.encode(script, "ignore").replace(b"\n", b"") + b"\n"
    if block.isascii():
        return
    one = Script()
    one.read(block)
    seen = re.search(rb"[\xc3-\xf4][\x80-\xbf]", block) is not None
    assert seen or not one.utf8 or not in_windows(block)


def in_windows(block: bytes) -> bool:
    """Say whether the other script could have written it: five bytes are no letter there."""
    try:
        block.decode("cp1252")
    except UnicodeDecodeError:
        return False
    return True


@given(st.lists(st.from_regex(r"[0-9?]{9}", fullmatch=True)))
def test_the_shapes_of_many_criteria_are_those_of_each(criteria: list[str]) -> None:
    assert [*masks(criteria)] == [mask(each) for each in criteria]


def test_a_large_block_without_fault_gives_conventions() -> None:
    rows, bad, lines, count = read(written(many(500)))
    assert (len(rows), bad, lines, count) == (500, [], 500, 500)
    assert all(isinstance(row, Convention) for row in rows)
