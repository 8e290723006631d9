from pathlib import Path

import pytest
from jinja2 import DictLoader, Environment

from webui.compiled import CompiledTemplates


def _environment(folder: Path, text: str) -> Environment:
    return Environment(
        loader=DictLoader({"page.html": text}),
        bytecode_cache=CompiledTemplates(folder),
        autoescape=True,
    )


def test_a_template_is_compiled_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = tmp_path / "kept"
    assert _environment(kept, "{{ n }} visits").get_template("page.html").render(n=3) == "3 visits"
    assert [file.suffix for file in kept.iterdir()] == [".jinja"]
    again = _environment(kept, "{{ n }} visits")
    monkeypatch.setattr(again, "compile", None)
    assert again.get_template("page.html").render(n=4) == "4 visits"


def test_a_template_that_changed_is_compiled_again(tmp_path: Path) -> None:
    _environment(tmp_path, "before").get_template("page.html")
    assert _environment(tmp_path, "after").get_template("page.html").render() == "after"


def test_a_folder_that_cannot_be_written_costs_time_only(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")
    assert _environment(blocked, "page").get_template("page.html").render() == "page"
