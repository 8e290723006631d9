"""One run of the program: a cabinet, its door, its hands and its post, started and stopped."""

import logging
import secrets
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Thread
from typing import TYPE_CHECKING

from server.app import reference
from server.app.clocks import ShiftedClock
from server.app.gate import CabinetGate
from server.app.lock import PracticeLock
from server.app.post import Cable, Post
from server.core.errors import InvalidValue
from server.services import ledger, patients, practices, roots
from server.services.cabinet import Cabinet
from server.services.desk import Desk
from server.settings import BUILT_ON, Settings
from server.store import events, journal
from server.store.keys import Cost
from sync.transports.endpoint import Endpoint
from webui.application import create_app
from webui.broker import Broker
from webui.door import Door
from webui.frame import FrameState
from webui.serving import bind, server_for
from webui.stream import EventRow, Stream

if TYPE_CHECKING:
    from hardware.eid_trust import TrustAnchors
    from hardware.scard import Scard
    from server.app.demo import Demo
    from server.app.hands import Hands

log = logging.getLogger(__name__)


class Program:
    """Wires the rooms of the house; `start` serves in threads, `stop` puts everything away."""

    def __init__(
        self,
        settings: Settings,
        clock: ShiftedClock,
        *,
        scard: "Scard | None" = None,
        cable: Cable | None = None,
        cost: Cost | None = None,
        demo: "Demo | None" = None,
    ) -> None:
        self.settings = settings
        self.clock = clock
        self.cable = cable or Cable()
        self.demo = demo
        self._scard = scard
        self.broker = Broker()
        self.cabinet = Cabinet(settings.practice, clock, secrets.token_bytes, BUILT_ON, cost)
        self.gate = CabinetGate(self.cabinet, settings.practice, self._opened, self._closing)
        self.post: Post | None = None
        self.hands: Hands | None = None
        self._lock = PracticeLock(settings.practice)

    def start(self) -> str:
        """Take the folder, serve, and return the one-time address of the first page.

        Raises `StateConflict` when another program works in this folder.
        """
        self.settings.practice.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.settings.practice.chmod(0o700)
        self._lock.take()
        listener = bind(self.settings.port)
        self.door = Door(listener.getsockname()[1], self.clock.monotonic, secrets.token_bytes)
        stream = Stream(
            _Events(self.cabinet), self.broker, self.clock.monotonic,
            lambda: not self.cabinet.is_open,
        )  # fmt: skip
        app = create_app(
            door=self.door, gate=self.gate, services=_Rooms(self), stream=stream,
            now=self.clock.now,
        )  # fmt: skip
        self._server = server_for(app, listener)
        Thread(target=self._server.run, name="web", daemon=True).start()
        if self.settings.cards:
            self._start_hands()
        return self.door.invite()

    def stop(self) -> None:
        """Put everything away: post, hands, practice, door, folder."""
        if self.hands is not None:
            self.hands.stop()
        self.gate.lock()
        self._server.close()
        self._lock.release()

    def _opened(self) -> None:
        """Start the post of a practice just unlocked, when it has somewhere to send to."""
        if self.settings.endpoint:
            endpoint = Endpoint.parse(self.settings.endpoint)
            _refuse_simulators(endpoint, demo=self.cabinet.desk().practice.demo)
            self.post = Post(self.cabinet, self.clock, endpoint, self.cable, self.broker.publish)
            self.post.start()
        self.broker.wake()

    def _closing(self) -> None:
        if self.post is not None:
            self.post.stop()
            self.post = None

    def _anchors(self) -> "TrustAnchors":
        """Give the roots a card may end in: those the practice loaded, and the fabricated one.

        The proof tells them apart; a real practice refuses what ends in the fabricated one.
        """
        from hardware.eid_trust import TrustAnchors
        from hardware.fake_ca import demo_root

        loaded = roots.loaded(self.cabinet.desk()) if self.cabinet.is_open else ()
        return TrustAnchors(real=tuple(loaded), demo=(demo_root(),))

    def _start_hands(self) -> None:
        from server.app.hands import Hands

        self.hands = Hands(
            self.cabinet, self.clock, self._anchors, self.broker.publish, self._scard
        )
        self.hands.start()


def _refuse_simulators(endpoint: Endpoint, *, demo: bool) -> None:
    """Refuse a simulator's address: only a demo practice trusts one."""
    if not endpoint.tls and not demo:
        raise InvalidValue(field="endpoint", reason="simulator_refused")


class _Events:
    """The event rows of the open practice, for the stream."""

    def __init__(self, cabinet: Cabinet) -> None:
        self._cabinet = cabinet

    def since(self, last: int) -> Sequence[EventRow]:
        if not self._cabinet.is_open:
            return ()
        found = events.since(self._cabinet.desk().db, last)
        return [EventRow(event.id, event.kind, event.ref) for event in found]

    def latest(self) -> int:
        return events.last_id(self._cabinet.desk().db) if self._cabinet.is_open else 0


class _Rooms:
    """What the screens ask of the program: a desk for this request, and the frame around it."""

    def __init__(self, program: Program) -> None:
        self._program = program

    def desk(self) -> Desk:
        return self._program.cabinet.desk()

    @property
    def post(self) -> Post | None:
        return self._program.post

    @property
    def demo(self) -> "Demo | None":
        return self._program.demo

    def confirm_date(self) -> None:
        self._program.cabinet.confirm_date()
        practices.judge_again(self.desk())

    def import_tariff(self, table: bytes) -> None:
        program = self._program
        with TemporaryDirectory(prefix="tariff-", dir=program.settings.practice) as folder:
            typed = Path(folder) / "tariff.csv"
            typed.write_bytes(table)
            reference.import_tariff(program.cabinet, Path(folder), typed)

    def frame(self, now: datetime) -> FrameState:
        desk = self.desk()
        queue = ledger.queue(desk)
        post, hands = self._program.post, self._program.hands
        return FrameState(
            user=f"{desk.user.first_name} {desk.user.last_name}",
            practice=desk.practice.name,
            demo=desk.practice.demo,
            online=bool(post and post.line.state.online),
            waiting=queue.waiting + queue.doubtful,
            last_event=events.last_id(desk.db),
            card=patients.name_of(desk, hands.holder) if hands and hands.holder else "",
            card_problem=hands.service_problem if hands else "",
            saved_at=journal.last_at(desk.db, desk.device.id),
        )
