"""Opening a practice: served on loopback, shown in the program's window or in a browser."""

import contextlib
import signal
import sys
from collections.abc import Callable
from threading import Event

import click

from server.app.clocks import ShiftedClock
from server.app.program import Program
from server.app.window import choose
from server.settings import Settings

_TITLE = "Besace"


def open_practice(settings: Settings) -> int:
    """Open a practice until its window is closed or the program is stopped; 0 when all is well."""
    program = Program(settings, ShiftedClock())
    return show(program, window=settings.window)


def show(program: Program, *, window: bool, seconds: float | None = None) -> int:
    """Start a program, show its first page, wait for its end, put everything away."""
    url = program.start()
    try:
        if window and _in_window(url):
            return 0
        click.echo(f"Besace est ouvert à cette adresse, une seule fois, pendant 60 s :\n{url}")
        _wait_for_the_end(seconds)
        return 0
    finally:
        program.stop()


def _in_window(url: str) -> bool:
    """Show the page in a window and wait until it closes; False when no window can open here."""
    verdict = choose()
    if not verdict.can_open:
        from server.app.sentences import window_sentence

        click.echo(window_sentence(verdict), err=True)
        return False
    from server.app import window

    _on_stop(lambda: window.close())
    window.show(url, _TITLE, lambda: True)
    return True


def _wait_for_the_end(seconds: float | None) -> None:
    ended = Event()
    _on_stop(ended.set)
    with contextlib.suppress(KeyboardInterrupt):
        ended.wait(seconds)


def _on_stop(stop: Callable[[], object]) -> None:
    signal.signal(signal.SIGTERM, lambda *_: stop())
    if sys.platform == "win32":
        signal.signal(signal.SIGBREAK, lambda *_: stop())
