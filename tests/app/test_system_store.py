"""The keyring of the session through its library: kept, forgotten, harmless where absent."""

from collections.abc import Iterator

import keyring
import pytest
from keyring.backend import KeyringBackend
from keyring.backends.fail import Keyring as Absent
from keyring.errors import KeyringLocked, PasswordDeleteError

from server.app.system_store import SystemStore


class Vault(KeyringBackend):
    """A keyring of this test, locked or not."""

    priority = 5
    locked = False

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.held: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        if self.locked:
            raise KeyringLocked
        return self.held.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        if self.locked:
            raise KeyringLocked
        self.held[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        if (service, username) not in self.held:
            raise PasswordDeleteError
        del self.held[service, username]


@pytest.fixture
def vault() -> Iterator[Vault]:
    before, made = keyring.get_keyring(), Vault()
    keyring.set_keyring(made)
    yield made
    keyring.set_keyring(before)


def test_a_secret_is_kept_under_our_name_and_forgotten(vault: Vault) -> None:
    store = SystemStore()
    assert store.available
    assert store.put("01USER", "secret")
    assert vault.held == {("Besace", "01USER"): "secret"}
    assert (store.get("01USER"), store.get("01OTHER")) == ("secret", "")
    for _ in range(2):
        store.drop("01USER")
    assert vault.held == {}


def test_a_locked_keyring_keeps_and_gives_nothing(vault: Vault) -> None:
    vault.locked = True
    store = SystemStore()
    assert (store.put("01USER", "secret"), store.get("01USER")) == (False, "")


def test_a_machine_without_a_keyring_offers_none(vault: Vault) -> None:
    keyring.set_keyring(Absent())  # type: ignore[no-untyped-call]
    store = SystemStore()
    assert (store.available, store.get("01USER"), store.put("01USER", "x")) == (False, "", False)
