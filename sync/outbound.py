"""Whom the program may call: a list its user can read, and two fences around it (N18).

The first fence is `Outbound.connect`, through which every connection of ours is opened. The second
stands under the whole process (`stand_guard`): Python itself asks it before any name is looked up,
any connection opened, any datagram sent, whoever wrote the line that does it. An answer is never
asked of a host that is not listed, and an attempt is counted and told.
"""

import socket
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from ipaddress import ip_address
from threading import Lock, local
from typing import Any, TypeAlias

Connect: TypeAlias = Callable[[str, int, float], socket.socket]
"""Opens a TCP connection: host, port, seconds. Raises OSError."""

MOST_REFUSALS = 100
"""Different doors remembered: a program gone wrong may knock at thousands."""

_OTHERS = ("?", 0)  # all the doors after those


@dataclass(frozen=True, slots=True)
class Host:
    """A door that may be called: a name or an address, a port, and why."""

    name: str
    port: int
    why: str  # "partner", "simulator", "card": a sentence of the catalogue


@dataclass(frozen=True, slots=True)
class Refusal:
    """A door that was not opened, and how often it was asked for. Port 0: only its name was."""

    name: str
    port: int
    times: int


class OutboundRefused(PermissionError):
    """The program was about to call a host that is not on its list."""


class Outbound:
    """The list of one process. Safe to use from several threads.

    `heard` is told the name and port of each door refused for the first time; it may be called
    from any thread, in the middle of anything: it must be quick and open no connection.
    """

    def __init__(self) -> None:
        self.heard: Callable[[str, int], None] = lambda _name, _port: None
        self._guard = Lock()
        self._hosts: list[Host] = []
        self._refused: dict[tuple[str, int], int] = {}
        self._opening = local()

    @property
    def hosts(self) -> tuple[Host, ...]:
        """Whom the program may call now; the same door once."""
        with self._guard:
            return tuple(dict.fromkeys(self._hosts))

    @property
    def refusals(self) -> tuple[Refusal, ...]:
        """What was refused since the start."""
        with self._guard:
            return tuple(Refusal(*door, times) for door, times in self._refused.items())

    def allow(self, host: Host) -> None:
        """Put a door on the list."""
        with self._guard:
            self._hosts.append(Host(_plain(host.name), host.port, host.why))

    def forget(self, host: Host) -> None:
        """Take a door off the list, once; harmless when it is not there."""
        with self._guard:
            listed = Host(_plain(host.name), host.port, host.why)
            if listed in self._hosts:
                self._hosts.remove(listed)

    def connect(self, name: str, port: int, seconds: float) -> socket.socket:
        """Open a connection to a listed door within so many seconds, whatever its addresses.

        Raises `OutboundRefused` for any other door, `OSError` when it does not open.
        """
        if not self._lists(name, port):
            self._refuse(name, port)
        end = time.monotonic() + seconds
        trouble: OSError = TimeoutError()
        for *_, found in socket.getaddrinfo(name, port, type=socket.SOCK_STREAM):
            address = (str(found[0]), port)
            left = end - time.monotonic()
            if left <= 0:
                break
            try:
                with self._door(address):
                    return socket.create_connection(address, left)
            except OSError as met:
                trouble = met
        raise trouble

    def judge(self, event: str, arguments: tuple[Any, ...]) -> None:
        """Raise `OutboundRefused` for what leaves for elsewhere: an audit hook (PEP 578)."""
        question = _QUESTIONS.get(event)
        if question is not None:
            question(self, arguments)

    def about_address(self, sock: Any, address: Any) -> None:
        """Judge a connection or a datagram; sockets of this machine's own file system pass."""
        if address is None or sock.family == getattr(socket, "AF_UNIX", None):
            return
        if sock.family not in (socket.AF_INET, socket.AF_INET6):
            self._refuse(str(int(sock.family)), 0)
        name, port = str(address[0]), int(address[1])
        opening = getattr(self._opening, "door", None)
        if opening != (name, port) and not self._lists(name, port):
            self._refuse(name, port)

    def about_name(self, name: Any) -> None:
        """Judge a name somebody wants the address of; an address is none to look up."""
        text = name.decode("ascii", "replace") if isinstance(name, bytes) else name
        if text and not _is_address(text) and not self._lists(text, None):
            self._refuse(text, 0)

    def about_origin(self, address: Any) -> None:
        """Judge an address somebody wants the name of: that asks a server too."""
        text = str(address)
        if not (_is_address(text) and ip_address(text).is_loopback):
            self._refuse(text, 0)

    def _lists(self, name: str, port: int | None) -> bool:
        wanted = _plain(name)
        return any(host.name == wanted and port in (None, host.port) for host in self.hosts)

    def _refuse(self, name: str, port: int) -> None:
        door = (_printable(name), port)
        with self._guard:
            if door not in self._refused and len(self._refused) >= MOST_REFUSALS:
                door = _OTHERS
            first = door not in self._refused
            self._refused[door] = self._refused.get(door, 0) + 1
        if first:
            self.heard(*door)
        raise OutboundRefused("outbound.refused")

    @contextmanager
    def _door(self, address: tuple[str, int]) -> Iterator[None]:
        """Let this thread, for this moment, connect to one address of a listed name."""
        self._opening.door = address
        try:
            yield
        finally:
            self._opening.door = None


THIS_PROCESS = Outbound()
"""The list the guard of this process asks. Empty: nobody may be called."""


def stand_guard(outbound: Outbound = THIS_PROCESS) -> None:
    """Put the second fence up; until the process ends, nothing can take it down."""
    sys.addaudithook(outbound.judge)


def straight(name: str, port: int, seconds: float) -> socket.socket:
    """Open a connection without a list of one's own (`Connect`): for parts used by themselves."""
    return socket.create_connection((name, port), seconds)


_QUESTIONS: Mapping[str, Callable[[Outbound, tuple[Any, ...]], None]] = {
    "socket.connect": lambda outbound, it: outbound.about_address(it[0], it[1]),
    "socket.sendto": lambda outbound, it: outbound.about_address(it[0], it[1]),
    "socket.sendmsg": lambda outbound, it: outbound.about_address(it[0], it[1]),
    "socket.getaddrinfo": lambda outbound, it: outbound.about_name(it[0]),
    "socket.gethostbyname": lambda outbound, it: outbound.about_name(it[0]),
    "socket.gethostbyaddr": lambda outbound, it: outbound.about_origin(it[0]),
    "socket.getnameinfo": lambda outbound, it: outbound.about_origin(it[0][0]),
}


def _plain(name: str) -> str:
    return name.rstrip(".").lower()


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


def _printable(name: str) -> str:
    """Keep what a host name is made of: it goes to a journal, an event and a screen."""
    kept = "".join(c for c in _plain(name) if c.isascii() and (c.isalnum() or c in ".:-_"))
    return kept[:255] or "?"
