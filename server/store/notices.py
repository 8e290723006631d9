"""Attestations asked of patients because a payer changes, and who is insured in one scheme."""

from datetime import datetime

import apsw

from server.store.rows import value


def insured_in(db: apsw.Connection, regime: str, most: int) -> list[str]:
    """Return the patients once said to be insured in a scheme (two digits)."""
    rows = db.execute(
        "select distinct patient from french_right where organism >= ?1"
        " and organism < ?1 || char(1114111) limit ?2",
        (regime, most),
    )
    return [str(row[0]) for row in rows]


def asked_at(db: apsw.Connection, patient: str, notice: str) -> datetime | None:
    """Return when a patient was last asked."""
    found = value(
        db,
        "select at from attestation_asked where patient = ? and notice = ?"
        " order by at desc limit 1",
        (patient, notice),
    )
    return datetime.fromisoformat(found) if found else None


def ask(
    db: apsw.Connection, key: str, patient: str, notice: str, act: tuple[str, int], at: datetime
) -> None:
    """Keep that a patient was asked, by which device and act."""
    db.execute(
        "insert into attestation_asked values (?, ?, ?, ?, ?, ?)",
        (key, *act, patient, notice, at.isoformat()),
    )
