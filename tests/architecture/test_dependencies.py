"""What we lean on: named in one page, locked with hashes, and never the wrong SQLite."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from importlib.metadata import PackageNotFoundError, distribution, packages_distributions
from importlib.util import find_spec
from pathlib import Path

import apsw
import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).parents[2]
LOCKS = ROOT / "installer" / "locks"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PRODUCT = PROJECT["project"]["dependencies"]
CARDS = PROJECT["project"]["optional-dependencies"]["cards"]
DEV = PROJECT["dependency-groups"]["dev"]

HEAVY = (
    "cv2",
    "img2pdf",
    "numpy",
    "pypdfium2",
    "serial",
    "smartcard",
    "sqlite_utils",
    "webview",
    "zeep",
    "zxingcpp",
)


def lock(name: str) -> str:
    return (LOCKS / f"{name}.lock").read_text(encoding="utf-8")


def pins(name: str) -> dict[str, str]:
    return dict(re.findall(r"^([a-z0-9._-]+)==([^ ;]+)", lock(name), re.MULTILINE))


@pytest.mark.parametrize("name", ["server", "webui", "hardware", "sync"])
def test_each_of_the_four_names_is_ours_alone(name: str) -> None:
    assert set(packages_distributions().get(name, [])) <= {"besace"}
    spec = find_spec(name)
    assert spec
    assert spec.origin == str(ROOT / name / "__init__.py")


def test_plain_apsw_which_writes_in_clear_is_absent() -> None:
    with pytest.raises(PackageNotFoundError):
        distribution("apsw")
    assert getattr(apsw, "mc_version", None)
    assert "apsw" not in pins("runtime")


def test_importing_the_program_loads_nothing_heavy() -> None:
    code = f"import sys, server.app; print([m for m in {HEAVY!r} if m in sys.modules])"
    answer = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert answer.stdout == "[]\n"


@pytest.mark.parametrize("line", [*PRODUCT, *CARDS, *DEV])
def test_every_dependency_has_its_line_in_the_page(line: str) -> None:
    page = (ROOT / "docs" / "dependencies.md").read_text(encoding="utf-8")
    assert re.search(rf"^\|.*`{re.escape(Requirement(line).name)}`.*\|", page, re.MULTILINE)


@pytest.mark.parametrize(
    ("name", "line"),
    [
        *(("runtime", line) for line in PRODUCT),
        *(("cards", line) for line in CARDS),
        *(("dev", line) for line in DEV),
        *(("build", line) for line in PROJECT["build-system"]["requires"]),
    ],
)
def test_every_dependency_is_locked_to_a_version_it_allows(name: str, line: str) -> None:
    wanted = Requirement(line)
    assert wanted.specifier.contains(pins(name)[wanted.name])


@pytest.mark.parametrize("first", ["runtime", "cards", "dev", "build"])
@pytest.mark.parametrize("second", ["runtime", "cards", "dev", "build"])
def test_locks_agree_where_they_meet(first: str, second: str) -> None:
    one, other = pins(first), pins(second)
    assert {name: one[name] for name in one.keys() & other.keys()} == {
        name: other[name] for name in one.keys() & other.keys()
    }


@pytest.mark.parametrize("name", ["runtime", "cards", "dev", "build"])
def test_every_locked_library_has_hashes_and_no_address(name: str) -> None:
    text = lock(name)
    assert "://" not in text
    assert "--index" not in text
    entries = re.split(
        r"^(?=[a-z0-9])", re.sub(r"^#.*\n", "", text, flags=re.MULTILINE), flags=re.M
    )
    assert all("--hash=sha256:" in entry for entry in entries if entry)
    assert len(pins(name)) == len([entry for entry in entries if entry])
