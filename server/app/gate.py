"""The gate answered by a cabinet: made, proven, unlocked, locked."""

import logging
import secrets
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from threading import RLock, Thread
from typing import TYPE_CHECKING

from server.app import heap
from server.app.late import LateCabinet
from server.app.system_store import SystemStore
from server.core.errors import InvalidValue, KineError, StateConflict, WrongKey
from server.core.rights import Right
from server.services.doorstep import REFERENCE, Doorstep, Sign
from server.services.keyring import system_slot_of
from server.settings import BUILT_ON
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
from webui.i18n import DEFAULT_LOCALE

if TYPE_CHECKING:
    from server.services.cabinet import Cabinet
    from server.services.founding import NewPractice as Form
    from server.services.system_keys import Store

log = logging.getLogger(__name__)

_ASKED = 4


class CabinetGate:
    """The port `webui.gate.Gate` on one cabinet; `opened` and `closing` wire what runs beside.

    Opening and closing exclude each other: a page, the idle lock and the end of the program may
    all close at once, each from its own thread.
    """

    def __init__(
        self,
        step: Doorstep,
        cabinet: LateCabinet,
        folder: Path,
        opened: Callable[[], None],
        closing: Callable[[], None],
        aside: Callable[[], AbstractContextManager[object]] = nullcontext,
        system: "Store | None" = None,
    ) -> None:
        """`aside` keeps all that runs beside away from the practice while it is held."""
        self._step = step
        self._late = cabinet
        self._folder = folder
        self._opened = opened
        self._closing = closing
        self._aside = aside
        self._system = system or SystemStore()
        self._rekeying: Rekeying | None = None
        self._recovery: Recovery | None = None
        self._sign: Sign | None = None
        self._running = False  # what works beside an open practice
        self.closed: Callable[[], None] = _nothing  # what begins once a practice is closed
        self.at_door: Callable[[], DoorCard] = DoorCard  # looks at the reader of a closed practice
        self._turn = RLock()

    @property
    def _cabinet(self) -> "Cabinet":
        return self._late()

    @property
    def state(self) -> GateState:
        """Where we stand now."""
        if self._rekeying is not None and self._rekeying.failure is None:
            return GateState.REKEYING
        if self._recovery is None and self._late.is_open:
            return GateState.OPEN  # asked several times a request: the disk is not looked at
        if not self._step.exists:
            return GateState.EMPTY
        return GateState.LOCKED if self._recovery is None else GateState.UNPROVEN

    @property
    def locale(self) -> str:
        """The catalogue of the screens: the user's once open, the practice's before."""
        try:
            if self._late.is_open:
                return self._cabinet.desk().user.locale
        except KineError:
            return DEFAULT_LOCALE  # locked this very moment
        sign = self._readable_sign()
        return sign.locale if sign else DEFAULT_LOCALE

    @property
    def idle_minutes(self) -> int:
        """What this practice chose."""
        return self._cabinet.idle_minutes

    @property
    def sign(self) -> PracticeSign | None:
        """The practice's sign; None while there is no practice, or none that can be read."""
        held = self._readable_sign()
        return PracticeSign(held.name, held.country, held.demo) if held else None

    def users(self) -> Sequence[GateUser]:
        """Give who may unlock; raise `DamagedPractice` when the key file cannot be read."""
        if not self._step.exists:
            return ()
        pin, slots = self._late.pin_user, self._step.keyring.file.slots()
        bearer = self.at_door().user
        kept = any(slot.startswith("system:") for slot in slots) and self._system.available
        found = [
            GateUser(
                x.id, x.name, x.role.lower(), x.main, card_in=x.id == bearer, pin=x.id == pin,
                system=kept and system_slot_of(x.id) in slots,
            )
            for x in self._step.logins()
        ]  # fmt: skip
        return sorted(found, key=lambda user: (not user.card_in, not user.pin))

    @property
    def card(self) -> DoorCard | None:
        """The card at the closed door."""
        closed = self.state is GateState.LOCKED
        return self.at_door() if closed and self._step.knows_cards else None

    def unlock(self, user: str, passphrase: str) -> None:
        """Open the practice; a first run that never ended asks for its recovery code again."""
        self._unlock(user, passphrase, older=False)

    def unlock_older(self, user: str, passphrase: str) -> None:
        """Open an older copy the user insists on, as a return to a copy."""
        self._unlock(user, passphrase, older=True)

    def unlock_with_pin(self, pin: str) -> None:
        """Open again what this run locked, and start what runs beside it."""
        with self._turn:
            try:
                self._cabinet.unlock_with_pin(pin, note=False)
            except WrongKey as error:
                raise WrongKey(**{**error.facts, "field": "pin"}) from None
            self._let_in()

    def unlock_with_system(self, user: str) -> None:
        """Open with what the keyring of this session holds, and start what runs beside it."""
        with self._turn:
            try:
                self._cabinet.unlock_with_system(user, self._system.get(user), note=False)
            except WrongKey:
                raise WrongKey(field="system", reason="system_gone") from None
            self._let_in()

    def _unlock(self, user: str, passphrase: str, *, older: bool) -> None:
        with self._turn:
            self._open(user, passphrase, older=older)
            sign = self._step.sign
            if sign is not None and not sign.proven and self._cabinet.desk().user.is_main:
                self.ask_recovery(self._cabinet.renew_recovery())
            else:
                self._let_in()

    def ask_recovery(self, code: str) -> None:
        """Show a recovery code just made until it is retyped; nothing else is done meanwhile."""
        self._recovery = _question(code)

    def create(self, practice: NewPractice) -> None:
        """Make a real, empty, encrypted practice and open it for its holder."""
        with self._turn:
            if self._step.exists:
                raise StateConflict(kind="practice", state="made", wanted="empty")
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            from server.app import reference  # a first run only

            reference.build(self._folder / REFERENCE, demo=False)
            code = self._cabinet.create(_form(practice))
            self._cabinet.unlock(self._step.logins()[0].id, practice.passphrase)
            self._recovery = _question(code)

    def recovery(self) -> Recovery:
        """Give the code to write down, while nobody has proven to hold it."""
        if self._recovery is None:
            raise StateConflict(kind="recovery", state="proven", wanted="unproven")
        return self._recovery

    def prove_recovery(self, answers: Sequence[str]) -> None:
        """Check the retyped characters; only then does the first run end."""
        with self._turn:
            asked = self.recovery()
            bare = asked.code.replace("-", "")
            wanted = [bare[position - 1] for position in asked.positions]
            if [a.strip().upper() for a in answers] != wanted:
                raise InvalidValue(field="recovery", reason="wrong")
            self._step.set_proven(proven=True)
            self._recovery = None
            if not self._running:
                self._let_in()

    @property
    def rekeying(self) -> Rekeying | None:
        """How the encryption under a new key stands."""
        return self._rekeying

    def reencrypt(self, passphrase: str) -> None:
        """Begin to encrypt the practice under a new key, in a thread of its own."""
        with self._turn:
            self._cabinet.desk().require(Right.SECURITY)
            from server.app.safe import told_at

            with told_at("rekey_passphrase"):
                self._cabinet.confirm(passphrase)
            self._rekeying = Rekeying(0)
            Thread(target=self._reencrypt, args=(passphrase,), name="rekey").start()

    def _reencrypt(self, passphrase: str) -> None:
        """Do it; the new code is asked back, or the practice goes on under the key it has."""
        with self._turn:
            try:
                with self._aside():
                    self._running = False
                    code = self._cabinet.reencrypt(passphrase, self._tell)
                self.ask_recovery(code)
                self._rekeying = None
            except Exception as error:  # noqa: BLE001 - told on the page that waits for it
                log.warning("no new key: %s", type(error).__name__)
                if self._cabinet.is_open:
                    self._let_in()
                from server.services.troubles import explained

                self._rekeying = Rekeying(0, explained(error) or KineError())

    def _tell(self, done: int, total: int) -> None:
        self._rekeying = Rekeying(100 * done // max(1, total))

    def lock(self, why: str = "asked") -> None:
        """Close the practice, and first what runs beside it; harmless when it is closed."""
        with self._turn:
            self._recovery, self._running, self._rekeying = None, False, None
            self._closing()
            self._late.lock(why)
            heap.give_back()
            self.closed()

    def offers(self) -> Sequence[CopyOffer]:
        """Give the copies found beside the empty folder."""
        from server.services import restoring

        return [CopyOffer(str(x.path), x.at) for x in restoring.offers(self._folder)]

    def restore(self, copy: str, secret: str, new_passphrase: str) -> None:
        """Bring a copy back into the empty folder, open it, and start what runs beside it."""
        from server.services import restoring
        from server.services.restoring import Ground

        with self._turn:
            ground = Ground(self._cabinet.clock, secrets.token_bytes, BUILT_ON)
            try:
                back = restoring.restore(
                    restoring.folder_of(copy), self._folder, secret, ground,
                    passphrase=new_passphrase,
                )  # fmt: skip
            except WrongKey:
                raise WrongKey(field="secret") from None
            self._open(back.user, new_passphrase if back.by_code else secret)
            self._let_in()

    def _open(self, user: str, passphrase: str, *, older: bool = False) -> None:
        from server.app.safe import told_at

        with told_at("passphrase"):  # user or phrase: which is wrong is not said
            self._cabinet.unlock(user, passphrase, older=older, note=False)

    def _let_in(self) -> None:
        """Start what runs beside the practice; what cannot start closes it again."""
        try:
            self._opened()
            self._running = True
        except BaseException:
            self.lock()
            raise

    def _readable_sign(self) -> Sign | None:
        """Read the sign; a page that tells of a damaged practice still has to be drawn.

        An open practice keeps the one it was opened under.
        """
        if self._sign is not None and self.state is GateState.OPEN:
            return self._sign
        try:
            self._sign = self._step.sign
        except KineError:
            self._sign = None
        return self._sign


def _form(practice: NewPractice) -> "Form":
    """Give what the cabinet needs; never a demo practice: none is made from a page."""
    from server.services.founding import NewPractice as Form

    first, _, last = practice.holder_name.strip().rpartition(" ")
    return Form(
        practice.country, practice.practice_name, practice.provider_number, last, first or last,
        "", practice.passphrase, practice.locale, billing_number=practice.billing_number,
    )  # fmt: skip


def _nothing() -> None:
    """Begin nothing."""


def _question(code: str) -> Recovery:
    """Choose which characters to ask back, at random, in order."""
    positions = sorted(secrets.SystemRandom().sample(range(1, 26), _ASKED))
    return Recovery(code, tuple(positions))
