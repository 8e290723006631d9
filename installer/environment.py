"""The environment `.venv`: what it must hold, whether it still does, and the steps that build it.

A stamp is written last, so an interrupted set-up has none and starts afresh; as long as the stamp
matches, a start asks nothing of pip.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import PurePath, PurePosixPath

from installer.interpreter import Interpreter
from installer.machine import Machine, System

LOCKS = ("build", "runtime", "cards", "dev")
PCSC_HEADER = PurePosixPath("/usr/include/PCSC/winscard.h")


@dataclass(frozen=True, slots=True)
class Places:
    """Where the parts of an environment are; Windows has its own names."""

    folder: PurePath
    programs: PurePath
    suffix: str

    @classmethod
    def of(cls, root: PurePath, system: System) -> Places:
        """Return the places of the environment of this checkout."""
        folder = root / ".venv"
        if system is System.WINDOWS:
            return cls(folder, folder / "Scripts", ".exe")
        return cls(folder, folder / "bin", "")

    def program(self, name: str) -> PurePath:
        """Return the path of an installed command."""
        return self.programs / f"{name}{self.suffix}"

    def packages(self, version: tuple[int, int]) -> PurePath:
        """Return the folder of installed libraries, on a Unix."""
        return self.folder / "lib" / f"python{version[0]}.{version[1]}" / "site-packages"

    @property
    def stamp(self) -> PurePath:
        """Return the file that says what was installed."""
        return self.folder / "besace-setup.json"


@dataclass(frozen=True, slots=True)
class Stamp:
    """What an environment was built from; it is good as long as this is still what is wanted."""

    interpreter: str
    contents: str
    dev: bool

    def serves(self, wanted: Stamp) -> bool:
        """Tell whether it will do; one with the developers' tools serves the product too."""
        same = (self.interpreter, self.contents) == (wanted.interpreter, wanted.contents)
        return same and (self.dev or not wanted.dev)


def wanted_stamp(machine: Machine, base: Interpreter, *, dev: bool) -> Stamp:
    """Describe the environment that this checkout wants on this machine now."""
    texts = [machine.read(lock_path(machine, name)) for name in LOCKS]
    texts.append(machine.read(machine.root / "pyproject.toml"))
    choices = [str(machine.root), str(cards_possible(machine, base)), *base.guests.values()]
    digest = hashlib.sha256("\0".join([*texts, *choices]).encode())
    version = ".".join(map(str, base.version))
    return Stamp(f"{base.executable} {version}", digest.hexdigest(), dev)


def found_stamp(machine: Machine, places: Places) -> Stamp | None:
    """Read the stamp; None when there is none or it is not ours to understand."""
    try:
        return Stamp(**json.loads(machine.read(places.stamp)))
    except (ValueError, TypeError):
        return None


def cards_possible(machine: Machine, base: Interpreter) -> bool:
    """Tell whether the card library has a wheel, or can be compiled here."""
    if machine.system is not System.LINUX:
        return True
    return base.has_headers and machine.which("gcc") and machine.exists(PCSC_HEADER)


def lock_path(machine: Machine, name: str) -> PurePath:
    """Return the file of locked versions of this name."""
    return machine.root / "installer" / "locks" / f"{name}.lock"


def build(machine: Machine, places: Places, base: Interpreter, *, dev: bool) -> bool:
    """Bring the environment to what is wanted; False when it could not be completed."""
    wanted, found = wanted_stamp(machine, base, dev=dev), found_stamp(machine, places)
    machine.remove(places.stamp)
    fresh = found is None or found.interpreter != wanted.interpreter
    if fresh and machine.run(creation(places, base)) != 0:
        return False
    if any(
        machine.run(step, programs_first(machine, places))
        for step in steps(machine, places, dev=dev)
    ):
        return False
    _install_cards(machine, places, base)
    for name, folder in base.guests.items():
        machine.link(places.packages(base.version) / name, PurePosixPath(folder))
    machine.write(places.stamp, json.dumps(asdict(wanted)))
    return True


def creation(places: Places, base: Interpreter) -> tuple[str, ...]:
    """Return the command that makes an empty environment, whatever was there before."""
    return (base.executable, "-I", "-m", "venv", "--clear", str(places.folder))


def steps(machine: Machine, places: Places, *, dev: bool) -> tuple[tuple[str, ...], ...]:
    """Return the commands that fill it: builders first, then libraries, then Besace itself.

    Two libraries come as source (proxy-tools; pyscard on Linux): they are built with the locked
    builders, never with versions fetched for the occasion.
    """
    libraries = ("runtime", "dev") if dev else ("runtime",)
    besace = ("--no-deps", "--no-index", "--editable", str(machine.root))
    return (
        _pip(places, *_locked(machine, "build")),
        _pip(places, *_locked(machine, *libraries)),
        _pip(places, *besace),
    )


def programs_first(machine: Machine, places: Places) -> dict[str, str]:
    """Return the variables by which builders find each other (swig), and nothing leaks in."""
    separator = ";" if machine.system is System.WINDOWS else ":"
    path = separator.join((str(places.programs), machine.path))
    return {"PATH": path, "PYTHONPATH": "", "PYTHONNOUSERSITE": "1"}


def _install_cards(machine: Machine, places: Places, base: Interpreter) -> None:
    """Add the card library, or say in one sentence why cards are off."""
    if not cards_possible(machine, base):
        machine.say(
            "Les cartes sont désactivées : il manque gcc, python3-dev ou libpcsclite-dev."
            " Tout le reste fonctionne."
        )
        return
    command = _pip(places, *_locked(machine, "cards"))
    if machine.run(command, programs_first(machine, places)) != 0:
        machine.say("Les cartes sont désactivées : pyscard ne se compile pas ici.")


def _pip(places: Places, *arguments: str) -> tuple[str, ...]:
    quiet = ("--quiet", "--quiet", "--no-input", "--disable-pip-version-check")
    install = (str(places.program("python")), "-I", "-m", "pip", "install", *quiet)
    return (*install, "--no-build-isolation", *arguments)


def _locked(machine: Machine, *names: str) -> tuple[str, ...]:
    """Name locks as what to install, and nothing beyond them.

    A lock is complete: pip is told not to resolve again, since it would then look at versions
    published after the lock was written, and stop at the first one without a hash.
    """
    files = [part for name in names for part in ("-r", str(lock_path(machine, name)))]
    return ("--no-deps", "--require-hashes", *files)
