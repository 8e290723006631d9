import json

import pytest

from server.app.bench import run_benches, screen, seal
from server.app.bench.figure import Figure


def _held(value: float) -> list[Figure]:
    return [Figure("seal.some", value, 3.0, "lower", "×")]


@pytest.mark.parametrize(("value", "status"), [(2.0, 0), (4.0, 1)])
def test_a_missed_limit_shows_in_the_status(
    value: float, status: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(seal, "run", lambda: _held(value))
    assert run_benches(["seal"], as_json=True) == status
    told = json.loads(capsys.readouterr().out)
    assert (told["name"], told["value"], told["holds"]) == ("seal.some", value, status == 0)


def test_a_part_that_cannot_run_here_says_what_is_missing_and_the_others_run(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(screen, "_BROWSERS", ("no-such-browser",))
    monkeypatch.setattr(seal, "run", lambda: _held(2.0))
    assert run_benches(["screen", "seal"], as_json=False) == 1
    out, err = capsys.readouterr()
    assert "chromium" in err
    assert "seal.some" in out


def test_a_part_nobody_knows_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_benches(["speed"], as_json=False) == 2
    assert "speed" in capsys.readouterr().out
