"""FSE and DRE of a practice of France, as they were signed, and where each went.

The bytes and amounts of a document never change; its state takes one allowed step at a time
(`domain.md` §3.6–3.7).
"""

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import apsw

from server.core.errors import StateConflict
from server.core.sesam import Sealed, Signature
from server.core.teletransmission import (
    DOCUMENT_STEPS,
    DocumentKind,
    DocumentState,
    Family,
    Recipient,
)
from server.store.rows import columns, many, one


@dataclass(frozen=True, slots=True)
class DocumentRow:
    """One FSE or DRE without its bytes; cents are what its receiver is asked for."""

    id: str
    kind: DocumentKind
    invoice: int
    session: str
    patient: str
    sender: str
    recipient: str
    mode: int
    nature: str
    third_party: bool
    guaranteed: bool
    amo_cents: int
    amc_cents: int
    simulated: bool
    made_at: datetime
    secured_on: date | None
    deadline: date | None
    state: DocumentState
    state_at: datetime

    @property
    def family(self) -> Family:
        """Which lots it may go in."""
        return Family.DEGRADED if self.mode == 5 else Family.SECURED

    @property
    def receiver(self) -> Recipient:
        """Who receives it."""
        return Recipient.parse(self.recipient)

    @property
    def cents(self) -> int:
        """All that its receiver is asked for."""
        return self.amo_cents + self.amc_cents


_ROW = f"select {columns(DocumentRow)} from french_document"


def add(
    db: apsw.Connection, d: DocumentRow, content: bytes, signatures: Sequence[Signature],
    device: str, seq: int,
) -> None:  # fmt: skip
    """Keep a document as the component signed it."""
    db.execute(
        "insert into french_document values"
        " (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (d.id, device, seq, d.kind, d.invoice, d.session, d.patient, d.sender, d.recipient, d.mode,
         d.nature, d.third_party, d.guaranteed, d.amo_cents, d.amc_cents, content,
         _packed(signatures), d.simulated, d.made_at.isoformat(), _iso(d.secured_on),
         _iso(d.deadline), d.state, d.state_at.isoformat()),
    )  # fmt: skip
    _note(db, d.id, d.state, d.state_at, "signed", device, seq)


def countersign(
    db: apsw.Connection, row: DocumentRow, signatures: Sequence[Signature], day: date,
    deadline: date | None,
) -> None:  # fmt: skip
    """Keep the signature of the professional's card beside that of Vitale: its clock starts."""
    db.execute(
        "update french_document set signatures = ?, secured_on = ?, deadline = ? where id = ?",
        (_packed(signatures), day.isoformat(), _iso(deadline), row.id),
    )


def move(
    db: apsw.Connection, row: DocumentRow, state: DocumentState, at: datetime, evidence: str,
    device: str, seq: int,
) -> None:  # fmt: skip
    """Take one allowed step; raise `StateConflict` when the document is elsewhere."""
    if (
        state not in DOCUMENT_STEPS[row.state]
        or not db.execute(
            "update french_document set state = ?, state_at = ? where id = ? and state = ?"
            " returning id",
            (state, at.isoformat(), row.id, row.state),
        ).fetchall()
    ):
        raise StateConflict(kind="document", state=str(row.state), wanted=str(state))
    _note(db, row.id, state, at, evidence, device, seq)


def get(db: apsw.Connection, key: str) -> DocumentRow | None:
    """Return one document."""
    return one(db, DocumentRow, f"{_ROW} where id = ?", (key,))


def some(db: apsw.Connection, keys: Collection[str]) -> list[DocumentRow]:
    """Return some documents, the oldest first."""
    return many(
        db, DocumentRow,
        f"{_ROW} where id in (select value from json_each(?)) order by invoice, kind desc",
        (json.dumps(list(keys)),),
    )  # fmt: skip


def of_invoice(db: apsw.Connection, invoice: int) -> list[DocumentRow]:
    """Return the documents of an invoice: its FSE, then its DRE."""
    return many(db, DocumentRow, f"{_ROW} where invoice = ? order by kind desc", (invoice,))


def of_session(db: apsw.Connection, session: str) -> list[DocumentRow]:
    """Return the documents of a session, the oldest first."""
    return of_sessions(db, [session])


def of_sessions(db: apsw.Connection, sessions: Sequence[str]) -> list[DocumentRow]:
    """Return the documents of some sessions, the oldest first."""
    return many(
        db, DocumentRow,
        f"{_ROW} where session in (select value from json_each(?)) order by invoice, kind desc",
        (json.dumps(sessions),),
    )  # fmt: skip


def in_states(
    db: apsw.Connection, states: Collection[DocumentState], most: int = -1
) -> list[DocumentRow]:
    """Return the documents in some states, the nearest deadline first; all when `most` < 0."""
    found: list[DocumentRow] = []
    for state in states:
        found += many(
            db, DocumentRow,
            f"{_ROW} where state = ? order by deadline, rowid limit ?", (state, most),
        )  # fmt: skip
    return sorted(found, key=lambda row: row.deadline or date.max)


def sealed(db: apsw.Connection, row: DocumentRow) -> Sealed:
    """Return a document as the component gave it."""
    content, signatures = next(
        db.execute("select content, signatures from french_document where id = ?", (row.id,))
    )
    held = tuple(
        Signature(each["card"], bytes.fromhex(each["value"]), bytes.fromhex(each["certificate"]))
        for each in json.loads(str(signatures))
    )
    return Sealed(row.kind, bytes(content), held, row.simulated)


def _note(
    db: apsw.Connection, key: str, state: DocumentState, at: datetime, evidence: str,
    device: str, seq: int,
) -> None:  # fmt: skip
    db.execute(
        "insert into french_document_step (document, device, seq, at, state, evidence)"
        " values (?, ?, ?, ?, ?, ?)",
        (key, device, seq, at.isoformat(), state, evidence),
    )


def _packed(signatures: Sequence[Signature]) -> str:
    return json.dumps(
        [
            {"card": s.card, "value": s.value.hex(), "certificate": s.certificate.hex()}
            for s in signatures
        ]
    )


def _iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
