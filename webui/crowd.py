"""The connections before the door: few bytes for strangers, hard headers always, never a full hall.

Loopback is open to every program of the machine, so a stranger may open hundreds of connections,
send a header letter by letter, or announce eight megabytes (`reliability-security.md` §6, row 32).
What waitress decides before the application is asked is decided here.
"""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, ClassVar

from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser
from waitress.task import ErrorTask
from waitress.utilities import Error

Admits = Callable[[str, str], bool]
"""Judge a path and a Cookie header: whether a body may come with them."""

CROWD = 64
"""Connections held at once: a window and its streams need a dozen."""

ROOM = 2 * CROWD  # where waitress itself would stop listening; never reached


class _Forbidden(Error):
    code = 403
    reason = "Forbidden"


class _Parser(HTTPRequestParser):
    """Reads a request; the body of somebody who shows no cookie is not even received."""

    path: str

    def __init__(self, admits: Admits, adj: Any) -> None:
        super().__init__(adj)
        self._admits = admits
        self.is_guest = False

    def parse_header(self, header_plus: bytes) -> None:
        """Read the head, and judge whether the body is wanted."""
        super().parse_header(header_plus)
        self.is_guest = self._admits(self.path, self.headers.get("COOKIE", ""))
        if self.body_rcv is not None and not self.is_guest:
            self.body_rcv = None
            self.content_length = 0
            self.expect_continue = False
            self.error = _Forbidden("")


class _Refusal(ErrorTask):
    """What waitress refuses by itself: a status, the hard headers, not a word."""

    hard_headers: ClassVar[Mapping[str, str]]
    request: Any
    response_headers: list[tuple[str, str]]

    def execute(self) -> None:
        """Answer, and hang up."""
        self.status, _, _ = self.request.error.to_response()
        self.response_headers.extend(self.hard_headers.items())
        self.set_close_on_finish()
        self.content_length = 0
        self.write(b"")


class _Channel(HTTPChannel):
    """One connection; when the hall is full, the one that deserves its place least goes."""

    request: Any
    requests: list[Any]
    is_guest = False  # whether a request on it has shown the cookie

    def __init__(self, server: Any, sock: Any, addr: Any, adj: Any, map: Any = None) -> None:
        super().__init__(server, sock, addr, adj, map=map)
        _make_room(server.active_channels.values())

    def received(self, data: bytes) -> bool:
        """Take what came, and remember who showed the cookie."""
        taken = bool(super().received(data))
        asked = [*self.requests, *([self.request] if self.request else [])]
        self.is_guest = self.is_guest or any(request.is_guest for request in asked)
        return taken


def guard_connections(server: Any, admits: Admits, hard_headers: Mapping[str, str]) -> None:
    """Give a waitress server these rules; before its first connection."""
    refusal = type("Refusal", (_Refusal,), {"hard_headers": hard_headers})
    rules = {"parser_class": partial(_Parser, admits), "error_task_class": refusal}
    server.channel_class = type("Channel", (_Channel,), rules)


def _make_room(channels: Any) -> None:
    """Ask strangers first, then the longest unused, to leave; who is being answered stays."""
    staying = [channel for channel in channels if not channel.will_close]
    idle = [channel for channel in staying[:-1] if not channel.requests]
    idle.sort(key=lambda channel: (channel.is_guest, channel.last_activity))
    for channel in idle[: max(0, len(staying) - CROWD)]:
        # Not closed here: its number could be given to another connection in this very turn.
        channel.will_close = True
