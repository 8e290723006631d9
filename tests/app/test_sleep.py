"""A machine that sleeps, or whose screen is locked, locks the practice."""

import sys
import time
from threading import Event
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from server.app.demo import Demo
from server.app.sleep import Heard, SleepWatch, SystemBus, since_start, system_bus
from tests.app.waiting import until


class Clocks:
    """Two clocks that a test moves: one counts sleep, the other does not."""

    def __init__(self) -> None:
        self.awake = self.always = 100.0

    def pass_by(self, seconds: float) -> None:
        self.awake += seconds
        self.always += seconds


class FakeBus:
    """A bus that says what a test makes it say."""

    def __init__(self, *, broken: bool = False) -> None:
        self.heard: Heard | None = None
        self.broken = broken
        self.ended = Event()

    def listen(self, heard: Heard) -> None:
        if self.broken:
            raise OSError("no such bus")
        self.heard = heard
        self.ended.wait(5)

    def end(self) -> None:
        self.ended.set()


def watch(clocks: Clocks, told: list[str], bus: FakeBus | None = None) -> SleepWatch:
    made = SleepWatch(
        told.append, bus, lambda: clocks.awake, lambda: clocks.always, look_seconds=0.005
    )
    made.start()
    return made


def test_a_clock_that_ran_ahead_says_that_the_machine_slept() -> None:
    clocks, told = Clocks(), list[str]()
    watching = watch(clocks, told)
    clocks.pass_by(3600)
    Event().wait(0.05)
    assert told == []
    clocks.always += 60
    until(lambda: told)
    Event().wait(0.05)
    watching.stop()
    assert told == ["asleep"]


def test_the_bus_says_it_and_one_that_cannot_be_had_stops_nothing() -> None:
    clocks, told, bus = Clocks(), list[str](), FakeBus()
    watching = watch(clocks, told, bus)
    until(lambda: bus.heard is not None)
    assert bus.heard is not None
    bus.heard("screen")
    watching.stop()
    assert told == ["screen"] and bus.ended.is_set()
    broken = watch(clocks, told, FakeBus(broken=True))
    clocks.always += 60
    until(lambda: len(told) == 2)
    broken.stop()


class FakeGLib:
    """As much of GLib and Gio as the bus uses."""

    def __init__(self) -> None:
        self.asked: list[tuple[Any, ...]] = []
        self.BusType = SimpleNamespace(SYSTEM=1)
        self.DBusSignalFlags = SimpleNamespace(NONE=0)

    def MainContext(self) -> Any:  # noqa: N802 - GLib's name
        return SimpleNamespace(push_thread_default=lambda: None, pop_thread_default=lambda: None)

    def MainLoop(self, context: Any) -> Any:  # noqa: N802 - GLib's name
        return SimpleNamespace(run=self.say_all, quit=lambda: None)

    def bus_get_sync(self, kind: int, _: None) -> Any:
        return SimpleNamespace(signal_subscribe=lambda *asked: self.asked.append(asked))

    def say_all(self) -> None:
        """Say each signal twice, as logind does before and after sleep."""
        for asked in self.asked:
            for going in (True, False):
                facts = SimpleNamespace(unpack=lambda going=going: (going,))
                asked[6]("bus", "sender", "path", asked[1], asked[2], facts)


def test_logind_is_asked_for_both_signals_and_waking_up_locks_nothing() -> None:
    glib, told = FakeGLib(), list[str]()
    bus = SystemBus(glib, glib)
    bus.listen(told.append)
    bus.end()
    assert [asked[:3] for asked in glib.asked] == [
        ("org.freedesktop.login1", "org.freedesktop.login1.Manager", "PrepareForSleep"),
        ("org.freedesktop.login1", "org.freedesktop.login1.Session", "Lock"),
    ]
    assert told == ["asleep", "screen", "screen"]


def test_the_library_of_the_bus_is_used_where_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "gi.repository", None)
    assert system_bus() is None
    there = ModuleType("gi.repository")
    there.Gio = there.GLib = FakeGLib()  # type: ignore[attr-defined]  # a stand-in
    monkeypatch.setitem(sys.modules, "gi", ModuleType("gi"))
    monkeypatch.setitem(sys.modules, "gi.repository", there)
    assert isinstance(system_bus(), SystemBus)


def test_where_no_clock_counts_sleep_the_date_does(monkeypatch: pytest.MonkeyPatch) -> None:
    assert since_start() > 0
    monkeypatch.delattr(time, "CLOCK_BOOTTIME", raising=False)
    monkeypatch.setattr(time, "time", lambda: 12.5)
    assert since_start() == 12.5


def test_row_38_a_sleeping_machine_locks_the_practice_and_its_cookie(opened: Demo) -> None:
    program = opened.program
    cookie = program.door.open_session()
    program.fell_asleep("asleep")
    assert not program.cabinet.is_open
    assert not program.door.in_session(cookie)
    program.fell_asleep("screen")  # harmless when it is locked
