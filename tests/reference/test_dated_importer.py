"""French rows imported as they were given: activated on their first day, the old ones closed."""

import json
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import sqlite_utils

from server.reference.build import HERE
from server.reference.dated_importer import import_rows, takes
from server.reference.importer import main
from server.reference.sheets import Refused

STEP = """letter,label_fr,metro_cents,overseas_cents,valid_from
TER,Deux territoires ou plus,226,248,2027-01-01
"""


def sheet(tmp_path: Path, text: str, name: str = "fr_letters_2027.csv") -> Path:
    path = tmp_path / name
    path.write_text(text, "utf-8")
    return path


def held(path: Path, letter: str = "TER") -> list[tuple[str, str | None, int]]:
    with closing(sqlite_utils.Database(path)) as db:
        rows: list[Any] = [*db.table("fr_letters").rows_where("letter = ?", [letter])]
    return [(row["valid_from"], row["valid_to"], row["metro_cents"]) for row in rows]


def refusal(reference: Path, path: Path) -> list[tuple[int, str, str]]:
    before = reference.read_bytes()
    with pytest.raises(Refused) as refused:
        import_rows(reference, path, "fr_letters")
    assert reference.read_bytes() == before
    return [(p.row, p.field, p.reason) for p in refused.value.problems]


def test_a_new_value_begins_on_its_day_and_the_old_one_ends_on_the_eve(
    reference: Path, tmp_path: Path
) -> None:
    answer = import_rows(reference, sheet(tmp_path, STEP), "fr_letters")
    assert held(reference) == [("2024-02-22", "2026-12-31", 221), ("2027-01-01", None, 226)]
    assert held(reference, "AMK")[-1] == ("2024-02-22", None, 221)
    assert len(answer["imported"]) == 1  # type: ignore[arg-type]  # a list of ids


def test_the_same_file_twice_changes_nothing(reference: Path, tmp_path: Path) -> None:
    path = sheet(tmp_path, STEP)
    first = import_rows(reference, path, "fr_letters")
    again = import_rows(reference, path, "fr_letters")
    assert again["imported"] == []
    assert again["sha256"] == first["sha256"]


def test_a_corrected_row_replaces_the_one_of_the_same_day(reference: Path, tmp_path: Path) -> None:
    import_rows(reference, sheet(tmp_path, STEP), "fr_letters")
    import_rows(reference, sheet(tmp_path, STEP.replace("226", "227")), "fr_letters")
    assert held(reference)[-1] == ("2027-01-01", None, 227)
    with closing(sqlite_utils.Database(reference)) as db:
        assert [row["metro_cents"] for row in db.table("fr_letters_history").rows] == [226]
        replaced = [*db.table("reference_version").rows_where("replaced_by is not null")]
    assert len(replaced) == 1


def test_a_threshold_is_found_by_both_its_keys(reference: Path, tmp_path: Path) -> None:
    text = (
        "situation;label_fr;free_sessions;covered_before;valid_from\n"
        "low_back_pain;Lombalgie commune;20;0;2027-01-01\n"
    )
    import_rows(reference, sheet(tmp_path, text, "fr_dap.csv"), "fr_dap")
    with closing(sqlite_utils.Database(reference)) as db:
        rows: list[Any] = [*db.table("fr_dap").rows_where("situation = 'low_back_pain'")]
    found = {(r["covered_before"], r["free_sessions"], r["valid_to"]) for r in rows}
    assert found == {(0, 15, "2026-12-31"), (30, 30, None), (0, 20, None)}


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("letter,metro_cents\nTER,226\n", (1, "letter,metro_cents", "columns")),
        (STEP.replace("226", "2,26"), (2, "", "cells")),
        (STEP.replace("226", "two"), (2, "metro_cents", "number")),
        (STEP.replace("2027-01-01", "January"), (2, "valid_from", "date")),
        (STEP + STEP.split("\n")[1] + "\n", (3, "valid_from", "overlap")),
        (
            STEP.replace("valid_from\n", "valid_from,confidence\n").replace("-01\n", "-01,T\n"),
            (2, "confidence", "fictional"),
        ),
    ],
)
def test_a_bad_file_is_refused_whole(
    reference: Path, tmp_path: Path, text: str, wanted: tuple[int, str, str]
) -> None:
    assert wanted in refusal(reference, sheet(tmp_path, text))


def test_a_file_that_is_no_text_or_a_reference_that_is_none(
    reference: Path, tmp_path: Path
) -> None:
    path = tmp_path / "fr_letters.csv"
    path.write_bytes(b"\xff\xfe\x00")
    assert refusal(reference, path) == [(0, "", "unreadable")]
    broken = tmp_path / "broken.db"
    broken.write_bytes(b"nothing of a database, for sure")
    assert refusal(broken, sheet(tmp_path, STEP))[0][2] == "damaged"
    empty = tmp_path / "empty.db"
    with closing(sqlite_utils.Database(empty)) as db:
        db.table("other").insert({"a": 1})
    assert refusal(empty, sheet(tmp_path, STEP))[0][2] == "damaged"


def test_only_french_tables_are_taken_this_way() -> None:
    assert takes("fr_acts")
    assert not takes("be_tariff")
    assert not takes(None)


def test_the_command_finds_the_table_by_the_name_of_the_file(
    reference: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([str(reference), str(sheet(tmp_path, STEP))]) == 0
    assert json.loads(capsys.readouterr().out)["imported"][0].startswith("fr_letters:2027-01-01:")
    command = [sys.executable, "-m", "server.reference.importer", str(reference),
               str(sheet(tmp_path, "letter\n"))]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=HERE.parents[1])
    assert done.returncode == 1
    assert json.loads(done.stdout)["problems"][0]["reason"] == "columns"
