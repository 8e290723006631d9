"""A real PC/SC daemon with a virtual reader, for the tests that want one."""

import os
import shutil
import signal
import socket
import subprocess
from pathlib import Path

DRIVER = Path("/usr/lib/pcsc/drivers/serial/libifdvpcd.so")
SOCKET = Path("/run/pcscd/pcscd.comm")
PORT, OTHER_PORT = 35973, 35974  # of the two slots of the virtual reader
CONFIG = """FRIENDLYNAME "Virtual PCD"
DEVICENAME   /dev/null:0x{port:X}
LIBPATH      {driver}
CHANNELID    0x{port:X}
"""


def what_is_missing() -> str:
    """Say why there can be no daemon here; empty when there can."""
    if shutil.which("pcscd") is None:
        return "the package pcscd is not installed"
    if not DRIVER.exists():
        return "the package vsmartcard-vpcd is not installed"
    if os.geteuid() != 0:
        return "the card daemon of a test must run as root"
    if _answers():
        return "another card service is running here, and is left alone"
    return ""


def _answers() -> bool:
    with socket.socket(socket.AF_UNIX) as line:
        return line.connect_ex(str(SOCKET)) == 0


class Daemon:
    """The daemon, started and killed at will, on a configuration of its own."""

    def __init__(self, folder: Path) -> None:
        self._config = folder / "reader.conf"
        self._config.write_text(CONFIG.format(port=PORT, driver=DRIVER))
        self._log = folder / "pcscd.log"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                ["pcscd", "--foreground", "-c", str(self._config)], stdout=log, stderr=log
            )

    def kill(self) -> None:
        """End it without notice, as a crash does."""
        if self._process:
            self._process.send_signal(signal.SIGKILL)
            self._process.wait(5)
            self._process = None
