"""A practice nobody touches locks itself; a page that refreshes itself is nobody."""

import pytest
from flask.testing import FlaskClient

from tests.webui.house import House
from webui.gate import GateState

IDLE_SECONDS = 300.0


def test_five_minutes_without_anybody_lock_the_practice(client: FlaskClient, house: House) -> None:
    house.ticks.seconds += IDLE_SECONDS
    answer = client.get(f"{house.door.root}today/")
    assert answer.status_code == 403
    assert house.gate.state is GateState.LOCKED


def test_a_hand_on_the_keyboard_keeps_it_open(client: FlaskClient, house: House) -> None:
    for _ in range(3):
        house.ticks.seconds += IDLE_SECONDS - 1
        assert client.get(f"{house.door.root}frame/awake").status_code == 204
    assert house.gate.state is GateState.OPEN


def test_what_the_page_does_by_itself_is_nobody(client: FlaskClient, house: House) -> None:
    house.ticks.seconds += IDLE_SECONDS - 1
    client.get(f"{house.door.root}frame/lamp", headers={"X-By-Itself": "1"})
    house.ticks.seconds += 1
    assert client.get(f"{house.door.root}today/").status_code == 403


def test_an_open_stream_locks_by_itself_when_the_time_is_over(
    client: FlaskClient, house: House
) -> None:
    stream = client.application.extensions["stream"]
    lines = stream.lines(0, lambda: False)
    assert next(lines) == ": open\n\n"
    house.ticks.seconds += IDLE_SECONDS
    assert "practice.locked" in next(lines)
    assert house.gate.state is GateState.LOCKED


@pytest.mark.parametrize("path", ["today/", "patients/"])
def test_opening_again_counts_from_the_opening(
    client: FlaskClient, house: House, path: str
) -> None:
    house.ticks.seconds += IDLE_SECONDS
    client.get(f"{house.door.root}{path}")
    assert house.gate.state is GateState.LOCKED
    client.get(f"{house.door.root}unlock")
    house.gate.state = GateState.OPEN
    assert client.get(f"{house.door.root}frame/awake").status_code in (204, 403)
    assert house.gate.state is GateState.OPEN
