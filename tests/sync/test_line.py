import socket
from datetime import timedelta

import pytest

from sync.fakes import MemoryClock, MemoryProbe
from sync.line import Line, LineState, TcpProbe

DOORS = [("prod.example", 9443), ("services.example", 443)]


@pytest.fixture
def probe() -> MemoryProbe:
    return MemoryProbe()


@pytest.fixture
def heard() -> list[LineState]:
    return []


@pytest.fixture
def line(probe: MemoryProbe, clock: MemoryClock, heard: list[LineState]) -> Line:
    return Line(DOORS, probe, clock, lambda: 0.5, heard.append)


def test_before_the_first_look_nothing_is_said(line: Line) -> None:
    assert line.state == LineState(None, None)
    assert line.look_due()
    assert line.holds_back()


def test_a_line_found_up_at_the_start_is_used_at_once(line: Line, clock: MemoryClock) -> None:
    assert line.look() == LineState(True, clock.now())
    assert not line.holds_back()
    assert not line.has_returned()


def test_the_line_is_up_when_any_door_opens(clock: MemoryClock) -> None:
    class OneDoor(MemoryProbe):
        def reachable(self, host: str, port: int) -> bool:
            return super().reachable(host, port) and host == "services.example"

    probe = OneDoor()
    assert Line(DOORS, probe, clock, lambda: 0.0).look().online
    assert probe.looks == DOORS


def test_a_change_is_told_once_with_its_hour(
    line: Line, probe: MemoryProbe, clock: MemoryClock, heard: list[LineState]
) -> None:
    start = clock.now()
    line.look()
    line.look()
    clock.pass_time(60)
    probe.up = False
    line.look()
    assert heard == [LineState(True, start), LineState(False, start + timedelta(seconds=60))]


def test_a_line_that_returns_is_used_at_a_random_moment_within_twenty_seconds(
    line: Line, probe: MemoryProbe, clock: MemoryClock
) -> None:
    probe.up = False
    line.look()
    assert line.holds_back()
    probe.up = True
    line.look()
    assert line.holds_back()
    assert line.seconds_to_act() == 10.0
    clock.pass_time(9)
    assert not line.has_returned()
    clock.pass_time(1)
    assert line.has_returned()
    assert not line.has_returned()
    assert not line.holds_back()


def test_a_line_that_goes_again_before_its_moment_has_not_returned(
    line: Line, probe: MemoryProbe, clock: MemoryClock
) -> None:
    for up in (False, True, False):
        probe.up = up
        line.look()
    clock.pass_time(20)
    assert not line.has_returned()


def test_one_looks_often_when_offline_and_seldom_when_online(
    line: Line, probe: MemoryProbe, clock: MemoryClock
) -> None:
    line.look()
    assert line.seconds_to_act() == 60
    assert not line.look_due()
    probe.up = False
    line.look()
    assert line.seconds_to_act() == 10
    clock.pass_time(11)
    assert line.seconds_to_act() == 0
    assert line.look_due()


def test_a_real_door_opens_or_not() -> None:
    with socket.create_server(("127.0.0.1", 0)) as door:
        port = door.getsockname()[1]
        assert TcpProbe().reachable("127.0.0.1", port)
    assert not TcpProbe().reachable("127.0.0.1", port)
