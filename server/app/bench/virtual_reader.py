"""A real card service of the bench's own: `pcscd` with one virtual reader, nothing replaced."""

import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic, sleep

from hardware.fakes import EmulatedCard
from hardware.vpcd import VirtualCard
from server.core.errors import Missing

PORT = 35983
_DRIVER = Path("/usr/lib/pcsc/drivers/serial/libifdvpcd.so")
_SOCKET = "/run/pcscd/pcscd.comm"
_CONFIG = f"""FRIENDLYNAME "Bench Reader"
DEVICENAME   /dev/null:0x{PORT:X}
LIBPATH      {_DRIVER}
CHANNELID    0x{PORT:X}
"""
_PATIENCE = 10.0


@contextmanager
def virtual_reader(card: EmulatedCard) -> Iterator[VirtualCard]:
    """Run the service for as long as the block lasts; give the hand that holds the card.

    Raises `Missing` where there is no service or driver, no right to start it, or another one.
    """
    _look()
    with TemporaryDirectory(prefix="besace-bench-") as folder:
        config = Path(folder) / "reader.conf"
        config.write_text(_CONFIG)
        command = ["pcscd", "--foreground", "-c", str(config)]
        quiet = subprocess.DEVNULL
        service = subprocess.Popen(command, stdout=quiet, stderr=quiet)  # noqa: S603 - ours
        hand = VirtualCard(card, "127.0.0.1", PORT)
        try:
            _await()
            yield hand
        finally:
            hand.remove()
            service.terminate()
            service.wait(5)


def _look() -> None:
    able = shutil.which("pcscd") and _DRIVER.exists() and os.geteuid() == 0
    if not able or _answers():
        raise Missing(what="virtual_reader")


def _answers() -> bool:
    with socket.socket(socket.AF_UNIX) as line:
        return line.connect_ex(_SOCKET) == 0


def _await() -> None:
    """Wait until the service answers and its reader listens."""
    until = monotonic() + _PATIENCE
    while monotonic() < until:
        with suppress(OSError), socket.create_connection(("127.0.0.1", PORT), 1):
            if _answers():
                return
        sleep(0.05)
    raise Missing(what="virtual_reader")
