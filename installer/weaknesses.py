"""Known weaknesses of the libraries we ship, as a public service knows them (`pip-audit`).

A service that does not answer is no good news, and neither is one that does not know a library:
`pip-audit` then ends well and says « no known vulnerabilities » of nothing. Only an answer about
every locked library counts, and its date is kept in `docs/audit.json`.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from installer.machine import Machine

LOCKS = ("runtime", "cards")
PATIENCE_SECONDS = "20"


@dataclass(frozen=True, slots=True)
class Known:
    """What came of asking."""

    findings: tuple[str, ...]
    standing: str  # the sentence that says whether it was done, and when last
    done: bool


def look(machine: Machine, root: Path, now: datetime) -> Known:
    """Ask about every library of the locks; keep the date of an answer that is whole and clean."""
    answers = [_asked(machine, root / "installer" / "locks" / f"{name}.lock") for name in LOCKS]
    libraries = [each for answer in answers for each in answer or ()]
    findings = tuple(line for each in libraries for line in _weaknesses(each))
    unknown = sum("skip_reason" in each for each in libraries)
    page = root / "docs" / "audit.json"
    if None in answers or unknown:
        why = "aucun service n'a répondu" if None in answers else _unknown(unknown, len(libraries))
        return Known(findings, f"pip-audit : non fait, {why} ; {_last(machine, page)}.", done=False)
    if not findings:
        machine.write(page, json.dumps({"pip-audit": {"last_success": f"{now:%Y-%m-%d}"}}) + "\n")
    return Known(findings, f"pip-audit : fait, {len(libraries)} bibliothèques.", done=True)


def _asked(machine: Machine, lock: Path) -> list[dict[str, Any]] | None:
    """Return what is known of each library of a lock; None when nobody could say."""
    command = [sys.executable, "-m", "pip_audit", "--format", "json", "--progress-spinner", "off"]
    how = ["--disable-pip", "--require-hashes", "--timeout", PATIENCE_SECONDS]
    said = machine.hear([*command, *how, "--requirement", str(lock)])
    try:
        answer = json.loads(said)
        libraries: list[dict[str, Any]] = list(answer["dependencies"])
    except (ValueError, KeyError, TypeError):
        return None
    return libraries or None


def _weaknesses(library: dict[str, Any]) -> Iterator[str]:
    for weakness in library.get("vulns", ()):
        mended = ", ".join(weakness.get("fix_versions", ())) or "aucune version"
        name, version = library["name"], library.get("version", "?")
        yield f"{name} {version} : {weakness['id']}, réparé par {mended}."


def _unknown(unknown: int, of: int) -> str:
    return f"le service ne connaît pas {unknown} bibliothèques sur {of}"


def _last(machine: Machine, page: Path) -> str:
    """Say when an answer was last whole and clean."""
    try:
        last = json.loads(machine.read(page))["pip-audit"]["last_success"]
    except (ValueError, KeyError, TypeError):
        last = None
    return f"dernier succès le {last}" if last else "jamais fait jusqu'ici"
