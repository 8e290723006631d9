"""The audit: what it finds, what it lets pass, and the licences of this very checkout."""

from __future__ import annotations

from pathlib import Path

import pytest

from installer.audit import (
    Licence,
    construct_findings,
    documented,
    forbidden_constructs,
    licence_faults,
    licence_findings,
    locked_names,
)

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
