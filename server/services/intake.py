"""Who reads the post, whatever the country: stored first, then understood, then confirmed.

Write order C4–C7 of `reliability-security.md` §3.1: each letter is kept before it is understood,
is applied once, and one that cannot be read is not confirmed, so that its mailbox keeps it too
until a person releases it.
"""

import hashlib
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from datetime import datetime

from server.core.outbox import Letter
from server.services.desk import Desk
from server.store import post


class Intake(ABC):
    """Reads the post of one open practice; answers the port `sync` works with."""

    def __init__(self, desk: Callable[[], Desk]) -> None:
        self._desk = desk

    def keep(self, raw: bytes, now: datetime) -> None:
        """Store a page of the mailbox, or a message of it, as received (C4)."""
        desk = self._desk()
        sha256 = hashlib.sha256(raw).hexdigest()
        with desk.deed("post.kept", "mailbox", desk.device.id, {"sha256": sha256}):
            post.keep_raw(desk.db, None, raw, sha256, now)

    def take(self, letter: Letter, now: datetime) -> bool:
        """Store, understand and apply one letter (C5); True when it may be confirmed.

        A letter already applied is recognised by its hash.
        """
        desk = self._desk()
        sha256 = hashlib.sha256(letter.content).hexdigest()
        held = post.letter_by_hash(desk.db, str(letter.kind), letter.hash, sha256)
        if held is not None and (held.state == "Applied" or held.released_at is not None):
            return True
        key = held.id if held else desk.new_id()
        if held is None:
            with desk.deed("letter.received", "letter", key, {"sha256": sha256}) as seq:
                post.add_letter(desk.db, key, letter, sha256, now, desk.device.id, seq)
        return self._apply(desk, key, letter, now)

    def confirmed(self, hashes: Sequence[str], now: datetime) -> None:
        """Record that these left the mailbox (C7)."""
        desk = self._desk()
        with desk.deed("post.confirmed", "mailbox", desk.device.id, {"hashes": list(hashes)}):
            for hashed in hashes:
                post.confirm_letter(desk.db, hashed, now)

    @abstractmethod
    def _apply(self, desk: Desk, key: str, letter: Letter, now: datetime) -> bool:
        """Understand a letter kept under `key` and apply it; True when it may be confirmed."""
