"""Root certificates the practice trusts for identity cards."""

from dataclasses import dataclass
from datetime import datetime

import apsw

from server.store.rows import many


@dataclass(frozen=True, slots=True)
class Root:
    """One trusted root."""

    id: str
    sha256: str
    subject: str
    valid_to: datetime
    der: bytes


def add(db: apsw.Connection, root: Root, device: str, seq: int) -> None:
    """Trust one more root; the same twice is one."""
    db.execute(
        "insert into trust_root values (?, ?, ?, ?, ?, ?, ?) on conflict (sha256) do nothing",
        (root.id, device, seq, root.sha256, root.subject, root.valid_to.isoformat(), root.der),
    )


def all_roots(db: apsw.Connection) -> list[Root]:
    """Return every trusted root."""
    return many(db, Root, "select id, sha256, subject, valid_to, der from trust_root order by id")
