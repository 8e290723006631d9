"""Mandates, running, coming and over."""

from dataclasses import dataclass
from datetime import date, datetime

import apsw

from server.core.mandates import Service
from server.store.rows import many, one

_ALL = "select id, user, service, number, valid_from, valid_to, given_at, given_by from mandate"


@dataclass(frozen=True, slots=True)
class Mandate:
    """One person, one service, from a day to a day."""

    id: str
    user: str
    service: Service
    number: str  # the practice's third-party number, twelve characters, as it was then
    valid_from: date
    valid_to: date | None  # last day inside; None while nobody ended it
    given_at: datetime
    given_by: str


def add(db: apsw.Connection, mandate: Mandate, device: str, seq: int) -> None:
    """Write a mandate."""
    m = mandate
    db.execute(
        "insert into mandate (id, device, seq, user, service, number, valid_from, valid_to,"
        " given_at, given_by) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (m.id, device, seq, m.user, str(m.service), m.number, m.valid_from.isoformat(),
         m.valid_to.isoformat() if m.valid_to else None, m.given_at.isoformat(), m.given_by),
    )  # fmt: skip


def end(db: apsw.Connection, mandate_id: str, last_day: date) -> None:
    """Write the last day of a mandate."""
    db.execute("update mandate set valid_to = ? where id = ?", (last_day.isoformat(), mandate_id))


def get(db: apsw.Connection, mandate_id: str) -> Mandate | None:
    """Return one mandate."""
    return one(db, Mandate, f"{_ALL} where id = ?", (mandate_id,))


def every(db: apsw.Connection) -> list[Mandate]:
    """Return every mandate, the latest begun first."""
    return many(db, Mandate, f"{_ALL} order by valid_from desc, id desc")


def of_user(db: apsw.Connection, user: str, service: Service) -> list[Mandate]:
    """Return the mandates of one person for one service."""
    return many(
        db,
        Mandate,
        f"{_ALL} where user = ? and service = ? order by valid_from",
        (user, str(service)),
    )
