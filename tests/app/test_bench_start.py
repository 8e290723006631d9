from pathlib import Path

import pytest

from server.app.bench import start


def test_every_figure_of_the_start_is_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(start, "_ROUNDS", 1)
    figures = {figure.name: figure.value for figure in start.run()}
    assert set(figures) == {
        "start.help",
        "start.first_page",
        "start.heavy_modules",
        "start.memory",
    }
    assert min(figures["start.help"], figures["start.first_page"]) > 0


def test_the_first_page_is_the_unlock_page_and_loads_nothing_heavy(tmp_path: Path) -> None:
    start._found(tmp_path)
    assert start._loaded_by_the_first_page(tmp_path) == set()


def test_a_heavy_library_loaded_by_the_first_page_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    start._found(tmp_path)
    monkeypatch.setattr(start, "HEAVY", ("flask", "zeep"))
    assert start._loaded_by_the_first_page(tmp_path) == {"flask"}


def test_the_yardstick_serves_one_page() -> None:
    assert start._first_page(start._BARE_PAGE) > 0
    assert all(held > 0 for held in start._memory_at_rest(start._BARE_PAGE))
