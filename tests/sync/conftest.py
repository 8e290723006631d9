"""What the tests of the post share: one instant, one way to make a message."""

from collections.abc import Callable
from datetime import UTC, datetime
from hashlib import sha256

import pytest

from server.core.outbox import Message
from sync.fakes import MemoryClock

NOW = datetime(2026, 3, 2, 18, 30, tzinfo=UTC)


@pytest.fixture
def now() -> datetime:
    return NOW


@pytest.fixture
def clock() -> MemoryClock:
    return MemoryClock(NOW)


@pytest.fixture
def letter_to() -> Callable[..., Message]:
    """Make a message to an insurer; every part can be given."""

    def make(
        number: int = 1,
        insurer: str = "300",
        doubtful: bool = False,
        deadline: datetime | None = None,
        payload: bytes | None = None,
    ) -> Message:
        body = payload if payload is not None else f"lot {number}".encode()
        return Message(
            id=f"m{number}",
            stream="efact",
            lane=f"efact:{insurer}",
            target=insurer,
            reference=f"{number:014d}",
            payload=body,
            sha256=sha256(body).hexdigest(),
            attempt=1,
            doubtful=doubtful,
            deadline=deadline,
        )

    return make
