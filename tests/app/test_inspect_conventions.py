"""Convention tables through `besace inspect`: one line of JSON, or plain words."""

import io
import json
from pathlib import Path
from typing import Any

import pytest

from server.app.inspect import inspect
from server.app.words import table
from server.countries.france.convention_inspection import inspect_table, reader_on
from server.countries.france.convention_layout import Column
from server.countries.switches import Switch
from tests.countries.france.tables import line, many, written


def look(path: Path, form: str | None = None, json_line: bool = True) -> tuple[int, str]:
    out = io.StringIO()
    return inspect([path], form, json_line, out), out.getvalue()


def told(path: Path, form: str | None = None) -> tuple[int, dict[str, Any]]:
    status, text = look(path, form)
    answer: dict[str, Any] = json.loads(text)
    return status, answer


def kept(tmp_path: Path, data: bytes) -> Path:
    path = tmp_path / "C-essai.csv"
    path.write_bytes(data)
    return path


def test_a_table_of_conventions_gives_its_json(tmp_path: Path) -> None:
    rows = [*many(200), line("7272727272", "OC", ""), line(accord="Z")]
    status, answer = told(kept(tmp_path, written(rows)))
    assert (status, answer["format"], answer["verdict"]) == (0, "fr.conventions", "valid")
    content = answer["content"]
    assert (content["kind"], content["rows"], content["columns"]) == ("C", 201, 22)
    assert content["types"] == {"RO": 200, "OC": 1}
    (bad,) = content["rejected"]
    assert bad["line"] == 202
    assert "tiers payant" in bad["sentence"]


@pytest.mark.parametrize(
    ("row", "form", "kind", "columns"),
    [
        ("I;2;;12345678;A;RO;;93???????;93;B\n", "fr.grouping", "R", 10),
        ("75047258;08???????;391036183;A\n", "fr.correspondence", "X", 4),
    ],
)
def test_the_other_tables_are_recognised_too(
    tmp_path: Path, row: str, form: str, kind: str, columns: int
) -> None:
    status, answer = told(kept(tmp_path, row.encode()))
    assert (status, answer["format"]) == (0, form)
    assert (answer["content"]["kind"], answer["content"]["columns"]) == (kind, columns)


def test_a_table_that_would_be_refused_says_so_in_a_sentence(tmp_path: Path) -> None:
    status, answer = told(kept(tmp_path, written([*many(3), ["x"]])))
    assert (status, answer["verdict"]) == (1, "problems")
    assert "1 lignes sur 4" in answer["problems"][0]["sentence"]


def test_a_file_said_to_be_a_table_and_is_none_is_unknown(tmp_path: Path) -> None:
    status, answer = told(kept(tmp_path, b"bonjour\n"), "fr.conventions")
    assert (status, answer["verdict"]) == (2, "unknown")
    assert "22 attendues" in answer["problems"][0]["sentence"]


def test_a_table_is_told_in_plain_words(tmp_path: Path) -> None:
    status, text = look(kept(tmp_path, written(many(3))), json_line=False)
    assert status == 0
    assert "3 lignes lues, 0 écartées, 22 colonnes" in text
    assert "par type : RO 3" in text


def test_every_reason_has_its_sentence_in_both_languages() -> None:
    for row in table("fr_convention_words"):
        assert row["fr"]
        assert row["nl"]


def test_a_conversion_table_counts_no_types() -> None:
    from datetime import date

    reader = reader_on(
        date(2026, 3, 10),
        [Column.from_mapping(row) for row in table("fr_convention_columns")],
        [Switch.from_mapping(row) for row in table("fr_settings")],
    )
    assert inspect_table(b"75047258;08???????;391036183;A\n", reader).content["types"] == {}
