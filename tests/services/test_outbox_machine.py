"""The outbox against a model: whatever the network does, no reference arrives twice."""

import random
import shutil
import tempfile
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from server.core.outbox import FINAL, Message, MessageState, Outcome, Verdict
from server.services import waiting
from server.services.outbox import PracticeOutbox
from server.services.returns import PracticeIntake
from server.store import post
from tests.services.answers import tack
from tests.world import FixedClock, open_cabinet

LANES = ("lane:a", "lane:b")
_SENT = {
    Verdict.DONE: "Done",
    Verdict.FAILED: "Failed",
    Verdict.UNREACHABLE: "RetryWait",
    Verdict.LATER: "RetryWait",
    Verdict.UNKNOWN: "Unknown",
}


class OutboxMachine(RuleBasedStateMachine):
    """Sends, answers, silences, restarts and time; the model is a dict of states."""

    source: Path

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp()) / "practice"
        shutil.copytree(self.source, self.folder)
        self.clock = FixedClock()
        self.model: dict[str, str] = {}
        self.arrived: list[str] = []
        self.in_hand: dict[str, Message] = {}
        self.first_tries: dict[str, datetime] = {}

    @initialize()
    def open(self) -> None:
        self.cabinet = open_cabinet(self.folder, self.clock)
        self.outbox = PracticeOutbox(self.cabinet.desk, self.clock.monotonic, lambda: 0.5)

    @rule(lane=st.sampled_from(LANES))
    def queue(self, lane: str) -> None:
        desk = self.cabinet.desk()
        key = desk.new_id()
        row = post.Row(
            key, "other", lane, "x", f"ref-{key}", None, "0" * 64, 20, None, None, None, None,
            desk.now, MessageState.NEW, "", None, 0, None, "", None,
        )  # fmt: skip
        with desk.deed("message.queued", "message", key) as seq:
            post.add(desk.db, row, row.reference.encode(), desk.device.id, seq)
        self.model[key] = "New"

    @rule(lane=st.sampled_from(LANES), verdict=st.sampled_from(list(_SENT)), reached=st.booleans())
    def send(self, lane: str, verdict: Verdict, reached: bool) -> None:
        message = self._lease(lane)
        if message is None:
            return
        if message.doubtful:
            self._answer(message)
            return
        got = verdict is Verdict.DONE or (verdict is Verdict.UNKNOWN and reached)
        if got:
            self.arrived.append(message.reference)
        self.outbox.settle(message, Outcome(verdict, "line.test"), self.clock.now())
        tries = len([a for a in self._attempts(message.id) if a == "send"])
        old = self.clock.at - self.first_tries[message.id] >= timedelta(hours=72)
        spent = (tries >= 20 or old) and _SENT[verdict] == "RetryWait"
        self.model[message.id] = "Failed" if spent else _SENT[verdict]

    @rule(lane=st.sampled_from(LANES))
    def lease_and_keep(self, lane: str) -> None:
        message = self._lease(lane)
        if message is not None:
            self.in_hand[message.id] = message
            if not message.doubtful:
                self.model[message.id] = "Leased"

    @rule()
    def restart(self) -> None:
        """The program dies with whatever it held, and starts again."""
        self.cabinet.lock()
        self.clock.advance(seconds=30)
        self.open()
        self.outbox.recover(self.clock.now())
        for key in self.in_hand:
            self.model[key] = "Unknown"
        self.in_hand.clear()

    @rule(minutes=st.sampled_from([1, 16, 130, 1500]))
    def wait(self, minutes: int) -> None:
        self.clock.advance(minutes=minutes)

    @rule()
    def line_back(self) -> None:
        self.outbox.line_back(self.clock.now())

    @rule(hours=st.sampled_from([1, 80]))
    def somebody_sets_the_clock_ahead(self, hours: int) -> None:
        self.clock.at += timedelta(hours=hours)

    @rule(pick=st.randoms(use_true_random=False))
    def an_acknowledgement_is_read(self, pick: random.Random) -> None:
        """The mailbox holds one for whatever arrived, and for nothing else."""
        if not self.arrived:
            return
        reference = pick.choice(self.arrived)
        intake = PracticeIntake(self.cabinet.desk)
        assert intake.take(tack(reference, reference.encode()), self.clock.now())
        key = reference.removeprefix("ref-")
        self.in_hand.pop(key, None)
        self.model[key] = "Done"

    @rule(pick=st.randoms(use_true_random=False))
    def user_lets_a_failed_one_leave_again(self, pick: random.Random) -> None:
        failed = [key for key, state in self.model.items() if state == "Failed"]
        if failed:
            key = pick.choice(failed)
            waiting.retry(self.cabinet.desk(), key)
            self.model[key] = "Ready"

    @invariant()
    def nothing_arrives_twice(self) -> None:
        assert len(self.arrived) == len(set(self.arrived))

    @invariant()
    def states_are_those_of_the_model(self) -> None:
        if not hasattr(self, "cabinet"):
            return
        db = self.cabinet.desk().db
        for key, wanted in self.model.items():
            row = post.get(db, key)
            assert row is not None
            ready = {"New", "RetryWait", "Ready"}
            late = {"Leased", "Unknown"}  # a lease that ran out is in doubt
            assert (
                str(row.state) == wanted
                or {str(row.state), wanted} <= ready
                or (key in self.in_hand and str(row.state) in late)
            ), (row.state, wanted)
            assert row.state is not MessageState.LEASED or key in self.in_hand

    @invariant()
    def what_is_open_is_due_some_day(self) -> None:
        if not hasattr(self, "cabinet"):
            return
        now = self.clock.now()
        rows = post.open_rows(self.cabinet.desk().db)
        moving = [r for r in rows if r.state not in (MessageState.LEASED, MessageState.FAILED)]
        due = self.outbox.next_due(now)
        assert (due is not None) == bool(moving)
        assert due is None or due <= now + timedelta(days=2)
        assert all(row.state not in FINAL for row in rows)

    def teardown(self) -> None:
        if hasattr(self, "cabinet"):
            self.cabinet.lock()
        shutil.rmtree(self.folder.parent)

    def _lease(self, lane: str) -> Message | None:
        now = self.clock.now()
        self.outbox.lanes(now)
        for key in [k for k, v in self.model.items() if k in self.in_hand]:
            row = post.get(self.cabinet.desk().db, key)
            if row is not None and row.state is MessageState.UNKNOWN:  # its lease ran out
                self.model[key] = "Unknown"
        message = self.outbox.lease(lane, now)
        if message is not None:
            self.in_hand.pop(message.id, None)
            self.first_tries.setdefault(message.id, now)
        return message

    def _answer(self, message: Message) -> None:
        """The partner tells the truth about what it holds."""
        known = message.reference in self.arrived
        proven = not known
        verdict = Verdict.DONE if known else Verdict.ABSENT
        self.outbox.settle(message, Outcome(verdict, proven=proven), self.clock.now())
        self.model[message.id] = "Done" if known else "Ready"

    def _attempts(self, key: str) -> list[str]:
        return [a.kind for a in post.attempts(self.cabinet.desk().db, key)]


@pytest.fixture
def machine(_demo_folder: Path) -> type[OutboxMachine]:
    class Machine(OutboxMachine):
        source = _demo_folder

    return Machine


def test_whatever_happens_the_outbox_agrees_with_its_model(machine: type[OutboxMachine]) -> None:
    drawn = settings().max_examples
    examples = drawn if drawn >= 2_000 else drawn // 4  # 100 000 steps in the long trial
    run_state_machine_as_test(
        machine, settings=settings(max_examples=examples, stateful_step_count=50)
    )
