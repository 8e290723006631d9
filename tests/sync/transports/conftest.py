from collections.abc import Iterator

import pytest

from tests.sync.transports.door import Door


@pytest.fixture
def door() -> Iterator[Door]:
    door = Door()
    yield door
    door.close()
