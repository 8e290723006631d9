import pytest

from server.app.bench import efact
from server.app.bench.figure import Figure, best_of


def test_the_figures_are_measured_on_a_file_that_passes_its_check(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(efact, "_INVOICES", 5)
    monkeypatch.setattr(efact, "_ROUNDS", 1)
    figures = {figure.name: figure for figure in efact.run()}
    assert set(figures) == {
        "efact.write",
        "efact.write_and_judge",
        "efact.read",
        "efact.round_trip_differences",
    }
    assert all(figure.value > 0 for name, figure in figures.items() if "round" not in name)
    assert figures["efact.round_trip_differences"].value == 0


@pytest.mark.parametrize(
    ("value", "better", "holds"),
    [(2.0, "lower", True), (2.6, "lower", False), (2.6, "higher", True), (2.0, "higher", False)],
)
def test_a_figure_knows_whether_it_keeps_its_limit(value: float, better: str, holds: bool) -> None:
    assert better in ("lower", "higher")
    figure = Figure("x", value, 2.5, "lower" if better == "lower" else "higher", "×")
    assert figure.holds is holds


def test_works_are_run_in_turns() -> None:
    turns: list[str] = []
    best = best_of(2, {"a": lambda: turns.append("a"), "b": lambda: turns.append("b")})
    assert turns == ["a", "b", "a", "b"]
    assert set(best) == {"a", "b"}
