"""What a practice of France knows of a person beside names: traits, rights, complementary covers.

Rows are only added; what is not to be used any more is named in `french_withdrawn`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

import apsw

from server.core.care import Source
from server.countries.france.rights import Said
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


def add_rights(db: apsw.Connection, rows: Sequence[Said], device: str, seq: int) -> None:
    """Keep the rights one source said at once."""
    for r in rows:
        db.execute(
            "insert into french_right values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (r.id, device, seq, r.patient, r.kind, str(r.source), r.captured_at.isoformat(),
             _iso(r.rights_from), _iso(r.rights_to), r.organism, r.code, r.number,
             _iso(r.event_date)),
        )  # fmt: skip


def rights(db: apsw.Connection, patient: str) -> list[Said]:
    """Return every right ever said of a person and not withdrawn, the newest first."""
    return many(
        db, Said,
        f"select {columns(Said)} from french_right r where patient = ? and not exists"
        " (select 1 from french_withdrawn where what = r.id) order by captured_at desc, id desc",
        (patient,),
    )  # fmt: skip


def add_cover(db: apsw.Connection, c: CoverRow, device: str, seq: int) -> None:
    """Keep what a source said of a complementary cover."""
    db.execute(
        "insert into french_cover values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (c.id, device, seq, c.patient, str(c.source), c.captured_at.isoformat(), c.number, c.label,
         c.management, c.convention_type, c.criterion, c.member, _iso(c.rights_from),
         _iso(c.rights_to), c.third_party, c.link, c.nir, c.indicator, c.incoming),
    )  # fmt: skip


def add_code(db: apsw.Connection, cover: str, symbology: str, text: str) -> None:
    """Keep the text of the code a cover was read from."""
    db.execute("insert into cover_code values (?, ?, ?)", (cover, symbology, text))


def codes(db: apsw.Connection, patient: str) -> dict[str, str]:
    """Return the texts of codes that covers of a person were read from, by cover."""
    return dict(
        db.execute(
            "select k.cover, k.text from french_cover c join cover_code k on k.cover = c.id"
            " where c.patient = ?",
            (patient,),
        )
    )


def covers(db: apsw.Connection, patient: str) -> list[CoverRow]:
    """Return every cover ever said of a person and not withdrawn, the newest first."""
    return many(
        db, CoverRow,
        f"select {columns(CoverRow)} from french_cover c where patient = ? and not exists"
        " (select 1 from french_withdrawn where what = c.id) order by captured_at desc, id desc",
        (patient,),
    )  # fmt: skip


def cover(db: apsw.Connection, cover_id: str) -> CoverRow | None:
    """Return one cover, withdrawn or not."""
    return one(
        db, CoverRow, f"select {columns(CoverRow)} from french_cover where id = ?", (cover_id,)
    )


def covered_by(db: apsw.Connection, number: str) -> bool:
    """Say whether any patient was ever covered by a complementary."""
    row = db.execute("select 1 from french_cover where number = ? limit 1", (number,)).fetchone()
    return row is not None


def bearing(db: apsw.Connection, number: str, member: str) -> list[str]:
    """Return the patients with a cover, not withdrawn, of a complementary and member's number."""
    rows = db.execute(
        "select distinct patient from french_cover c where number = ? and member = ? and not exists"
        " (select 1 from french_withdrawn where what = c.id) order by patient",
        (number, member),
    )
    return [str(patient) for (patient,) in rows]


def withdraw(db: apsw.Connection, what: str, device: str, seq: int, at: datetime) -> None:
    """Keep that a right or a cover is not to be used any more; harmless twice."""
    db.execute(
        "insert or ignore into french_withdrawn values (?, ?, ?, ?)",
        (what, device, seq, at.isoformat()),
    )


def _iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
