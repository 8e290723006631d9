"""Processes of our own that touch what comes from outside: how one is started, hurried and ended.

Isolated from the folder and the variables of whoever started us; its complaints are thrown away,
since a library's words may quote what it was reading.
"""

import os
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from threading import Timer
from typing import IO, BinaryIO, Self, TypeAlias, cast

Child: TypeAlias = subprocess.Popen[bytes]

_PASSED_ON = ("PATH", "SYSTEMROOT")

OF_THE_DESK = (
    "HOME", "USER", "LANG", "LC_ALL", "DISPLAY", "XAUTHORITY", "WAYLAND_DISPLAY",
    "XDG_RUNTIME_DIR", "DBUS_SESSION_BUS_ADDRESS", "USERPROFILE", "APPDATA", "LOCALAPPDATA",
    "TEMP",
)  # fmt: skip
"""Variables without which a library can open no window on its user's screen."""


def command(module: str, *arguments: str) -> list[str]:
    """Give the command of a module of ours."""
    return [sys.executable, "-I", "-m", module, *arguments]


def start(asked: Sequence[str], also: Sequence[str] = ()) -> Child:
    """Start a process whose input and output are pipes; one thread is enough for its arithmetic.

    `also` names the variables it is given besides the few that every process needs.
    """
    names = (*_PASSED_ON, *also)
    passed = {name: os.environ[name] for name in names if name in os.environ}
    return subprocess.Popen(  # noqa: S603 - our own interpreter, our own module
        asked,
        env={**passed, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )


def end(process: Child) -> None:
    """Kill a process and let go of its pipes."""
    process.kill()
    for stream in (process.stdin, process.stdout):
        with suppress(OSError):  # what was not sent is lost, as meant
            pipe(stream).close()
    process.wait()


def pipe(stream: IO[bytes] | None) -> BinaryIO:
    """Give a side of a process that `start` began: both are pipes."""
    return cast(BinaryIO, stream)


class Alarm:
    """Kills a process that is still at it after some seconds: whoever waits for it wakes up."""

    def __init__(self, seconds: float, process: Child) -> None:
        self.rang = False
        self._process = process
        self._timer = Timer(seconds, self._ring)
        self._timer.daemon = True

    def __enter__(self) -> Self:
        self._timer.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()

    def _ring(self) -> None:
        self.rang = True
        self._process.kill()
