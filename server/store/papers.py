"""Papers made for patients, kept as they were handed over."""

from dataclasses import dataclass
from datetime import datetime

import apsw

from server.store.rows import many, one, value


@dataclass(frozen=True, slots=True)
class Paper:
    """One document, without its bytes."""

    id: str
    patient: str
    session: str | None
    made_at: datetime
    sha256: str
    kind: str = "PROOF"


def add(db: apsw.Connection, paper: Paper, content: bytes, device: str, seq: int) -> None:
    """Keep a document handed over."""
    db.execute(
        "insert into document values (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (paper.id, device, seq, paper.kind, paper.patient, paper.session, paper.made_at.isoformat(),
         paper.sha256, content),
    )  # fmt: skip


def of_patient(db: apsw.Connection, patient: str) -> list[Paper]:
    """Return the documents of a patient, newest first."""
    return many(
        db, Paper,
        "select id, patient, session, made_at, sha256, kind from document where patient = ?"
        " order by made_at desc",
        (patient,),
    )  # fmt: skip


def get(db: apsw.Connection, key: str) -> Paper | None:
    """Return one document."""
    found = "select id, patient, session, made_at, sha256, kind from document where id = ?"
    return one(db, Paper, found, (key,))


def content(db: apsw.Connection, key: str) -> bytes:
    """Return the bytes of a document."""
    return bytes(value(db, "select bytes from document where id = ?", (key,)) or b"")
