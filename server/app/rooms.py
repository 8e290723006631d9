"""What the screens find behind them: a desk for each request, the frame, the rows of the stream.

Services are imported inside: what stands before the unlock page is loaded without them.
"""

from collections.abc import Sequence, Set
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from server.app import reference
from server.app.safe import CabinetSafe
from server.core.errors import Locked
from server.core.rights import Right
from server.services.cabinet import Cabinet
from server.services.desk import Desk
from server.services.logins import Logins
from server.store import events, journal
from webui.frame import FrameState
from webui.outside import CalledHost, Calls, FileHealth, RefusedCall
from webui.stream import EventRow

if TYPE_CHECKING:
    from server.app.demo import Demo
    from server.app.keeper import Keeper
    from server.app.post import Post
    from server.app.program import Program


class Rooms:
    """The port `webui.desk.Services` on one program."""

    def __init__(self, program: "Program") -> None:
        self._program = program

    def desk(self) -> Desk:
        """Give a fresh desk; raise `Locked` when the practice is."""
        return self._program.cabinet.desk()

    @property
    def logins(self) -> Logins:
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
    def demo(self) -> "Demo | None":
        """The toys of a demo practice."""
        return self._program.demo

    @property
    def safe(self) -> CabinetSafe:
        """What protects the open practice."""
        return CabinetSafe(self._program.cabinet, self._program.gate.ask_recovery)

    @property
    def calls(self) -> Calls:
        """Whom the program may call, and what it refused to."""
        outbound = self._program.outbound
        hosts = [CalledHost(host.name, host.port, host.why) for host in outbound.hosts]
        refused = [RefusedCall(x.name, x.port, x.times) for x in outbound.refusals]
        return Calls(hosts, refused)

    def confirm_date(self) -> None:
        """Take the user's word for the date and judge again what waited for it."""
        from server.services import practices

        self.desk().require(Right.PATIENTS)
        self._program.cabinet.confirm_date()
        practices.judge_again(self.desk())

    @property
    def health(self) -> FileHealth:
        """What the last readings of the practice file found."""
        from server.services import checkups
        from server.store.soundness import Check

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

    def import_tariff(self, table: bytes) -> None:
        """Add a tariff to the open practice; raise `ReferenceRefused` with the rows at fault."""
        program = self._program
        with TemporaryDirectory(prefix="tariff-", dir=program.settings.practice) as folder:
            typed = Path(folder) / "tariff.csv"
            typed.write_bytes(table)
            reference.import_tariff(program.cabinet, Path(folder), typed)

    def frame(self, now: datetime) -> FrameState:
        """Give what is shown around every screen."""
        from server.services import ledger, patients

        desk = self.desk()
        queue = ledger.queue(desk)
        post, hands = self._program.post, self._program.hands
        if not desk.user.may(Right.PATIENTS):
            hands = None
        return FrameState(
            user=f"{desk.user.first_name} {desk.user.last_name}",
            practice=desk.practice.name,
            demo=desk.practice.demo,
            rights=desk.user.rights,
            online=bool(post and post.line.state.online),
            waiting=queue.waiting + queue.doubtful,
            card=patients.name_of(desk, hands.holder) if hands and hands.holder else "",
            cards=[(key, patients.name_of(desk, key)) for key in hands.holders] if hands else (),
            swap=hands.swap if hands else ("", ""),
            card_problem=hands.service_problem if hands else "",
            saved_at=journal.last_at(desk.db, desk.device.id),
            damage=self._program.cabinet.damage,
        )


def rights_in(cabinet: Cabinet) -> Set[Right]:
    """Give what the present user may do; nothing while the practice is locked."""
    try:
        return cabinet.desk().user.rights
    except Locked:
        return frozenset()


class EventRows:
    """The port `webui.stream.EventSource` on one cabinet: nothing while it is locked."""

    def __init__(self, cabinet: Cabinet) -> None:
        self._cabinet = cabinet

    def since(self, last: int) -> Sequence[EventRow]:
        """Give the rows after one, in order."""
        try:
            found = events.since(self._cabinet.desk().db, last)
        except Locked:
            return ()
        return [EventRow(event.id, event.kind, event.ref) for event in found]

    def oldest(self) -> int:
        """Give the id of the oldest row still known, 0 when there is none."""
        try:
            return events.oldest_id(self._cabinet.desk().db) if self._cabinet.is_open else 0
        except Locked:
            return 0  # this very moment

    def latest(self) -> int:
        """Give the id of the last row, 0 when there is none or the practice is closed."""
        try:
            return events.last_id(self._cabinet.desk().db) if self._cabinet.is_open else 0
        except Locked:
            return 0  # this very moment
