"""What a practice of France knows of a person beside names: traits, rights, complementary covers.

Rows are only added; what is not to be used any more is named in `french_withdrawn`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

import apsw

from server.core.care import Source
from server.store.rows import columns, many, one


@dataclass(frozen=True, slots=True)
class Traits:
    """What one source once said of a person beside names and number."""

    id: str
    patient: str
    origin: str
    captured_at: datetime
    birth_text: str = ""  # AAAA-MM-JJ, also of a birth no calendar knows
    birth_rank: int = 1  # among those born that day under the same number
    birth_name: str = ""
    birth_place: str = ""  # five characters, the code of the commune or country
    retrieved: bool = False  # the national teleservice gave it
    proof: str = ""  # the paper of high trust that was seen


@dataclass(frozen=True, slots=True)
class RightRow:
    """One right of the compulsory insurance, as one source said it."""

    id: str
    patient: str
    kind: str
    source: Source
    captured_at: datetime
    rights_from: date | None
    rights_to: date | None
    organism: str = ""
    code: str = ""
    number: str = ""
    event_date: date | None = None

    def covers(self, day: date) -> bool:
        """Whether its period holds the day; an open end is open."""
        starts = self.rights_from is None or self.rights_from <= day
        return starts and (self.rights_to is None or day <= self.rights_to)


@dataclass(frozen=True, slots=True)
class CoverRow:
    """One complementary cover, as one source said it."""

    id: str
    patient: str
    source: Source
    captured_at: datetime
    number: str
    label: str
    management: str
    convention_type: str
    criterion: str
    member: str
    rights_from: date | None
    rights_to: date | None
    third_party: bool  # asked for on the complementary part
    link: str = "UNKNOWN"  # YES, NO: whether caisse and complementary exchange
    nir: str = ""  # the number on the complementary's own card
    indicator: str = ""  # of the Vitale card, groups 107 and 109
    incoming: str | None = None


def add_traits(db: apsw.Connection, t: Traits, device: str, seq: int) -> None:
    """Keep what a source said of a person."""
    db.execute(
        "insert into french_identity values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (t.id, device, seq, t.patient, t.origin, t.captured_at.isoformat(), t.birth_text,
         t.birth_rank, t.birth_name, t.birth_place, t.retrieved, t.proof),
    )  # fmt: skip


def traits(db: apsw.Connection, patient: str) -> Traits | None:
    """Return what was said last."""
    return one(
        db, Traits,
        f"select {columns(Traits)} from french_identity where patient = ?"
        " order by captured_at desc, id desc limit 1",
        (patient,),
    )  # fmt: skip


def add_rights(db: apsw.Connection, rows: Sequence[RightRow], device: str, seq: int) -> None:
    """Keep the rights one source said at once."""
    for r in rows:
        db.execute(
            "insert into french_right values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (r.id, device, seq, r.patient, r.kind, str(r.source), r.captured_at.isoformat(),
             _iso(r.rights_from), _iso(r.rights_to), r.organism, r.code, r.number,
             _iso(r.event_date)),
        )  # fmt: skip


def rights(db: apsw.Connection, patient: str) -> list[RightRow]:
    """Return every right ever said of a person and not withdrawn, the newest first."""
    return many(
        db, RightRow,
        f"select {columns(RightRow)} from french_right r where patient = ? and not exists"
        " (select 1 from french_withdrawn where what = r.id) order by captured_at desc, id desc",
        (patient,),
    )  # fmt: skip


def withdraw(db: apsw.Connection, what: str, device: str, seq: int, at: datetime) -> None:
    """Keep that a right or a cover is not to be used any more; harmless twice."""
    db.execute(
        "insert or ignore into french_withdrawn values (?, ?, ?, ?)",
        (what, device, seq, at.isoformat()),
    )


def _iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
