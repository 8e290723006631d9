"""The desk: who acts, on which practice, at what instant. Every service takes one.

A service fetches, decides (pure), writes and announces. `Desk.deed` is the transaction: it adds
the journal row first, gives its sequence number to the facts written inside, and announces the
change to the screens, all or nothing.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar

import apsw

from server.core.clock import ClockTrust, civil_date
from server.core.country import Country
from server.core.errors import DamagedPractice, Forbidden, OtherCountry, ProofNeeded
from server.core.rights import Right
from server.core.ulid import Entropy, made_of, new_ulid
from server.store import events, heads, journal, watermark
from server.store.heads import Tail
from server.store.journal import Deed, Stamp
from server.store.practice import Device, Practice, User
from server.store.seats import Kept
from server.store.watermark import Watermark

P = ParamSpec("P")
R = TypeVar("R")


class Repeated(Exception):
    """What is asked was done before by the very same form: nothing is left to do."""


@dataclass(frozen=True, slots=True)
class Desk:
    """What a service needs to act once: the file, the person, the device and the instant."""

    db: apsw.Connection
    practice: Practice
    device: Device
    user: User
    stamp: Stamp
    entropy: Entropy
    used: list[str] = field(default_factory=list, compare=False)  # rights asked for so far
    mark: Watermark | None = None  # follows what is committed; None where nothing outlives the file
    damaged: bool = False  # the file is only read
    fresh: bool = False  # the user typed his passphrase minutes ago
    network_time: datetime | None = None  # what a partner's clock says now; None: nobody was heard
    kept: Kept | None = field(default=None, compare=False)  # facts read since the last change

    @property
    def now(self) -> datetime:
        """The instant of this act, aware, UTC."""
        return self.stamp.now

    @property
    def country(self) -> Country:
        """The country of the practice: rules, screens and words follow it."""
        return self.practice.country

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

    def once(self, read: Callable[[], R], *key: str) -> R:
        """Give what `read` gives, read once per change of the file under this key.

        For facts alone, and never altered by who gets them: nothing that hangs on the hour or on
        what was typed. What hangs on rights may be kept: it is kept for this user, and rights only
        change in the file.
        """
        return read() if self.kept is None else self.kept.once(self.db, key, read)

    def new_id(self) -> str:
        """Make the key of a new row."""
        return new_ulid(self.stamp.now, self.entropy)

    def key_for(self, typed: Mapping[str, str], about: str = "") -> str:
        """Make the key of the row that a form creates: the same when that very form comes again.

        A page draws such a form with a `form_key` of its own. Corrected in between, or without a
        key, it is another form. `about` names what the row hangs on. See `deed(once=True)`.
        """
        words = json.dumps([about, *sorted(typed.items())])
        try:
            return made_of(typed.get("form_key", ""), words)
        except ValueError:
            return self.new_id()

    def require(self, right: Right) -> None:
        """Raise `Forbidden` unless the user holds this right."""
        if not self.user.may(right):
            raise Forbidden(right=right)
        if right not in self.used:
            self.used.append(right)

    def require_country(self, country: Country) -> None:
        """Raise `OtherCountry` unless the practice is of this country."""
        if self.country is not country:
            raise OtherCountry(country=self.country)

    def require_proof(self) -> None:
        """Raise `ProofNeeded` unless the user typed his passphrase minutes ago."""
        if not self.fresh:
            raise ProofNeeded()

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
        once: bool = False,
    ) -> Iterator[int]:
        """Open the one transaction of a service and yield the sequence number of its facts.

        Raises `DamagedPractice` when the file is damaged and only read; with `once`, `Repeated`
        when the journal has this act on this row already: a form that came twice.
        """
        if self.damaged:
            raise DamagedPractice(reason="read_only")
        with self.db:
            if once and journal.holds(self.db, action, entity_id):
                raise Repeated()
            seq = self._append(Deed(action, entity, entity_id, before, after, reason))
            yield seq
            events.add(self.db, self.stamp.now, action, entity_id)
        self._raise_mark()

    def sight(self, action: str, entity: str, entity_id: str) -> None:
        """Journal that the user saw something; the screens are not told, nothing changed.

        Once per user, thing, run of the program and hour: a page drawn again is the same look. A
        damaged file is read without a row: nothing is written into it.
        """
        hour = self.now - timedelta(
            minutes=self.now.minute, seconds=self.now.second, microseconds=self.now.microsecond
        )
        if self.damaged or journal.noted_since(self.db, self.stamp, action, entity_id, hour):
            return
        with self.db:
            self._append(Deed(action, entity, entity_id))
        self._raise_mark()

    def anchor(self, why: str, lot: str | None = None) -> None:
        """Sign where the chain of this device stands, inside the caller's transaction."""
        tip = journal.tip(self.db, self.device.id)
        if tip is not None:
            tail = Tail(self.device.id, tip.seq, tip.hash, self.now, why, lot)
            heads.sign(self.db, tail, self.practice.id, self.entropy)

    def _append(self, deed: Deed) -> int:
        """Add the journal row; the first of a day signs where the day before left the chain."""
        tip = journal.tip(self.db, self.device.id)
        if tip is not None and civil_date(tip.at, self.practice.country) < self.today:
            self.anchor(heads.DAY)
        right = ",".join(self.used)
        return journal.append(self.db, self.stamp, replace(deed, right=right))

    def _raise_mark(self) -> None:
        """Remember beside the file how far its journal reaches; what is kept is kept anyway."""
        if self.mark is None or self.db.in_transaction:
            return
        with suppress(apsw.Error):
            reached = watermark.head(self.db, self.practice.lineage, self.device.id)
            if reached is not None:
                self.mark.rise(reached)


def needs(
    *rights: Right, fresh: bool = False
) -> Callable[[Callable[Concatenate[Desk, P], R]], Callable[Concatenate[Desk, P], R]]:
    """Let a service be called only by a user who holds every one of these rights.

    With `fresh`, his passphrase must have been typed minutes ago too. The wrapped service raises
    `Forbidden` or `ProofNeeded` before it does anything.
    """

    def guard(service: Callable[Concatenate[Desk, P], R]) -> Callable[Concatenate[Desk, P], R]:
        @wraps(service)
        def guarded(desk: Desk, /, *args: P.args, **kwargs: P.kwargs) -> R:
            for right in rights:
                desk.require(right)
            if fresh:
                desk.require_proof()
            return service(desk, *args, **kwargs)

        return guarded

    return guard
