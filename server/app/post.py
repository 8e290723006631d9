"""The post of one open practice: outbox, engine, line monitor and worker, wired together."""

import random
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime
from threading import Lock
from typing import Generic, TypeVar, cast

from server.app.cable import Cable
from server.app.ways import Way
from server.core.clock import Clock
from server.core.errors import Locked, SendingHeld
from server.core.outbox import MailBatch, Message, Outcome, Verdict
from server.services import mandates
from server.services.cabinet import Cabinet
from server.services.outbox import PracticeOutbox
from sync.clock import Bell
from sync.engine import Engine
from sync.line import Line, LineState, TcpProbe
from sync.outbound import Connect
from sync.ports import Intake, Keep, Mailbox, Transport
from sync.report import Progress, Report
from sync.transports.endpoint import Endpoint
from sync.worker import Worker
from webui.outside import PostState

T = TypeVar("T")


class Post:
    """Everything that travels for one practice; started at unlock, stopped at lock."""

    def __init__(
        self,
        cabinet: Cabinet,
        clock: Clock,
        endpoint: Endpoint,
        ways: Sequence[Way],
        intake: Intake,
        cable: Cable,
        tell: Callable[[str, str], None],
        connect: Connect,
        stranger: Callable[[], str] = str,
    ) -> None:
        """`tell` publishes what passes: a kind and an id or a figure, never a name.

        `ways` and `intake` are those of the country; `connect` opens the lines that are probed;
        `stranger` names the user whose card is in the reader while somebody else works, "" when
        there is none.
        """
        self._tell = tell
        self._cabinet = cabinet
        self._stranger = stranger
        self._service = next((way.service for way in ways if way.service), None)
        self.endpoint = endpoint
        self.last: Report | None = None
        self._clock = clock
        self._answered: datetime | None = None
        self.progress: Progress | None = None
        outbox = PracticeOutbox(cabinet.desk, clock.monotonic, held=lambda: bool(stranger()))
        partners = {way.stream: _Lazy(way.partner) for way in ways}
        boxes = {
            way.stream: _BoxOnCable(cable, _box(way, partners[way.stream]), lambda: self.held)
            for way in ways
            if way.box is not None
        }
        transports = {stream: _OnCable(cable, partner) for stream, partner in partners.items()}
        self._engine = Engine(outbox, transports, boxes, intake, clock, self._step)
        doors = list(dict.fromkeys(door for way in ways for door in way.doors))
        probe = _CableProbe(cable, connect)
        self.line = Line(doors, probe, clock, random.random, self._heard)
        self._worker = Worker(self._engine, outbox, self.line, clock, Bell(), self._ran)

    def start(self) -> None:
        """Begin; leases of an earlier run are put in doubt first."""
        self._worker.start()

    def stop(self) -> None:
        """End within two seconds, or leave what is under way to be asked about."""
        self._worker.stop()

    def send_now(self) -> None:
        """« Envoyer maintenant »; raise `SendingHeld` when nothing may leave for who is at work."""
        name = self._stranger()
        if name:
            raise SendingHeld(reason="card", name=name)
        if self._service is not None:
            mandates.require(self._cabinet.desk(), self._service)
        self._worker.press()

    def wake(self) -> None:
        """Something was sealed, or the line is said to be back."""
        self._worker.wake()

    def between_runs(self, act: Callable[[], None]) -> None:
        """Do something while nothing travels: a demo moves its clocks so."""
        self._engine.between_runs(act)

    def cancel(self) -> None:
        """Stop between two messages."""
        self._worker.cancel()

    @property
    def held(self) -> str:
        """Why nothing travels for who is at work: a reason code, "" when it may (E-03, E-07)."""
        with suppress(Locked):
            if self._stranger():
                return "held.card"
            service = self._service
            if service is not None and not mandates.may_reach(self._cabinet.desk(), service):
                return "held.mandate"
        return ""

    @property
    def state(self) -> PostState:
        """How the way to the hub stands, for the screens."""
        line, progress = self.line.state, self.progress
        return PostState(
            online=line.online,
            since=line.since,
            partner=self.endpoint.host,
            signed=False,
            simulated=not self.endpoint.tls,
            sending=(progress.done, progress.total) if progress else None,
            last_trouble=_trouble(self.last),
            answered_at=self._answered,
            held=self.held,
        )

    def _heard(self, state: LineState) -> None:
        self._tell("line.changed", "online" if state.online else "offline")

    def _step(self, progress: Progress) -> None:
        self.progress = progress
        self._tell("post.progress", f"{progress.done}/{progress.total}")

    def _ran(self, report: Report) -> None:
        self.last, self.progress = report, None
        if any(outcome.verdict is Verdict.DONE for _, outcome in report.looked):
            self._answered = self._clock.now()
        self._tell("post.ran", "")


def _box(way: Way, partner: "_Lazy[Transport]") -> "_Lazy[Mailbox]":
    """Give the box of a way: its partner itself where it is both, and made once."""
    same: object = way.partner
    if way.box is None or way.box is same:
        return cast("_Lazy[Mailbox]", partner)
    return _Lazy(way.box)


def _trouble(report: Report | None) -> str:
    """Give the reason code of a run whose look into the mailbox brought nothing."""
    if report is None:
        return ""
    bad = [o.reason for _, o in report.looked if o.verdict is not Verdict.DONE]
    return bad[0] if bad else ""


class _Lazy(Generic[T]):
    """A partner made at its first use."""

    def __init__(self, make: Callable[[], T]) -> None:
        self._make = make
        self._made: T | None = None
        self._guard = Lock()

    def __call__(self) -> T:
        with self._guard:
            if self._made is None:
                self._made = self._make()
            return self._made


class _CableProbe:
    """A probe that finds nothing when the cable is pulled."""

    def __init__(self, cable: Cable, connect: Connect) -> None:
        self._cable = cable
        self._probe = TcpProbe(connect)

    def reachable(self, host: str, port: int) -> bool:
        return not self._cable.cut and self._probe.reachable(host, port)


class _OnCable:
    """A partner at the end of a cable: nothing leaves while it is pulled."""

    def __init__(self, cable: Cable, partner: _Lazy[Transport]) -> None:
        self._cable = cable
        self._partner = partner

    def send(self, message: Message, keep: Keep) -> Outcome:
        return _DOWN if self._cable.cut else self._partner().send(message, keep)

    def ask(self, message: Message, keep: Keep) -> Outcome:
        return _DOWN if self._cable.cut else self._partner().ask(message, keep)


class _BoxOnCable:
    """The mailbox of a partner at the end of a cable, read for who may."""

    def __init__(self, cable: Cable, box: _Lazy[Mailbox], held: Callable[[], str]) -> None:
        self._cable = cable
        self._box = box
        self._held = held

    def fetch(self, keep: Keep, staying: int | None = None) -> MailBatch:
        held = self._held()
        if held:
            return MailBatch(Outcome(Verdict.UNREACHABLE, held))
        return MailBatch(_DOWN) if self._cable.cut else self._box().fetch(keep, staying)

    def confirm(self, hashes: Sequence[str], tack_hashes: Sequence[str]) -> Outcome:
        return _DOWN if self._cable.cut else self._box().confirm(hashes, tack_hashes)


_DOWN = Outcome(Verdict.UNREACHABLE, "line.down")
