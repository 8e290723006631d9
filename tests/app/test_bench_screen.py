import pytest

from server.app.bench import screen
from server.core.errors import Missing

pytestmark = [pytest.mark.e2e, pytest.mark.alone]  # it starts a browser of its own


def test_each_commit_changes_the_day_page(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(screen, "SAMPLES", 2)
    (figure,) = screen.run()
    assert figure.name == "screen.commit_to_change"
    assert figure.value > 0


def test_without_a_browser_the_figure_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(screen, "_BROWSERS", ("no-such-browser",))
    with pytest.raises(Missing):
        screen.run()
