"""Patients, what each source said of their identity and address, and the cards that were read."""

import json
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

import apsw

from server.core.cards import CardRead
from server.store.rows import many, one, value


@dataclass(frozen=True, slots=True)
class Patient:
    """A person treated, as the file shows them now."""

    id: str
    niss: str | None
    last_name: str
    first_name: str
    birth_date: date | None
    sex: str
    language: str
    phone: str
    draft: bool
    archived: bool


@dataclass(frozen=True, slots=True)
class IdentityFact:
    """What one source said of a person's identity, at one instant."""

    id: str
    patient: str
    origin: str
    card_read: str | None
    captured_at: datetime
    niss: str | None
    last_name: str
    first_name: str
    birth_date: date | None
    birth_text: str
    sex: str
    accepted: bool


@dataclass(frozen=True, slots=True)
class Address:
    """Where a person lives, as one source said it."""

    id: str
    patient: str
    origin: str
    captured_at: datetime
    street: str
    postcode: str
    city: str


@dataclass(frozen=True, slots=True)
class Reading:
    """One card reading kept as evidence (its files stay in the store)."""

    id: str
    at: datetime
    card_number: str
    proof: str
    proof_reason: str


_MOST_LOOKED_AT = 200  # files that hold the words typed, of which the first by name are shown
_DAY = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})")

_PATIENT = """
    select id, niss, last_name, first_name, birth_date, sex, language, phone, draft, archived
      from patient
"""
_IDENTITY = """
    select id, patient, origin, card_read, captured_at, niss, last_name, first_name, birth_date,
           birth_text, sex, accepted
      from patient_identity
"""
_ADDRESS = """
    select id, patient, origin, captured_at, street, postcode, city from patient_address
"""


def search_key(*words: str) -> str:
    """Fold names for searching: no accents, lower case, single spaces."""
    text = unicodedata.normalize("NFKD", " ".join(words)).casefold()
    return " ".join("".join(c for c in text if not unicodedata.combining(c)).split())


def insert(db: apsw.Connection, p: Patient, device: str, seq: int, now: datetime) -> None:
    """Write a new patient."""
    db.execute(
        "insert into patient (id, device, seq, niss, last_name, first_name, birth_date, sex,"
        " language, phone, search, draft, archived, created_at)"
        " values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (p.id, device, seq, p.niss, p.last_name, p.first_name, _iso(p.birth_date), p.sex,
         p.language, p.phone, search_key(p.last_name, p.first_name), p.draft, p.archived,
         now.isoformat()),
    )  # fmt: skip


def update(db: apsw.Connection, p: Patient) -> None:
    """Write what the file shows now; the facts behind it stay in their own rows."""
    db.execute(
        "update patient set niss = ?, last_name = ?, first_name = ?, birth_date = ?, sex = ?,"
        " language = ?, phone = ?, search = ?, draft = ?, archived = ? where id = ?",
        (p.niss, p.last_name, p.first_name, _iso(p.birth_date), p.sex, p.language, p.phone,
         search_key(p.last_name, p.first_name), p.draft, p.archived, p.id),
    )  # fmt: skip


def get(db: apsw.Connection, patient_id: str) -> Patient | None:
    """Return one patient."""
    return one(db, Patient, _PATIENT + " where id = ?", (patient_id,))


def created_at(db: apsw.Connection, patient_id: str) -> datetime:
    """Return when the file of a patient was opened."""
    found = value(db, "select created_at from patient where id = ?", (patient_id,))
    return datetime.fromisoformat(found)


def by_niss(db: apsw.Connection, niss: str) -> Patient | None:
    """Return the living file of a NISS."""
    return one(db, Patient, _PATIENT + " where niss = ? and superseded_by is null", (niss,))


def some(db: apsw.Connection, keys: Sequence[str]) -> dict[str, Patient]:
    """Return some patients by id."""
    wanted = json.dumps(list(dict.fromkeys(keys)))
    rows = many(db, Patient, _PATIENT + " where id in (select value from json_each(?))", (wanted,))
    return {row.id: row for row in rows}


def page(db: apsw.Connection, after: str = "", most: int = 20) -> list[Patient]:
    """Return a page of living files by name, after the one of an id ("" for the first page)."""
    return many(
        db,
        Patient,
        _PATIENT + " where (search, id) > (coalesce((select search from patient where id = ?1), '')"
        ", ?1) and superseded_by is null and archived = 0 order by search, id limit ?2",
        (after, most),
    )


def search(db: apsw.Connection, text: str, most: int = 20) -> list[Patient]:
    """Return the living files of what was typed, by name, at most so many.

    First those whose folded name begins with it; then those of which every word typed begins a
    word: a name, a birth date (03/11/1981, 1981-11-03) or a NISS.
    """
    key = search_key(text)
    if not key:
        return page(db, most=most)
    found = many(
        db,
        Patient,
        _PATIENT + " where search >= ?1 and search < ?1 || char(1114111)"
        " and superseded_by is null and archived = 0 order by search, id limit ?2",
        (key, most),
    )
    if len(found) < most:
        known = {patient.id for patient in found}
        others = [patient for patient in _with_words(db, key, most) if patient.id not in known]
        found += others[: most - len(found)]
    return found


def with_words(db: apsw.Connection, text: str, most: int) -> list[str]:
    """Return the ids of the files of which every word typed begins a word, at most so many."""
    rows = db.execute(
        "select e.patient from patient_words w cross join patient_entry e on e.number = w.rowid"
        " where w.patient_words match ? order by w.rowid limit ?",
        (_asked(search_key(text)), most),
    )
    return [str(row[0]) for row in rows]


def list_words(db: apsw.Connection) -> None:
    """List the words of the patients that are not in the list yet, as its triggers do of each."""
    db.execute("insert or ignore into patient_entry (patient) select id from patient order by id")
    db.execute(
        "insert into patient_words (rowid, words) select e.number,"
        " p.search || coalesce(' ' || strftime('%d%m%Y', p.birth_date)"
        " || ' ' || strftime('%Y%m%d', p.birth_date), '') || coalesce(' ' || p.niss, '')"
        " from patient_entry e join patient p on p.id = e.patient"
        " where e.number not in (select rowid from patient_words)"
    )


def _with_words(db: apsw.Connection, key: str, most: int) -> list[Patient]:
    return many(
        db,
        Patient,
        _PATIENT + " where id in (select e.patient from"
        " (select rowid from patient_words where patient_words match ?1 limit ?2) w"
        " cross join patient_entry e on e.number = w.rowid)"
        " and superseded_by is null and archived = 0 order by search, id limit ?3",
        (_asked(key), _MOST_LOOKED_AT, most),
    )


def _asked(key: str) -> str:
    """Write what the list of words is asked: each word typed as a beginning, digits without marks.

    A word is quoted whole, so that nothing typed is ever read as an operator.
    """
    padded = _DAY.sub(lambda m: f"{m[1]:>02}{m[2]:>02}{m[3]}", key)
    words = [
        re.sub(r"\W", "", word) if any(map(str.isdigit, word)) else re.sub(r"[^\w'-]", " ", word)
        for word in padded.split()
    ]
    kept = [word.strip() for word in words if re.search(r"\w", word)]
    return " ".join(f'"{word}"*' for word in kept) or '""'


def add_identity(db: apsw.Connection, fact: IdentityFact, device: str, seq: int) -> None:
    """Keep what a source said of an identity."""
    f = fact
    db.execute(
        "insert into patient_identity values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (f.id, device, seq, f.patient, f.origin, f.card_read, f.captured_at.isoformat(), f.niss,
         f.last_name, f.first_name, _iso(f.birth_date), f.birth_text, f.sex, f.accepted),
    )  # fmt: skip


def identities(db: apsw.Connection, patient_id: str) -> list[IdentityFact]:
    """Return everything said of a person's identity, newest first."""
    return many(
        db, IdentityFact, _IDENTITY + " where patient = ? order by captured_at desc, id desc",
        (patient_id,),
    )  # fmt: skip


def add_address(db: apsw.Connection, address: Address, device: str, seq: int) -> None:
    """Keep what a source said of an address."""
    a = address
    db.execute(
        "insert into patient_address values (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (a.id, device, seq, a.patient, a.origin, a.captured_at.isoformat(), a.street, a.postcode,
         a.city),
    )  # fmt: skip


def address(db: apsw.Connection, patient_id: str) -> Address | None:
    """Return the newest address of a patient."""
    return one(
        db, Address, _ADDRESS + " where patient = ? order by captured_at desc, id desc limit 1",
        (patient_id,),
    )  # fmt: skip


def addresses(db: apsw.Connection, patient_id: str) -> list[Address]:
    """Return every home a patient had, the newest first."""
    return many(
        db, Address, _ADDRESS + " where patient = ? order by captured_at desc, id desc",
        (patient_id,),
    )  # fmt: skip


def add_reading(db: apsw.Connection, key: str, read: CardRead, device: str, seq: int) -> None:
    """Keep one card reading with its evidence; the photo is not kept."""
    db.execute(
        "insert into card_read values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (key, device, seq, str(read.kind), read.at.isoformat(), read.reader,
         read.identity.card_number, str(read.proof), read.proof_reason, read.complete,
         read.identity_file, read.identity_signature, read.address_file, read.address_signature,
         read.rrn_certificate),
    )  # fmt: skip


def reading(db: apsw.Connection, reading_id: str) -> Reading | None:
    """Return one card reading, without its files."""
    return one(
        db, Reading, "select id, at, card_number, proof, proof_reason from card_read where id = ?",
        (reading_id,),
    )  # fmt: skip


def reading_of(db: apsw.Connection, patient_id: str, since: datetime) -> Reading | None:
    """Return the newest reading of a patient's own card since an instant."""
    return one(
        db,
        Reading,
        "select c.id, c.at, c.card_number, c.proof, c.proof_reason from card_read c"
        " join patient_identity i on i.card_read = c.id"
        " where i.patient = ? and c.at >= ? order by c.at desc limit 1",
        (patient_id, since.isoformat()),
    )


def _iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
