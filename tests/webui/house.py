"""A whole web application on paper: a fake gate, fake services, fixed clock and entropy."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any

from flask import Blueprint, Flask, render_template
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from server.app.safe import CabinetSafe
from server.core.errors import InvalidValue, NotFound, ReferenceRefused, StateConflict, WrongKey
from server.core.rights import Right
from server.services.desk import Desk as WorkDesk
from server.services.logins import Logins
from tests.world import World
from webui.application import create_app
from webui.broker import Broker
from webui.door import Door
from webui.frame import FrameState
from webui.gate import (
    CopyOffer,
    DoorCard,
    GateState,
    GateUser,
    NewPractice,
    PracticeSign,
    Recovery,
    Rekeying,
)
from webui.outside import Calls, Checked, FileHealth
from webui.states import LOOKS
from webui.stream import EventRow, Stream

NOW = datetime(2026, 3, 18, 18, 12, 4, tzinfo=UTC)
PASSPHRASE = "quatre mots sans lien"
CODE = "K7QPD2M4XRT9VWBHCNE5JFYA3"
PORT = 5000


class FakeGate:
    """A gate made of paper, in whatever state a test needs."""

    def __init__(self) -> None:
        self.state = GateState.LOCKED
        self.locale = "fr_BE"
        self.sign: PracticeSign | None = PracticeSign("Kiné des Tilleuls", "BE", demo=False)
        self.made: NewPractice | None = None

    def users(self) -> Sequence[GateUser]:
        return (
            GateUser("u1", "Sophie MARCHAL", "mandant", main=True, card_in=True),
            GateUser("u2", "Thierry LENOIR", "mandataire"),
        )

    def offers(self) -> Sequence[CopyOffer]:
        return ()

    def restore(self, copy: str, secret: str, new_passphrase: str) -> None:
        if secret != PASSPHRASE:
            raise WrongKey(field="secret")
        self.state = GateState.OPEN

    @property
    def card(self) -> DoorCard | None:
        return None

    def unlock_older(self, user: str, passphrase: str) -> None:
        self.unlock(user, passphrase)

    def unlock(self, user: str, passphrase: str) -> None:
        if passphrase != PASSPHRASE:
            raise WrongKey(field="passphrase")
        self.state = GateState.OPEN

    def create(self, practice: NewPractice) -> None:
        if len(practice.passphrase) < 12:
            raise InvalidValue(field="passphrase", reason="short")
        self.made = practice
        self.locale = practice.locale
        self.sign = PracticeSign(practice.practice_name, practice.country, demo=False)
        self.state = GateState.UNPROVEN

    def recovery(self) -> Recovery:
        if self.state is not GateState.UNPROVEN:
            raise StateConflict(kind="practice", state=self.state, wanted=GateState.UNPROVEN)
        return Recovery(CODE, (2, 7, 13, 20))

    def prove_recovery(self, answers: Sequence[str]) -> None:
        if [answer.upper() for answer in answers] != [CODE[n - 1] for n in (2, 7, 13, 20)]:
            raise InvalidValue(field="recovery", reason="different")
        self.state = GateState.OPEN

    def unlock_with_pin(self, pin: str) -> None:
        raise WrongKey(field="pin", reason="pin_gone")

    def unlock_with_system(self, user: str) -> None:
        raise WrongKey(field="system", reason="system_gone")

    rekeying: Rekeying | None = None
    idle_minutes = 5

    def reencrypt(self, passphrase: str) -> None:
        self.unlock("u1", passphrase)
        self.state, self.rekeying = GateState.REKEYING, Rekeying(40)

    def lock(self, why: str = "asked") -> None:
        self.state = GateState.LOCKED

    def ask_recovery(self, code: str) -> None:
        self.state = GateState.UNPROVEN


class FakeServices:
    """What the frame asks, answered from a value a test can replace; the work is on a real file."""

    post = None
    demo = None
    readers = None
    backups = None
    scans = None
    keycards = None
    folder = None
    mail = None
    codes = None
    rights_reading = None
    signing = None
    tables = None

    def __init__(self, world: World, ask_recovery: Callable[[str], None]) -> None:
        self.world = world
        self.ask_recovery = ask_recovery
        self.shown = FrameState(
            user="Sophie MARCHAL",
            practice="Kiné des Tilleuls, Liège",
            demo=True,
            rights=world.desk.user.rights,
            online=False,
            waiting=7,
            card="Sophie MARCHAL",
            saved_at=NOW,
        )

    @property
    def safe(self) -> CabinetSafe:
        return CabinetSafe(self.world.cabinet, self.ask_recovery)

    @property
    def calls(self) -> Calls:
        return Calls()

    def desk(self) -> WorkDesk:
        return self.world.desk

    @property
    def logins(self) -> Logins:
        return self.world.cabinet.slots()

    health = FileHealth()

    def wake_sorter(self) -> None:
        """No sorter works here."""

    def found_damage(self, reason: str) -> None:
        self.world.cabinet.stop_writing(reason)

    def card_people(self) -> Sequence[str]:
        return ()

    def choose_card(self, place: int) -> str:
        raise NotFound(kind="card_person")

    def examine(self) -> Sequence[Checked]:
        return ()

    def confirm_date(self) -> None:
        self.world.cabinet.confirm_date()

    def import_tariff(self, table: bytes, name: str = "tariff") -> None:
        raise ReferenceRefused(rows=())

    def frame(self, now: datetime) -> FrameState:
        return self.shown


class FakeEvents:
    """An event table in a list."""

    def __init__(self) -> None:
        self.rows: list[EventRow] = []
        self.first = 0  # id of the oldest row not forgotten

    def since(self, last: int) -> Sequence[EventRow]:
        return [row for row in self.rows if row.id > last]

    def oldest(self) -> int:
        return self.first

    def latest(self) -> int:
        return self.rows[-1].id if self.rows else 0


gallery = Blueprint("gallery", __name__, template_folder=str(Path(__file__).parent / "gallery"))


@gallery.get("/gallery")
def show() -> str:
    kinds: dict[str, list[str]] = {}
    for name in LOOKS:
        kind, state = name.split(".")
        kinds.setdefault(kind, []).append(state)
    return render_template("gallery.html", kinds=kinds)


class Ticks:
    """A clock that counts seconds when a test says so."""

    def __init__(self) -> None:
        self.seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds


@dataclass
class House:
    """Everything one application is made of."""

    world: World
    gate: FakeGate = field(default_factory=FakeGate)
    services: FakeServices = field(init=False)
    events: FakeEvents = field(default_factory=FakeEvents)
    broker: Broker = field(default_factory=Broker)
    ticks: Ticks = field(default_factory=Ticks)
    port: int = PORT
    door: Door = field(init=False)

    def __post_init__(self) -> None:
        self.services = FakeServices(self.world, self.gate.ask_recovery)
        self.door = Door(self.port, self.ticks, Random(1).randbytes)  # noqa: S311 - repeatable

    def app(self) -> Flask:
        stream = Stream(self.events, self.broker, self.ticks, self.locked, self.rights)
        app = create_app(
            door=self.door,
            gate=self.gate,
            services=self.services,
            stream=stream,
            now=lambda: NOW,
        )
        app.register_blueprint(gallery, url_prefix=f"/{self.door.prefix}")
        return app

    def rights(self) -> frozenset[Right]:
        return frozenset(Right)

    def locked(self) -> bool:
        return self.gate.state is not GateState.OPEN


class Window(FlaskClient):
    """A test client that names the host it was told to call, as a browser does."""

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        kwargs.setdefault("base_url", f"http://127.0.0.1:{PORT}")
        return super().open(*args, **kwargs)


def window(app: Flask) -> FlaskClient:
    """A client that stands before the door."""
    app.test_client_class = Window
    return app.test_client()


def let_in(app: Flask, house: House) -> FlaskClient:
    """A client that has exchanged the launch secret, like the window does."""
    client = window(app)
    answer = client.get(house.door.invite().removeprefix(house.door.origin))
    assert answer.status_code == 303
    return client
