"""What the tests of the services share: a practice with its post."""

import pytest

from server.services.outbox import PracticeOutbox
from server.services.returns import PracticeIntake
from sync.transports.fakes import FakePartner
from tests.services.office import Office
from tests.world import World


@pytest.fixture
def office(world: World) -> Office:
    outbox = PracticeOutbox(world.cabinet.desk, world.clock.monotonic, lambda: 0.5)
    return Office(world, FakePartner(), outbox, PracticeIntake(world.cabinet.desk))
