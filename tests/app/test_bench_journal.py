import pytest

from server.app.bench import journal as bench
from server.store import journal
from server.store.journal import Flaw


def test_a_row_added_and_a_row_verified_are_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bench, "ROWS", 200)
    monkeypatch.setattr(bench, "ROUNDS", 1)
    figures = {figure.name: figure.value for figure in bench.run()}
    assert [*figures] == [
        "journal.add", "journal.add_a_row", "journal.verify", "journal.verify_a_row",
    ]  # fmt: skip
    assert figures["journal.add"] > 1, "a chained row costs more than a bare one"
    assert all(value > 0 for value in figures.values())


def test_a_journal_that_does_not_hold_is_no_figure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bench, "ROWS", 20)
    monkeypatch.setattr(bench, "ROUNDS", 1)
    monkeypatch.setattr(journal, "flaws", lambda *_: iter([Flaw("D", 1, "link")]))
    with pytest.raises(RuntimeError, match="1 rows do not hold"):
        bench.run()
