"""Opening a practice: served on loopback, shown in the program's window or in a browser."""

from threading import Thread, Timer
from time import monotonic, sleep

from server.app.clocks import ShiftedClock
from server.app.program import Program
from server.app.sentences import Speech
from server.app.stops import interrupt, not_twice, on_stop
from server.app.window import choose
from server.settings import Settings

_TITLE = "Besace"
_NAP_SECONDS = 0.5


def open_practice(settings: Settings, speech: Speech) -> int:
    """Open a practice until its window is closed or the program is stopped; 0 when all is well."""
    program = Program(settings, ShiftedClock())
    return show(program, speech, window=settings.window)


def show(program: Program, speech: Speech, *, window: bool, seconds: float | None = None) -> int:
    """Start a program, show its first page, wait for its end, put everything away.

    The end: its window closed, Ctrl-C, a signal, or so many seconds gone.
    """
    on_stop(interrupt)
    try:
        url = program.start()
        if not (window and _in_window(url, speech, seconds)):
            speech.tell("open", url=url)
            _rest(seconds)
        return 0
    finally:
        on_stop(not_twice)
        program.stop()


def _rest(seconds: float | None) -> None:
    """Sleep until interrupted, or for so many seconds.

    In short naps: a signal that comes just as a nap begins is heard when it ends.
    """
    until = None if seconds is None else monotonic() + seconds
    while until is None or monotonic() < until:
        sleep(_NAP_SECONDS)


def _in_window(url: str, speech: Speech, seconds: float | None) -> bool:
    """Show the page in a window and wait until it closes; False when no window can open here."""
    verdict = choose()
    if not verdict.can_open:
        speech.explain(verdict)
        return False
    from server.app import window

    # From a thread of its own: closing waits for the window to be shown, which is our work here.
    on_stop(lambda: Thread(target=window.close, name="closing", daemon=True).start())
    ending = Timer(seconds, window.close) if seconds else None
    if ending is not None:
        ending.daemon = True
        ending.start()
    window.show(url, _TITLE, lambda: True)
    if ending is not None:
        ending.cancel()
    return True
