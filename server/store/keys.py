"""The keys of a practice: slots that each open the same random key of the file.

One slot per user (passphrase), one for the recovery code; `reliability-security.md` §2.2. The key
file lies beside the database; it holds salts, costs and wrapped keys, never a key in clear.
The ciphers are loaded when a key is made or opened: the unlock page itself has no use for them.
"""

import base64
import json
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from server.core.errors import DamagedPractice, WrongKey

FORMAT = 1
RECOVERY = "recovery"
_NEXT = "next"  # the slots of a key that a re-encryption under way brings
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


@dataclass(frozen=True, slots=True)
class Cost:
    """What one try of a passphrase costs a thief: argon2id memory, passes, lanes."""

    memory_kib: int = 65_536
    passes: int = 3
    lanes: int = 2

    def __post_init__(self) -> None:
        if self.memory_kib < 19 * 1024 or self.passes < 2:
            raise ValueError("argon2id below 19 MiB or two passes protects nobody")


@dataclass(frozen=True, slots=True, repr=False)
class DatabaseKey:
    """The 32 random bytes that encrypt the practice file; never printed."""

    raw: bytes

    def derive(self, purpose: str) -> bytes:
        """Derive an independent 32-byte key for another purpose ("journal")."""
        from cryptography.hazmat.primitives.hashes import SHA256
        from cryptography.hazmat.primitives.kdf.hkdf import HKDF

        return HKDF(SHA256(), 32, salt=None, info=purpose.encode()).derive(self.raw)


def new_key() -> DatabaseKey:
    """Make the key of a new practice."""
    return DatabaseKey(secrets.token_bytes(32))


def new_recovery_code() -> str:
    """Make a recovery code: 25 characters in five groups, then two check characters."""
    body = "".join(secrets.choice(_ALPHABET) for _ in range(25))
    groups = "-".join(body[i : i + 5] for i in range(0, 25, 5))
    return f"{groups}-{_check(body)}"


def parse_recovery_code(text: str) -> str:
    """Read a typed recovery code (any spacing or case); raise `WrongKey` on a typing error."""
    bare = "".join(c for c in text.upper() if c.isalnum())
    bare = bare.replace("O", "0").replace("I", "1").replace("L", "1")
    if len(bare) != 27 or bare[25:] != _check(bare[:25]):
        raise WrongKey(slot=RECOVERY, reason="typo")
    return bare[:25]


def _check(body: str) -> str:
    """Two check characters that notice any single wrong character."""
    total = sum((i + 1) * (_ALPHABET.index(c) + 1) for i, c in enumerate(body) if c in _ALPHABET)
    return _ALPHABET[total // 32 % 32] + _ALPHABET[total % 32]


class KeyFile:
    """The slots of one practice, read from and written to its key file."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def create(
        self,
        key: DatabaseKey,
        slots: Mapping[str, tuple[str, str]],
        cost: Cost,
        sign: Mapping[str, Any],
        at: str = "",
    ) -> None:
        """Write the first slots (secret and label of each) and the sign, all at once.

        `at` is the instant, ISO, shown as the age of each slot.

        Raises `DamagedPractice` rather than overwrite an existing key file.
        """
        if self._path.exists():
            raise DamagedPractice(reason="key_file_exists")
        held = {
            slot: _made(key, slot, secret, cost, label, 1, at)
            for slot, (secret, label) in slots.items()
        }
        self._write({"format": FORMAT, "slots": held, "sign": dict(sign)})

    def add(
        self, key: DatabaseKey, slot: str, secret: str, cost: Cost, label: str = "",
        at: str = "", above: int = 0,
    ) -> None:  # fmt: skip
        """Add or replace one slot; the database itself is not touched.

        Its number is greater than every other's, and than `above`.
        """
        document = self._read()
        number = max(above, *(_number(held) for held in document["slots"].values()), 0) + 1
        document["slots"][slot] = _made(key, slot, secret, cost, label, number, at)
        self._write(document)

    def remove(self, slot: str) -> None:
        """Take one slot away; harmless when it is not there."""
        document = self._read()
        if document["slots"].pop(slot, None) is not None:
            self._write(document)

    def mark_provisional(self, slot: str) -> None:
        """Note that somebody else chose the secret of a slot, until the slot is made anew."""
        document = self._read()
        document["slots"][slot]["provisional"] = True
        self._write(document)

    def provisional(self) -> frozenset[str]:
        """Return the slots whose secret was chosen by somebody else."""
        held = self._read()["slots"].items()
        return frozenset(slot for slot, each in held if each.get("provisional"))

    def relabel(self, slot: str, label: str) -> None:
        """Show another label for a slot; what opens it is not touched."""
        document = self._read()
        document["slots"][slot]["label"] = label
        self._write(document)

    def slots(self) -> dict[str, str]:
        """Return the slots ("user:<id>", "recovery") and the label shown for each, in order."""
        return {slot: held.get("label", "") for slot, held in self._read()["slots"].items()}

    def prepare(
        self, key: DatabaseKey, slots: Mapping[str, tuple[str, str]], cost: Cost, at: str,
        above: int,
    ) -> None:  # fmt: skip
        """Write slots of the key that comes next beside those of the present one, which still open.

        Until `settle` or `abandon` the file holds both: whichever key the database has, it opens.
        """
        document = self._read()
        number = max(above, *(_number(held) for held in document["slots"].values())) + 1
        document[_NEXT] = {
            slot: _made(key, slot, secret, cost, label, number, at)
            for slot, (secret, label) in slots.items()
        }
        self._write(document)

    def has_next(self) -> bool:
        """Say whether a change of the key was begun and not ended."""
        return _NEXT in self._read()

    def open_next(self, slot: str, secret: str) -> DatabaseKey:
        """Unwrap the key that comes next; raise `WrongKey` (reason "rekeyed") without its slot."""
        held = self._read().get(_NEXT, {}).get(slot)
        if held is None:
            raise WrongKey(slot=slot, reason="rekeyed")
        return _unwrap(held, slot, secret)

    def settle(self) -> None:
        """Let the key that came next be the only one: slots of the other open nothing more.

        Nobody has retyped its recovery code yet.
        """
        document = self._read()
        document["slots"] = document.pop(_NEXT)
        document["sign"] = {**document.get("sign", {}), "proven": False}
        self._write(document)

    def abandon(self) -> None:
        """Forget the key that was to come next."""
        document = self._read()
        document.pop(_NEXT, None)
        self._write(document)

    def numbers(self) -> dict[str, int]:
        """Return the number of each slot: a slot made later has a greater one, 0 before numbers.

        A practice remembers them, and so notices an older key file put back.
        """
        return {slot: _number(held) for slot, held in self._read()["slots"].items()}

    def made_at(self) -> dict[str, datetime]:
        """Return when each slot was made, as far as it says so."""
        held = self._read()["slots"].items()
        return {s: datetime.fromisoformat(each["at"]) for s, each in held if each.get("at")}

    def sign(self) -> dict[str, Any]:
        """Return what is written on the door of the practice: name, country, demo, locale."""
        sign: dict[str, Any] = self._read().get("sign", {})
        return sign

    def set_sign(self, sign: dict[str, Any]) -> None:
        """Write what is shown before the practice is opened; nothing of a patient."""
        document = self._read()
        document["sign"] = sign
        self._write(document)

    def open(self, slot: str, secret: str) -> DatabaseKey:
        """Unwrap the key with one secret; raise `WrongKey` when it does not open."""
        held = self._read()["slots"].get(slot)
        if held is None:
            raise WrongKey(slot=slot, reason="no_slot")
        return _unwrap(held, slot, secret)

    def _read(self) -> dict[str, Any]:
        try:
            document: dict[str, Any] = json.loads(self._path.read_text("utf-8"))
        except (OSError, ValueError):
            raise DamagedPractice(reason="key_file") from None
        if not isinstance(document, dict) or document.get("format") != FORMAT:
            raise DamagedPractice(reason="key_format")
        return document

    def _write(self, document: dict[str, Any]) -> None:
        """Write beside, make durable, then rename over: a cut leaves the old file or the new."""
        temporary = self._path.with_suffix(".tmp")
        handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as out:
            json.dump(document, out)
            out.flush()
            os.fsync(out.fileno())
        temporary.replace(self._path)
        sync_folder(self._path.parent)


def sync_folder(folder: Path) -> None:
    """Make a rename durable, where the platform lets a folder be opened."""
    if os.name == "posix":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def stretch(secret: str, salt: bytes, cost: Cost) -> bytes:
    """Turn a secret into 32 bytes, at a cost; the same secret and salt give the same."""
    from argon2.low_level import Type, hash_secret_raw

    return hash_secret_raw(
        secret.encode(), salt, cost.passes, cost.memory_kib, cost.lanes, 32, Type.ID
    )


def _made(
    key: DatabaseKey, slot: str, secret: str, cost: Cost, label: str, number: int, at: str
) -> dict[str, Any]:
    wrapped = _wrap(key, _bound(slot, number), secret, cost)
    return {**wrapped, "label": label, "number": number, "at": at}


def _number(held: Mapping[str, Any]) -> int:
    number = held.get("number", 0)
    return number if isinstance(number, int) else 0


def _bound(slot: str, number: int) -> str:
    """Give what a wrapped key is bound to: neither its slot nor its number can be edited."""
    return f"{slot}:{number}" if number else slot


def _wrap(key: DatabaseKey, slot: str, secret: str, cost: Cost) -> dict[str, Any]:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    salt, nonce = secrets.token_bytes(16), secrets.token_bytes(12)
    wrapped = AESGCM(stretch(secret, salt, cost)).encrypt(nonce, key.raw, slot.encode())
    return {
        "memory_kib": cost.memory_kib,
        "passes": cost.passes,
        "lanes": cost.lanes,
        **{
            name: base64.b64encode(value).decode()
            for name, value in (("salt", salt), ("nonce", nonce), ("wrapped", wrapped))
        },
    }


def _unwrap(held: dict[str, Any], slot: str, secret: str) -> DatabaseKey:
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    try:
        salt, nonce, wrapped = (base64.b64decode(held[n]) for n in ("salt", "nonce", "wrapped"))
        cost = Cost(held["memory_kib"], held["passes"], held["lanes"])
    except (KeyError, TypeError, ValueError):  # edited by hand, or a cost that protects nobody
        raise DamagedPractice(reason="key_file") from None
    bound = _bound(slot, _number(held)).encode()
    try:
        return DatabaseKey(AESGCM(stretch(secret, salt, cost)).decrypt(nonce, wrapped, bound))
    except InvalidTag:
        raise WrongKey(slot=slot, reason="wrong") from None
