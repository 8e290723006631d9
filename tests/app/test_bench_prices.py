import pytest

from server.app.bench import prices


def test_the_figures_are_measured_on_the_shipped_tables(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prices, "_VISITS", 40)
    monkeypatch.setattr(prices, "_ROUNDS", 1)
    figures = {figure.name: figure for figure in prices.run()}
    assert set(figures) == {"prices.visit_p95", "prices.beside_bare_sums"}
    assert all(figure.value > 0 for figure in figures.values())
