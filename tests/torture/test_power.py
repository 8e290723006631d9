"""L2: no acknowledged commit is lost, and the harness finds those who lose them."""

import pytest

from tests.torture.power import CARELESS, lose_power

SCHEDULES = 600
CONTROLS = 150
_LEAST = {"synchronous=NORMAL": 0.5, "synchronous=OFF": 0.9, "lying disk": 0.9}


def test_no_acknowledged_commit_is_lost_at_three_power_cuts() -> None:
    wrong = {seed: problem for seed in range(SCHEDULES) if (problem := lose_power(seed))}
    assert wrong == {}


@pytest.mark.parametrize("name", CARELESS)
def test_a_careless_disk_or_setting_is_caught(name: str) -> None:
    """A harness that never fails proves nothing."""
    caught = sum(bool(lose_power(seed, CARELESS[name])) for seed in range(CONTROLS))
    assert caught >= _LEAST[name] * CONTROLS
