"""Lives: every step of a session, a line or a lot from one state to the next."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import apsw

from server.store.journal import Stamp
from server.store.rows import many


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a life, with the proof that brought it."""

    at: datetime
    from_state: str
    to_state: str
    evidence: str


def add_step(
    db: apsw.Connection,
    stamp: Stamp,
    seq: int,
    entity: str,
    entity_id: str,
    states: tuple[str, str],
    evidence: str = "",
) -> None:
    """Keep one step of a life."""
    add_steps(db, stamp, seq, entity, [entity_id], states, evidence)


def add_steps(
    db: apsw.Connection,
    stamp: Stamp,
    seq: int,
    entity: str,
    keys: Sequence[str],
    states: tuple[str, str],
    evidence: str = "",
) -> None:
    """Keep the same step of several lives."""
    at = stamp.now.isoformat()
    db.executemany(
        "insert into step (device, seq, entity, entity_id, at, from_state, to_state, evidence)"
        " values (?, ?, ?, ?, ?, ?, ?, ?)",
        [(stamp.device, seq, entity, key, at, *states, evidence) for key in keys],
    )


def steps(db: apsw.Connection, entity: str, entity_id: str) -> list[Step]:
    """Return the life of one thing, oldest step first."""
    return many(
        db,
        Step,
        "select at, from_state, to_state, evidence from step"
        " where entity = ? and entity_id = ? order by id",
        (entity, entity_id),
    )
