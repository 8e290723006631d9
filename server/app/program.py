"""One run of the program: a cabinet, its door, hands, post and copies, started and stopped."""

import logging
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from functools import partial
from pathlib import Path
from threading import Lock, RLock, Thread
from time import monotonic
from typing import TYPE_CHECKING

from server.app import heap
from server.app.cable import Cable
from server.app.clocks import ShiftedClock
from server.app.gate import CabinetGate
from server.app.late import LateCabinet
from server.app.lock import PracticeLock
from server.app.partner import partner_of
from server.app.rooms import EventRows, Rooms, rights_in
from server.app.watchman import Watchman
from server.app.web import WebThread
from server.core.country import Country
from server.core.errors import InvalidValue
from server.core.rights import Right
from server.services.doorstep import Doorstep
from server.services.keyring import Keyring
from server.settings import BUILT_ON, Settings
from server.store.keys import Cost
from sync.outbound import THIS_PROCESS, Host, Outbound
from webui.application import create_app
from webui.broker import Broker
from webui.door import Door
from webui.drawings import Kept
from webui.gate import DoorCard
from webui.pages import gate as gate_page
from webui.pages import restore as restore_page
from webui.porch import Porch
from webui.security import admits
from webui.serving import bind, server_for
from webui.stream import Stream

if TYPE_CHECKING:
    from flask import Flask

    from hardware.scard import Scard
    from server.app.code_desk import CodeDesk
    from server.app.door_cards import DoorCards
    from server.app.dropping import Dropping
    from server.app.french_beside import FrenchBeside
    from server.app.hands import Hands
    from server.app.health import HealthWatch
    from server.app.keeper import Keeper
    from server.app.keycards import KeyCardTrials
    from server.app.mailing import Mailing
    from server.app.post import Post
    from server.app.scanning import Scanning
    from server.app.sleep import SleepWatch
    from server.app.sorter import Sorter
    from server.app.ways import MailRoute
    from server.core.sesam import SesamDriver
    from server.services.cabinet import Cabinet
    from server.services.desk import Desk
    from webui.outside import DemoControl

log = logging.getLogger(__name__)

_MOVES = frozenset({"card.inserted", "card.removed", "reader.removed"})
_FREES = frozenset({"card.done", "card.removed", "reader.removed"})
_BESIDE = ("codes", "mail", "folder", "scans", "sorter", "france", "keycards", "hands")
"""What runs beside an open practice, in the order it is stopped once the post was."""

_OWN_FILES = ("besace", "reference", "tariff-")  # how the names of a practice's files begin


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
        demo: "DemoControl | None" = None,
        component: "SesamDriver | None" = None,
        mail: "MailRoute | None" = None,
        outbound: Outbound = THIS_PROCESS,
    ) -> None:
        """`scard`, `cable` and `demo` are the toys of a demo; `cost` that of one passphrase try.

        `component` reads French cards and signs, `mail` is the way of its files; `outbound` is the
        list of whom the program may call.
        """
        self.settings = settings
        self.clock = clock
        self.cable = cable or Cable()
        self.demo = demo
        self.broker = Broker()
        self.kept = Kept()  # rows of lists as they were drawn, while the practice is open
        self.outbound = outbound
        self._called: list[Host] = []
        self._mail = mail
        self._cost = cost or Cost()
        self._late = LateCabinet(self._make_cabinet)
        self._step = Doorstep(settings.practice, Keyring(settings.practice, clock, self._cost))
        self.gate = CabinetGate(
            self._step, self._late, settings.practice, self._opened, self._closing, self._aside
        )
        self.post: Post | None = None
        self.hands: Hands | None = None
        self._held_by_card = False
        self._door_cards: DoorCards | None = None
        self._at_door = Lock()
        self._ending = False
        self.gate.closed = self._watch_door
        self._watchman = Watchman(outbound, self._late, self.broker.wake)
        self.health: HealthWatch | None = None
        self.keeper: Keeper | None = None
        self.sorter: Sorter | None = None
        self.scans: Scanning | None = None
        self.keycards: KeyCardTrials | None = None
        self.france: FrenchBeside | None = None
        self._component = component
        self.folder: Dropping | None = None
        self.mail: Mailing | None = None
        self.codes: CodeDesk | None = None
        self._sleep: SleepWatch | None = None
        self._scard = scard
        self._lock = PracticeLock(settings.practice)
        self._beside = RLock()  # what runs beside the practice is being started, or stopped
        self._web: WebThread | None = None

    @property
    def cabinet(self) -> "Cabinet":
        """The practice folder and the session opened on it."""
        return self._late()

    def _make_cabinet(self) -> "Cabinet":
        from server.services.cabinet import Cabinet  # every table of the store: at the first need

        folder = self.settings.practice
        return Cabinet(folder, self.clock, secrets.token_bytes, BUILT_ON, self._cost)

    def start(self) -> str:
        """Take the folder, serve, and return the one-time address of the first page.

        Raises `StateConflict` when another program works in this folder, `InvalidValue` when the
        folder, the port or the address to send to cannot be used.
        """
        heap.share()
        sign = self.gate.sign
        partner_of(self.settings.endpoint, demo=sign is not None and sign.demo)
        _make_private(self.settings.practice)
        self._lock.take()
        try:
            self._open_door()
            self._watchman.start()
        except BaseException:
            self._lock.release()
            raise
        return self.door.invite()

    def stop(self) -> None:
        """Put everything away: post, hands, practice, door, folder."""
        if self._sleep is not None:
            self._sleep.stop()
        self._ending = True
        self.gate.lock("ended")
        self._leave_door()
        self.broker.wake()
        if self.keeper is not None:
            self.keeper.finish()
        web, self._web = self._web, None
        if web is not None:
            web.stop()
            self._watchman.stop()
        self._lock.release()

    def _open_door(self) -> None:
        try:
            listener = bind(self.settings.port)
        except OSError:
            raise InvalidValue(field="port", reason="taken") from None
        self.door = Door(listener.getsockname()[1], monotonic, secrets.token_bytes)
        stream = Stream(
            EventRows(self._late), self.broker,
            monotonic,  # the machine's: a night that passes in a demo leaves nobody idle
            lambda: not self._late.is_open,
            lambda: rights_in(self._late),
        )  # fmt: skip
        build = partial(
            create_app, door=self.door, gate=self.gate, services=Rooms(self), stream=stream,
            now=self.clock.now, kept=self.kept,
        )  # fmt: skip
        app = Porch(build(pages=[gate_page.page, restore_page.page]), self._house(build), self.gate)
        self._web = WebThread(server_for(app, listener, admits(self.door)))
        self._web.start()

    def _house(self, build: Callable[[], "Flask"]) -> Callable[[], "Flask"]:
        """Make the screens of an open practice; until it is, look at the cards at its door."""

        def made() -> "Flask":
            house = build()
            self._watch_door()
            return house

        return made

    def _watch_door(self) -> None:
        """Look whose card is put in before a closed practice, where a card stands for somebody.

        Only after the first page: it has no use for the library of the readers.
        """
        with self._at_door:
            if not self.settings.cards or self._ending or self._door_cards or not self.gate.card:
                return
            from server.app.door_cards import DoorCards

            self._door_cards = DoorCards(self._step, self.clock, self._scard)
            self._door_cards.start()
            self.gate.at_door = self._door_cards.look

    def _leave_door(self) -> None:
        """Let the readers go: called once the practice is open, or the program ends."""
        with self._at_door:
            watch, self._door_cards = self._door_cards, None
            self.gate.at_door = DoorCard
            if watch is not None:
                watch.stop()

    def _opened(self) -> None:
        """Start what runs beside a practice just unlocked: its post, its hands.

        Beside a damaged file nothing runs: it is only read.
        """
        self._leave_door()
        self._watch_sleep()
        self.kept.begin()
        with self._beside:  # damage found meanwhile stops what is whole, not what is half begun
            if not self.cabinet.damage:
                self._start_beside()
        Thread(target=heap.settle, name="settle").start()  # nobody waits for it
        self.broker.wake()

    def _start_beside(self) -> None:
        from server.app.health import HealthWatch

        self.health = HealthWatch(self.cabinet, self.found_damage)
        self.health.start()
        self._start_post()
        if self.settings.cards and self.cabinet.desk().user.may(Right.PATIENTS):
            self._start_hands()
        self._start_papers()
        self._start_france()
        self._start_keeper()
        self._watchman.opened()

    def _start_post(self) -> None:
        """Let what waits leave, where there is a partner and something may be sent to it."""
        desk = self.cabinet.desk()
        endpoint = partner_of(self.settings.endpoint, demo=desk.practice.demo)
        if endpoint is None or not _may_send(desk):
            return
        from server.app.post import Post  # only now: the first page has no use for it
        from server.app.ways import intake_of, ways_of

        connect = self.outbound.connect
        ways = ways_of(self.cabinet, self.clock, endpoint, connect, self._mail)
        why = "partner" if endpoint.tls else "simulator"
        doors = dict.fromkeys(door for way in ways for door in way.doors)
        self._called = [Host(host, port, why) for host, port in doors]
        for called in self._called:
            self.outbound.allow(called)
        self.post = Post(
            self.cabinet, self.clock, endpoint, ways, intake_of(self.cabinet, self._component),
            self.cable, self.broker.publish, connect, self._stranger,
        )  # fmt: skip
        self.post.start()

    def _watch_sleep(self) -> None:
        """Lock with the machine and its screen; the same watch for the whole run."""
        from server.app.sleep import SleepWatch, system_bus

        if self._sleep is None:
            self._sleep = SleepWatch(self.fell_asleep, system_bus())
            self._sleep.start()

    def fell_asleep(self, why: str) -> None:
        """Lock at once: the machine sleeps, or its screen is locked."""
        if self._late.is_open:
            self.door.close_session()
            self.gate.lock(why)
            self.broker.wake()

    def found_damage(self, reason: str) -> None:
        """Only read from now on: stop what writes by itself, and tell every page."""
        self.cabinet.stop_writing(reason)
        with self._beside:
            self._rest()
            if self.keeper is not None:
                self.keeper.cancel()
        self.broker.publish("practice.damaged", reason)

    def _closing(self) -> None:
        self.kept.forget()
        health, self.health = self.health, None
        if health is not None:
            health.stop()
        self._rest()
        if self.keeper is not None:
            self.keeper.closing()

    @contextmanager
    def _aside(self) -> Iterator[None]:
        """Keep everything of ours away from the file while it is rewritten; then copy it anew."""
        health, self.health = self.health, None
        if health is not None:
            health.stop()
        self._rest()
        with self.keeper.aside() if self.keeper else nullcontext():
            yield
        if self.keeper is not None:
            self.keeper.back_up_now()

    def _rest(self) -> None:
        """Stop the post, the hands and what looks after papers."""
        post, self.post = self.post, None
        if post is not None:
            post.stop()
        for called in self._called:
            self.outbound.forget(called)
        self._called = []
        for name in _BESIDE:
            running = getattr(self, name)
            setattr(self, name, None)
            if running is not None:
                running.stop()

    def _start_hands(self) -> None:
        """Watch the readers: only now, because the first page has no use for their library."""
        from server.app.hands import Hands

        self.hands = Hands(self.cabinet, self.clock, self._told_of_card, self._scard)
        self.hands.start()
        self._start_keycards()

    def _start_france(self) -> None:
        """Let cards of France be read, invoices be signed, tables be taken in."""
        from server.app.french_beside import FrenchBeside

        self.france = FrenchBeside(
            self.cabinet, self._component, self.broker.publish, self._wake_post
        )

    def _wake_post(self) -> None:
        if self.post is not None:
            self.post.wake()

    def _start_keycards(self) -> None:
        """Have the codes of cards tried by who asks; their software is loaded then, not before."""
        from server.app.keycards import KeyCardTrials, cards_of, counter

        country = self.cabinet.desk().practice.country
        cards = cards_of(country, self.settings.middleware)
        self.keycards = KeyCardTrials(cards, self.broker.publish, counter(self._scard))
        self.keycards.start()

    def _told_of_card(self, kind: str, data: str) -> None:
        """Tell the screens; what waited because of a card may leave once it is gone.

        Nothing else is stirred: the page that opens a file is waited for, at this very moment.
        """
        self.broker.publish(kind, data)
        if self.keycards is not None and kind in _MOVES:
            self.keycards.moved()
        if kind not in _FREES or self.post is None or self.hands is None:
            return
        held, self._held_by_card = self._held_by_card, bool(self.hands.stranger)
        if held and not self._held_by_card:
            self.post.wake()

    def _stranger(self) -> str:
        """Name the user whose card is in the reader while somebody else works."""
        from server.services import user_cards

        user = self.hands.stranger if self.hands else ""
        return user_cards.name_of(self.cabinet.desk(), user) if user else ""

    def _start_papers(self) -> None:
        """Let papers in and look into them, for who may see them."""
        from server.app.code_desk import CodeDesk
        from server.app.dropping import Dropping
        from server.app.mailing import Mailing
        from server.app.scanning import Scanning
        from server.app.sorter import Sorter

        if self.cabinet.desk().user.may(Right.PATIENTS):
            self.sorter = Sorter(self.cabinet, self.broker.wake)
            self.sorter.start()
            self.scans = Scanning(self.cabinet, self.broker.publish, self.outbound, self._came_in)
            self.scans.start()
            self.folder = Dropping(self.cabinet, self.broker.publish, self._came_in)
            self.folder.start()
            self.mail = Mailing(self.cabinet, self.broker.publish, self.outbound, self._came_in)
            self.mail.start()
            self.codes = CodeDesk(self.cabinet, self.broker.publish)
            self.codes.start()

    def _came_in(self) -> None:
        """Something lies on the table: have it looked into, and tell the screens."""
        if self.sorter is not None:
            self.sorter.wake()
        self.broker.wake()

    def _start_keeper(self) -> None:
        """Keep copies of the practice; the same keeper for the whole run, as its thread."""
        from server.app.keeper import Keeper

        if self.keeper is None:
            self.keeper = Keeper(self.cabinet, self.settings.practice, self.broker.publish)
        self.keeper.opened()


def _may_send(desk: "Desk") -> bool:
    """Say whether anything may leave: in France, only what a dated row says is homologated."""
    if desk.country is not Country.FRANCE:
        return True
    from server.services import online

    return online.standing(desk).allowed


def _make_private(folder: Path) -> None:
    """Make the folder, for its owner alone; refuse one that holds other people's things."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if any(not file.name.startswith(_OWN_FILES) for file in folder.iterdir()):
            raise InvalidValue(field="practice", reason="not_empty", folder=str(folder))
        folder.chmod(0o700)
    except OSError:
        raise InvalidValue(field="practice", reason="folder", folder=str(folder)) from None
