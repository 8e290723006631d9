"""A simulator at work on loopback, on a fixed day."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest

from server.simulators.mycarenet.config import Config, Delays
from server.simulators.mycarenet.service import Running, serve

NOW = datetime(2026, 3, 12, 18, 0, tzinfo=UTC)


@pytest.fixture
def started() -> Iterator[Callable[..., Running]]:
    """Start simulators that take unsigned requests, and stop them all at the end."""
    running: list[Running] = []

    def start(**settings: object) -> Running:
        options = {"unsigned": True, "delays": Delays(0, 0, 0, 0), "clock": lambda: NOW, **settings}
        running.append(serve(Config(**options)))  # type: ignore[arg-type]  # free test settings
        return running[-1]

    yield start
    for one in running:
        one.stop()
