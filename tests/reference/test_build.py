import hashlib
import json
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import sqlite_utils

from server.reference.build import HERE, build, main
from server.reference.sheets import Problem, Refused

DEMO = HERE / "demo" / "be_tariff_demo.csv"
Spoil = Callable[[list[str]], None]


def rows(path: Path, query: str) -> list[dict[str, Any]]:
    with closing(sqlite_utils.Database(path)) as db:
        return [dict(row) for row in db.query(query)]


def spoiled(tmp_path: Path, spoil: Spoil) -> Path:
    """A copy of the demo tariff whose lines a test has changed."""
    lines = DEMO.read_text("utf-8").splitlines()
    spoil(lines)
    path = tmp_path / "be_tariff_spoiled.csv"
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return path


def refusal(tmp_path: Path, extra: Path) -> list[Problem]:
    out = tmp_path / "reference.db"
    with pytest.raises(Refused) as refused:
        build(out, [extra])
    assert not out.exists()
    assert list(tmp_path.glob("*.new")) == []
    return list(refused.value.problems)


def test_a_fresh_process_builds_the_file_and_says_what_it_holds(tmp_path: Path) -> None:
    out = tmp_path / "reference.db"
    command = [sys.executable, "-m", "server.reference.build", str(out), "--extra", str(DEMO)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=HERE.parents[1])
    answer = json.loads(done.stdout)
    assert answer["path"] == str(out)
    assert answer["sha256"] == hashlib.sha256(out.read_bytes()).hexdigest()
    assert answer["tables"]["be_ct1"] == 24
    assert answer["tables"]["be_tariff"] == len(rows(out, "select 1 from be_tariff"))


def test_the_same_tables_give_the_same_bytes(tmp_path: Path) -> None:
    first = build(tmp_path / "one.db")
    second = build(tmp_path / "two.db")
    assert first["sha256"] == second["sha256"]


def test_the_shipped_prices_end_with_2025_and_hold_nothing_invented(built: Path) -> None:
    last = rows(built, "select max(valid_to) as day from be_tariff")[0]["day"]
    assert last == "2025-12-31"
    assert not rows(built, "select 1 from be_tariff where valid_to is null or confidence = 'T'")


def test_every_row_of_the_demo_table_says_it_is_invented(tmp_path: Path) -> None:
    out = tmp_path / "reference.db"
    build(out, [DEMO])
    demo = rows(out, "select distinct confidence from be_tariff where valid_from >= '2026'")
    assert demo == [{"confidence": "T"}]


def test_a_price_keeps_the_id_of_its_version_when_another_period_is_added(
    built: Path, tmp_path: Path
) -> None:
    out = tmp_path / "reference.db"
    build(out, [DEMO])
    query = "select distinct version from be_tariff where valid_from = '2025-02-01'"
    assert rows(built, query) == rows(out, query)
    versions = rows(out, "select id, rows from reference_version where table_name = 'be_tariff'")
    assert len(versions) == 4
    assert sum(v["rows"] for v in versions) == len(rows(out, "select 1 from be_tariff"))


def test_money_and_ranks_are_numbers_and_open_ends_are_null(built: Path) -> None:
    row = rows(
        built, "select * from be_tariff where code = '567011' and valid_from = '2025-02-01'"
    )[0]
    assert (row["fee_cents"], row["oa_bim_cents"], row["rank_to"]) == (3080, 2830, 9)
    quota = rows(built, "select sessions, valid_to from be_quota where category = 'E'")[0]
    assert quota == {"sessions": None, "valid_to": None}


def test_word_lists_travel_in_the_same_file(built: Path) -> None:
    assert rows(built, "select code from be_efact_codes where code = '502405'")


def change(line: int, old: str, new: str) -> Spoil:
    def spoil(lines: list[str]) -> None:
        assert old in lines[line - 1]
        lines[line - 1] = lines[line - 1].replace(old, new, 1)

    return spoil


@pytest.mark.scenario("I-03")
@pytest.mark.parametrize(
    ("spoil", "field", "reason"),
    [
        (change(4, ",3080,", ",3081,"), "fee_cents", "identity"),
        (change(4, ",3080,", ",30.80,"), "fee_cents", "number"),
        (change(4, ",T", ",sure"), "confidence", "unknown"),
        (change(4, "2026-01-01", "2026-02-30"), "valid_from", "date"),
        (change(4, "2026-12-31", "2025-12-31"), "valid_to", "before_start"),
        (change(4, ",session,", ",seance,"), "kind", "unknown"),
        (change(2, "560011", "560012"), "code", "check"),
        (change(2, "560011", "560000"), "code", "unlisted"),
        (change(2, ",yes,yes,,", ",yes,yes,omit,"), "r52", "conflict"),
    ],
)
def test_a_bad_row_is_refused_with_its_number_and_its_reason(
    tmp_path: Path, spoil: Spoil, field: str, reason: str
) -> None:
    problems = refusal(tmp_path, spoiled(tmp_path, spoil))
    line = 2 if field in ("code", "r52") else 4
    found = [(p.row, p.field, p.reason) for p in problems if p.reason != "overlap"]
    assert found == [(line, field, reason)]


def test_two_periods_of_one_code_may_not_overlap(tmp_path: Path) -> None:
    def repeat(lines: list[str]) -> None:
        lines.append(lines[1].replace("2026-01-01", "2026-12-31"))

    problems = refusal(tmp_path, spoiled(tmp_path, repeat))
    last = len(DEMO.read_text("utf-8").splitlines()) + 1
    assert problems == [Problem("be_tariff_spoiled.csv", last, "valid_from", "overlap", 2)]


def test_all_the_bad_rows_are_listed_at_once(tmp_path: Path) -> None:
    def break_all(lines: list[str]) -> None:
        lines[1:] = [line.replace(",T", ",?") for line in lines[1:]]

    problems = refusal(tmp_path, spoiled(tmp_path, break_all))
    assert len(problems) == len(DEMO.read_text("utf-8").splitlines()) - 1


@pytest.mark.parametrize(
    ("content", "row", "reason"),
    [
        (b"", 1, "columns"),
        (b"code,fee\n567011,3080\n", 1, "columns"),
        ("é".encode("latin-1"), 0, "unreadable"),
        (b'code\n"567011"x\n', 2, "unreadable"),
    ],
)
def test_a_file_that_is_not_this_table_is_refused(
    tmp_path: Path, content: bytes, row: int, reason: str
) -> None:
    path = tmp_path / "be_tariff_odd.csv"
    path.write_bytes(content)
    problems = refusal(tmp_path, path)
    assert [(p.row, p.reason) for p in problems] == [(row, reason)]


def test_a_row_with_a_cell_too_many_is_refused(tmp_path: Path) -> None:
    def widen(lines: list[str]) -> None:
        lines[2] += ",more"

    problems = refusal(tmp_path, spoiled(tmp_path, widen))
    assert [(p.row, p.reason) for p in problems] == [(3, "cells")]


def test_a_missing_file_is_a_problem_not_a_traceback(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    status = main([str(tmp_path / "out.db"), "--extra", str(tmp_path / "be_tariff_absent.csv")])
    assert status == 1
    problem = json.loads(capsys.readouterr().out)["problems"][0]
    assert problem["reason"] == "unreadable"
    assert problem["file"] == "be_tariff_absent.csv"


def test_a_good_build_ends_with_status_zero(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([str(tmp_path / "out.db")]) == 0
    assert "sha256" in json.loads(capsys.readouterr().out)


def test_a_refused_build_leaves_the_old_file_as_it_was(reference: Path, tmp_path: Path) -> None:
    before = reference.read_bytes()
    with pytest.raises(Refused):
        build(reference, [spoiled(tmp_path, change(4, ",625,", ",626,"))])
    assert reference.read_bytes() == before


def test_a_session_must_ask_the_fixed_amount_of_its_class(tmp_path: Path) -> None:
    def ask_more(lines: list[str]) -> None:
        found = next(i for i, line in enumerate(lines) if line.startswith("567011"))
        assert ",625,250,2455,2830," in lines[found]
        lines[found] = lines[found].replace(",625,250,2455,2830,", ",626,250,2454,2830,")

    problems = refusal(tmp_path, spoiled(tmp_path, ask_more))
    assert [(p.field, p.reason) for p in problems] == [("copay_ordinary_cents", "share")]
