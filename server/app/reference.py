"""The reference tables, built and imported in a process of their own (`style.md` §7).

Only there does `sqlite_utils` run: the practice file and it never share a process.
"""

import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import apsw

from server.core.errors import ReferenceRefused
from server.core.rights import Right
from server.services.cabinet import Cabinet
from server.services.doorstep import REFERENCE

DEMO_TABLES = (
    "demo/be_tariff_demo.csv", "demo/fr_letters_demo.csv", "demo/fr_acts_demo.csv",
    "demo/fr_recipients_demo.csv", "demo/fr_oppositions_demo.csv",
)  # fmt: skip

_VERSIONS = """
    select id, table_name, valid_from, valid_to, rows, replaced_by from reference_version
     order by table_name, valid_from, number
"""


@dataclass(frozen=True, slots=True)
class Version:
    """One version of one table: its civil period as ISO dates, its number of rows."""

    id: str
    table: str
    valid_from: str
    valid_to: str | None  # None: no end is known
    rows: int
    replaced_by: str | None

    def facts(self) -> dict[str, object]:
        """Give what other programs read."""
        return asdict(self)


def build(out: Path, *, demo: bool) -> None:
    """Build the reference file of a new practice; raise `ReferenceRefused` with bad rows."""
    from importlib.resources import files  # slow to load, and not for the first page

    folder = files("server.reference")
    extra = [str(folder / name) for name in DEMO_TABLES] if demo else []
    _run(["-m", "server.reference.build", str(out), *(["--extra", *extra] if extra else [])])
    out.chmod(0o600)


def import_tariff(cabinet: Cabinet, folder: Path, table: Path) -> None:
    """Add a tariff typed or received to an open practice; what waited for it is judged again.

    Raises `ReferenceRefused` with every row at fault; nothing is then changed.
    """
    cabinet.desk().require(Right.SETTINGS)
    fresh = folder / REFERENCE
    fresh.write_bytes(cabinet.reference.read_bytes())
    fresh.chmod(0o600)
    allowed = ["--allow-fictional"] if cabinet.desk().practice.demo else []
    try:
        _run(["-m", "server.reference.importer", str(fresh), str(table), *allowed])
        cabinet.adopt_reference(fresh)
    finally:
        fresh.unlink(missing_ok=True)


def versions(folder: Path) -> Sequence[Version]:
    """Return what the newest reference file of a practice folder holds; empty without a file.

    The file is not encrypted: it holds nothing of the practice, so no passphrase is needed.
    """
    found = sorted(folder.glob("reference-*.db"), key=lambda path: path.stat().st_mtime)
    if not found:
        return ()
    flags = apsw.SQLITE_OPEN_READONLY | apsw.SQLITE_OPEN_URI
    db = apsw.Connection(f"{found[-1].absolute().as_uri()}?mode=ro", flags=flags)
    try:
        return [Version(*row) for row in db.execute(_VERSIONS)]
    finally:
        db.close()


def _run(arguments: Sequence[str]) -> dict[str, Any]:
    done = subprocess.run(  # noqa: S603 - our own interpreter, our own modules
        [sys.executable, "-I", *arguments], capture_output=True, text=True, check=False
    )
    try:
        answer: dict[str, Any] = json.loads(done.stdout)
    except ValueError:
        raise ReferenceRefused(rows=(), reason="builder_failed") from None
    if done.returncode:
        raise ReferenceRefused(rows=tuple(answer.get("problems", ())))
    return answer
