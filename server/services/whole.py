"""Is everything there and untouched? The checks of `besace verify`, each told whether it holds."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from server.services.vault import Vault
from server.store import backup, durable, wholeness
from server.store.connection import connect
from server.store.drill import drill
from server.store.keys import DatabaseKey
from server.store.wholeness import Unsound

_KINDS = ("page", "link", "message", "letter", "answer", "document", "lot")


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at: `verify.<code>` when well, `verify.bad.<code>` when not."""

    code: str
    well: bool
    facts: Mapping[str, str] = field(default_factory=dict)


def practice(vault: Vault) -> Sequence[Check]:
    """Check an open practice: pages and indexes, links, kept bytes, tariffs in use.

    Its journal is another's to prove (`services.journals`).
    """
    db = connect(vault.database, vault.key, careful=vault.damaged)
    try:
        unsound = wholeness.look(db, vault.key, thorough=True)
    finally:
        db.close()
    return [*(_check(kind, unsound) for kind in _KINDS), _reference(vault)]


def copy(path: Path, key: DatabaseKey) -> Sequence[Check]:
    """Check a copy: its files against its manifest, then by bringing it back, thoroughly."""
    facts = backup.check_files(path)
    with TemporaryDirectory(prefix="besace-") as folder:  # what goes there is encrypted
        scratch = Path(folder) / f"{secrets.token_hex(8)}.db"
        reason = drill(path, key, scratch, thorough=True)
    told = {
        "at": f"{facts.at:%d/%m/%Y %H:%M}", "rows": str(sum(facts.rows.values())),
        "reason": reason,
    }  # fmt: skip
    return [Check("files", True, told), Check("copy", not reason, told)]


def _check(kind: str, unsound: Sequence[Unsound]) -> Check:
    wrong = [each.where for each in unsound if each.kind == kind]
    return Check(kind, not wrong, {"where": ", ".join(wrong[:5])})


def _reference(vault: Vault) -> Check:
    with vault.desk() as desk:
        wanted = desk.practice.reference_sha256
    same = vault.reference.exists() and durable.sha256(vault.reference) == wanted
    return Check("reference", same, {"where": vault.reference.name})
