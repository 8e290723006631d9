"""The table of attacks is whole, true, and shown."""

from dataclasses import replace

import pytest

from tests.security import table
from tests.security.table import ABSENT, TESTED, UNDER_WAY, Attack, Sources, faults

NOTHING = Sources(frozenset(), (), "", (), frozenset())
TEST = "tests/x/test_y.py::test_row_01_z"
WHOLE = [Attack(n, "x", TESTED, [TEST.replace("01", f"{n:02d}")], "") for n in range(1, 51)]
TESTS = {attack.number: list(attack.tests) for attack in WHOLE}


def with_row(attack: Attack) -> list[Attack]:
    return [attack if each.number == attack.number else each for each in WHOLE]


def test_the_table_of_this_checkout_is_whole_and_true() -> None:
    found = faults(table.attacks(), table.numbered_tests(), table.sources())
    assert list(found) == []


def test_the_page_shows_the_table_as_it_is() -> None:
    written = table.page(table.attacks(), table.numbered_tests())
    assert table.PAGE.read_text("utf-8") == written, "run: python -m tests.security.table"


def test_the_product_is_really_read() -> None:
    product = table.sources()
    assert {"flask", "lxml", "apsw"} <= product.imports
    assert {"run", "doctor", "simulate"} <= product.commands
    assert "/launch/<secret>" in product.routes and "/tariff" in product.routes
    assert "webui/door.py" in product.files


def test_a_whole_table_has_no_fault() -> None:
    assert list(faults(WHOLE, TESTS, NOTHING)) == []


def test_a_row_that_is_missing_or_twice_or_too_many_is_named() -> None:
    assert list(faults(WHOLE[1:], TESTS, NOTHING)) == ["row 1 is missing"]
    assert list(faults([*WHOLE, WHOLE[0]], TESTS, NOTHING)) == ["row 1 stands twice"]
    extra = replace(WHOLE[0], number=51)
    assert "row 51 is no attack of the list" in list(faults([*WHOLE, extra], TESTS, NOTHING))


def test_a_test_that_does_not_exist_or_carries_another_number_is_named() -> None:
    for tests in ([TEST.replace("01", "02")], [TEST + "gone"], []):
        assert len(list(faults(with_row(replace(WHOLE[0], tests=tests)), TESTS, NOTHING))) == 1


SURFACES = {
    "import zipfile|tarfile": {"imports": frozenset({"zipfile"})},
    "file hardware/inbox": {"files": ("hardware/inbox.py",)},
    r"text csv\.writer": {"texts": "out = csv.writer(file)"},
    "route export": {"routes": ("/export.csv",)},
    "command update|upgrade": {"commands": frozenset({"update"})},
    "import x ; route export": {"routes": ("/export.csv",)},
}


@pytest.mark.parametrize("surface", SURFACES)
def test_a_surface_that_appears_asks_for_its_attack(surface: str) -> None:
    waiting = with_row(Attack(1, "x", ABSENT, [], surface))
    tests = {**TESTS, 1: []}
    grown = replace(NOTHING, **SURFACES[surface])  # type: ignore[arg-type]  # fields of Sources
    assert list(faults(waiting, tests, NOTHING)) == []
    assert "its surface is here" in next(faults(waiting, tests, grown))
    assert list(faults(waiting, {**tests, 1: [TEST]}, grown)) == []


def test_an_absent_surface_has_a_name_and_only_some_rows_may_be_under_way() -> None:
    tests = {**TESTS, 1: []}
    nameless = faults(with_row(Attack(1, "x", ABSENT, [], "")), tests, NOTHING)
    assert "row 1 (x): no surface is named" in list(nameless)
    waiting = [*with_row(Attack(42, "x", UNDER_WAY, [], ""))]
    assert list(faults(waiting, TESTS, NOTHING)) == []
    for row in (Attack(1, "x", UNDER_WAY, [], ""), Attack(42, "x", "skipped", [], "")):
        assert "is not allowed" in next(faults(with_row(row), TESTS, NOTHING))
