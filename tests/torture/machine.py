"""One machine of a kiné: it is switched on, seals, sends, loses its power, and starts again.

What dies is thrown away whole: the next start opens a new cabinet from what the disk kept.
"""

import random as chance
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NoReturn

import apsw

from server.core.errors import NotFound, SealRefused
from server.core.outbox import FINAL
from server.services import lots, waiting
from server.services.cabinet import Cabinet
from server.services.doorstep import DATABASE
from server.services.outbox import PracticeOutbox
from server.services.returns import PracticeIntake
from server.store import claims, post
from server.store.rows import value
from sync.engine import Engine
from tests.torture.disk import NAME, Disk, PowerVfs
from tests.torture.faults import Draws
from tests.torture.partner import Hub
from tests.torture.recipe import Recipe
from tests.torture.senders import DEAF, SENDERS
from tests.torture.template import EVENING, Template
from tests.world import BUILT_ON, CHEAP, PASSPHRASE

QUIET_SECONDS = 16 * 60.0
_OFF_SECONDS = (5.0, 60.0, 1_200.0)
_LAST_DEED = "select action from journal where action not like 'door.%' order by seq desc"
_vfs: list[PowerVfs] = []


def vfs() -> PowerVfs:
    """The one disk drive of this process."""
    if not _vfs:
        _vfs.append(PowerVfs())
    return _vfs[0]


class TrueTime:
    """True time, and what the machine believes: a wall clock and seconds since it started."""

    def __init__(self) -> None:
        self.true = 10_000.0
        self.ahead = 0.0
        self._started = 0.0

    def now(self) -> datetime:
        """See `server.core.clock.Clock`; each look takes a millisecond."""
        self.true += 0.001
        return EVENING + timedelta(seconds=self.true - 10_000 + self.ahead)

    def monotonic(self) -> float:
        """See `server.core.clock.Clock`."""
        return self.true - self._started

    def start(self) -> None:
        """The machine is switched on: its seconds begin again."""
        self._started = self.true


def _one_by_one(empty: Callable[[str], None], lanes: Sequence[str]) -> None:
    for lane in lanes:
        empty(lane)


@dataclass(frozen=True, slots=True)
class Promise:
    """A lot the screen said is sealed."""

    lot: str
    number: int
    reference: str


class Machine:
    """A machine that runs one recipe with one sender against one hub."""

    def __init__(
        self,
        template: Template,
        recipe: Recipe,
        sender: str,
        told: Callable[[str], None],
        draws: Draws | None = None,
    ) -> None:
        """`draws` are the faults of the recipe's seed unless a test chooses its own."""
        self.recipe = recipe
        self.time = TrueTime()
        self.promises: dict[tuple[str, str], Promise] = {}
        self.deaths = 0
        self.clock_jumps = 0
        self.found_on_disk: list[str] = []  # the last deed of the journal at each start
        self.power_cuts = 0  # those at a sync; a death at a call is a fault of the hub
        self._template = template
        self._sender = sender
        self._random = chance.Random(f"{recipe.seed}:machine")  # noqa: S311 - no secret
        self._told = told
        self._cuts = iter(recipe.cuts)
        self._disk = self._new_disk({str(template.folder / DATABASE): template.file})
        self.hub = Hub(
            draws or Draws(recipe.seed),
            chance.Random(f"{recipe.seed}:hub"),  # noqa: S311 - no secret
            lambda: self.time.true,
            recipe.answers_after,
            self._die,
            lambda: self._disk.check_alive(),
            told,
        )
        self._until_it_lives(self._boot)

    @property
    def syncs(self) -> int:
        """How often the disk now in the machine was told to keep what was written."""
        return self._disk.syncs

    def seal(self, payer: str, month: str) -> None:
        """The user seals a lot; the promise is made once the screen says so."""
        if (payer, month) in self.promises:
            return
        try:
            sealed = lots.seal(self.cabinet.desk(), payer, month)
        except NotFound:  # sealed just before the power went, without a word
            held = next(x for x in self._lots() if (x.payer, x.month) == (payer, month))
            self.promises[payer, month] = Promise(held.id, held.number, held.reference)
            self._told(f"{payer} {month} was sealed after all")
        except SealRefused as refusal:
            self._told(f"{payer} {month} is not sealed: {refusal.facts['faults']}")
        else:
            self.promises[payer, month] = Promise(sealed.lot, sealed.number, sealed.reference)
            self._told(f"{payer} {month} sealed as {sealed.reference}")

    def run(self) -> None:
        """One run of the post."""
        self.outbox.line_back(self.time.now())
        self.engine.run_once(manual=True)

    def live(self, act: Callable[[], None]) -> None:
        """Do something; when the machine dies of it, start it again."""
        try:
            act()
            self._disk.check_alive()  # what forgives a disk must not outlive it
        except BaseException:
            if not self._disk.is_dead:
                raise
            self._until_it_lives(self._boot)

    def pass_time(self, seconds: float) -> None:
        """Let true time go by."""
        self.time.true += seconds
        self.hub.pass_time()

    def set_clock_ahead(self, seconds: float) -> None:
        """Somebody sets the wall clock; true time does not follow."""
        self.clock_jumps += seconds > 0
        self.time.ahead = seconds
        self._told(f"clock {seconds:+.0f} s from the truth")

    def end_of_faults(self) -> None:
        """From now on the line, the power and the clock are good."""
        self.hub.is_good = True
        self._disk.cut_at = None
        self._cuts = iter(())
        self.set_clock_ahead(0.0)

    def press_what_can_be_pressed(self) -> None:
        """The user confirms the date, and lets leave again what was refused."""
        if self.cabinet.desk().clock_is_suspect:
            self.cabinet.confirm_date()
        for row in waiting.messages(self.cabinet.desk()):
            if row.can_retry:
                waiting.retry(self.cabinet.desk(), row.message.id)
                self._told(f"retry {row.message.reference} after {row.message.reason}")

    def messages(self) -> list[post.Row]:
        """Every message on the disk."""
        found = [post.of_lot(self.cabinet.desk().db, lot.id) for lot in self._lots()]
        return [row for row in found if row is not None]

    def is_settled(self) -> bool:
        """Whether nothing more will happen by itself."""
        all_sealed = all(lot in self.promises for lot in self.recipe.lots)
        heard = self._sender in DEAF or self.hub.is_empty
        return all_sealed and heard and all(row.state in FINAL for row in self.messages())

    def seconds_to_wait(self) -> float:
        """How long nothing can happen: a silence, or until the next letter when all has left."""
        letter = self.hub.next_mail
        if letter is None or any(row.state not in FINAL for row in self.messages()):
            return QUIET_SECONDS
        return max(QUIET_SECONDS, letter - self.time.true)

    def restart(self) -> None:
        """Switch off and on in peace."""
        self._put_away()
        self._disk = self._new_disk(self._disk.image())
        self._disk.cut_at = None
        self._boot()

    def put_away(self) -> None:
        """End of the schedule."""
        self._put_away()

    def _lots(self) -> list[claims.Lot]:
        return claims.lots(self.cabinet.desk().db)

    def _new_disk(self, image: dict[str, bytes]) -> Disk:
        disk = Disk(image, self._random)
        disk.told = self._told
        disk.cut_at = next(self._cuts, None)
        disk.survival = self.recipe.survivals[self.deaths % len(self.recipe.survivals)]
        return disk

    def _die(self, why: str) -> NoReturn:
        self._disk.lose_power(why)
        raise AssertionError  # a dead disk has raised

    def _until_it_lives(self, boot: Callable[[], None]) -> None:
        while True:
            if self._disk.is_dead:
                self._put_away()
                self.deaths += 1
                self.power_cuts += self._disk.syncs == self._disk.cut_at
                self._disk = self._new_disk(self._disk.image())
                self.pass_time(self._random.choice(_OFF_SECONDS))
            try:
                boot()
                return
            except BaseException:
                if not self._disk.is_dead:
                    raise

    def _boot(self) -> None:
        vfs().insert(self._disk)
        self.time.start()
        self.cabinet = Cabinet(
            self._template.folder, self.time, self._random.randbytes, BUILT_ON, CHEAP, NAME
        )
        self.cabinet.unlock(self.cabinet.logins()[0].id, PASSPHRASE)
        desk = self.cabinet.desk()
        desk.db.pragma("wal_autocheckpoint", self.recipe.checkpoint_pages)
        self.outbox: PracticeOutbox = SENDERS[self._sender](
            self.cabinet.desk, self.time.monotonic, self._random.random
        )
        streams = {"efact": self.hub}
        boxes = {} if self._sender in DEAF else streams
        intake = PracticeIntake(self.cabinet.desk)
        self.engine = Engine(
            self.outbox, streams, boxes, intake, self.time,
            spread=_one_by_one,
        )  # fmt: skip
        self.found_on_disk.append(str(value(desk.db, _LAST_DEED)))
        self.outbox.recover(self.time.now())
        self._disk.check_alive()
        self._told(f"started, boot {self.deaths}")

    def _put_away(self) -> None:
        self._disk.bury()
        for db in apsw.connections():  # also one that a start which died had just opened
            with suppress(apsw.Error):
                db.close(True)
