"""The machine falls asleep or its screen is locked: the practice is locked too.

Two ears, each enough by itself. The system bus says it beforehand on Linux desktops (logind's
`PrepareForSleep` and `Lock`); and everywhere, a clock that counts sleep running ahead of one that
does not says it right after waking, before anybody has reached the keyboard.
"""

import logging
import time
import warnings
from collections.abc import Callable
from threading import Event, Thread
from typing import Any, Protocol

log = logging.getLogger(__name__)

_LOOK_SECONDS = 2.0
_SLEPT_SECONDS = 10.0
_STOP_SECONDS = 2.0
_LOGIND = "org.freedesktop.login1"
ASLEEP, SCREEN = "asleep", "screen"

Heard = Callable[[str], None]


class Bus(Protocol):
    """What says that a session is locked or the machine about to sleep."""

    def listen(self, heard: Heard) -> None:
        """Tell what is heard, in this thread, until `end`."""
        ...

    def end(self) -> None:
        """Let `listen` return; from another thread."""
        ...


class SystemBus:
    """The system bus of a Linux desktop, spoken to through GLib on a loop of its own."""

    def __init__(self, gio: Any, glib: Any) -> None:
        self._gio = gio
        self._context = glib.MainContext()
        self._loop = glib.MainLoop(self._context)

    def listen(self, heard: Heard) -> None:
        """Subscribe to logind's two signals and run the loop."""
        self._context.push_thread_default()
        try:
            found = self._gio.bus_get_sync(self._gio.BusType.SYSTEM, None)
            for interface, signal in (("Manager", "PrepareForSleep"), ("Session", "Lock")):
                found.signal_subscribe(
                    _LOGIND, f"{_LOGIND}.{interface}", signal, None, None,
                    self._gio.DBusSignalFlags.NONE, lambda *said: _tell(heard, said[4], said[5]),
                )  # fmt: skip
            self._loop.run()
        finally:
            self._context.pop_thread_default()

    def end(self) -> None:
        """Stop the loop."""
        self._loop.quit()


def system_bus() -> SystemBus | None:
    """Return the system bus; None where the library that speaks to it is not installed."""
    try:
        with warnings.catch_warnings():  # its importer is of an older make
            warnings.simplefilter("ignore", ImportWarning)
            from gi.repository import Gio, GLib
    except ImportError:
        return None
    return SystemBus(Gio, GLib)


def since_start() -> float:
    """Count seconds, those asleep included, where the system has such a clock; else the date."""
    counts_sleep = getattr(time, "CLOCK_BOOTTIME", None)
    return time.time() if counts_sleep is None else time.clock_gettime(counts_sleep)


class SleepWatch:
    """Listens while the program runs; `heard` is told "asleep" or "screen", in its own threads."""

    def __init__(
        self,
        heard: Heard,
        bus: Bus | None = None,
        awake: Callable[[], float] = time.monotonic,
        always: Callable[[], float] = since_start,
        look_seconds: float = _LOOK_SECONDS,
    ) -> None:
        """`awake` counts seconds without those asleep, `always` with them."""
        self._heard = heard
        self._bus = bus
        self._awake, self._always = awake, always
        self._look = look_seconds
        self._stopping = Event()
        ears = [self._watch_clocks, *([self._watch_bus] if bus else [])]
        self._threads = [Thread(target=ear, name="sleep", daemon=True) for ear in ears]

    def start(self) -> None:
        """Begin to listen."""
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """End within two seconds; not from what was heard."""
        self._stopping.set()
        if self._bus is not None:
            self._bus.end()
        for thread in self._threads:
            thread.join(_STOP_SECONDS)

    def _watch_clocks(self) -> None:
        ahead = self._always() - self._awake()
        while not self._stopping.wait(self._look):
            now = self._always() - self._awake()
            if now - ahead > _SLEPT_SECONDS:
                self._heard(ASLEEP)
            ahead = now

    def _watch_bus(self) -> None:
        if self._bus is not None:
            try:
                self._bus.listen(self._heard)
            except Exception as error:  # noqa: BLE001 - a bus that cannot be had; the clocks go on
                log.info("the system bus says nothing: %s", type(error).__name__)


def _tell(heard: Heard, signal: str, facts: Any) -> None:
    """Translate a signal; `PrepareForSleep` says False when the machine is waking up."""
    if signal == "Lock":
        heard(SCREEN)
    elif signal == "PrepareForSleep" and facts.unpack()[0]:
        heard(ASLEEP)
