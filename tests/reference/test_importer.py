import hashlib
import json
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import sqlite_utils

from server.reference.build import HERE
from server.reference.importer import import_tariff, main
from server.reference.sheets import Problem, Refused

DEMO = HERE / "demo" / "be_tariff_demo.csv"
FRENCH = """code;honoraire;ticket modérateur;ticket modérateur BIM;du;au
567011;31,20;6,25;2,50;01/01/2026;31/12/2026
567 136;34,32 €;6,25;2,50;01/01/2026;31/12/2026
"""


def sheet(tmp_path: Path, text: str, encoding: str = "utf-8", name: str = "tarif.csv") -> Path:
    path = tmp_path / name
    path.write_bytes(text.encode(encoding))
    return path


def rows(path: Path, query: str, *bound: str) -> list[dict[str, Any]]:
    with closing(sqlite_utils.Database(path)) as db:
        return [dict(row) for row in db.query(query, bound)]


def price(path: Path, code: str, day: str) -> dict[str, Any]:
    found = rows(path, "select * from be_tariff where code = ? and valid_from = ?", code, day)
    assert len(found) == 1
    return found[0]


def refusal(reference: Path, path: Path) -> list[tuple[int, str, str]]:
    before = reference.read_bytes()
    with pytest.raises(Refused) as refused:
        import_tariff(reference, path)
    assert reference.read_bytes() == before
    assert [p.name for p in reference.parent.glob("*.new")] == []
    return [(p.row, p.field, p.reason) for p in refused.value.problems]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "latin-1"])
def test_a_french_sheet_becomes_prices(reference: Path, tmp_path: Path, encoding: str) -> None:
    text = FRENCH.replace(" €", "") if encoding == "latin-1" else FRENCH
    answer = import_tariff(reference, sheet(tmp_path, text, encoding))
    assert answer["sha256"] == hashlib.sha256(reference.read_bytes()).hexdigest()
    cabinet = price(reference, "567011", "2026-01-01")
    assert (cabinet["fee_cents"], cabinet["oa_ordinary_cents"]) == (3120, 2495)
    assert (cabinet["copay_bim_cents"], cabinet["oa_bim_cents"]) == (250, 2870)
    assert (cabinet["confidence"], cabinet["source"]) == ("manual", "import")
    home = price(reference, "567136", "2026-01-01")
    assert (home["place"], home["rank_from"], home["kind"]) == ("HOME", 1, "session")
    assert home["label_nl"] == "Courante zitting, 1e tot 9e, aan huis"


def test_what_a_sheet_says_of_a_code_comes_before_what_we_know(
    reference: Path, tmp_path: Path
) -> None:
    text = (
        "Code,Libellé,Catégorie,Lieu,Nature,Fee_cents,Remboursement,Terugbetaling VT,"
        "Accord,Prescripteur,r52,Valable du,Geldig tot,Source,Inconnu\n"
        '560055,Dépassement,courante,cabinet,dépassement,3080,"4,58","8,33",non,oui,,2026-01-01,,AR,x\n'
        "\n"
    )
    import_tariff(reference, sheet(tmp_path, text))
    row = price(reference, "560055", "2026-01-01")
    assert (row["label_fr"], row["kind"], row["needs_agreement"]) == ("Dépassement", "excess", "no")
    assert (row["copay_ordinary_cents"], row["copay_bim_cents"]) == (2622, 2247)
    assert (row["valid_to"], row["source"]) == (None, "AR")


def test_our_own_sheet_is_taken_as_it_is(reference: Path) -> None:
    answer = import_tariff(reference, DEMO, allow_fictional=True)
    imported = answer["imported"]
    assert isinstance(imported, list)
    assert len(imported) == 2
    assert price(reference, "567033", "2026-01-01")["r52"] == "omit"


def test_importing_twice_changes_nothing(reference: Path, tmp_path: Path) -> None:
    path = sheet(tmp_path, FRENCH)
    first = import_tariff(reference, path)
    again = import_tariff(reference, path)
    assert first["imported"] != []
    assert again["imported"] == []
    assert again["sha256"] == first["sha256"]


def test_a_newer_version_of_a_period_replaces_it_and_keeps_the_old_one(
    reference: Path, tmp_path: Path
) -> None:
    import_tariff(reference, sheet(tmp_path, FRENCH))
    old = price(reference, "567011", "2026-01-01")["version"]
    newer = sheet(tmp_path, FRENCH.replace("31,20", "31,30"), name="newer.csv")
    import_tariff(reference, newer)
    assert price(reference, "567011", "2026-01-01")["fee_cents"] == 3130
    kept = rows(reference, "select fee_cents, version from be_tariff_history order by code")
    assert kept == [{"fee_cents": 3120, "version": old}, {"fee_cents": 3432, "version": old}]
    replaced = rows(reference, "select replaced_by from reference_version where id = ?", old)
    assert replaced[0]["replaced_by"] == price(reference, "567011", "2026-01-01")["version"]


def test_a_replaced_version_does_not_come_back_over_the_newer_one(
    reference: Path, tmp_path: Path
) -> None:
    old = sheet(tmp_path, FRENCH)
    import_tariff(reference, old)
    import_tariff(reference, sheet(tmp_path, FRENCH.replace("31,20", "31,30"), name="newer.csv"))
    assert refusal(reference, old) == [(1, "valid_from", "older_version")]


@pytest.mark.parametrize("period", ["01/06/2025;31/12/2026", "01/12/2025;", "01/01/2020;"])
def test_a_period_that_overlaps_another_is_refused(
    reference: Path, tmp_path: Path, period: str
) -> None:
    text = f"code;honoraire;remgeld;remgeld VT;du;au\n567011;31;6;2;{period}\n"
    assert refusal(reference, sheet(tmp_path, text)) == [(2, "valid_from", "other_period")]


def test_a_sheet_that_repeats_a_code_is_refused(reference: Path, tmp_path: Path) -> None:
    text = FRENCH + "567011;31,30;6,25;2,50;01/01/2026;31/12/2026\n"
    assert refusal(reference, sheet(tmp_path, text)) == [(4, "valid_from", "overlap")]


def test_invented_prices_are_refused_in_a_real_practice(reference: Path) -> None:
    found = refusal(reference, DEMO)
    assert found[0] == (2, "confidence", "fictional")
    assert len(found) == len(DEMO.read_text("utf-8").splitlines()) - 1


@pytest.mark.scenario("I-03")
@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("567011;31,20;6,25;2,50;hier;", (2, "valid_from", "date")),
        ("567011;beaucoup;6,25;2,50;01/01/2026;", (2, "fee", "amount")),
        ("567012;31,20;6,25;2,50;01/01/2026;", (2, "code", "check")),
        (";31,20;6,25;2,50;01/01/2026;", (2, "code", "missing")),
        ("567011;31,20;;;01/01/2026;", (2, "oa_ordinary_cents", "missing")),
        ("567011;;6,25;2,50;01/01/2026;", (2, "fee_cents", "missing")),
        ("567011;31,20;32;2,50;01/01/2026;", (2, "oa_ordinary_cents", "missing")),
        ("567011;31,20;-1;2,50;01/01/2026;", (2, "oa_ordinary_cents", "missing")),
        ("567011", (2, "fee_cents", "missing")),
        ("569995;31,20;6,25;2,50;01/01/2026;", (2, "label_fr", "missing")),
    ],
)
def test_a_bad_row_is_refused_with_its_number_and_its_reason(
    reference: Path, tmp_path: Path, line: str, problem: tuple[int, str, str]
) -> None:
    text = f"code;honoraire;ticket modérateur;ticket modérateur BIM;du;au\n{line}\n"
    assert refusal(reference, sheet(tmp_path, text)) == [problem]


@pytest.mark.scenario("I-03")
def test_shares_that_do_not_add_up_are_refused(reference: Path, tmp_path: Path) -> None:
    titles = "code;honoraire;remboursement;remgeld;remgeld VT;du"
    text = f"{titles}\n567011;31,20;24,90;6,25;2,50;01/01/2026\n"
    assert refusal(reference, sheet(tmp_path, text)) == [(2, "fee_cents", "identity")]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", (1, "code,valid_from", "columns")),
        ("code;fee\n567011;30\n", (1, "code,valid_from", "columns")),
        ('code;du\n"567011"x;1\n', (2, "", "unreadable")),
    ],
)
def test_a_file_that_is_not_a_tariff_is_refused(
    reference: Path, tmp_path: Path, text: str, problem: tuple[int, str, str]
) -> None:
    assert refusal(reference, sheet(tmp_path, text)) == [problem]


def test_a_sheet_that_is_not_there_is_a_problem(reference: Path, tmp_path: Path) -> None:
    assert refusal(reference, tmp_path / "absent.csv") == [(0, "", "unreadable")]


def test_a_damaged_reference_file_is_a_problem(tmp_path: Path) -> None:
    damaged = tmp_path / "reference.db"
    damaged.write_bytes(b"not a database" * 400)
    assert refusal(damaged, sheet(tmp_path, FRENCH)) == [(0, "", "damaged")]


def test_the_command_answers_in_json(reference: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "server.reference.importer", str(reference)]
    done = subprocess.run(
        [*command, str(sheet(tmp_path, FRENCH))],
        capture_output=True,
        text=True,
        check=True,
        cwd=HERE.parents[1],
    )
    assert json.loads(done.stdout)["tables"]["be_tariff"] == 16


def test_the_command_lists_problems_and_ends_with_status_one(
    reference: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([str(reference), str(DEMO)]) == 1
    problems = json.loads(capsys.readouterr().out)["problems"]
    assert Problem(**problems[0]).reason == "fictional"
    assert main([str(reference), str(DEMO), "--allow-fictional"]) == 0
