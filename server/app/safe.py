"""What protects a practice, asked by the screens of one cabinet."""

from collections.abc import Callable
from contextlib import contextmanager
from typing import TYPE_CHECKING

from server.app.system_store import SystemStore
from server.core.errors import StateConflict, WrongKey
from webui.safe import SafeState, Slot

if TYPE_CHECKING:
    from collections.abc import Iterator

    from server.services.cabinet import Cabinet
    from server.services.system_keys import Store


class CabinetSafe:
    """The port `webui.safe.Safe`; `ask_recovery` shows a new recovery code until it is retyped."""

    def __init__(
        self,
        cabinet: "Cabinet",
        ask_recovery: Callable[[str], None],
        system: "Store | None" = None,
    ) -> None:
        self._cabinet = cabinet
        self._ask_recovery = ask_recovery
        self._system = system or SystemStore()

    @property
    def state(self) -> SafeState:
        """How the practice is protected now."""
        from server.services import pins, safety, system_keys

        desk = self._cabinet.desk()
        kept = safety.kept(desk, self._cabinet.keyring)
        slots = [Slot(each.kind, each.name, each.at) for each in kept.slots]
        minutes = self._cabinet.idle_minutes
        held = system_keys.has_one(desk, self._cabinet.keyring)
        return SafeState(
            kept.cipher, slots, kept.old_keys, kept.encrypted_at, pins.has_one(desk), minutes,
            held if held or self._system.available else None,
        )  # fmt: skip

    def prove(self, passphrase: str) -> None:
        """Take the passphrase again."""
        with told_at("passphrase"):
            self._cabinet.confirm(passphrase)

    def change_passphrase(self, current: str, new: str) -> None:
        """Give the present user another passphrase."""
        with told_at("current"):
            self._cabinet.change_passphrase(current, new)

    def choose_pin(self, pin: str) -> None:
        """Give the present user a PIN."""
        self._cabinet.choose_pin(pin)

    def give_up_pin(self) -> None:
        """Forget it."""
        from server.services import pins

        pins.give_up(self._cabinet.desk())

    def keep_in_system(self) -> None:
        """Let the keyring of this session open the practice for the present user."""
        from server.services import system_keys

        cabinet = self._cabinet
        key = cabinet.vault().key
        if not system_keys.keep(cabinet.desk(), cabinet.keyring, key, self._system):
            raise StateConflict(kind="system_keyring", state="refused", wanted="kept")

    def give_up_system(self) -> None:
        """Let it open nothing more."""
        from server.services import system_keys

        system_keys.give_up(self._cabinet.desk(), self._cabinet.keyring, self._system)

    def choose_idle(self, minutes: int) -> None:
        """Lock after other minutes without anybody."""
        self._cabinet.choose_idle(minutes)

    def renew_recovery(self) -> None:
        """Make another recovery code and have it written down."""
        self._ask_recovery(self._cabinet.renew_recovery())


@contextmanager
def told_at(field: str) -> "Iterator[None]":
    """Tie a wrong secret to the field it was typed in; which secret is wrong is not said."""
    try:
        yield
    except WrongKey as error:
        told = error.facts.get("wait") or error.facts.get("reason") == "rekeyed"
        kept = {n: error.facts[n] for n in ("reason", "wait") if told and n in error.facts}
        raise WrongKey(field=field, **kept) from None
