"""What work beside the screens needs of a practice, also a moment after they were locked.

A copy begun when the practice is left goes on with its own connection and its own hold on the key,
and forgets both at its end.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from server.core.clock import Clock, ClockTrust
from server.core.ulid import Entropy
from server.services.desk import Desk
from server.store import practice as practices
from server.store.connection import connect
from server.store.inner_keys import journal_key
from server.store.journal import Stamp
from server.store.keys import DatabaseKey
from server.store.watermark import Watermark


@dataclass(frozen=True, slots=True, repr=False)
class Vault:
    """One practice folder with its key, and who works there."""

    folder: Path
    database: Path
    keys: Path
    reference: Path
    key: DatabaseKey
    user: str
    boot: str
    trust: ClockTrust
    clock: Clock
    entropy: Entropy
    mark: Watermark | None = None
    damaged: bool = False  # the file is only read

    @contextmanager
    def desk(self) -> Iterator[Desk]:
        """Give a desk on a connection of its own, closed at the end."""
        db = connect(self.database, self.key, careful=self.damaged)
        try:
            device, who = practices.first_device(db), practices.user(db, self.user)
            if who is None:
                raise LookupError("a vault without its user")
            stamp = Stamp(
                self.clock.now(), device.id, who.id, self.boot, self.trust,
                journal_key(db, self.key),
            )  # fmt: skip
            yield Desk(
                db, practices.get(db), device, who, stamp, self.entropy, mark=self.mark,
                damaged=self.damaged,
            )  # fmt: skip
        finally:
            db.close()
