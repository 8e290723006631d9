"""The wheel of `run.py package`: built, compared with the checkout, and started once."""

from __future__ import annotations

import tempfile
import zipfile
from collections.abc import Iterable
from pathlib import Path, PurePosixPath

from installer.environment import Places
from installer.machine import Machine

PACKAGES = ("hardware", "server", "sync", "webui")

_START = """
import sys
sys.path.insert(0, sys.argv[1])
import server.app
assert server.app.__file__.startswith(sys.argv[1]), server.app.__file__
server.app.main(["--help"])
"""


def build_and_check(machine: Machine, places: Places) -> int:
    """Build `dist/besace-*.whl`; return 0 when it holds what the checkout holds, and starts."""
    root = Path(machine.root)
    wheel = _build(machine, places, root / "dist")
    if wheel is None:
        machine.say("La roue ne se construit pas.")
        return 1
    with zipfile.ZipFile(wheel) as archive:
        faults = differences(archive.namelist(), tracked(root))
    for fault in faults:
        machine.say(fault)
    if faults or not _starts(machine, places, wheel):
        return 1
    machine.say(f"{wheel.relative_to(root)} : complète, et elle démarre.")
    return 0


def differences(inside: Iterable[str], outside: Iterable[str]) -> list[str]:
    """Say what the wheel lacks of the checkout's four packages, and what it has beyond them."""
    inside = set(inside)
    strange = {
        name
        for name in inside
        if PurePosixPath(name).parts[0] not in PACKAGES and ".dist-info/" not in name
    }
    lacking = set(outside) - inside
    surplus = strange | {name for name in inside - strange if _is_ours(name)} - set(outside)
    return [
        *(f"Absent de la roue : {name}" for name in sorted(lacking)),
        *(f"De trop dans la roue : {name}" for name in sorted(surplus)),
    ]


def tracked(root: Path) -> list[str]:
    """List the files of the four packages, code and data, as the wheel should name them."""
    files = (path for package in PACKAGES for path in (root / package).rglob("*"))
    kept = (path for path in files if path.is_file() and not _is_made(path))
    return [path.relative_to(root).as_posix() for path in kept]


def _is_made(path: Path) -> bool:
    """Tell what the program makes of its own sources: compiled modules, templates, catalogues."""
    return "__pycache__" in path.parts or path.suffix == ".mo"


def _is_ours(name: str) -> bool:
    return PurePosixPath(name).parts[0] in PACKAGES


def _build(machine: Machine, places: Places, folder: Path) -> Path | None:
    for old in folder.glob("besace-*.whl"):
        old.unlink()
    pip = (str(places.program("python")), "-I", "-m", "pip", "wheel", "--quiet", "--no-index")
    options = ("--no-deps", "--no-build-isolation", "--wheel-dir", str(folder))
    if machine.run((*pip, *options, str(machine.root))) != 0:
        return None
    return next(folder.glob("besace-*.whl"), None)


def _starts(machine: Machine, places: Places, wheel: Path) -> bool:
    """Unpack the wheel away from the checkout and ask the program for its help."""
    with tempfile.TemporaryDirectory() as folder, zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder)
        python = str(places.program("python"))
        if machine.ask((python, "-I", "-c", _START, folder)):
            return True
    machine.say("Le programme de la roue ne démarre pas.")
    return False
