"""Numbers given once, each device in its own range."""

from dataclasses import replace

import apsw
import pytest

from server.core.errors import InvalidValue
from server.store import numbering
from server.store.practice import Device
from tests.world import World


@pytest.fixture
def device(world: World) -> Device:
    return world.desk.device


def test_numbers_follow_each_other_series_by_series(
    world_db: apsw.Connection, device: Device
) -> None:
    assert [numbering.draw(world_db, device, "a") for _ in range(3)] == [1, 2, 3]
    assert numbering.draw(world_db, device, "b") == 1


def test_a_number_drawn_in_a_transaction_that_fails_is_given_back(
    world_db: apsw.Connection, device: Device
) -> None:
    with pytest.raises(ZeroDivisionError), world_db:
        assert numbering.draw(world_db, device, "a") == 1
        raise ZeroDivisionError
    assert numbering.draw(world_db, device, "a") == 1


def test_two_devices_never_meet(world_db: apsw.Connection, device: Device) -> None:
    other = replace(device, id="D2", code="B", number_from=500, number_to=999)
    first = {numbering.draw_sending_number(world_db, device, "100", 2026) for _ in range(499)}
    second = {numbering.draw_sending_number(world_db, other, "100", 2026) for _ in range(500)}
    assert (min(first), max(first)) == (1, 499)
    assert (min(second), max(second)) == (500, 999)
    assert not first & second
    assert (device.digits, other.digits) == ("01", "02")
    for one in (device, other):
        with pytest.raises(InvalidValue) as refused:
            numbering.draw_sending_number(world_db, one, "100", 2026)
        assert refused.value.facts == {"field": "lot.number", "reason": "range_used_up"}
    assert numbering.draw_sending_number(world_db, device, "100", 2027) == 1
    assert numbering.draw_sending_number(world_db, device, "300", 2026) == 1


def test_a_range_chosen_anew_is_followed_from_its_start(
    world_db: apsw.Connection, device: Device
) -> None:
    assert numbering.draw_sending_number(world_db, device, "100", 2026) == 1
    moved = replace(device, number_from=600, number_to=700)
    assert numbering.draw_sending_number(world_db, moved, "100", 2026) == 600
    assert numbering.draw_sending_number(world_db, moved, "100", 2026) == 601
