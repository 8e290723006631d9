"""The machine as the set-up tool sees it: what it is, what it has, and what can be run on it.

`Machine` is the port; `ThisMachine` is the real one. Tests hand in a machine made of paper, so
that the decisions for macOS and Windows are proved on any computer.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from enum import StrEnum
from pathlib import Path, PurePath
from typing import Protocol


class System(StrEnum):
    """The three families of systems Besace is meant for."""

    LINUX = "linux"
    MACOS = "macos"
    WINDOWS = "windows"


class Machine(Protocol):
    """What the set-up asks of a computer; nothing else touches it."""

    @property
    def system(self) -> System:
        """The family of this machine."""
        ...

    @property
    def root(self) -> PurePath:
        """The folder of the checkout."""
        ...

    @property
    def python(self) -> PurePath:
        """The Python this tool runs on, outside any environment."""
        ...

    @property
    def is_administrator(self) -> bool:
        """Tell whether system packages may be installed without asking."""
        ...

    @property
    def path(self) -> str:
        """Where programs are looked for, as the variable PATH says it."""
        ...

    def say(self, sentence: str) -> None:
        """Show one line to the person at the keyboard."""
        ...

    def exists(self, path: PurePath) -> bool:
        """Tell whether there is a file or folder at this place."""
        ...

    def room(self, path: PurePath) -> int:
        """Return the bytes free where this folder lies; 0 when there is none."""
        ...

    def which(self, program: str) -> bool:
        """Tell whether this program can be started by its name."""
        ...

    def read(self, path: PurePath) -> str:
        """Return the text of a file; empty when there is none."""
        ...

    def write(self, path: PurePath, text: str) -> None:
        """Replace a file by this text, at once or not at all."""
        ...

    def remove(self, path: PurePath) -> None:
        """Remove a file or a link, if it is there."""
        ...

    def link(self, at: PurePath, to: PurePath) -> None:
        """Make `at` a link to the folder `to`."""
        ...

    def ask(self, command: Sequence[str]) -> str | None:
        """Run a short question and return what it prints; None when it fails."""
        ...

    def hear(self, command: Sequence[str]) -> str:
        """Return what a program writes, however it ends; empty when it cannot be started."""
        ...

    def run(self, command: Sequence[str], environ: Mapping[str, str] | None = None) -> int:
        """Run a command in the checkout, its output on the screen; return its exit status."""
        ...

    def become(self, command: Sequence[str]) -> int:
        """Give this terminal to a program until it ends; return its exit status."""
        ...


class ThisMachine:
    """The computer we are on."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.python = Path(getattr(sys, "_base_executable", sys.executable))
        self.system = _system_of(sys.platform)

    @property
    def is_administrator(self) -> bool:
        """Root, where that word exists; on Windows and macOS nothing is installed system-wide."""
        return self.system is System.LINUX and os.geteuid() == 0

    @property
    def path(self) -> str:
        """Read PATH."""
        return os.environ.get("PATH", "")

    def say(self, sentence: str) -> None:
        """Write and flush, so that the line comes before what the next command prints."""
        sys.stdout.write(f"{sentence}\n")
        sys.stdout.flush()

    def exists(self, path: PurePath) -> bool:
        """Ask the file system."""
        return Path(path).exists()

    def room(self, path: PurePath) -> int:
        """Ask the file system."""
        return shutil.disk_usage(path).free if Path(path).is_dir() else 0

    def which(self, program: str) -> bool:
        """Look along PATH."""
        return shutil.which(program) is not None

    def read(self, path: PurePath) -> str:
        """Read UTF-8 text; an absent file reads as empty."""
        try:
            return Path(path).read_text(encoding="utf-8")
        except FileNotFoundError:
            return ""

    def write(self, path: PurePath, text: str) -> None:
        """Write beside, then rename: a reader sees the old file or the new one."""
        beside = Path(path).with_suffix(".new")
        beside.write_text(text, encoding="utf-8")
        beside.replace(path)

    def remove(self, path: PurePath) -> None:
        """Unlink, whether it is there or not."""
        Path(path).unlink(missing_ok=True)

    def link(self, at: PurePath, to: PurePath) -> None:
        """Make a symbolic link to a folder."""
        self.remove(at)
        Path(at).symlink_to(to, target_is_directory=True)

    def ask(self, command: Sequence[str]) -> str | None:
        """Capture the output; an absent program answers like a failing one."""
        try:
            done = subprocess.run(  # noqa: S603 - commands of this tool only, never user text
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                encoding="utf-8",
                check=False,
            )
        except OSError:
            return None
        return done.stdout if done.returncode == 0 else None

    def hear(self, command: Sequence[str]) -> str:
        """Capture the output; what it writes to standard error is shown."""
        try:
            done = subprocess.run(  # noqa: S603 - commands of this tool only, never user text
                command,
                cwd=self.root,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                encoding="utf-8",
                check=False,
            )
        except OSError:
            return ""
        return done.stdout

    def run(self, command: Sequence[str], environ: Mapping[str, str] | None = None) -> int:
        """Wait for the command; the keyboard is not given to it."""
        full = {**os.environ, **(environ or {})}
        done = subprocess.run(  # noqa: S603 - commands of this tool only, never user text
            command, cwd=self.root, env=full, stdin=subprocess.DEVNULL, check=False
        )
        return done.returncode

    def become(self, command: Sequence[str]) -> int:
        """Replace this process, so that signals reach the program; Windows waits instead."""
        if self.system is not System.WINDOWS:
            os.execv(command[0], list(command))  # noqa: S606 - our own program, no shell wanted
        return self.run(command)


def _system_of(platform: str) -> System:
    """Translate `sys.platform`; any other Unix is treated as Linux."""
    if platform == "win32":
        return System.WINDOWS
    return System.MACOS if platform == "darwin" else System.LINUX
