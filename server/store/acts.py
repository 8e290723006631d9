"""The journal as it is listed: the newest act first, by user, by day, or about one patient."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import apsw

from server.store.rows import many, value


@dataclass(frozen=True, slots=True)
class Act:
    """One row of the journal, without its hashes."""

    seq: int
    at: datetime
    user: str
    entity: str
    entity_id: str
    action: str
    reason: str | None
    trust: str
    right: str | None


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which rows of one device: between two numbers (neither included), by whom, about what."""

    device: str
    after: int
    before: int
    user: str = ""  # "" for everybody
    things: Sequence[str] | None = None  # None for everything


_ACT = (
    'select seq, at, user, entity, entity_id, action, reason, trust, "right" from journal'
    " where device = :device and seq > :after and seq < :before"
)
_BY = " and user = :user"
_ABOUT = " and entity_id in (select value from json_each(:things))"
_LAST = " order by seq desc limit :most"
_THINGS = """
    select :patient
    union select id from treatment where patient = :patient
    union select id from session where patient = :patient
    union select id from line where patient = :patient
    union select entity_id from former where patient = :patient
    union select id from document where patient = :patient
    union select id from french_reject where patient = :patient
    union select incoming from filing where patient = :patient
    union select ll.lot from line l join lot_line ll on ll.line = l.id where l.patient = :patient
    union select t.id from line l join lot_line ll on ll.line = l.id
          join letter t on t.lot = ll.lot where l.patient = :patient
"""
_OWNERS = {
    "patient": "select id from patient where id = ?",
    "treatment": "select patient from treatment where id = ?",
    "session": "select patient from session where id = ?",
    "line": "select patient from line where id = ?",
    "document": "select patient from document where id = ?",
    "reject": "select patient from french_reject where id = ?",
    "incoming": "select patient from filing where incoming = ? order by version desc limit 1",
}


def listed(db: apsw.Connection, wanted: Wanted, most: int) -> list[Act]:
    """Return some rows of one chain, the newest first."""
    sql = _ACT + (_BY if wanted.user else "") + (_ABOUT if wanted.things is not None else "")
    bindings = {
        "device": wanted.device, "after": wanted.after, "before": wanted.before, "most": most,
        "user": wanted.user, "things": json.dumps(list(wanted.things or ())),
    }  # fmt: skip
    return many(db, Act, sql + _LAST, bindings)


def things_of(db: apsw.Connection, patient: str) -> list[str]:
    """Name everything an act about a patient may be about: file, series, sessions, lots, mail."""
    return [str(row[0]) for row in db.execute(_THINGS, {"patient": patient})]


def owner(db: apsw.Connection, entity: str, key: str) -> str:
    """Return the patient one thing belongs to; "" when it is nobody's, or several people's."""
    if entity not in _OWNERS:
        return ""
    return str(value(db, _OWNERS[entity], (key,)) or "")
