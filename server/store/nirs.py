"""French numbers of patients, and the Vitale cards that were read."""

from dataclasses import dataclass
from datetime import date, datetime

import apsw

from server.core.vitale import VitalePerson, VitaleRead
from server.store.patients import Patient, search_key, some
from server.store.rows import value

_ENOUGH = 5  # characters: sex, year and month are many people's


@dataclass(frozen=True, slots=True)
class NirFact:
    """The number of a patient, as one source gave it at one instant."""

    id: str
    patient: str
    origin: str
    captured_at: datetime
    nir: str


def add(db: apsw.Connection, fact: NirFact, device: str, seq: int) -> None:
    """Keep what a source said of a number."""
    db.execute(
        "insert into patient_nir values (?, ?, ?, ?, ?, ?, ?)",
        (fact.id, device, seq, fact.patient, fact.origin, fact.captured_at.isoformat(), fact.nir),
    )


def of(db: apsw.Connection, patient_id: str) -> str:
    """Return the number of a patient, "" when none is known."""
    found = value(
        db,
        "select nir from patient_nir where patient = ? order by captured_at desc, id desc limit 1",
        (patient_id,),
    )  # fmt: skip
    return str(found or "")


def beginning(db: apsw.Connection, text: str, most: int) -> list[Patient]:
    """Return the living files whose number begins with what was typed, spaces or not."""
    typed = "".join(text.split()).upper()
    if len(typed) < _ENOUGH or not typed.isalnum():
        return []
    rows = db.execute(
        "select distinct p.id from patient_nir n join patient p on p.id = n.patient"
        " where n.nir >= ?1 and n.nir < ?1 || char(1114111) and p.superseded_by is null"
        " and p.archived = 0 order by p.search, p.id limit ?2",
        (typed, most),
    )
    return list(some(db, [str(row[0]) for row in rows]).values())


def living(db: apsw.Connection, nir: str, birth: date | None) -> list[Patient]:
    """Return the living files of a number and a birth date, both needed; None is no known day."""
    rows = db.execute(
        "select distinct p.id from patient_nir n join patient p on p.id = n.patient"
        " where n.nir = ? and p.superseded_by is null and p.birth_date is ?",
        (nir, birth and birth.isoformat()),
    )
    return list(some(db, [str(row[0]) for row in rows]).values())


def without_number(
    db: apsw.Connection, last_name: str, first_names: str, birth: date | None
) -> list[Patient]:
    """Return the living files of a name and a birth date that bear no number yet."""
    rows = db.execute(
        "select id from patient p where search = ? and birth_date is ? and superseded_by is null"
        " and niss is null and not exists (select 1 from patient_nir where patient = p.id)",
        (search_key(last_name, first_names), birth and birth.isoformat()),
    )
    return list(some(db, [str(row[0]) for row in rows]).values())


def add_reading(
    db: apsw.Connection, key: str, read: VitaleRead, who: VitalePerson, device: str, seq: int
) -> None:
    """Keep one reading with what the card said of the person; of the others nothing is kept."""
    db.execute(
        "insert into card_read values"
        " (?, ?, ?, 'VITALE', ?, ?, '', ?, '', ?, ?, x'', x'', x'', x'')",
        (key, device, seq, read.at.isoformat(), read.reader, str(read.proof), read.complete,
         who.raw),
    )  # fmt: skip
