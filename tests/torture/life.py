"""One life of the real program over real sockets, in a process that may be killed at any step.

It opens the practice on a real disk, seals, and runs the real engine with its lane threads and its
real transport against the simulator process. A life killed at a step sends itself SIGKILL there.
"""

import json
import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

from server.app.ways import my_care_net
from server.core.errors import NotFound
from server.core.outbox import FINAL
from server.services import lots, waiting
from server.services.cabinet import Cabinet
from server.services.desk import Desk
from server.services.outbox import PracticeOutbox
from server.services.returns import PracticeIntake
from server.store import claims, journal, post
from sync.engine import Engine
from sync.outbound import straight
from sync.transports.endpoint import Endpoint
from sync.transports.wire import Wire
from tests.torture.admin import Simulator
from tests.world import BUILT_ON, CHEAP, PASSPHRASE

PAUSE_SECONDS = 16 * 60


@dataclass(frozen=True, slots=True)
class Plan:
    """What one life does: seal these lots, then so many runs of the post."""

    folder: str
    url: str
    lots: tuple[tuple[str, str], ...]
    rounds: int
    dies_at: int | None = None  # number of the step, from 1
    last: bool = False  # the user presses what can be pressed; ends when all is settled


@dataclass(frozen=True, slots=True)
class Seen:
    """What the last life found on the disk about one lot."""

    reference: str
    state: str
    reason: str
    lot: str
    sha256: str
    shown: bool  # on the screen of the connection, when it is not at its end


class _Clock:
    """The simulator's clock, so that both sides age together; seconds are the machine's, aged."""

    def __init__(self, simulator: Simulator) -> None:
        self._simulator = simulator
        self._start = simulator.now()
        self._seconds = time.monotonic()
        self._aged = 0.0

    def now(self) -> datetime:
        """See `server.core.clock.Clock`."""
        return self._start + timedelta(seconds=time.monotonic() - self._seconds + self._aged)

    def monotonic(self) -> float:
        """See `server.core.clock.Clock`."""
        return time.monotonic() + self._aged

    def age(self, seconds: float) -> None:
        """Let time pass on both sides."""
        self._aged += seconds
        self._simulator.shift(seconds)


def live(plan: Plan) -> list[dict[str, Any]]:
    """Live one life; return what is on the disk at its end."""
    if plan.dies_at is not None:
        _die_at(plan.dies_at)
    simulator = Simulator(plan.url)
    clock = _Clock(simulator)
    cabinet = Cabinet(Path(plan.folder), clock, os.urandom, BUILT_ON, CHEAP)
    cabinet.unlock(cabinet.logins()[0].id, PASSPHRASE)
    outbox = PracticeOutbox(cabinet.desk, clock.monotonic)
    partner = my_care_net(cabinet, clock, Endpoint.parse(simulator.endpoint), straight)
    streams = {"efact": partner}
    engine = Engine(outbox, streams, streams, PracticeIntake(cabinet.desk), clock)
    outbox.recover(clock.now())
    for _ in range(plan.rounds):
        _seal(cabinet, plan)
        outbox.line_back(clock.now())
        engine.run_once(manual=True)
        if plan.last and _is_settled(cabinet, simulator):
            break
        clock.age(PAUSE_SECONDS)
    seen = _see(cabinet)
    cabinet.lock()
    return seen


def _seal(cabinet: Cabinet, plan: Plan) -> None:
    if plan.last:
        for row in waiting.messages(cabinet.desk()):
            if row.can_retry:
                waiting.retry(cabinet.desk(), row.message.id)
    for payer, month in plan.lots:
        try:
            lots.seal(cabinet.desk(), payer, month)
        except NotFound:  # sealed already, in this life or another
            continue


def _is_settled(cabinet: Cabinet, simulator: Simulator) -> bool:
    return not simulator.waiting() and all(row.state in FINAL for row in _rows(cabinet))


def _rows(cabinet: Cabinet) -> list[post.Row]:
    db = cabinet.desk().db
    found = [post.of_lot(db, lot.id) for lot in claims.lots(db)]
    return [row for row in found if row is not None]


def _see(cabinet: Cabinet) -> list[dict[str, Any]]:
    desk = cabinet.desk()
    broken = [*journal.flaws(desk.db, desk.stamp.mac_key)]
    if broken or desk.db.pragma("quick_check") != "ok":
        raise RuntimeError(f"damaged: {broken}")
    shown = {x.message.id for x in waiting.messages(desk) if x.message.reason}
    seen = []
    for row in _rows(cabinet):
        lot = claims.lot(desk.db, row.lot or "")
        state = str(lot.state) if lot else "gone"
        found = Seen(row.reference, str(row.state), row.reason, state, row.sha256, row.id in shown)
        seen.append(asdict(found))
    return seen


def _die_at(step: int) -> None:
    """Be killed at a step: before or after a commit, before or after bytes leave or come."""
    numbers = count(1)

    def reach() -> None:
        if next(numbers) == step:
            os.kill(os.getpid(), signal.SIGKILL)

    def around(act: Callable[..., Any]) -> Callable[..., Any]:
        def stepped(*words: Any) -> Any:
            reach()
            done = act(*words)
            reach()
            return done

        return stepped

    deed = Desk.deed

    @contextmanager
    def stepped_deed(desk: Desk, *words: Any, **named: Any) -> Iterator[int]:
        with deed(desk, *words, **named) as seq:
            yield seq
            reach()
        reach()

    for owner, name, stepped in (
        (Wire, "sendall", around(Wire.sendall)),
        (Wire, "receive_into", around(Wire.receive_into)),
        (Desk, "deed", stepped_deed),
    ):
        setattr(owner, name, stepped)


def run_in_child(plan: Plan, out: int) -> None:
    """Live in a process just forked, tell what was seen, and end without any of the parent's."""
    status = 1
    try:
        with os.fdopen(out, "w") as told:
            json.dump(live(plan), told)
        status = 0
    finally:
        os._exit(status)
