"""The cabinet: one practice folder, from creation to unlock, desk after desk, to lock.

The folder holds the encrypted practice file, its key file and the clear reference file
(`reliability-security.md` §2). Nothing of a patient can be reached while it is locked.
"""

from collections.abc import Callable
from contextlib import suppress
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import apsw

from server.core.clock import Clock
from server.core.errors import DamagedPractice, InvalidValue, Locked, WrongKey
from server.core.rights import Right
from server.core.ulid import Entropy, new_ulid
from server.services import entries, founding, reference_files, safety
from server.services.desk import Desk
from server.services.doorstep import DATABASE, REFERENCE, Doorstep, Login, Sign
from server.services.file_opening import open_file
from server.services.founding import Ground, NewPractice
from server.services.keyring import KEYS, Keyring, slot_of, system_slot_of
from server.services.logins import Logins
from server.services.run_clock import RunClock
from server.store import soundness
from server.store.connection import Pool
from server.store.journal import Stamp
from server.store.keys import (
    RECOVERY,
    Cost,
    DatabaseKey,
    new_key,
    new_recovery_code,
    parse_recovery_code,
    sync_folder,
)
from server.store.seats import Seats
from server.store.soundness import Check
from server.store.watermark import Watermark

if TYPE_CHECKING:
    from server.services.pins import Latch
    from server.services.vault import Vault
    from server.store.backup import Tell

_PROOF_SECONDS = 600.0


class Cabinet:
    """One practice folder and the session opened on it."""

    def __init__(
        self,
        folder: Path,
        clock: Clock,
        entropy: Entropy,
        built_on: date,
        cost: Cost | None = None,
        disk: str | None = None,
    ) -> None:
        """`disk` names the disk that holds the practice file when it is not the system's."""
        self._folder = folder
        self._disk = disk
        self._clock = clock
        self._entropy = entropy
        self.keyring = Keyring(folder, clock, cost or Cost())
        self._doorstep = Doorstep(folder, self.keyring)
        self._pool: Pool | None = None
        self._seats = Seats()
        self._key: DatabaseKey | None = None
        self._user = ""
        self._proved: float | None = None  # monotonic second of the last passphrase typed
        self._latch: Latch | None = None  # the way back by PIN, while locked
        self._wrong_pins = 0
        self._owed: tuple[str, str] | None = None  # a coming in to journal: the slot, and by what
        self.idle_minutes = safety.IDLE_MINUTES
        self._mac_key = b""
        self._mark: Watermark | None = None
        self._damage = ""
        self._time = RunClock(clock, built_on)
        self.boot = new_ulid(clock.now(), entropy)

    @property
    def exists(self) -> bool:
        """Whether the folder already holds a practice."""
        return self._doorstep.exists

    @property
    def is_open(self) -> bool:
        """Whether a user has unlocked it."""
        return self._pool is not None

    @property
    def clock(self) -> Clock:
        """The clock of this run."""
        return self._clock

    def logins(self) -> list[Login]:
        """Return who may unlock, in the order they were added."""
        return self._doorstep.logins()

    def slots(self) -> Logins:
        """Return the logins to give and take, while the practice is open; raise `Locked`."""
        if self._key is None:
            raise Locked()
        return Logins(self.keyring, self._key)

    def create(self, form: NewPractice) -> str:
        """Make the practice file, its first user and its key file; return the recovery code.

        The reference file must already be in the folder. Raises `InvalidValue` or
        `InvalidNumber` on a field, `DamagedPractice` in a folder that holds a practice, before
        anything is written. The practice file comes last and whole: until then there is none.
        """
        founding.check(form)
        if (self._folder / DATABASE).exists():
            raise DamagedPractice(reason="practice_exists")
        code, key = new_recovery_code(), new_key()
        ground = Ground(self._folder, self._clock, self._entropy, self.boot, self._time.trust)
        owner = ground.new_id()
        beside = founding.write_file(
            ground, form, owner, key,
            lambda: reference_files.take_in(self._folder, self._folder / REFERENCE),
        )  # fmt: skip
        slots = {
            slot_of(owner): (form.passphrase, f"{form.first_name} {form.last_name.upper()}"),
            RECOVERY: (parse_recovery_code(code), ""),
        }
        if (self._folder / KEYS).exists():  # of a creation cut short, or of a file that is lost
            (self._folder / KEYS).replace(self._folder / f"{KEYS}.old")
        self.keyring.create(key, slots, founding.sign(form))
        beside.replace(self._folder / DATABASE)
        sync_folder(self._folder)
        return code

    @property
    def sign(self) -> Sign | None:
        """What is written on the door of the practice; None while there is none."""
        return self._doorstep.sign

    def prove(self) -> None:
        """Note that the recovery code was retyped: the first run has ended."""
        self._doorstep.set_proven(proven=True)

    def renew_recovery(self) -> str:
        """Make another recovery code for the open practice; the one before opens nothing more.

        Raises `ProofNeeded` when the passphrase was typed too long ago.
        """
        if self._key is None:
            raise Locked()
        code = new_recovery_code()
        desk = self.desk()
        desk.require(Right.SECURITY)
        desk.require_proof()
        self._doorstep.set_proven(proven=False)  # nobody retyped the code about to be made
        safety.put_slot(self.desk(), self.keyring, self._key, RECOVERY, parse_recovery_code(code))
        return code

    def change_passphrase(self, current: str, new: str) -> None:
        """Give the present user another passphrase; nothing but his slot is written.

        Raises `WrongKey` on the current one, `InvalidValue` when the new one is too short or the
        same.
        """
        self.confirm(current)
        founding.check_passphrase(new, "new_passphrase")
        if new == current:
            raise InvalidValue(field="new_passphrase", reason="same")
        if self._key is None:
            raise Locked()
        safety.put_slot(self.desk(), self.keyring, self._key, slot_of(self._user), new)

    def confirm(self, passphrase: str) -> None:
        """Let the present user prove that it is him; raise `WrongKey` when it is not."""
        if self._key is None:
            raise Locked()
        slot = slot_of(self._user)
        if self.keyring.open(slot, passphrase).raw != self._key.raw:
            raise WrongKey(slot=slot, reason="wrong", wait=0)
        self._proved = self._clock.monotonic()
        entries.proved(self.desk(), self.keyring, slot)

    def unlock(self, user: str, passphrase: str, *, older: bool = False, note: bool = True) -> None:
        """Open the practice for one user; raise `WrongKey` when the passphrase is not his.

        Without `note`, the coming in is journalled by `note_entry`, once the file was read and
        found whole.

        Raises `OlderPractice` when an older copy lies in the place of the file, before anything is
        written; with `older` the user insists, and it is treated as a return to a copy.
        """
        slot = slot_of(user)
        key = self._settled(self.keyring.open(slot, passphrase), slot, passphrase)
        self._open(key, user, older=older)
        self._let_in(slot, "passphrase", note=note)

    def unlock_with_system(self, user: str, secret: str, *, note: bool = True) -> None:
        """Open with what the system's keyring holds for a user; it proves nothing of who is there.

        Raises `WrongKey`.
        """
        slot = system_slot_of(user)
        self._open(self._settled(self.keyring.open(slot, secret), slot, secret), user)
        self._owed = (slot, "system")
        if note:
            self.note_entry()

    def recover(self, code: str, user: str, passphrase: str) -> None:
        """Open with the recovery code and give the user a new passphrase."""
        key = self._settled(self.keyring.open_with_code(code), RECOVERY, parse_recovery_code(code))
        slot, slots = slot_of(user), self.keyring.file.slots()
        if slot not in slots:
            raise WrongKey(slot=slot, reason="no_slot")
        founding.check_passphrase(passphrase)
        self.keyring.put(key, slot, passphrase, slots[slot])
        self._open(key, user)
        self._let_in(RECOVERY, "recovery", note=True)

    def reencrypt(self, passphrase: str, tell: "Tell") -> str:
        """Encrypt the whole practice again under a new key; return its new recovery code.

        A verified copy is made first. Every other user, and whoever held the old key, is shut
        out. Raises `WrongKey`, `Forbidden`, `BackupFailed`, and what the disk does; the practice
        is then open as it was.
        """
        from server.services import backups, reencryption  # rarely needed

        self.confirm(passphrase)
        self.desk().require(Right.SECURITY)
        vault, above = self.vault(), safety.highest(self.desk())
        slot = slot_of(vault.user)
        copy = backups.copy_before(vault, "REKEY")
        self._close()
        try:
            key, code = reencryption.carry_out(vault, self.keyring, slot, passphrase, above, tell)
        except BaseException:
            self._open(self._settled(vault.key, slot, passphrase), vault.user)
            raise
        self._open(key, vault.user)
        self._proved = self._clock.monotonic()
        safety.note_reencrypted(self.desk(), self.keyring)
        backups.remember(self.desk(), copy, "", 0.0)
        return code

    def _settled(self, key: DatabaseKey, slot: str, secret: str) -> DatabaseKey:
        """Give the key the file has: another than its slot's after a re-encryption cut short."""
        if not self.keyring.file.has_next():
            return key
        from server.services import reencryption

        database = self._folder / DATABASE
        return reencryption.settled(self._folder, database, self.keyring, key, slot, secret)

    def choose_idle(self, minutes: int) -> None:
        """Let the practice lock itself after other minutes without anybody."""
        safety.choose_idle(self.desk(), minutes)
        self.idle_minutes = minutes

    def lock(self, why: str = "asked") -> None:
        """Close every connection and forget the key; the journal keeps why it was closed.

        Unless the program ends, who has a PIN leaves the key under it, in memory.
        """
        if self._pool is not None:
            self.note_entry()
            with suppress(Locked):  # nobody of this practice may act any more
                entries.left(self.desk(), self.keyring, why)
                self._latch = self._latched()
        if why == "ended":
            self._latch = None
        self._close()

    @property
    def pin_user(self) -> str:
        """Who may come back by his PIN now, "" when nobody may."""
        return self._latch.user if self._latch is not None and self._latch.serves else ""

    def unlock_with_pin(self, pin: str, *, note: bool = True) -> None:
        """Open again what was locked in this run; it proves nothing of who types.

        Raises `WrongKey`: reason "pin" with the tries left (`tries`), "pin_gone" when there is
        none.
        """
        latch = self._latch if self.pin_user else None
        if latch is None:
            raise WrongKey(slot="pin", reason="pin_gone")
        try:
            key = latch.open(pin)
        except WrongKey:
            self._wrong_pins += 1
            raise
        self._open(key, latch.user)
        self._owed = ("pin", "pin")
        if note:
            self.note_entry()

    def choose_pin(self, pin: str) -> None:
        """Give the present user a PIN; raise `ProofNeeded`, `InvalidForm`."""
        from server.services import pins

        pins.choose(self.desk(), pin, self.keyring.cost)

    def _latched(self) -> "Latch | None":
        if self._key is None:
            return None
        from server.services import pins

        with suppress(apsw.Error):
            return pins.latch(self.desk(), self._key, self._clock, self.keyring.cost)
        return None

    def _told_pins(self) -> int:
        """Return how many wrong PINs the journal does not know yet, and begin again from none."""
        wrong, self._wrong_pins = self._wrong_pins, 0
        return wrong

    def note_entry(self) -> None:
        """Journal the last coming in, if it is still owed: not into a file found damaged."""
        owed, self._owed = self._owed, None
        if owed is not None:
            slot, by = owed
            with suppress(Locked):
                entries.came_in(self.desk(), self.keyring, slot, by, self._told_pins())

    def _let_in(self, slot: str, by: str, *, note: bool) -> None:
        """Note that the user is in, and has just proved who he is."""
        self._proved = self._clock.monotonic()
        self._owed = (slot, by)
        if note:
            self.note_entry()

    def _close(self) -> None:
        pool, self._pool, self._key = self._pool, None, None
        self._seats = Seats()
        self._user, self._mac_key = "", b""
        self._mark, self._damage, self._proved, self._owed = None, "", None, None
        if pool is not None:
            pool.close()

    @property
    def is_proved(self) -> bool:
        """Whether the present user typed his passphrase within ten minutes."""
        proved = self._proved
        return proved is not None and self._clock.monotonic() - proved < _PROOF_SECONDS

    @property
    def folder(self) -> Path:
        """Where the practice lives."""
        return self._folder

    @property
    def damage(self) -> str:
        """Why the open practice is only read: a reason of `DamagedPractice`, "" if it is not."""
        return self._damage

    def stop_writing(self, reason: str) -> None:
        """Only read from now on: the file is damaged, and nothing more may be put into it."""
        if self._pool is not None and not self._damage:
            self._damage = reason
            self._pool.stop_writing()

    def examine(self, check: Check, stop: Callable[[], bool]) -> bool | None:
        """Read the whole file; False when it is damaged, None when stopped meanwhile."""
        faults = soundness.faults(self.desk().db, check, self._mac_key, stop)
        return None if faults is None else not faults

    def desk(self) -> Desk:
        """Return a desk for one act of the present user, now; raise `Locked` when locked."""
        if self._pool is None:
            raise Locked()
        db = self._pool.get()
        seat = self._seats.of(db, self._user)
        if seat is None or not seat.user.active:
            raise Locked()
        who, device = seat.user, seat.device
        stamp = Stamp(
            self._clock.now(), device.id, who.id, self.boot, self._time.trust(), self._mac_key
        )
        return Desk(
            db, seat.practice, device, who, stamp, self._entropy,
            mark=self._mark, damaged=bool(self._damage), fresh=self.is_proved,
            network_time=self._time.network_time, kept=seat.kept,
        )  # fmt: skip

    @property
    def reference(self) -> Path:
        """The reference file in use."""
        return reference_files.path_of(self._folder, self.desk().practice.reference_sha256)

    def adopt_reference(self, fresh: Path) -> None:
        """Use a new reference file from now on and judge again what waited for it."""
        if self._pool is None:
            raise Locked()
        sha256 = reference_files.take_in(self._folder, fresh)
        from server.services import practices as own  # every rule comes along: not for a first page

        own.accept_reference(self.desk(), sha256)
        self._pool.use_reference(reference_files.accepted(self._folder, sha256))
        own.judge_again(self.desk())

    def confirm_date(self) -> None:
        """Take the user's word that the date shown is right (`domain.md` §4.6).

        What a partner's clock said before is forgotten; what the next one says counts again.
        """
        self._time.confirm()

    def hear_time(self, instant: datetime) -> None:
        """Take note of what a partner's clock says this moment."""
        self._time.hear(instant)

    def vault(self) -> "Vault":
        """Return what a copy needs, also a moment after locking; raise `Locked` when locked."""
        key = self._key
        if key is None:
            raise Locked()
        return self._vault(key, self._user, self.reference)

    def _vault(self, key: DatabaseKey, user: str, reference: Path) -> "Vault":
        from server.services.vault import Vault  # not for a first page

        return Vault(
            self._folder, self._folder / DATABASE, self._folder / KEYS, reference, key, user,
            self.boot, self._time.trust(), self._clock, self._entropy, self._mark,
            bool(self._damage),
        )  # fmt: skip

    def _open(self, key: DatabaseKey, user: str, *, older: bool = False) -> None:
        found = open_file(
            self._folder, key, self._disk, lambda used: self._copy_before(key, user, used),
            older=older,
        )  # fmt: skip
        self._close()
        self._time.opened(found.last_event)
        self._pool = Pool(self._folder / DATABASE, key, found.reference, self._disk, first=found.db)
        self._key, self._user, self._mac_key = key, user, found.mac_key
        self._mark, self._latch = found.mark, None
        self.idle_minutes = found.idle_minutes
        self._settle_in(found.copy, found.came_from)

    def _copy_before(self, key: DatabaseKey, user: str, reference: Path) -> Path:
        """Make a checked copy of a file that is about to be migrated."""
        from server.services import backups  # rarely needed

        return backups.copy_before(self._vault(key, user, reference), "MIGRATION")

    def _settle_in(self, copy: Path | None, came_from: datetime | None) -> None:
        """Write into the file just opened what came before it could be written to."""
        try:
            if came_from is not None:
                from server.services import homecomings

                homecomings.begin(self.desk(), "OLDER", "", came_from)
            if copy is not None:
                from server.services import backups

                backups.remember(self.desk(), copy, "", 0.0)
        except BaseException:
            self._close()
            raise
