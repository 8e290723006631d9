"""The making of a practice: its answers checked, its first file written whole beside its place."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import apsw

from server.core.clock import Clock, ClockTrust
from server.core.country import Country
from server.core.errors import InvalidValue
from server.core.identifiers import Nihii
from server.core.rights import Role
from server.core.ulid import Entropy, new_ulid
from server.countries.france.numbers import BillingNumber
from server.countries.france.registers import Rpps
from server.store import journal
from server.store import practice as practices
from server.store.connection import found
from server.store.journal import Deed, Stamp
from server.store.keys import DatabaseKey
from server.store.migrate import migrate
from server.store.practice import Device, Practice, Practitioner, User

BESIDE = "besace.new"
"""A practice file that is being written: it gets its own name last, whole."""

SHORTEST = 10  # characters of a passphrase

GENERIC = frozenset({"USER"})
"""Codes of accounts several people shared elsewhere: nobody is ever given one (SOFT33-8)."""


@dataclass(frozen=True, slots=True)
class NewPractice:
    """What the creation page asks; numbers and names as typed."""

    country: str  # "BE" or "FR"
    name: str
    provider_number: str  # INAMI in Belgium, RPPS in France
    last_name: str
    first_name: str
    phone: str
    passphrase: str
    locale: str
    demo: bool = False
    billing_number: str = ""  # France alone: what the kiné bills under at this place


@dataclass(frozen=True, slots=True)
class Ground:
    """What a first file stands on: its place, time, randomness, and this run of the program."""

    folder: Path
    clock: Clock
    entropy: Entropy
    boot: str
    trust: Callable[[], ClockTrust]

    def new_id(self) -> str:
        """Make the key of a new row."""
        return new_ulid(self.clock.now(), self.entropy)


def check(form: NewPractice) -> None:
    """Raise `InvalidValue` for the first answer that cannot be used."""
    needed: Mapping[str, str] = {
        "name": form.name, "last_name": form.last_name, "first_name": form.first_name,
    }  # fmt: skip
    for field, text in needed.items():
        if not text.strip():
            raise InvalidValue(field=field, reason="missing")
    if form.country not in tuple(Country):
        raise InvalidValue(field="country", reason="unknown")
    _numbers(form)
    check_passphrase(form.passphrase)


def provider_number(text: str, *, in_france: bool) -> str:
    """Read the number of who founds a practice: INAMI, or RPPS in France."""
    return Rpps.parse(text).digits if in_france else Nihii.parse(text).digits


def billing_number(text: str) -> str:
    """Read the number a French kiné bills under at one place of practice."""
    return BillingNumber.parse(text).digits


def _numbers(form: NewPractice) -> tuple[str, str]:
    """Read the number of the holder and, in France, the one he bills under."""
    in_france = form.country == Country.FRANCE
    number = provider_number(form.provider_number, in_france=in_france)
    return number, billing_number(form.billing_number) if in_france else ""


def check_passphrase(passphrase: str, field: str = "passphrase") -> None:
    """Raise `InvalidValue` on a passphrase too short to protect anybody."""
    if len(passphrase) < SHORTEST:
        raise InvalidValue(field=field, reason="too_short")


def sign(form: NewPractice) -> dict[str, object]:
    """Give what is written on the door of the practice; nobody has retyped its code yet."""
    return {
        "name": form.name, "country": form.country, "demo": form.demo, "locale": form.locale,
        "proven": False,
    }  # fmt: skip


def write_file(
    ground: Ground, form: NewPractice, owner: str, key: DatabaseKey, take_in: Callable[[], str]
) -> Path:
    """Write the whole practice file beside its place: half a practice never shows.

    `take_in` keeps the reference file and gives its digest.
    """
    beside = ground.folder / BESIDE
    for leftover in ground.folder.glob(f"{BESIDE}*"):
        leftover.unlink()
    ground.folder.chmod(0o700)
    db = found(beside, key)
    migrate(db)
    _fill(ground, db, form, owner, key.derive("journal"), take_in)
    db.pragma("journal_mode", "delete")  # folds the log in: the file alone is the practice
    db.close()
    return beside


def _fill(
    ground: Ground, db: apsw.Connection, form: NewPractice, owner: str, mac_key: bytes,
    take_in: Callable[[], str],
) -> None:  # fmt: skip
    now = ground.clock.now()
    device = Device(ground.new_id(), "A", "", 1, 499)
    stamp = Stamp(now, device.id, owner, ground.boot, ground.trust(), mac_key)
    number, billing_number = _numbers(form)
    kine = Practitioner(
        ground.new_id(), number, form.last_name, form.first_name, form.phone, True, billing_number
    )
    who = User(
        owner, _code(form.last_name), form.last_name, form.first_name, Role.MANDANT, True, True,
        kine.id, form.locale,
    )  # fmt: skip
    with db:
        practice = Practice(
            ground.new_id(), Country(form.country), form.demo, form.name, "", "", "",
            "INDIVIDUAL", None, "", "", "", ground.new_id(), take_in(),
        )  # fmt: skip
        practices.insert(db, practice, now)
        practices.insert_device(db, device, now)
        seq = journal.append(
            db, stamp, Deed("practice.created", "practice", practice.id, None, _public(form))
        )
        practices.insert_practitioner(db, kine, device.id, seq)
        practices.insert_user(db, who, device.id, seq)


def _code(last_name: str) -> str:
    code = "".join(c for c in last_name.upper() if c.isalnum())[:15]
    return "TITULAIRE" if not code or code in GENERIC else code


def _public(form: NewPractice) -> Mapping[str, object]:
    return {"country": form.country, "name": form.name, "demo": form.demo}
