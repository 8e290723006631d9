"""A machine made of paper: what it is, what it holds, and what it was asked to run."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePath, PurePosixPath, PureWindowsPath

from installer.machine import System

DEBIAN_PYTHON = "/usr/bin/python3"
OWN_PYTHON = {
    System.LINUX: "/opt/python/bin/python3",
    System.MACOS: "/Library/Python/bin/python3",
    System.WINDOWS: r"C:\Python\python.exe",
}
ROOTS = {
    System.LINUX: PurePosixPath("/home/kine/besace"),
    System.MACOS: PurePosixPath("/Users/kine/besace"),
    System.WINDOWS: PureWindowsPath(r"C:\Users\kine\besace"),
}


def python_facts(executable: str, **different: object) -> str:
    """What a Python answers about itself, as JSON."""
    facts: dict[str, object] = {
        "executable": executable,
        "version": [3, 11],
        "ensurepip": True,
        "headers": True,
        "gi": None,
        "cairo": None,
        "webkit": False,
    }
    return json.dumps({**facts, **different})


def debian_facts(**different: object) -> str:
    """The answer of a Debian Python that has the window's libraries."""
    folder = "/usr/lib/python3/dist-packages"
    window = {"gi": f"{folder}/gi", "cairo": f"{folder}/cairo", "webkit": True}
    return python_facts("/usr/bin/python3.11", **{**window, **different})


@dataclass
class PaperMachine:
    """Satisfies `installer.machine.Machine`; every effect is kept in a list or a mapping."""

    system: System = System.LINUX
    is_administrator: bool = False
    programs: set[str] = field(default_factory=set)
    files: dict[str, str] = field(default_factory=dict)
    answers: dict[str, str] = field(default_factory=dict)
    failing: set[str] = field(default_factory=set)
    ran: list[tuple[str, ...]] = field(default_factory=list)
    environs: list[dict[str, str]] = field(default_factory=list)
    links: dict[str, str] = field(default_factory=dict)
    said: list[str] = field(default_factory=list)
    path: str = "/bin"
    rooms: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        own = OWN_PYTHON[self.system]
        self.answers.setdefault(own, python_facts(own))

    @property
    def root(self) -> PurePath:
        return ROOTS[self.system]

    @property
    def python(self) -> PurePath:
        return type(self.root)(OWN_PYTHON[self.system])

    def say(self, sentence: str) -> None:
        self.said.append(sentence)

    def exists(self, path: PurePath) -> bool:
        return str(path) in self.files

    def room(self, path: PurePath) -> int:
        return self.rooms.get(str(path), 0)

    def which(self, program: str) -> bool:
        return program in self.programs

    def read(self, path: PurePath) -> str:
        return self.files.get(str(path), "")

    def write(self, path: PurePath, text: str) -> None:
        self.files[str(path)] = text

    def remove(self, path: PurePath) -> None:
        self.files.pop(str(path), None)

    def link(self, at: PurePath, to: PurePath) -> None:
        self.links[str(at)] = str(to)

    def ask(self, command: Sequence[str]) -> str | None:
        """Answer by the whole command, or else by its program."""
        return self.answers.get(" ".join(command), self.answers.get(command[0]))

    def hear(self, command: Sequence[str]) -> str:
        """Answer like `ask`; nothing known is nothing said."""
        return self.ask(command) or ""

    def run(self, command: Sequence[str], environ: Mapping[str, str] | None = None) -> int:
        self.ran.append(tuple(command))
        self.environs.append(dict(environ or {}))
        words = " ".join(command)
        if any(word in words for word in self.failing):
            return 1
        if "--editable" in command:
            self.files[str(type(self.root)(command[0]).parent / self._besace())] = ""
        return 0

    def become(self, command: Sequence[str]) -> int:
        return self.run(command)

    def ran_with(self, word: str) -> list[tuple[str, ...]]:
        """The commands that held this word."""
        return [command for command in self.ran if word in " ".join(command)]

    def _besace(self) -> str:
        return "besace.exe" if self.system is System.WINDOWS else "besace"


def debian(**different: object) -> PaperMachine:
    """A Debian with everything: its own Python lends the window, and cards compile."""
    machine = PaperMachine(
        programs={"gcc", "apt-get"},
        files={"/usr/include/PCSC/winscard.h": ""},
        answers={DEBIAN_PYTHON: debian_facts(), "dpkg-query": ""},
    )
    for name, value in different.items():
        setattr(machine, name, value)
    return machine
