"""The reference tables, built and imported in a process of their own (`style.md` §7).

Only there does `sqlite_utils` run: the practice file and it never share a process.
"""

import json
import subprocess
import sys
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any

from server.core.errors import ReferenceRefused
from server.services.cabinet import REFERENCE, Cabinet

DEMO_TABLES = ("demo/be_tariff_demo.csv",)


def build(out: Path, *, demo: bool) -> None:
    """Build the reference file of a new practice; raise `ReferenceRefused` with bad rows."""
    folder = files("server.reference")
    extra = [str(folder / name) for name in DEMO_TABLES] if demo else []
    _run(["-m", "server.reference.build", str(out), *(["--extra", *extra] if extra else [])])


def import_tariff(cabinet: Cabinet, folder: Path, table: Path) -> None:
    """Add a tariff typed or received to an open practice; what waited for it is judged again.

    Raises `ReferenceRefused` with every row at fault; nothing is then changed.
    """
    fresh = folder / REFERENCE
    fresh.write_bytes(cabinet.reference.read_bytes())
    allowed = ["--allow-fictional"] if cabinet.desk().practice.demo else []
    try:
        _run(["-m", "server.reference.importer", str(fresh), str(table), *allowed])
        cabinet.adopt_reference(fresh)
    finally:
        fresh.unlink(missing_ok=True)


def _run(arguments: Sequence[str]) -> dict[str, Any]:
    done = subprocess.run(  # noqa: S603 - our own interpreter, our own modules
        [sys.executable, *arguments], capture_output=True, text=True, check=False
    )
    try:
        answer: dict[str, Any] = json.loads(done.stdout)
    except ValueError:
        raise ReferenceRefused(rows=(), reason="builder_failed") from None
    if done.returncode:
        raise ReferenceRefused(rows=tuple(answer.get("problems", ())))
    return answer
