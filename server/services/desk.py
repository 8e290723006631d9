"""The desk: who acts, on which practice, at what instant. Every service takes one.

A service fetches, decides (pure), writes and announces. `Desk.deed` is the transaction: it adds
the journal row first, gives its sequence number to the facts written inside, and announces the
change to the screens, all or nothing.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import date, datetime

import apsw

from server.core.clock import ClockTrust, civil_date
from server.core.errors import DamagedPractice, Forbidden
from server.core.ulid import Entropy, new_ulid
from server.store import events, journal, watermark
from server.store.journal import Deed, Stamp
from server.store.practice import Device, Practice, User
from server.store.watermark import Watermark


@dataclass(frozen=True, slots=True)
class Desk:
    """What a service needs to act once: the file, the person, the device and the instant."""

    db: apsw.Connection
    practice: Practice
    device: Device
    user: User
    stamp: Stamp
    entropy: Entropy
    mark: Watermark | None = None  # follows what is committed; None where nothing outlives the file
    damaged: bool = False  # the file is only read
    network_time: datetime | None = None  # what a partner's clock says now; None: nobody was heard

    @property
    def now(self) -> datetime:
        """The instant of this act, aware, UTC."""
        return self.stamp.now

    @property
    def today(self) -> date:
        """The civil date in the practice's time zone."""
        return civil_date(self.stamp.now, self.practice.country)

    @property
    def likely_today(self) -> date:
        """The day to propose when nobody typed one: the clock's, unless better is known (H-07).

        A suspect clock gives way to a partner's; without one, to the last act that was believed.
        """
        if not self.clock_is_suspect:
            return self.today
        known = self.network_time or journal.last_believed(self.db, self.device.id)
        day = civil_date(known, self.practice.country) if known else self.today
        return day if self.network_time else max(day, self.today)

    @property
    def clock_is_suspect(self) -> bool:
        """Whether sealing, expiry and deadlines must wait for a confirmed date."""
        return self.stamp.trust is ClockTrust.SUSPECT

    def new_id(self) -> str:
        """Make the key of a new row."""
        return new_ulid(self.stamp.now, self.entropy)

    def require(self, right: str) -> None:
        """Raise `Forbidden` unless the user's role holds this right."""
        if not self.user.may(right):
            raise Forbidden(right=right)

    @contextmanager
    def deed(
        self,
        action: str,
        entity: str,
        entity_id: str,
        after: Mapping[str, object] | None = None,
        *,
        before: Mapping[str, object] | None = None,
        reason: str | None = None,
    ) -> Iterator[int]:
        """Open the one transaction of a service and yield the sequence number of its facts.

        Raises `DamagedPractice` when the file is damaged and only read.
        """
        if self.damaged:
            raise DamagedPractice(reason="read_only")
        with self.db:
            seq = journal.append(
                self.db, self.stamp, Deed(action, entity, entity_id, before, after, reason)
            )
            yield seq
            events.add(self.db, self.stamp.now, action, entity_id)
        self._raise_mark()

    def _raise_mark(self) -> None:
        """Remember beside the file how far its journal reaches; what is kept is kept anyway."""
        if self.mark is None or self.db.in_transaction:
            return
        with suppress(apsw.Error):
            reached = watermark.head(self.db, self.practice.lineage, self.device.id)
            if reached is not None:
                self.mark.rise(reached)
