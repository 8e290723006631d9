"""L1: each state of a message meets each event; what comes of it is written here, once."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta

import pytest

from server.core.errors import StateConflict
from server.core.outbox import Message, MessageState, Outcome, Verdict
from server.services import waiting
from server.services.outbox import PracticeOutbox
from server.services.returns import PracticeIntake
from server.store import post
from tests.services.answers import tack
from tests.world import World

_S = MessageState
_PAYLOAD = b"payload"
_REFERENCE = "ref-1"
_LANE = "lane:a"
SAME = {state: state for state in MessageState}


@dataclass
class Case:
    """One message in one state, and who acts on it."""

    world: World
    outbox: PracticeOutbox
    key: str

    @property
    def state(self) -> MessageState:
        row = post.get(self.world.desk.db, self.key)
        assert row is not None
        return row.state

    def settle(self, verdict: Verdict, *, asked: bool = False, proven: bool = False) -> None:
        message = Message(
            self.key, "other", _LANE, "x", _REFERENCE, _PAYLOAD, "0" * 64, 1, doubtful=asked
        )
        outcome = Outcome(verdict, "line.test", proven=proven)
        self.outbox.settle(message, outcome, self.world.clock.now())

    def hear(self, result: str) -> None:
        intake = PracticeIntake(self.world.cabinet.desk)
        assert intake.take(tack(_REFERENCE, _PAYLOAD, result), self.world.clock.now())

    def lease(self) -> None:
        self.outbox.lease(_LANE, self.world.clock.now())

    def press(self) -> None:
        try:
            waiting.retry(self.world.desk, self.key)
        except StateConflict:
            assert self.state is not _S.FAILED

    def expire(self) -> None:
        past = (self.world.clock.at - timedelta(seconds=1)).isoformat()
        self.world.desk.db.execute("update message set expires_at = ?", (past,))
        self.outbox.lanes(self.world.clock.now())


_ARRIVED = {**dict.fromkeys(MessageState, _S.DONE), _S.EXPIRED: _S.EXPIRED,
            _S.CANCELLED: _S.CANCELLED}  # fmt: skip
_WOKEN = {**SAME, _S.NEW: _S.READY, _S.RETRY_WAIT: _S.READY, _S.LEASED: _S.UNKNOWN}
_LATE = {**_WOKEN, _S.NEW: _S.EXPIRED, _S.RETRY_WAIT: _S.EXPIRED, _S.READY: _S.EXPIRED}

EVENTS: Mapping[str, tuple[Callable[[Case], object], Mapping[MessageState, MessageState]]] = {
    "leased": (Case.lease, {**SAME, _S.READY: _S.LEASED}),
    "program starts": (lambda c: c.outbox.recover(c.world.clock.now()),
                       {**SAME, _S.LEASED: _S.UNKNOWN}),
    "time comes": (lambda c: c.outbox.lanes(c.world.clock.now()), _WOKEN),
    "time has passed": (Case.expire, _LATE),
    "line is back": (lambda c: c.outbox.line_back(c.world.clock.now()), SAME),
    "mailbox is about to be read": (lambda c: c.outbox.question(["other"], c.world.clock.now()),
                                    SAME),
    "sent: done": (lambda c: c.settle(Verdict.DONE), _ARRIVED),
    "sent: failed": (lambda c: c.settle(Verdict.FAILED), {**SAME, _S.LEASED: _S.FAILED}),
    "sent: unreachable": (lambda c: c.settle(Verdict.UNREACHABLE),
                          {**SAME, _S.LEASED: _S.RETRY_WAIT}),
    "sent: later": (lambda c: c.settle(Verdict.LATER), {**SAME, _S.LEASED: _S.RETRY_WAIT}),
    "sent: unknown": (lambda c: c.settle(Verdict.UNKNOWN), {**SAME, _S.LEASED: _S.UNKNOWN}),
    "asked: done": (lambda c: c.settle(Verdict.DONE, asked=True), {**SAME, _S.UNKNOWN: _S.DONE}),
    "asked: proven absent": (lambda c: c.settle(Verdict.ABSENT, asked=True, proven=True),
                             {**SAME, _S.UNKNOWN: _S.READY}),
    "asked: no trace, once": (lambda c: c.settle(Verdict.ABSENT, asked=True), SAME),
    "asked: too soon": (lambda c: c.settle(Verdict.LATER, asked=True), SAME),
    "asked: unreachable": (lambda c: c.settle(Verdict.UNREACHABLE, asked=True), SAME),
    "asked: refused": (lambda c: c.settle(Verdict.FAILED, asked=True), SAME),
    "asked: unknown": (lambda c: c.settle(Verdict.UNKNOWN, asked=True), SAME),
    "acknowledged in the mailbox": (lambda c: c.hear("success"), _ARRIVED),
    "refused in the mailbox": (lambda c: c.hear("failure"), {**SAME, _S.UNKNOWN: _S.READY}),
    "user lets it leave again": (Case.press, {**SAME, _S.FAILED: _S.READY}),
}  # fmt: skip


@pytest.fixture
def case(world: World) -> Case:
    desk = world.desk
    row = post.Row(
        desk.new_id(), "other", _LANE, "x", _REFERENCE, None, "0" * 64, 20, None, None, None, None,
        desk.now, _S.NEW, "", None, 0, None, "", None,
    )  # fmt: skip
    with desk.deed("message.queued", "message", row.id) as seq:
        post.add(desk.db, row, _PAYLOAD, desk.device.id, seq)
    outbox = PracticeOutbox(world.cabinet.desk, world.clock.monotonic, lambda: 0.5)
    return Case(world, outbox, row.id)


@pytest.mark.parametrize("event", EVENTS)
def test_every_state_meets_every_event_as_written(case: Case, event: str) -> None:
    act, becomes = EVENTS[event]
    assert becomes.keys() == set(MessageState)
    for state in MessageState:
        case.world.desk.db.execute(
            "update message set state = ?, attempts = 1, next_try = null, expires_at = null,"
            " leased_boot = '', leased_until = null",
            (str(state),),
        )
        case.world.desk.db.execute("delete from letter")
        act(case)
        assert case.state is becomes[state], (state, event)
