"""The making of a practice: its answers checked, its first file written whole beside its place."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import apsw

from server.core.clock import Clock, ClockTrust
from server.core.errors import InvalidValue
from server.core.identifiers import Nihii
from server.core.rights import Role
from server.core.ulid import Entropy, new_ulid
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

    country: str
    name: str
    provider_number: str
    last_name: str
    first_name: str
    phone: str
    passphrase: str
    locale: str
    demo: bool = False


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
    if form.country not in ("BE", "FR"):
        raise InvalidValue(field="country", reason="unknown")
    check_passphrase(form.passphrase)


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
    kine = Practitioner(
        ground.new_id(), Nihii.parse(form.provider_number).digits, form.last_name,
        form.first_name, form.phone, True,
    )  # fmt: skip
    who = User(
        owner, _code(form.last_name), form.last_name, form.first_name, Role.MANDANT, True, True,
        kine.id, form.locale,
    )  # fmt: skip
    with db:
        practice = Practice(
            ground.new_id(), form.country, form.demo, form.name, "", "", "", "INDIVIDUAL", None,
            "", "", "", ground.new_id(), take_in(),
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
