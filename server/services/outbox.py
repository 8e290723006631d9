"""The queue of what leaves: leased, tried once, settled; its history stays.

States: `domain.md` §3.8; write order C1–C7, doubt and absence: `reliability-security.md` §3.
This is the SQLite answer to the port `sync` works with; every call is one transaction.
"""

import hashlib
import random
from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from math import inf

from server.core.backoff import exhausted, next_delay
from server.core.clock import civil_date, start_of_day
from server.core.errors import StateConflict
from server.core.online import STREAM
from server.core.outbox import Message, MessageState, Outcome, Verdict
from server.services import (
    arrivals,
    fates,
    french_sending,
    homecomings,
    mandates,
    online_answers,
)
from server.services.desk import Desk
from server.store import claims, post
from server.store.post import Attempt, Row

_QUIET = timedelta(minutes=15)  # how long a mailbox must stay silent before absence is believed
_LONGEST_WAIT = timedelta(hours=26)  # until the next morning, an hour of summer time included
_FIRST_QUESTION = timedelta(minutes=1)  # the run that fell silent reads the mailbox itself
_QUIET_SECONDS = _QUIET.total_seconds()
_LEASE_SECONDS = 300.0
_ABSENT = Verdict.ABSENT.value
_S = MessageState


class PracticeOutbox:
    """The outbox of one open practice; `desk` gives a fresh desk for each call and thread."""

    def __init__(
        self,
        desk: Callable[[], Desk],
        mono: Callable[[], float],
        jitter: Callable[[], float] = random.random,
        held: Callable[[], bool] = lambda: False,
    ) -> None:
        """`held` says that nothing may leave now; who has no mandate for a stream sends none."""
        self._held = held
        self._desk = desk
        self._mono = mono
        self._jitter = jitter

    def recover(self, now: datetime) -> int:
        """Put every lease of an earlier run in doubt: we cannot know what left."""
        desk = self._desk()
        stale = [
            row
            for row in post.open_rows(desk.db)
            if row.state is _S.LEASED and not self._is_held(desk, row)
        ]
        for row in stale:
            with desk.deed("message.doubt", "message", row.id) as seq:
                attempt = post.open_attempt(desk.db, row.id)
                if attempt is not None:
                    verdict = Verdict.UNKNOWN.value
                    post.end_attempt(desk.db, attempt, verdict, "restart", now)
                self._doubt(desk, seq, row, "restart", now)
        return len(stale)

    def question(self, streams: Collection[str], now: datetime) -> int:
        """Make due the question about each message in doubt: their mailbox is about to be read."""
        desk = self._desk()
        rows = [
            row
            for row in self._travelling(desk)
            if row.state is _S.UNKNOWN and row.stream in streams and not _is_due(row, now)
        ]
        for row in rows:
            if not self._is_held(desk, row):
                with desk.deed("message.questioned", "message", row.id):
                    post.plan(desk.db, row.id, now)
        return len(rows)

    def lanes(self, now: datetime) -> list[str]:
        """Return the lanes with something to send or to ask, the nearest deadline first."""
        self.recover(now)
        desk = self._desk()
        self._wake(desk, now)
        rows = [row for row in self._travelling(desk) if _is_due(row, now)]
        return list(dict.fromkeys(row.lane for row in rows))

    def count(self, now: datetime) -> int:
        """Return how many rows are due."""
        return sum(_is_due(row, now) for row in self._travelling(self._desk()))

    def lease(self, lane: str, now: datetime) -> Message | None:
        """Take the most urgent due row of a lane; the lease and the attempt are durable (C2)."""
        desk = self._desk()
        mine = [row for row in self._travelling(desk) if row.lane == lane]
        if any(row.state is _S.LEASED or self._is_held(desk, row) for row in mine):
            return None
        for row in mine:
            if _is_due(row, now) and not self._must_not_leave(desk, row, now):
                with suppress(StateConflict):  # somebody else took it meanwhile
                    return self._take(desk, row, now)
        return None

    def keep(self, message: Message, raw: bytes, now: datetime) -> None:
        """Store an answer as received, with the attempt it answers (C4)."""
        desk = self._desk()
        sha256 = hashlib.sha256(raw).hexdigest()
        with desk.deed("answer.kept", "message", message.id, {"sha256": sha256}):
            attempt = post.open_attempt(desk.db, message.id)
            post.keep_raw(desk.db, attempt, raw, sha256, now)

    def settle(self, message: Message, outcome: Outcome, now: datetime) -> None:
        """Write what an attempt or a question brought (C5)."""
        desk = self._desk()
        action = f"message.{outcome.verdict.value}"
        with desk.deed(action, "message", message.id, reason=outcome.reason or None) as seq:
            row = post.get(desk.db, message.id)
            attempt = post.open_attempt(desk.db, message.id)
            if row is None:
                return
            evidence = ""
            if attempt is not None:  # none when the lease ran out before the answer came
                post.end_attempt(desk.db, attempt, outcome.verdict.value, outcome.reason, now)
                evidence = f"attempt:{attempt}"
            if message.doubtful:
                self._settle_question(desk, seq, row, outcome, evidence)
            else:
                self._settle_try(desk, seq, row, outcome, evidence)
            if row.stream == STREAM and outcome.verdict is Verdict.DONE:
                online_answers.take(desk, row, outcome.raw)

    def line_back(self, now: datetime) -> int:
        """Make due what waits only because the line was down."""
        desk = self._desk()
        waiting = [
            row
            for row in post.open_rows(desk.db)
            if row.state is _S.RETRY_WAIT and row.reason.startswith("line.")
        ]
        if waiting:
            with desk.deed("line.back", "outbox", desk.device.id):
                for row in waiting:
                    post.plan(desk.db, row.id, now)
        return len(waiting)

    def next_due(self, now: datetime) -> datetime | None:
        """Return when something becomes due; now or earlier when it already is."""
        desk = self._desk()
        rows = [row for row in self._travelling(desk) if not self._depends(desk, row)]
        return min((at for row in rows if (at := _due_at(row)) is not None), default=None)

    def _travelling(self, desk: Desk) -> list[Row]:
        """Return the rows not at their end that may travel for who is at work (E-07)."""
        if self._held():
            return []
        rows = post.open_rows(desk.db)
        streams = {row.stream for row in rows}
        allowed = {stream for stream in streams if mandates.may_travel(desk, stream)}
        return [row for row in rows if row.stream in allowed]

    def _wake(self, desk: Desk, now: datetime) -> None:
        """Make ready what has waited long enough, and let expire what comes too late.

        A wait longer than any we plan was planned by a clock far ahead, since set right.
        """
        for row in post.open_rows(desk.db):
            if row.next_try is not None and row.next_try - now > _LONGEST_WAIT:
                with desk.deed("message.planned", "message", row.id):
                    post.plan(desk.db, row.id, now)
        for row in post.open_rows(desk.db):
            if row.state not in (_S.NEW, _S.RETRY_WAIT, _S.READY):
                continue
            if row.expires_at is not None and row.expires_at <= now and not desk.clock_is_suspect:
                with desk.deed("message.expired", "message", row.id):
                    post.move(desk.db, row, _S.EXPIRED, "too_late")
            elif row.state is not _S.READY and self._may_start(desk, row, now):
                with desk.deed("message.ready", "message", row.id):
                    post.move(desk.db, row, _S.READY)

    def _may_start(self, desk: Desk, row: Row, now: datetime) -> bool:
        at = _due_at(row)
        return at is not None and at <= now and not self._depends(desk, row)

    def _depends(self, desk: Desk, row: Row) -> bool:
        """Say whether a message that must leave first has not arrived yet."""
        before = post.get(desk.db, row.depends_on) if row.depends_on else None
        if before is not None and before.state is not _S.DONE:
            return True
        return french_sending.waits_for_another(desk, row)

    def _must_not_leave(self, desk: Desk, row: Row, now: datetime) -> bool:
        """Say whether a due row stays: its day is taken, or what it asks is not true any more."""
        if row.stream == STREAM:
            return row.state is _S.READY and online_answers.overtaken(desk, row)
        return self._must_wait_for_tomorrow(desk, row, now)

    def _must_wait_for_tomorrow(self, desk: Desk, row: Row, now: datetime) -> bool:
        """One eFact file per insurer and civil day of sending (BE-56b, error 100724)."""
        if row.stream != "efact" or row.state is not _S.READY:
            return False
        today = civil_date(now, desk.practice.country)
        morning = start_of_day(today, desk.practice.country)
        tomorrow = today + timedelta(days=1)
        evening = start_of_day(tomorrow, desk.practice.country)
        if set(post.sent_in_lane(desk.db, row.lane, morning, evening)) <= {row.id}:
            return False
        with desk.deed("lot.postponed", "lot", row.lot or row.id):
            post.plan(desk.db, row.id, evening)
            if row.lot:
                claims.plan_lot(desk.db, row.lot, tomorrow)
        return True

    def _take(self, desk: Desk, row: Row, now: datetime) -> Message:
        doubtful = row.state is _S.UNKNOWN
        until = self._mono() + _LEASE_SECONDS
        action = "message.asked" if doubtful else "message.leased"
        with desk.deed(action, "message", row.id) as seq:
            post.add_attempt(
                desk.db, row, "ask" if doubtful else "send", desk.stamp.boot, now, self._mono()
            )
            if doubtful:
                post.hold(desk.db, row.id, desk.stamp.boot, until)
            else:
                post.move(desk.db, row, _S.LEASED)
                post.lease(desk.db, row.id, desk.stamp.boot, until, now)
                if row.lot:
                    fates.lot_leaves(desk, seq, row.lot)
        return Message(
            row.id, row.stream, row.lane, row.target, row.reference,
            post.payload(desk.db, row.id), row.sha256, row.attempts + (not doubtful), doubtful,
            row.deadline,
        )  # fmt: skip

    def _settle_try(self, desk: Desk, seq: int, row: Row, outcome: Outcome, proof: str) -> None:
        verdict = outcome.verdict
        if verdict is Verdict.DONE:
            arrivals.present(desk, seq, row, proof)
        elif row.state is not _S.LEASED:
            return  # a letter answered first, or the lease ran out: what is known stands
        elif verdict is Verdict.UNKNOWN:
            self._doubt(desk, seq, row, outcome.reason, desk.now + _FIRST_QUESTION)
        else:
            self._not_received(desk, seq, row, outcome)

    def _not_received(self, desk: Desk, seq: int, row: Row, outcome: Outcome) -> None:
        """Nothing was processed there: try again later, or stop and tell a person."""
        spent = exhausted(row.attempts, row.first_try or desk.now, desk.now)
        if outcome.verdict is Verdict.FAILED or spent:
            post.move(desk.db, row, _S.FAILED, outcome.reason or "spent")
            post.plan(desk.db, row.id, None)
        else:
            wait = next_delay(row.attempts, self._jitter, outcome.retry_after)
            post.move(desk.db, row, _S.RETRY_WAIT, outcome.reason)
            post.plan(desk.db, row.id, desk.now + timedelta(seconds=wait))
        if row.lot:
            fates.lot_stays(desk, seq, row.lot)

    def _settle_question(
        self, desk: Desk, seq: int, row: Row, outcome: Outcome, proof: str
    ) -> None:
        if row.state is not _S.UNKNOWN:  # a letter answered before the question did
            post.plan(desk.db, row.id, None)
        elif outcome.verdict is Verdict.DONE:
            arrivals.present(desk, seq, row, proof)
        elif outcome.verdict is Verdict.ABSENT and self._is_absent(desk, row, outcome):
            arrivals.absent(desk, seq, row, "absent")
        else:
            wait = timedelta(seconds=outcome.retry_after or 0)
            soon = outcome.verdict is Verdict.LATER and bool(wait)
            post.plan(desk.db, row.id, desk.now + (wait if soon else max(_QUIET, wait)))

    def _is_absent(self, desk: Desk, row: Row, outcome: Outcome) -> bool:
        """Two empty answers 15 minutes apart, the first 15 minutes after the attempt (§3.2).

        The minutes are those of this run, which nobody can set: an attempt of an earlier run is
        as old as our first question about it.
        """
        if outcome.proven:
            return True
        if row.reason == homecomings.RESTORED:  # the life that was lost may have emptied the box
            return False
        story = post.attempts(desk.db, row.id)
        sent = max((n for n, a in enumerate(story) if a.kind == "send"), default=None)
        after = story if sent is None else story[sent + 1 :]
        mine = [a for a in after if a.boot == desk.stamp.boot]
        earliest = -inf if sent is None else _mono_of(story[sent], mine) + _QUIET_SECONDS
        empty = [a.mono for a in mine if a.verdict == _ABSENT and a.mono >= earliest]
        return bool(empty) and empty[-1] - empty[0] >= _QUIET_SECONDS

    def _doubt(self, desk: Desk, seq: int, row: Row, reason: str, ask_at: datetime) -> None:
        """Note that nobody knows what arrived: ask soon, and never send before an answer."""
        post.move(desk.db, row, _S.UNKNOWN, reason)
        post.plan(desk.db, row.id, ask_at)
        if row.lot:
            fates.lot_in_doubt(desk, seq, row.lot)

    def _is_held(self, desk: Desk, row: Row) -> bool:
        """Say whether somebody in this run of the program holds the row now."""
        mine = row.leased_boot == desk.stamp.boot
        return mine and row.leased_until is not None and row.leased_until > self._mono()


def _is_due(row: Row, now: datetime) -> bool:
    if row.state not in (_S.READY, _S.UNKNOWN):
        return False
    at = _due_at(row)
    return at is not None and at <= now


def _mono_of(sent: Attempt, asked: Sequence[Attempt]) -> float:
    """Return the second of this run since which an attempt is known to have been made."""
    if not asked or sent.boot == asked[0].boot:
        return sent.mono
    return asked[0].mono


def _due_at(row: Row) -> datetime | None:
    """When a row may be tried or asked about; None when only a person can move it."""
    if row.state in (_S.LEASED, _S.FAILED):
        return None
    floor = datetime.min.replace(tzinfo=UTC)
    return max(row.next_try or floor, row.not_before or floor)
