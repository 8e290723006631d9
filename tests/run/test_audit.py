"""The audit: what it finds, what it lets pass, and the licences of this very checkout."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest

from installer import weaknesses
from installer.audit import (
    Licence,
    carry_out,
    construct_findings,
    documented,
    forbidden_constructs,
    licence_faults,
    licence_findings,
    locked_names,
)
from tests.run.paper import PaperMachine

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    "line",
    [
        "requests.get(url, verify=False)",
        "yaml.load(text)",
        "import pickle",
        "    from marshal import loads",
        "eval(text)",
        "run(command, shell=True)",
        "parser(resolve_entities=True)",
        "{{ name | safe }}",
        "{{ name|safe }}",
        '<a hx-on:click="x">',
        '<img onerror="x">',
        "create_window(js_api=bridge)",
        "x = 1  # noqa",
        "x = 1  # noqa: S105",
        "x = 1  # type: ignore[misc]",
        "# TODO later",
    ],
)
def test_a_forbidden_construct_is_found(line: str) -> None:
    assert [number for number, _ in forbidden_constructs(f"fine\n{line}\n")] == [2]


@pytest.mark.parametrize(
    "line",
    [
        "verify = True",
        "literal_eval(text)",
        "model.eval()",
        'TOKEN = "x"  # noqa: S105 - the name of a header',
        "x = y()  # type: ignore[misc]  # untyped library",
        "{{ name }}",
        "# pickled fish",
    ],
)
def test_an_ordinary_line_passes(line: str) -> None:
    assert list(forbidden_constructs(line)) == []


def test_a_library_without_a_row_is_named() -> None:
    assert list(licence_faults({"left-pad"}, {}, {})) == [
        "left-pad : pas de ligne dans docs/dependencies.md."
    ]


@pytest.mark.parametrize("terms", ["GPL-3.0-only", "MIT AND AGPL-3.0-only", ""])
def test_terms_we_cannot_live_with_are_named(terms: str) -> None:
    (fault,) = licence_faults({"thing"}, {"thing": Licence("thing", terms)}, {})
    assert "n'est pas admise" in fault


def test_a_library_that_changed_its_terms_is_named() -> None:
    known = {"thing": Licence("thing", "MIT")}
    (fault,) = licence_faults({"thing"}, known, {"thing": "GPL-3.0-only"})
    assert fault == "thing : la page dit MIT, la bibliothèque dit GPL-3.0-only."


@pytest.mark.parametrize(
    ("page", "said"),
    [
        ("BSD-3-Clause", "License :: OSI Approved :: BSD License"),
        ("Apache-2.0 OR BSD-3-Clause", "Apache-2.0"),
        ("MIT", ""),
        ("LGPL-2.1-or-later", "GNU Lesser General Public License v2 or later (LGPLv2+)"),
    ],
)
def test_the_same_terms_said_otherwise_agree(page: str, said: str) -> None:
    assert list(licence_faults({"thing"}, {"thing": Licence("thing", page)}, {"thing": said})) == []


def test_names_are_read_from_locks_and_pages() -> None:
    assert locked_names("# a==1\nflask==3.1.3 \\\n    --hash=sha256:0\nx-y==1 ; m\n") == {
        "flask",
        "x-y",
    }
    assert documented("| `flask` | MIT | pure |\n| nothing | MIT |") == {
        "flask": Licence("flask", "MIT")
    }


def test_the_libraries_of_this_checkout_have_terms_we_can_live_with() -> None:
    assert list(licence_findings(ROOT)) == []


def test_findings_name_file_and_line_and_leave_out_what_is_vendored(tmp_path: Path) -> None:
    for name in ("server/x.py", "webui/static/vendor/x.js", "webui/x.txt", "tests/x.py"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("ok\neval(text)\n")
    assert list(construct_findings(tmp_path)) == ["server/x.py:2 : eval ou exec."]


def test_a_locked_library_without_its_row_is_found(tmp_path: Path) -> None:
    (tmp_path / "installer" / "locks").mkdir(parents=True)
    (tmp_path / "docs").mkdir()
    (tmp_path / "installer" / "locks" / "runtime.lock").write_text("left-pad==1\n")
    (tmp_path / "installer" / "locks" / "cards.lock").write_text("pyscard==1\n")
    (tmp_path / "docs" / "dependencies.md").write_text("| `pyscard` | LGPL-2.1-or-later | x |\n")
    assert [line.split()[0] for line in licence_findings(tmp_path)] == ["left-pad"]


NOW = datetime(2026, 11, 22, tzinfo=UTC)
CLEAN = {"name": "flask", "version": "3.1.3", "vulns": []}
WEAK = {**CLEAN, "vulns": [{"id": "CVE-2026-1", "fix_versions": ["3.1.4"]}]}
UNMENDED = {**CLEAN, "vulns": [{"id": "CVE-2026-2"}]}
UNKNOWN = {"name": "flask", "skip_reason": "Dependency not found on PyPI"}


class Asked(PaperMachine):
    """A machine whose `pip-audit` says the same of each lock."""

    told = ""

    def hear(self, command: Sequence[str]) -> str:
        assert "pip_audit" in command and "--require-hashes" in command
        return self.told


def asked(*libraries: Mapping[str, object], told: str | None = None) -> Asked:
    machine = Asked()
    machine.told = json.dumps({"dependencies": libraries}) if told is None else told
    return machine


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """A checkout in which there is nothing to find."""
    (tmp_path / "installer" / "locks").mkdir(parents=True)
    (tmp_path / "docs").mkdir()
    for name in ("runtime", "cards"):
        (tmp_path / "installer" / "locks" / f"{name}.lock").write_text("flask==3.1.3\n")
    (tmp_path / "docs" / "dependencies.md").write_text("| `flask` | BSD-3-Clause | x |\n")
    return tmp_path


def audit(machine: Asked, root: Path) -> int:
    return carry_out(machine, root, lambda: NOW)


def test_an_answer_about_everything_is_green_and_its_date_is_kept(small: Path) -> None:
    machine = asked(CLEAN)
    assert audit(machine, small) == 0
    assert machine.said[-2:] == ["pip-audit : fait, 2 bibliothèques.", "Audit : rien à redire."]
    kept = machine.files[str(small / "docs" / "audit.json")]
    assert json.loads(kept) == {"pip-audit": {"last_success": "2026-11-22"}}


@pytest.mark.parametrize("told", ["", "no json", "[]", "{}", '{"dependencies": []}'])
def test_without_an_answer_the_audit_is_not_green_and_says_when_it_last_was(
    small: Path, told: str
) -> None:
    machine = asked(told=told)
    assert audit(machine, small) == 3
    assert "non fait" in machine.said[-2] and "jamais fait" in machine.said[-2]
    assert machine.said[-1] == "Audit : incomplet."
    page = str(small / "docs" / "audit.json")
    machine.files[page] = '{"pip-audit": {"last_success": "2026-10-01"}}'
    assert audit(machine, small) == 3
    assert "dernier succès le 2026-10-01" in machine.said[-2]
    assert "2026-10-01" in machine.files[page]


def test_a_service_that_does_not_know_a_library_has_not_answered(small: Path) -> None:
    machine = asked(CLEAN, UNKNOWN)
    assert audit(machine, small) == 3
    assert "ne connaît pas 2 bibliothèques sur 4" in machine.said[-2]
    assert str(small / "docs" / "audit.json") not in machine.files


def test_a_known_weakness_is_named_with_its_remedy_and_keeps_no_date(small: Path) -> None:
    machine = asked(WEAK, UNMENDED)
    assert audit(machine, small) == 1
    assert "flask 3.1.3 : CVE-2026-1, réparé par 3.1.4." in machine.said
    assert "flask 3.1.3 : CVE-2026-2, réparé par aucune version." in machine.said
    assert str(small / "docs" / "audit.json") not in machine.files


@pytest.mark.parametrize("search", ["ruff", "bandit"])
def test_a_search_that_finds_something_is_named(small: Path, search: str) -> None:
    machine = asked(CLEAN)
    machine.failing = {search}
    assert audit(machine, small) == 1
    assert f"{search} : à revoir, voir plus haut." in machine.said


def test_a_finding_outweighs_what_could_not_be_asked(small: Path) -> None:
    machine = asked(told="")
    machine.failing = {"bandit"}
    assert audit(machine, small) == 1


def test_the_page_of_this_checkout_holds_a_date_or_says_that_there_is_none() -> None:
    kept = json.loads((ROOT / "docs" / "audit.json").read_text("utf-8"))
    assert set(kept) == {"pip-audit"}
    assert kept["pip-audit"]["last_success"] is None or datetime.fromisoformat(
        kept["pip-audit"]["last_success"]
    )
    assert weaknesses.LOCKS == ("runtime", "cards")
