"""The keyring of the session: Windows' vault, macOS' keychain, the secret service elsewhere.

Loaded at first need; a machine without one, or one that refuses, is a machine without this way in.
"""

import logging
from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

log = logging.getLogger(__name__)

T = TypeVar("T")
_SERVICE = "Besace"


class SystemStore:
    """The port `server.services.system_keys.Store` on the library `keyring`."""

    @property
    def available(self) -> bool:
        """Whether the session has a keyring."""
        return self._asked(_priority, 0.0) > 0

    def get(self, user: str) -> str:
        """Return the secret of a user, "" when it is not there or not given."""
        import keyring

        return self._asked(lambda: keyring.get_password(_SERVICE, user) or "", "")

    def put(self, user: str, secret: str) -> bool:
        """Keep the secret of a user; say whether it can be read back."""
        import keyring

        self._asked(lambda: keyring.set_password(_SERVICE, user, secret), None)
        return self.get(user) == secret

    def drop(self, user: str) -> None:
        """Forget it."""
        import keyring

        self._asked(lambda: keyring.delete_password(_SERVICE, user), None)

    def _asked(self, question: Callable[[], T], otherwise: T) -> T:
        """Ask the keyring; its complaints name nobody and change nothing."""
        with suppress(Exception):  # each system has errors of its own
            return question()
        log.info("the keyring of the session gave no answer")
        return otherwise


def _priority() -> float:
    import keyring

    return float(keyring.get_keyring().priority)
