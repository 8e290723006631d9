"""The shape of the code: sizes, names, and words that have no place here (`style.md` §1–2)."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from statistics import median

import pytest

ROOT = Path(__file__).parents[2]
PRODUCT = ("server", "webui", "hardware", "sync")
CODE = sorted(
    [
        ROOT / "run.py",
        *(path for top in (*PRODUCT, "installer") for path in (ROOT / top).rglob("*.py")),
    ]
)
MODULES = [path for path in CODE if path.name != "__init__.py"]

LONGEST_FUNCTION = 60
MEDIAN_FUNCTION = 8
MEDIAN_FILE = 130
LONG_FILE = 400

HOMELESS = {"utils", "util", "helpers", "helper", "common", "manager", "misc"}
SKIPPED = {".git", ".venv", "dist", "htmlcov", "node_modules", "__pycache__"}
TEXTS = {".py", ".md", ".toml", ".html", ".css", ".js", ".sql", ".csv", ".po", ".json", ".lock", ""}
TOOLS = "claude|anthropic|chatgpt|openai|copilot"
FOREIGN = re.compile(rf"(?<![\w.:/-])/(?:work|root|tmp/brief)/|\b(?:{TOOLS})\b", re.IGNORECASE)


def functions(path: Path) -> Iterator[tuple[str, int]]:
    """Every function of a file with its length in lines, its docstring included."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert node.end_lineno
            yield node.name, node.end_lineno - node.lineno + 1


def texts() -> Iterator[Path]:
    """Every text file of the checkout that somebody wrote."""
    for path in ROOT.rglob("*"):
        parts = path.relative_to(ROOT).parts
        ours = not any(part in SKIPPED or part.endswith("_cache") for part in parts)
        measured = parts[0].startswith((".coverage", ".hypothesis"))
        if ours and not measured and path.suffix in TEXTS and path.is_file():
            yield path


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_function_is_longer_than_a_screen(path: Path) -> None:
    assert [found for found in functions(path) if found[1] > LONGEST_FUNCTION] == []


def test_half_the_functions_are_a_few_lines() -> None:
    assert median(length for path in MODULES for _, length in functions(path)) < MEDIAN_FUNCTION


def test_half_the_files_are_a_screenful_or_a_few_and_long_ones_are_rare() -> None:
    lengths = [len(path.read_text(encoding="utf-8").splitlines()) for path in MODULES]
    assert median(lengths) < MEDIAN_FILE
    assert sum(length > LONG_FILE for length in lengths) <= len(lengths) / 10


def test_every_module_is_named_by_a_noun_of_the_trade() -> None:
    assert [
        path for path in CODE if HOMELESS & set(path.relative_to(ROOT).with_suffix("").parts)
    ] == []


def test_every_folder_of_code_is_a_package() -> None:
    folders = {path.parent for path in MODULES if path.parent != ROOT}
    assert [folder for folder in folders if not (folder / "__init__.py").exists()] == []


def test_the_server_package_holds_one_sentence_and_imports_nothing() -> None:
    body = ast.parse((ROOT / "server" / "__init__.py").read_text(encoding="utf-8")).body
    assert [type(statement) for statement in body] == [ast.Expr]


def test_no_text_names_a_machine_or_a_tool_that_helped() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in texts()
        if path != Path(__file__)
        for number, line in enumerate(
            path.read_text(encoding="utf-8", errors="replace").splitlines(), 1
        )
        if FOREIGN.search(line)
    ]
    assert found == []
