import pytest

from server.app.bench import backup
from server.services import backups


def test_a_copy_and_a_rehearsal_of_a_grown_practice_are_measured(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(backup, "MEGABYTES", 2)
    copied, drilled = backup.run()
    assert (copied.name, drilled.name) == ("backup.copy_and_check", "backup.drill")
    assert copied.value > 0
    assert drilled.value > 0


def test_a_copy_that_does_not_come_back_is_no_figure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backup, "MEGABYTES", 0)
    monkeypatch.setattr(backups, "drill", lambda *_, **__: "pages")
    with pytest.raises(RuntimeError, match="did not come back"):
        backup.run()
