"""The practice, its devices, its kinés, its users and their settings."""

from dataclasses import dataclass
from datetime import datetime

import apsw

from server.core.country import Country
from server.core.rights import Right, Role, Standing
from server.store.rows import many, one, value


@dataclass(frozen=True, slots=True)
class Practice:
    """The one row of the practice."""

    id: str
    country: Country
    demo: bool
    name: str
    street: str
    postcode: str
    city: str
    billing_mode: str
    third_party_number: str | None
    enterprise_number: str
    iban: str
    bic: str
    lineage: str
    reference_sha256: str


@dataclass(frozen=True, slots=True)
class Device:
    """A machine of the practice: its letter and its range of official numbers."""

    id: str
    code: str
    label: str
    number_from: int
    number_to: int

    @property
    def digits(self) -> str:
        """The letter as two digits (A = 01), for numeric references."""
        return f"{ord(self.code) - ord('A') + 1:02d}"


@dataclass(frozen=True, slots=True)
class Practitioner:
    """A kiné who gives care."""

    id: str
    number: str
    last_name: str
    first_name: str
    phone: str
    conventioned: bool
    billing_number: str = ""  # France: nine digits, at this place of practice


@dataclass(frozen=True, slots=True)
class User:
    """A login; rights come from the role, from the kiné behind it, and from what was granted."""

    id: str
    code: str
    last_name: str
    first_name: str
    role: Role
    is_main: bool
    active: bool
    practitioner: str | None
    locale: str
    granted: frozenset[Right] = frozenset()
    withdrawn: frozenset[Right] = frozenset()
    note: str = ""

    @property
    def door_name(self) -> str:
        """The name the door shows."""
        return f"{self.first_name} {self.last_name.upper()}"

    @property
    def standing(self) -> Standing:
        """What his rights follow from."""
        linked = self.practitioner is not None
        return Standing(self.role, linked, self.is_main, self.granted, self.withdrawn)

    @property
    def rights(self) -> frozenset[Right]:
        """Everything this user may do: nothing at all once he is inactive."""
        return self.standing.rights if self.active else frozenset()

    def may(self, right: Right) -> bool:
        """Say whether this user holds a right of the closed list."""
        return right in self.rights


_PRACTICE = """
    select id, country, demo, name, street, postcode, city, billing_mode, third_party_number,
           enterprise_number, iban, bic, lineage, reference_sha256
      from practice
"""
_DEVICE = "select id, code, label, number_from, number_to from device where id = ?"
_PRACTITIONER = """
    select id, number, last_name, first_name, phone, conventioned, billing_number
      from practitioner
"""
_USER = """
    select id, code, last_name, first_name, role, is_main, active, practitioner, locale, granted,
           withdrawn, note
      from app_user
"""


def get(db: apsw.Connection) -> Practice:
    """Return the practice of this file."""
    found = one(db, Practice, _PRACTICE)
    if found is None:
        raise LookupError("a practice file without its practice row")
    return found


def created_at(db: apsw.Connection) -> datetime:
    """Return when the practice was made."""
    return datetime.fromisoformat(str(value(db, "select created_at from practice")))


def insert(db: apsw.Connection, practice: Practice, created_at: datetime) -> None:
    """Write the one row of a new practice."""
    p = practice
    db.execute(
        "insert into practice (id, country, demo, name, street, postcode, city, billing_mode,"
        " third_party_number, enterprise_number, iban, bic, lineage, reference_sha256, created_at)"
        " values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (p.id, p.country, p.demo, p.name, p.street, p.postcode, p.city, p.billing_mode,
         p.third_party_number, p.enterprise_number, p.iban, p.bic, p.lineage, p.reference_sha256,
         created_at.isoformat()),
    )  # fmt: skip


def update(db: apsw.Connection, practice: Practice) -> None:
    """Write what may change of a practice; its country and its demo mark may not."""
    p = practice
    db.execute(
        "update practice set name = ?, street = ?, postcode = ?, city = ?,"
        " third_party_number = ?, enterprise_number = ?, iban = ?, bic = ?, reference_sha256 = ?",
        (p.name, p.street, p.postcode, p.city, p.third_party_number, p.enterprise_number, p.iban,
         p.bic, p.reference_sha256),
    )  # fmt: skip


def begin_lineage(db: apsw.Connection, lineage: str) -> None:
    """Write that this file goes its own way from now on: it came back from a copy."""
    db.execute("update practice set lineage = ?", (lineage,))


def set_range(db: apsw.Connection, device: str, first: int, last: int) -> None:
    """Write the range of official numbers of a device."""
    db.execute(
        "update device set number_from = ?, number_to = ? where id = ?", (first, last, device)
    )


def insert_device(db: apsw.Connection, device: Device, created_at: datetime) -> None:
    """Write a device and its number range."""
    db.execute(
        "insert into device (id, code, label, number_from, number_to, created_at)"
        " values (?, ?, ?, ?, ?, ?)",
        (device.id, device.code, device.label, device.number_from, device.number_to,
         created_at.isoformat()),
    )  # fmt: skip


def device(db: apsw.Connection, device_id: str) -> Device | None:
    """Return a device by its id."""
    return one(db, Device, _DEVICE, (device_id,))


def devices(db: apsw.Connection) -> list[Device]:
    """Return the devices of the practice, by letter."""
    return many(
        db, Device, "select id, code, label, number_from, number_to from device order by code"
    )


def first_device(db: apsw.Connection) -> Device:
    """Return the device this file was made on: the only one until files are shared."""
    found = one(db, Device, "select id, code, label, number_from, number_to from device")
    if found is None:
        raise LookupError("a practice file without a device")
    return found


def insert_practitioner(db: apsw.Connection, who: Practitioner, device: str, seq: int) -> None:
    """Write a kiné."""
    db.execute(
        "insert into practitioner (id, device, seq, number, last_name, first_name, phone,"
        " conventioned, billing_number) values (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (who.id, device, seq, who.number, who.last_name, who.first_name, who.phone,
         who.conventioned, who.billing_number),
    )  # fmt: skip


def update_practitioner(db: apsw.Connection, who: Practitioner) -> None:
    """Write what may change of a kiné: names, phone, convention status, billing number."""
    db.execute(
        "update practitioner set last_name = ?, first_name = ?, phone = ?, conventioned = ?,"
        " billing_number = ? where id = ?",
        (who.last_name, who.first_name, who.phone, who.conventioned, who.billing_number, who.id),
    )


def practitioners(db: apsw.Connection) -> list[Practitioner]:
    """Return the kinés of the practice, the holder first."""
    return many(db, Practitioner, _PRACTITIONER + " order by seq")


def practitioner(db: apsw.Connection, practitioner_id: str) -> Practitioner | None:
    """Return one kiné."""
    return one(db, Practitioner, _PRACTITIONER + " where id = ?", (practitioner_id,))


def insert_user(db: apsw.Connection, user: User, device: str, seq: int) -> None:
    """Write a login."""
    db.execute(
        "insert into app_user (id, device, seq, code, last_name, first_name, role, is_main,"
        " active, practitioner, locale, granted, withdrawn, note)"
        " values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (user.id, device, seq, user.code, user.last_name, user.first_name, str(user.role),
         user.is_main, user.active, user.practitioner, user.locale, _words(user.granted),
         _words(user.withdrawn), user.note),
    )  # fmt: skip


def update_user(db: apsw.Connection, user: User) -> None:
    """Write what may change of a login; its code never does."""
    db.execute(
        "update app_user set last_name = ?, first_name = ?, role = ?, is_main = ?, active = ?,"
        " practitioner = ?, locale = ?, granted = ?, withdrawn = ?, note = ? where id = ?",
        (user.last_name, user.first_name, str(user.role), user.is_main, user.active,
         user.practitioner, user.locale, _words(user.granted), _words(user.withdrawn), user.note,
         user.id),
    )  # fmt: skip


def _words(rights: frozenset[Right]) -> str:
    return " ".join(sorted(rights))


def users(db: apsw.Connection) -> list[User]:
    """Return every login, the first made first."""
    return many(db, User, _USER + " order by seq, id")


def user(db: apsw.Connection, user_id: str) -> User | None:
    """Return one login."""
    return one(db, User, _USER + " where id = ?", (user_id,))


def set_locale(db: apsw.Connection, user_id: str, locale: str) -> None:
    """Write the language of a user's screens."""
    db.execute("update app_user set locale = ? where id = ?", (locale, user_id))


def setting(db: apsw.Connection, key: str, default: str) -> str:
    """Return a choice of the practice, or its default."""
    found = value(db, "select value from setting where key = ?", (key,))
    return default if found is None else str(found)


def set_setting(db: apsw.Connection, key: str, text: str, by: str, now: datetime) -> None:
    """Keep a choice of the practice, with who made it and when."""
    db.execute(
        "insert into setting (key, value, set_by, set_at) values (?, ?, ?, ?)"
        " on conflict (key) do update set value = excluded.value, set_by = excluded.set_by,"
        " set_at = excluded.set_at",
        (key, text, by, now.isoformat()),
    )
