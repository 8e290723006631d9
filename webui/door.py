"""The door of the local server: its secrets and its judgements, free of any web framework.

Rules: `reliability-security.md` §6, "The door" and attacks 1–8 and 38. Loopback is open to every
account of the machine and cookies ignore ports, so nothing here relies on the address alone.
"""

import hmac
from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock

from server.core.ulid import Entropy

ADDRESS = "127.0.0.1"
LAUNCH_SECONDS = 60
WRONG_LAUNCHES_BEFORE_ALARM = 5
_TRUSTED_SITES = frozenset({None, "same-origin", "none"})


@dataclass(frozen=True, slots=True)
class Knock:
    """What a request shows before anything in it is believed; None where a header is absent."""

    target: str  # the request target exactly as sent: "/…", or "http://…" (absolute form)
    host: str | None  # two Host headers arrive joined by a comma, and so never match
    origin: str | None
    fetch_site: str | None


class Door:
    """The secrets of one launch, and whether a request shows them.

    `clock` counts seconds and never goes back; `entropy` gives random bytes. Both are handed in.
    Safe to use from several threads.
    """

    def __init__(self, port: int, clock: Callable[[], float], entropy: Entropy) -> None:
        self.host = f"{ADDRESS}:{port}"
        self.origin = f"http://{self.host}"
        self.prefix = entropy(16).hex()
        self.page_token = entropy(32).hex()
        self._cookie = entropy(32).hex()
        self._clock = clock
        self._entropy = entropy
        self._lock = Lock()
        self._pending: tuple[str, float] | None = None
        self._spent = ""
        self._session: str | None = None
        self.wrong_launches = 0

    @property
    def alarmed(self) -> bool:
        """Whether somebody tried unknown launch secrets five times or more."""
        return self.wrong_launches >= WRONG_LAUNCHES_BEFORE_ALARM

    @property
    def root(self) -> str:
        """The path every page lies under, with both slashes; also the path of the cookies."""
        return f"/{self.prefix}/"

    def invite(self) -> str:
        """Return a URL that lets one browser in, once, within 60 seconds.

        Inviting again withdraws the previous invitation. Never log it, never pass it to a process.
        """
        secret = self._entropy(32).hex()
        with self._lock:
            self._pending = (secret, self._clock() + LAUNCH_SECONDS)
        return f"{self.origin}/launch/{secret}"

    def admit(self, secret: str) -> str | None:
        """Exchange a launch secret for the door cookie; None when it is wrong, spent or too old."""
        with self._lock:
            if self._pending is None or not _same(secret, self._pending[0]):
                self.wrong_launches += not _same(secret, self._spent)
                return None
            self._spent, until = self._pending
            self._pending = None
            return self._cookie if self._clock() <= until else None

    def recognises(self, knock: Knock) -> bool:
        """Whether the request was sent to us, by us or by the person at the keyboard."""
        return (
            knock.target.startswith("/")
            and knock.host == self.host
            and knock.origin in (None, self.origin)
            and knock.fetch_site in _TRUSTED_SITES
        )

    def knows(self, cookie: str) -> bool:
        """Whether this is the cookie given in exchange for the launch secret."""
        return _same(cookie, self._cookie)

    def trusts(self, token: str) -> bool:
        """Whether this is the token our pages carry: a change must show it beside the cookie."""
        return _same(token, self.page_token)

    def open_session(self) -> str:
        """Start the time between unlocking and locking; earlier cookies are worth nothing."""
        self._session = self._entropy(32).hex()
        return self._session

    def close_session(self) -> None:
        """End it: from now on no session cookie opens a page (attack 38)."""
        self._session = None

    def in_session(self, cookie: str) -> bool:
        """Whether this cookie was given at the last unlocking, and nothing was locked since."""
        return self._session is not None and _same(cookie, self._session)


def _same(given: str, secret: str) -> bool:
    """Compare in constant time; what a browser sends need not be ASCII."""
    return hmac.compare_digest(given.encode("utf-8", "replace"), secret.encode())
