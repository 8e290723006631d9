"""Which Python the environment is built from, and what that Python brings.

On Linux the window needs the libraries `gi` and `cairo`, which the distribution builds for its
own Python only; that Python is taken when it has them. Everywhere else, and otherwise, the Python
that runs this tool is taken.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import PurePath, PurePosixPath

from installer.machine import Machine, System

OLDEST = (3, 11)
DISTRIBUTION_PYTHON = PurePosixPath("/usr/bin/python3")

_PROBE = """
import importlib, importlib.util, json, os, sys, sysconfig

def folder(name):
    try:
        return importlib.import_module(name).__path__[0]
    except Exception:
        return None

def webkit():
    try:
        import gi
        gi.require_version("Gtk", "3.0")
        gi.require_version("WebKit2", "4.1")
    except Exception:
        return False
    return True

print(json.dumps({
    "executable": os.path.realpath(sys.executable),
    "version": sys.version_info[:2],
    "ensurepip": importlib.util.find_spec("ensurepip") is not None,
    "headers": os.path.exists(os.path.join(sysconfig.get_path("include"), "Python.h")),
    "gi": folder("gi"),
    "cairo": folder("cairo"),
    "webkit": webkit(),
}))
"""


@dataclass(frozen=True, slots=True)
class Interpreter:
    """One Python: where it is, its version, and what it can do for us."""

    executable: str
    version: tuple[int, int]
    makes_environments: bool
    has_headers: bool
    gi: str | None = None
    cairo: str | None = None
    webkit: bool = False

    @property
    def guests(self) -> dict[str, str]:
        """The system packages let into the environment: name → folder; empty without both."""
        return {"gi": self.gi, "cairo": self.cairo} if self.gi and self.cairo else {}

    @property
    def fits(self) -> bool:
        """Tell whether an environment of ours can be built from it."""
        return self.version >= OLDEST and self.makes_environments


def choose(machine: Machine) -> Interpreter | None:
    """Return the Python to build from, or None when not even the current one can be used."""
    if machine.system is System.LINUX:
        distribution = probe(machine, DISTRIBUTION_PYTHON)
        if distribution and distribution.fits and distribution.guests:
            return distribution
    current = probe(machine, machine.python)
    return current if current and current.fits else None


def probe(machine: Machine, python: PurePath) -> Interpreter | None:
    """Ask a Python about itself; None when it does not start or answers something else.

    Libraries of the distribution are offered on Linux only: elsewhere a `gi` that happens to be
    there is somebody else's.
    """
    answer = machine.ask((str(python), "-I", "-c", _PROBE))
    if not answer:
        return None
    facts = json.loads(answer)
    lends = machine.system is System.LINUX and python == DISTRIBUTION_PYTHON
    return Interpreter(
        executable=facts["executable"],
        version=(facts["version"][0], facts["version"][1]),
        makes_environments=facts["ensurepip"],
        has_headers=facts["headers"],
        gi=facts["gi"] if lends else None,
        cairo=facts["cairo"] if lends else None,
        webkit=facts["webkit"] and lends,
    )
