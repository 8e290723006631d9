"""The screens over a real practice: a World, its post made of memory, and a window on both."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from re import findall

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from server.app.gate import CabinetGate
from server.app.rooms import EventRows, rights_in
from server.app.safe import CabinetSafe
from server.app.tables import Tables
from server.core.cards import CardKind, CardRead
from server.core.codes import CodeRead, Symbology
from server.core.errors import InvalidForm, NotFound, ReferenceRefused
from server.core.rights import Right
from server.core.sesam import Mode
from server.services import french_transmission, ledger
from server.services.desk import Desk as WorkDesk
from server.services.doorstep import Doorstep
from server.services.logins import Logins
from server.services.outbox import PracticeOutbox
from server.services.returns import PracticeIntake
from sync.transports.fakes import FakePartner
from tests.app.early import made_already
from tests.people import OUCHENE
from tests.services.office import Office
from tests.wallet import Wallet
from tests.webui.house import PORT, window
from tests.world import PASSPHRASE, World
from webui.application import create_app
from webui.broker import Broker
from webui.codes import CodeControl, CodeState, Reading
from webui.door import Door
from webui.folder import FolderControl, FolderState
from webui.frame import FrameState
from webui.keycards import KeyCardControl, KeyCardState
from webui.mail import MailControl, MailState
from webui.outside import BackupState, Calls, Checked, FileHealth, PostState
from webui.readers import ReaderState
from webui.rights_reading import RightsControl
from webui.safe import Safe
from webui.scanning import ScanControl, ScanState, WantedScan
from webui.signing import SigningControl, SigningState
from webui.stream import Stream
from webui.tables import TableControl

SINCE = datetime(2026, 3, 2, 6, 30, tzinfo=UTC)
ONLINE = PostState(True, SINCE, "127.0.0.1", False, True, None, "")


NOBODY = Calls()
STILL = BackupState(None, "")


@dataclass
class FakePost:
    """A post that only remembers what it was asked."""

    state: PostState = ONLINE
    asked: list[str] = field(default_factory=list)

    def send_now(self) -> None:
        self.asked.append("send")

    def cancel(self) -> None:
        self.asked.append("cancel")

    def wake(self) -> None:
        self.asked.append("wake")


@dataclass
class FakeToys:
    """The toys of a demo, that only remember how they were played with."""

    online: bool = True
    passphrase: str = PASSPHRASE
    played: list[str] = field(default_factory=list)

    def cards(self) -> Sequence[tuple[str, str]]:
        return (("0", "Marc Delvaux"), ("1", "Fatima Ouchene"))

    def insert(self, card: str) -> None:
        self.played.append(f"insert {card}")

    def phone(self, nir: str) -> bytes:
        self.played.append("phone")
        return b""

    def remove(self) -> None:
        self.played.append("remove")

    def pull_cable(self, *, cut: bool) -> None:
        self.online = not cut

    def answer_now(self) -> None:
        self.played.append("answer")

    def next_morning(self) -> None:
        self.played.append("morning")


@dataclass
class FakeReaders:
    """Readers whose card is put in by a test; what they are asked is remembered."""

    state: ReaderState = field(default_factory=lambda: ReaderState(readers=("Paper reader",)))
    card: CardRead | None = None
    stranger: str = ""
    swap: tuple[str, str] = ("", "")
    asked: list[str] = field(default_factory=list)

    def await_card(self, user: str) -> None:
        self.asked.append(f"await {user}")

    def await_nobody(self) -> None:
        self.asked.append("nobody")

    def open_patient(self) -> str:
        self.asked.append("patient")
        return ""


@dataclass
class FakeKeeper:
    """A keeper of copies that only remembers what it was asked."""

    folder: Path
    state: BackupState = STILL
    asked: list[str] = field(default_factory=list)

    def back_up_now(self) -> None:
        self.asked.append("backup")

    def drill_now(self) -> None:
        self.asked.append("drill")

    def cancel(self) -> None:
        self.asked.append("cancel")


@dataclass
class FakeKeyCards:
    """Cards with keys that only remember what was asked of them."""

    state: KeyCardState = field(default_factory=lambda: KeyCardState(CardKind.EID, ""))
    asked: list[object] = field(default_factory=list)

    def look(self) -> None:
        self.asked.append("look")

    def try_code(self, card_id: str, pin: str, *, last_too: bool) -> None:
        if card_id == "last" and not last_too:
            raise InvalidForm(faults=(("last_too", "needed"),))
        self.asked.append((card_id, pin, last_too))

    def stop_trying(self) -> None:
        self.asked.append("stop")


@dataclass
class FakeScans:
    """Scanners that only remember what they were asked."""

    state: ScanState = field(default_factory=ScanState)
    asked: list[object] = field(default_factory=list)

    def look(self) -> None:
        self.asked.append("look")

    def scan(self, wanted: WantedScan) -> None:
        self.asked.append(wanted)

    def stop_scan(self) -> None:
        self.asked.append("stop")


@dataclass
class FakeSigning:
    """A component that only remembers what it was asked."""

    state: SigningState = field(default_factory=SigningState)
    asked: list[object] = field(default_factory=list)

    def secure(self, session: str, pin: str, mode: Mode, nature: str = "") -> None:
        self.asked.append((session, pin, mode, nature))

    def countersign(self, pin: str) -> None:
        self.asked.append(("countersign", pin))

    def send(self, pin: str) -> None:
        self.asked.append(("send", pin))


@dataclass
class FakeFolder:
    """A watched folder that only remembers what was chosen."""

    state: FolderState = field(default_factory=FolderState)
    asked: list[tuple[str, bool]] = field(default_factory=list)

    def choose(self, typed: str, *, on: bool) -> None:
        self.asked.append((typed, on))


@dataclass
class FakeMail:
    """A mailbox that only remembers what was asked of it."""

    state: MailState = field(default_factory=MailState)
    asked: list[object] = field(default_factory=list)

    def name(self, typed: Mapping[str, str]) -> None:
        self.asked.append(dict(typed))

    def read(self) -> None:
        self.asked.append("read")


@dataclass
class FakeCodes:
    """What reads codes, that only remembers what it was asked."""

    state: CodeState = field(default_factory=CodeState)
    preview: bytes | None = None
    last: Reading | None = None
    asked: list[object] = field(default_factory=list)
    unmended: bool = False

    def look(self, camera: str) -> None:
        self.asked.append(f"look {camera}")

    def stop_looking(self) -> None:
        self.asked.append("stop")

    def read_file(self, content: bytes) -> None:
        self.asked.append(content)

    def take(self, typed: str) -> Reading:
        code = CodeRead(Symbology.TYPED, typed, typed.encode())
        self.last = Reading(1, "KEYBOARD", code, self.unmended)
        return self.last

    def calibrate(self, typed: str) -> None:
        self.asked.append(typed)

    def ports(self) -> Sequence[tuple[str, str]]:
        return (("COM3", "Lecteur inventé"), ("COM4", ""))

    def choose_line(self, port: str) -> None:
        self.asked.append(f"line {port}")

    def calibration(self) -> bytes:
        return b"<svg xmlns='http://www.w3.org/2000/svg'/>"


@dataclass
class Rooms:
    """What the screens ask of the program, answered by the practice itself."""

    world: World
    post: FakePost | None = None
    demo: FakeToys | None = None
    readers: FakeReaders | None = None
    checked: Sequence[Checked] = ()
    calls: Calls = NOBODY
    fresh: bool = True  # the passphrase was typed a moment ago
    health: FileHealth = field(default_factory=FileHealth)
    backups: FakeKeeper | None = None
    people: Sequence[str] = ()  # on the Vitale card in the reader
    scans: ScanControl | None = field(default_factory=FakeScans)
    keycards: KeyCardControl | None = field(default_factory=FakeKeyCards)
    rights_reading: RightsControl | None = None
    signing: SigningControl | None = None
    folder: FolderControl | None = field(default_factory=FakeFolder)
    mail: MailControl | None = field(default_factory=FakeMail)
    tables: TableControl | None = None
    codes: CodeControl | None = field(default_factory=FakeCodes)
    safe: Safe = field(init=False)

    def wake_sorter(self) -> None:
        """Nothing is looked into behind the back of a test."""

    def found_damage(self, reason: str) -> None:
        self.world.cabinet.stop_writing(reason)

    def desk(self) -> WorkDesk:
        return replace(self.world.desk, fresh=self.fresh)

    @property
    def logins(self) -> Logins:
        return self.world.cabinet.slots()

    def card_people(self) -> Sequence[str]:
        return self.people

    def choose_card(self, place: int) -> str:
        if not 0 <= place < len(self.people):
            raise NotFound(kind="card_person")
        return self.world.patient(OUCHENE)

    def examine(self) -> Sequence[Checked]:
        self.desk().require(Right.PATIENTS)
        return self.checked

    def confirm_date(self) -> None:
        self.world.cabinet.confirm_date()

    def import_tariff(self, table: bytes, name: str = "tariff") -> None:
        raise ReferenceRefused(rows=())

    def frame(self, now: datetime) -> FrameState:
        desk = self.desk()
        queue = ledger.queue(desk)
        return FrameState(
            user="Sophie Marchal", practice="Kiné Delporte", demo=desk.practice.demo,
            rights=desk.user.rights,
            online=bool(self.post and self.post.state.online),
            waiting=queue.waiting + queue.doubtful, unsent=french_transmission.unsent(desk),
            damage=self.world.cabinet.damage,
        )  # fmt: skip


class Shop:
    """A practice, its post and its screens; `get` and `post` work at the window, unlocked."""

    def __init__(self, world: World, port: int = PORT) -> None:
        world.cabinet.prove()
        self.office = _office(world)
        self.world = world
        self.rooms = Rooms(world)
        self.rooms.tables = Tables(world.cabinet, lambda *_: None)
        self.broker = Broker()
        self.wallet = Wallet()
        self.wallet.available = False  # as on the machines that test; a test may hand one out
        late = made_already(world.cabinet)
        self.gate = CabinetGate(
            Doorstep(world.folder, world.cabinet.keyring), late, world.folder, _nothing, _nothing,
            system=self.wallet,
        )  # fmt: skip
        self.rooms.safe = CabinetSafe(world.cabinet, self.gate.ask_recovery, self.wallet)
        self.door = Door(port, _still, Random(1).randbytes)  # noqa: S311 - repeatable
        self.app = create_app(
            door=self.door,
            gate=self.gate,
            services=self.rooms,
            stream=Stream(
                EventRows(late),
                self.broker,
                _still,
                lambda: False,
                lambda: rights_in(late),
            ),
            now=world.clock.now,
        )
        self._client: FlaskClient | None = None

    @property
    def client(self) -> FlaskClient:
        """A client past the door that has typed the passphrase."""
        if self._client is None:
            self._client = window(self.app)
            self._client.get(self.door.invite().removeprefix(self.door.origin))
            user = self.world.cabinet.logins()[0].id
            answer = self.post("unlock", user=user, passphrase=PASSPHRASE)
            assert answer.status_code == 303
        return self._client

    @property
    def token(self) -> dict[str, str]:
        """The header that says a request comes from a page of ours."""
        return {"X-Page-Token": self.door.page_token}

    def get(self, path: str) -> str:
        """Return the page at a path under the prefix of this launch."""
        answer = self.client.get(f"{self.door.root}{path}")
        assert answer.status_code == 200, (path, answer.status_code, answer.text[-600:])
        return answer.text

    def post(self, path: str, **form: str) -> TestResponse:
        """Send a form."""
        client = self._client or self.client
        token = {"page_token": self.door.page_token}
        return client.post(f"{self.door.root}{path}", data={**form, **token})

    def search(self, typed: str) -> str:
        """Return the list of patients drawn while something is typed."""
        answer = self.post("patients/found", q=typed)
        assert answer.status_code == 200
        return answer.text

    def follow(self, path: str, **form: str) -> str:
        """Send a form and return the page it leads to."""
        answer = self.post(path, **form)
        assert answer.status_code == 303, (path, answer.status_code, answer.text[-600:])
        return self.get(answer.headers["Location"].removeprefix(self.door.root))

    def lot(self, number: int) -> str:
        """The id of a lot by its sending number."""
        return str(self.world.sql("select id from lot where number = ?", (number,)))


def ids(page: str) -> set[str]:
    """The ids a page gives to its elements."""
    return set(findall(r'\sid="([^"]+)"', page))


def _office(world: World) -> Office:
    outbox = PracticeOutbox(world.cabinet.desk, world.clock.monotonic, lambda: 0.5)
    return Office(world, FakePartner(), outbox, PracticeIntake(world.cabinet.desk))


def _nothing() -> None:
    """What runs beside needs no start here."""


def _still() -> float:
    return 0.0
