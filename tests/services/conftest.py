"""What the tests of the services share: a practice with its post."""

from collections.abc import Iterator
from contextlib import suppress

import pytest

from server.core.errors import Locked
from server.services.outbox import PracticeOutbox
from server.services.returns import PracticeIntake
from sync.transports.fakes import FakePartner
from tests.services.kept_sums import assert_kept
from tests.services.office import Office
from tests.world import World


@pytest.fixture(autouse=True)
def _sums_are_kept(request: pytest.FixtureRequest) -> Iterator[None]:
    """After whatever a test did to a practice, its kept sums are those of its rows."""
    asked = "world" in request.fixturenames
    world: World | None = request.getfixturevalue("world") if asked else None
    yield
    if world is not None and world.cabinet.is_open:
        with suppress(Locked):  # a test may have put its user out
            assert_kept(world.desk.db)


@pytest.fixture
def office(world: World) -> Office:
    outbox = PracticeOutbox(world.cabinet.desk, world.clock.monotonic, lambda: 0.5)
    return Office(world, FakePartner(), outbox, PracticeIntake(world.cabinet.desk))
