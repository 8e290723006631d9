"""Real `besace` processes: started, listened to, ended."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

BESACE = [sys.executable, "-m", "server.app"]


class Running:
    """One `besace` command at work; its first line of output is JSON."""

    def __init__(self, *words: str, env: Mapping[str, str] | None = None, cwd: Path) -> None:
        self.process = subprocess.Popen(
            [*BESACE, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=cwd,
            env=quiet(env), stdin=subprocess.DEVNULL,
        )  # fmt: skip
        self.errors = ""

    def said(self) -> dict[str, Any]:
        """The next line it prints."""
        assert self.process.stdout
        line = self.process.stdout.readline()
        assert line, self.end()
        found: dict[str, Any] = json.loads(line)
        return found

    def end(self, sign: int = signal.SIGTERM) -> int:
        """End it, and keep what it wrote to standard error."""
        if self.process.poll() is None:
            self.process.send_signal(sign)
        _, self.errors = self.process.communicate(timeout=20)
        return self.process.returncode


def quiet(env: Mapping[str, str] | None = None) -> dict[str, str]:
    """The environment of a machine without a screen, in no particular language."""
    outer = {k: v for k, v in os.environ.items() if k not in ("DISPLAY", "WAYLAND_DISPLAY")}
    return {**outer, "LC_ALL": "C.UTF-8", **(env or {})}


def besace(*words: str, typed: str = "", cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run a command to its end."""
    return subprocess.run(
        [*BESACE, *words], capture_output=True, text=True, cwd=cwd, env=quiet(), input=typed,
        timeout=60, check=False,
    )  # fmt: skip
