"""The bare connection of a practice, for tests that look under the services."""

import apsw
import pytest

from tests.world import World


@pytest.fixture
def world_db(world: World) -> apsw.Connection:
    return world.desk.db
