"""Patients, what each source said of their identity and address, and the cards that were read."""

import unicodedata
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


def search(db: apsw.Connection, text: str, most: int = 20) -> list[Patient]:
    """Return patients whose folded name (or NISS) begins with what was typed, by name."""
    key = search_key(text)
    digits = "".join(c for c in text if c.isdigit())
    return many(
        db,
        Patient,
        _PATIENT + " where superseded_by is null and archived = 0 and"
        " ((search >= ?1 and search < ?1 || char(1114111)) or (?2 <> '' and niss >= ?2"
        " and niss < ?2 || char(1114111))) order by search, id limit ?3",
        (key, digits if len(digits) >= 2 else "", most),
    )


def count(db: apsw.Connection) -> int:
    """Count the living files."""
    found = "select count(*) from patient where superseded_by is null and archived = 0"
    return int(value(db, found))


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
