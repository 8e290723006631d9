"""Proofs of a patient's identity, the sessions they belong to, and their kept sums."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import apsw

from server.store.rows import many, one


@dataclass(frozen=True, slots=True)
class IdentityProof:
    """One proof, in the codes insurers take; its instant is never changed."""

    id: str
    patient: str
    at: datetime
    input: str
    medium: str
    serial: str
    manual_reason: str = "0"
    vignette_reason: str = "0"
    card_read: str | None = None  # None: typed by hand

    @property
    def by_chip(self) -> bool:
        """Whether the chip of a card was read."""
        return self.card_read is not None


@dataclass(frozen=True, slots=True)
class ProofSum:
    """The sessions of one month, and how many of them are proved; `month` as "2026-03"."""

    month: str
    sessions: int
    chip: int
    by_hand: int


_COLUMNS = "p.id, p.patient, p.at, p.input, p.medium, p.serial, p.manual_reason, p.vignette_reason"
_PROOF = f"select {_COLUMNS}, p.card_read from identity_proof p"


def add(db: apsw.Connection, proof: IdentityProof, device: str, seq: int) -> None:
    """Keep one proof."""
    db.execute(
        "insert into identity_proof values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (proof.id, device, seq, proof.patient, proof.at.isoformat(), proof.input, proof.medium,
         proof.serial, proof.manual_reason, proof.vignette_reason, proof.card_read),
    )  # fmt: skip


def tie(db: apsw.Connection, session: str, proof: str, device: str, seq: int) -> None:
    """Give a session the proof that was made at it."""
    db.execute("insert into session_proof values (?, ?, ?, ?)", (session, proof, device, seq))


def unused(
    db: apsw.Connection, patient: str, since: datetime, until: datetime
) -> IdentityProof | None:
    """Return the newest proof of a patient between two instants that no living session has."""
    return one(
        db, IdentityProof,
        _PROOF + " where p.patient = ? and p.at >= ? and p.at < ? and not exists ("
        "   select 1 from session_proof sp join session s on s.id = sp.session"
        "    where sp.proof = p.id and s.state not in ('Voided', 'Cancelled'))"
        " order by p.at desc limit 1",
        (patient, since.isoformat(), until.isoformat()),
    )  # fmt: skip


def of_sessions(db: apsw.Connection, sessions: Sequence[str]) -> Mapping[str, IdentityProof]:
    """Return the proofs of some sessions, by the session's id."""
    rows = db.execute(
        "select session, proof from session_proof"
        " where session in (select value from json_each(?))",
        (json.dumps(list(sessions)),),
    ).fetchall()
    keys = {str(session): str(proof) for session, proof in rows}
    found = many(
        db, IdentityProof, _PROOF + " where p.id in (select value from json_each(?))",
        (json.dumps(list(keys.values())),),
    )  # fmt: skip
    proofs = {proof.id: proof for proof in found}
    return {session: proofs[proof] for session, proof in keys.items()}


def unproved_since(db: apsw.Connection, patient: str, since: datetime) -> str | None:
    """Return the session of a patient recorded last since an instant, if it has no proof."""
    rows = db.execute(
        "select s.id, sp.proof is null from session s left join session_proof sp on"
        " sp.session = s.id where s.patient = ? and s.recorded_at >= ?"
        " and s.state in ('Done', 'Blocked', 'Ready') order by s.recorded_at desc, s.id desc"
        " limit 1",
        (patient, since.isoformat()),
    ).fetchall()
    return str(rows[0][0]) if rows and rows[0][1] else None


def sums(db: apsw.Connection, months: Sequence[str]) -> list[ProofSum]:
    """Return the kept sums of some months."""
    return many(
        db, ProofSum,
        "select month, sessions, chip, by_hand from proof_total"
        " where month in (select value from json_each(?)) order by month",
        (json.dumps(list(months)),),
    )  # fmt: skip
