"""The table of rows: it names what exists, its page is written, and a broken line is seen."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.named import ROOT
from tests.rows.broken import draw, turns_red
from tests.rows.table import CSV, PAGE, Leaning, in_order, leanings, page, proofs

SOUND, RED = 0, 1


def test_each_row_of_the_table_is_proved_once_and_leans_on_one_line() -> None:
    leaned = leanings()
    names = [each.row for each in leaned]
    assert len(names) > 10
    assert len(set(names)) == len(names)
    proved = proofs()
    assert [name for name in names if name not in proved] == []
    for each in leaned:
        assert each.place(ROOT) > 0
        assert each.broken(ROOT) != (ROOT / each.file).read_text("utf-8")
        assert Path(each.file).parts[0] in ("server", "webui", "hardware", "sync")


def test_each_row_is_proved_by_what_somebody_touches() -> None:
    touched = ("tests/webui/", "tests/app/", "tests/e2e/")
    proved = proofs().items()
    assert [row for row, tests in proved if not any(t.startswith(touched) for t in tests)] == []


def test_the_page_of_rows_is_what_the_table_says() -> None:
    assert PAGE.read_text("utf-8") == page(proofs(), leanings()), "python -m tests.rows.table"


def test_rows_are_told_in_the_order_of_their_numbers() -> None:
    rows = list(proofs())
    assert rows == sorted(rows, key=in_order)
    assert in_order("MAIIA-9") < in_order("MAIIA-10")
    with pytest.raises(ValueError, match="no row"):
        in_order("Maiia 9")


def test_a_row_is_found_on_the_tests_that_carry_it(tmp_path: Path) -> None:
    (tmp_path / "tests").mkdir()
    marked = '@pytest.mark.row("CIN-2")\n@pytest.mark.row("CIN-1")\ndef test_a() -> None: ...\n'
    (tmp_path / "tests" / "test_it.py").write_text(marked + "def test_b() -> None: ...\n")
    found = proofs(tmp_path / "tests")
    assert found == {"CIN-1": ["tests/test_it.py::test_a"], "CIN-2": ["tests/test_it.py::test_a"]}
    assert "| CIN-1 | not named yet | `tests/test_it.py::test_a` |" in page(found, [])


def test_a_line_that_moved_away_is_said(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("one\ntwo\ntwo\n")
    assert Leaning("CIN-1", "a.py", "one", "").place(tmp_path) == 1
    for text, times in (("two", 2), ("three", 0)):
        with pytest.raises(LookupError, match=f"stands {times} times"):
            Leaning("CIN-1", "a.py", text, "").place(tmp_path)


def test_the_same_seed_draws_the_same_rows() -> None:
    known = [Leaning(f"CIN-{n}", "a.py", "x", "") for n in range(50)]
    assert draw(known, 20, 7) == draw(known, 20, 7)
    assert draw(known, 20, 7) != draw(known, 20, 8)
    assert len(draw(known[:3], 20, 7)) == 3


@pytest.mark.parametrize(
    ("statuses", "red"),
    [([SOUND, RED], True), ([SOUND, SOUND], False), ([RED], False), ([SOUND, 2], False)],
    ids=["it falls", "nothing is said", "red before", "the tests could not be run"],
)
def test_only_tests_that_were_green_and_turn_red_prove_their_row(
    tmp_path: Path, statuses: list[int], red: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "a.py").write_text("kept\nbroken\n")
    seen: list[str] = []

    def play(copy: Path, tests: Sequence[str]) -> int:
        seen.append((copy / "a.py").read_text())
        assert tests == ["tests/test_it.py::test_a"]
        return statuses[len(seen) - 1]

    proved = {"CIN-1": ["tests/test_it.py::test_a"]}
    leaning = Leaning("CIN-1", "a.py", "broken", "")
    assert turns_red(tmp_path, leaning, proved, play) is red
    assert seen == ["kept\nbroken\n", "kept\n\n"][: len(statuses)]
    assert (tmp_path / "a.py").read_text() == "kept\nbroken\n"
    assert "CIN-1" in capsys.readouterr().out


def test_the_table_is_read_as_it_is_written() -> None:
    head = CSV.read_text("utf-8").splitlines()[0]
    assert head == "row;file;text;instead"
