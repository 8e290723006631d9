"""How a run is ended from outside: Ctrl-C, the session that closes, a polite kill."""

import signal
import sys
from collections.abc import Callable
from typing import Any

_NAMES = ("SIGINT", "SIGTERM", "SIGHUP") if sys.platform != "win32" else ("SIGINT", "SIGBREAK")


def on_stop(stop: Callable[[], object]) -> None:
    """Call this from now on when somebody asks the program to end; the main thread only."""

    def asked(*_: Any) -> None:
        stop()

    for name in _NAMES:
        signal.signal(getattr(signal, name), asked)


def interrupt() -> None:
    """End whatever the main thread waits for: it unwinds and puts everything away."""
    raise KeyboardInterrupt


def not_twice() -> None:
    """Ignore further demands: things are being put away."""
