"""The table of cases: each case has a test that exists and runs, and its page is fresh."""

import ast
from dataclasses import replace
from pathlib import Path

from tests.cases.table import CSV, NAMES, PAGE, Proof, faults, named, page, proofs
from tests.named import Named, every_test

TEST = "tests/test_a.py::test_a"
EVERY = [Proof(name, "x", TEST, "") for name in NAMES]


def there(text: str = "def test_a() -> None: ...") -> dict[str, Named]:
    module = ast.parse(text)
    (function,) = (node for node in module.body if isinstance(node, ast.FunctionDef))
    return {TEST: Named(TEST, function, module)}


def test_each_case_of_the_list_is_proved_by_tests_that_are_there() -> None:
    assert [*faults(proofs(), named())] == []


def test_the_list_has_131_cases_and_section_n() -> None:
    assert len(NAMES) == len(set(NAMES)) == 132
    assert (NAMES[0], NAMES[24], NAMES[37], NAMES[-1]) == ("A1", "B'1", "B'14", "N")


def test_the_page_of_cases_is_what_the_table_says() -> None:
    assert PAGE.read_text("utf-8") == page(proofs()), "run: python -m tests.cases.table"


def test_what_is_wrong_with_a_table_is_said() -> None:
    assert [*faults(EVERY, there())] == []
    assert [*faults(EVERY[1:], there())] == ["A1: no test proves it"]
    odd = [*EVERY, Proof("Z9", "", "tests/gone.py::test_b", "")]
    assert [*faults(odd, there())] == [
        "Z9 (): no case of the list", "Z9 (): nothing says what it is about",
        "Z9 (): tests/gone.py::test_b is no test",
    ]  # fmt: skip
    assert [*faults([EVERY[0], *EVERY], there())] == [f"A1 (x): {TEST} stands twice"]
    assert [*faults([EVERY[1], EVERY[0], *EVERY[2:]], there())] == [
        "the cases are not in the order of the list"
    ]


def test_a_test_that_is_never_run_proves_nothing() -> None:
    for text in (
        "@pytest.mark.skip\ndef test_a() -> None: ...",
        "@pytest.mark.skipif(True, reason='x')\ndef test_a() -> None: ...",
        "@pytest.mark.xfail\ndef test_a() -> None: ...",
        "pytestmark = pytest.mark.skipif(True)\ndef test_a() -> None: ...",
    ):
        assert f"A1 (x): {TEST} is skipped" in [*faults(EVERY, there(text))]
    marked = "pytestmark = pytest.mark.e2e\n@pytest.mark.row('X-1')\ndef test_a() -> None: ..."
    assert [*faults(EVERY, there(marked))] == []


def test_the_tests_of_a_folder_are_found_by_the_name_pytest_gives_them(tmp_path: Path) -> None:
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "test_it.py").write_text("def test_a(): ...\ndef helper(): ...\n")
    (tmp_path / "tests" / "other.py").write_text("def test_b(): ...\n")
    found = [each.name for each in every_test(tmp_path / "tests")]
    assert found == ["tests/test_it.py::test_a"]
    assert [*every_test(tmp_path / "tests", holding="nowhere")] == []


def test_a_case_that_differs_says_why_on_the_page() -> None:
    told = page([replace(EVERY[0], note="why"), Proof("A1", "x", "tests/b.py::test_b", "")])
    assert f"| A1 | x | `{TEST}`<br>`tests/b.py::test_b` | why |" in told
    assert CSV.read_text("utf-8").splitlines()[0] == "case;what;test;note"
