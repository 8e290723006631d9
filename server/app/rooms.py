"""What the screens find behind them: a desk for each request, the frame, the rows of the stream.

Services are imported inside: what stands before the unlock page is loaded without them.
"""

from collections.abc import Sequence, Set
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from server.app.late import LateCabinet
from server.core.errors import Locked, NotFound
from server.core.rights import Right
from webui.frame import FrameState
from webui.stream import EventRow

if TYPE_CHECKING:
    from server.app.code_desk import CodeDesk
    from server.app.dropping import Dropping
    from server.app.hands import Hands
    from server.app.keeper import Keeper
    from server.app.keycards import KeyCardTrials
    from server.app.mailing import Mailing
    from server.app.post import Post
    from server.app.program import Program
    from server.app.rights_reading import RightsReading
    from server.app.safe import CabinetSafe
    from server.app.scanning import Scanning
    from server.app.signing import Signing
    from server.app.tables import Tables
    from server.services.desk import Desk
    from server.services.logins import Logins
    from webui.outside import Calls, Checked, DemoControl, FileHealth


class Rooms:
    """The port `webui.desk.Services` on one program."""

    def __init__(self, program: "Program") -> None:
        self._program = program

    def desk(self) -> "Desk":
        """Give a fresh desk; raise `Locked` when the practice is."""
        return self._program.cabinet.desk()

    @property
    def logins(self) -> "Logins":
        """The logins of the open practice; raise `Locked` when it is locked."""
        return self._program.cabinet.slots()

    @property
    def post(self) -> "Post | None":
        """The post of the open practice, when it has an address to send to."""
        return self._program.post

    @property
    def backups(self) -> "Keeper | None":
        """The keeper of copies of the open practice."""
        return self._program.keeper

    def wake_sorter(self) -> None:
        """Have what came in looked into now."""
        sorter = self._program.sorter
        if sorter is not None:
            sorter.wake()

    @property
    def readers(self) -> "Hands | None":
        """The readers of this machine, while a user who sees patients is at work."""
        return self._program.hands

    @property
    def scans(self) -> "Scanning | None":
        """The scanners of the open practice."""
        return self._program.scans

    @property
    def keycards(self) -> "KeyCardTrials | None":
        """The cards whose code can be tried, while a user who sees patients is at work."""
        return self._program.keycards

    @property
    def rights_reading(self) -> "RightsReading | None":
        """The component that reads French rights, while the practice is open."""
        france = self._program.france
        return france.rights if france else None

    @property
    def signing(self) -> "Signing | None":
        """The component that signs French invoices, for who bills."""
        france = self._program.france
        return france.signing if france else None

    @property
    def tables(self) -> "Tables | None":
        """The reader of convention tables of the open practice."""
        france = self._program.france
        return france.tables if france else None

    @property
    def folder(self) -> "Dropping | None":
        """The watched folder of this machine."""
        return self._program.folder

    @property
    def mail(self) -> "Mailing | None":
        """The mailbox for papers of the open practice."""
        return self._program.mail

    @property
    def codes(self) -> "CodeDesk | None":
        """What reads codes in the open practice."""
        return self._program.codes

    @property
    def demo(self) -> "DemoControl | None":
        """The toys of a demo practice."""
        return self._program.demo

    @property
    def safe(self) -> "CabinetSafe":
        """What protects the open practice."""
        from server.app.safe import CabinetSafe

        return CabinetSafe(self._program.cabinet, self._program.gate.ask_recovery)

    @property
    def calls(self) -> "Calls":
        """Whom the program may call, and what it refused to."""
        from webui.outside import CalledHost, Calls, RefusedCall

        outbound = self._program.outbound
        hosts = [CalledHost(host.name, host.port, host.why) for host in outbound.hosts]
        refused = [RefusedCall(x.name, x.port, x.times) for x in outbound.refusals]
        return Calls(hosts, refused)

    def card_people(self) -> Sequence[str]:
        """Name everybody on the Vitale card in the reader, in the card's order."""
        self.desk().require(Right.PATIENTS)
        hands = self._program.hands
        people = hands.family.people if hands and hands.family else ()
        return [f"{who.first_names} {who.last_name}" for who in people]

    def choose_card(self, place: int) -> str:
        """Take a person of that card; raise `NotFound` when the card left meanwhile."""
        hands = self._program.hands
        if hands is None:
            raise NotFound(kind="card_person")
        return hands.choose(place)

    def examine(self) -> "Sequence[Checked]":
        """Look at this machine as the doctor does, and at the open practice."""
        from server.app import diagnosis

        self.desk().require(Right.PATIENTS)
        return diagnosis.examine(self._program)

    def confirm_date(self) -> None:
        """Take the user's word for the date and judge again what waited for it."""
        from server.services import practices

        self.desk().require(Right.PATIENTS)
        self._program.cabinet.confirm_date()
        practices.judge_again(self.desk())

    @property
    def health(self) -> "FileHealth":
        """What the last readings of the practice file found."""
        from server.services import checkups
        from server.store.soundness import Check
        from webui.outside import FileHealth

        cabinet = self._program.cabinet
        done = checkups.of_folder(cabinet.folder)
        quick, full = done.get(Check.QUICK), done.get(Check.FULL)
        return FileHealth(
            quick.at if quick else None, full.at if full else None,
            all(each.sound for each in done.values()), cabinet.damage,
        )  # fmt: skip

    def found_damage(self, reason: str) -> None:
        """Only read the practice from now on."""
        self._program.found_damage(reason)

    def import_tariff(self, table: bytes, name: str = "tariff") -> None:
        """Add a tariff, or rows of the table of a name, to the open practice.

        Raises `ReferenceRefused` with the rows at fault.
        """
        from server.app import reference

        program = self._program
        with TemporaryDirectory(prefix="tariff-", dir=program.settings.practice) as folder:
            typed = Path(folder) / f"{name}.csv"
            typed.write_bytes(table)
            reference.import_tariff(program.cabinet, Path(folder), typed)

    def frame(self, now: datetime) -> FrameState:
        """Give what is shown around every screen."""
        from server.services import french_transmission, ledger, patients
        from server.store import journal

        desk = self.desk()
        queue = ledger.queue(desk)
        post, hands = self._program.post, self._program.hands
        if not desk.user.may(Right.PATIENTS):
            hands = None
        names = [(key, patients.name_of(desk, key)) for key in hands.holders] if hands else []
        return FrameState(
            user=f"{desk.user.first_name} {desk.user.last_name}",
            practice=desk.practice.name,
            demo=desk.practice.demo,
            rights=desk.user.rights,
            online=bool(post and post.line.state.online),
            waiting=queue.waiting + queue.doubtful,
            unsent=french_transmission.unsent(desk),
            card=_in_the_reader(desk, hands, names) if hands else "",
            cards=names,
            card_problem=hands.service_problem if hands else "",
            saved_at=desk.once(lambda: journal.last_at(desk.db, desk.device.id), "saved"),
            damage=self._program.cabinet.damage,
        )


def _in_the_reader(desk: "Desk", hands: "Hands", patients: Sequence[tuple[str, str]]) -> str:
    """Name the user, or the patient, whose card was read last; "" when there is none."""
    from server.services import user_cards

    if hands.user:
        return user_cards.name_of(desk, hands.user)
    return patients[-1][1] if patients else ""


def rights_in(cabinet: LateCabinet) -> Set[Right]:
    """Give what the present user may do; nothing while the practice is locked."""
    try:
        return cabinet().desk().user.rights
    except Locked:
        return frozenset()


class EventRows:
    """The port `webui.stream.EventSource` on one cabinet: nothing while it is locked."""

    def __init__(self, cabinet: LateCabinet) -> None:
        self._cabinet = cabinet

    def since(self, last: int) -> Sequence[EventRow]:
        """Give the rows after one, in order."""
        from server.store import events

        try:
            found = events.since(self._cabinet().desk().db, last)
        except Locked:
            return ()
        return [EventRow(event.id, event.kind, event.ref) for event in found]

    def oldest(self) -> int:
        """Give the id of the oldest row still known, 0 when there is none."""
        if not self._cabinet.is_open:
            return 0
        from server.store import events

        try:
            return events.oldest_id(self._cabinet().desk().db)
        except Locked:
            return 0  # this very moment

    def latest(self) -> int:
        """Give the id of the last row, 0 when there is none or the practice is closed."""
        if not self._cabinet.is_open:
            return 0
        from server.store import events

        try:
            return events.last_id(self._cabinet().desk().db)
        except Locked:
            return 0  # this very moment
