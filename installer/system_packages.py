"""Debian and Ubuntu packages Besace uses: which are missing, and the command that brings them.

Nothing here is needed to install: without them the program serves its page and prints its
address, and cards are off. On macOS and Windows the libraries bring everything with them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from installer.machine import Machine, System

ENVIRONMENT = ("python3", "python3-venv")
WINDOW = ("python3-gi", "python3-gi-cairo", "gir1.2-gtk-3.0", "gir1.2-webkit2-4.1")
CARDS = ("pcscd", "libccid", "libpcsclite-dev", "python3-dev", "gcc", "libc6-dev")
CODES, SCANNERS = ("libzbar0",), ("sane-utils",)
PRODUCT = (*ENVIRONMENT, *WINDOW, *CARDS, *CODES, *SCANNERS)
TESTS = (
    "vsmartcard-vpcd",
    "chromium",
    "xvfb",
    "xdotool",
    "imagemagick",
    "poppler-utils",
    "fonts-dejavu-core",
    "strace",
    "sane-airscan",
    "tesseract-ocr",
    "tesseract-ocr-fra",
    "softhsm2",
)
"""A virtual reader, a browser, a screen made of memory, a look at it, PDF reading, letters, and
what lets a system call fail or kill, another client for the scanner made of code, and a card with
keys made of files."""


def provide(machine: Machine, wanted: Sequence[str]) -> None:
    """Install what is missing where we may; otherwise say the exact command, and go on."""
    absent = missing(machine, wanted)
    if not absent:
        return
    if machine.is_administrator:
        _install(machine, absent)
        return
    machine.say("Il manque des paquets du système ; Besace continue sans eux. Pour les ajouter :")
    machine.say("    sudo " + " ".join(install_command(absent)))


def missing(machine: Machine, wanted: Sequence[str]) -> tuple[str, ...]:
    """Return the wanted packages that dpkg does not hold; none where there is no dpkg."""
    if machine.system is not System.LINUX or not machine.which("apt-get"):
        return ()
    installed = _installed(machine, wanted)
    return tuple(name for name in wanted if name not in installed)


def install_command(names: Iterable[str]) -> tuple[str, ...]:
    """Return the command that installs these packages without a question."""
    return ("apt-get", "install", "--yes", "--no-install-recommends", *names)


def _installed(machine: Machine, wanted: Sequence[str]) -> set[str]:
    """Read the dpkg table once; a package left half-configured is not installed."""
    table = machine.ask(
        ("dpkg-query", "--show", "--showformat", "${Package} ${db:Status-Abbrev}\n")
    )
    rows = (line.split() for line in (table or "").splitlines())
    return {row[0] for row in rows if len(row) == 2 and row[1] == "ii" and row[0] in wanted}


def _install(machine: Machine, absent: Sequence[str]) -> None:
    """Refresh the lists once, then install what this distribution knows in one command."""
    quiet = {"DEBIAN_FRONTEND": "noninteractive"}
    machine.say("Paquets du système à installer : " + ", ".join(absent))
    machine.run(("apt-get", "update", "--quiet"), quiet)
    known = [name for name in absent if machine.ask(("apt-cache", "show", name))]
    for name in sorted(set(absent) - set(known)):
        machine.say(f"Cette distribution n'a pas le paquet {name} ; on continue sans lui.")
    if known and machine.run(install_command(known), quiet) != 0:
        machine.say("L'installation de ces paquets a échoué ; on continue sans eux.")
