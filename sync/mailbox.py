"""A mailbox read by POP3 (RFC 1939): listed and fetched, each message as it came.

Over TLS, with the certificate checked. Time and bytes are limited whatever the server says of
lengths. Nothing is deleted by reading: the box of papers is never emptied, and whoever reads it
elsewhere misses nothing; the box of télétransmission has what was stored deleted by name
(`sync.sesam_mailbox`).
"""

import poplib
import socket
import ssl
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sync.outbound import Connect
from sync.transports.wire import TooMuch, Wire

MOST = 30_000_000
"""Bytes of one message: what a mail server lets through is less."""

_ANSWER = 64_000  # bytes of an answer of a line or two
_LISTS = 8_000_000  # bytes of a list of messages
_PIECE = 64 * 1024
_LONGEST_UIDL = 200  # RFC 1939 §7 says 70


class MailTrouble(StrEnum):
    """What keeps a mailbox from being read; codes of sentences."""

    OFFLINE = "mail.offline"
    CERTIFICATE = "mail.certificate"
    PASSWORD = "mail.password"  # noqa: S105 - the code of a sentence
    BUSY = "mail.busy"  # read by another program at this moment, or for too short a time
    CUT = "mail.cut"  # the line fell in the middle
    WITHHELD = "mail.withheld"  # one message is not given, the others are
    PROTOCOL = "mail.protocol"  # what answers is no POP3 server, or lacks what is needed


class MailRefused(Exception):
    """The mailbox could not be read."""

    def __init__(self, trouble: MailTrouble) -> None:
        super().__init__(str(trouble))
        self.trouble = trouble


@dataclass(frozen=True, slots=True)
class Door:
    """Where a mailbox answers; without TLS only on this very machine, for tests and demos."""

    host: str
    port: int
    tls: bool = True


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds things may take."""

    connect: float = 20
    answer: float = 60
    message: float = 300


@dataclass(frozen=True, slots=True)
class Listed:
    """A message of the box: its number in this session, its name for ever, its length as said."""

    number: int
    uidl: str
    size: int


class Session:
    """One visit of a mailbox."""

    def __init__(self, wire: Wire, door: Door, patience: Patience) -> None:
        self._wire = wire
        self._patience = patience
        self._body = bytearray()
        self._gone = False
        self._short()
        with _told():
            self._client = _Client(wire, door.host, door.port)

    def come_in(self, account: str, password: str) -> None:
        """Say who we are; raise `MailRefused`."""
        self._short()
        with _told():
            self._client.user(account)
            try:
                self._client.pass_(password)
            except poplib.error_proto as refused:
                raise MailRefused(_of_refusal(refused)) from None

    def listed(self) -> Sequence[Listed]:
        """Return what lies in the box, the oldest first; raise `MailRefused`."""
        self._wire.grant(self._patience.answer, _LISTS)
        with _told():
            names = dict(_pair(line) for line in self._client.uidl()[1])
            self._wire.grant(self._patience.answer, _LISTS)
            sizes = dict(_pair(line) for line in self._client.list()[1])
            found = [Listed(n, _uidl(name), _size(sizes, n)) for n, name in names.items()]
        return sorted(found, key=lambda each: each.number)

    @property
    def came(self) -> bytes:
        """What came of the message last fetched, whole or not."""
        return bytes(self._body)

    def fetch(self, listed: Listed) -> bytes:
        """Return a message as it came.

        Raises `MailRefused` — after `WITHHELD` the visit goes on —, `TooMuch` when it has no end.
        """
        self._body.clear()
        self._wire.grant(self._patience.message, MOST)
        with _told(too_much=False):
            # Not `retr`: it gives lines without their ends, and refuses long ones.
            self._wire.sendall(b"RETR %d\r\n" % listed.number)
            answer = self._client.file.readline(_PIECE)
            if not answer.startswith(b"+OK"):
                raise MailRefused(MailTrouble.WITHHELD if answer else MailTrouble.CUT)
            return self._message()

    def delete(self, listed: Listed) -> None:
        """Ask that a message be deleted, which happens at `finish`; raise `MailRefused`.

        For the box of télétransmission alone, and only of what is stored here.
        """
        self._short()
        with _told():
            self._client.dele(listed.number)

    def finish(self) -> None:
        """Take leave, and have the deletions done; raise `MailRefused` when they may not be."""
        self._short()
        self._gone = True
        with _told():
            self._client.quit()

    def _message(self) -> bytes:
        at_start = True
        while True:
            piece = self._client.file.readline(_PIECE)
            if not piece:
                raise MailRefused(MailTrouble.CUT)
            if at_start and piece in (b".\r\n", b".\n"):
                return self.came
            self._body += piece[1:] if at_start and piece.startswith(b".") else piece
            at_start = piece.endswith(b"\n")

    def leave(self) -> None:
        """Take leave, once; nothing was to be deleted."""
        if self._gone:
            return
        self._short()
        with suppress(OSError, TooMuch, poplib.error_proto):
            self._client.quit()

    def _short(self) -> None:
        self._wire.grant(self._patience.answer, _ANSWER)


@contextmanager
def visited(
    door: Door,
    account: str,
    password: str,
    tls: ssl.SSLContext,
    connect: Connect,
    patience: Patience = Patience(),
) -> Iterator[Session]:
    """Open a mailbox, and leave it; raise `MailRefused`. `tls` must verify (`verifying`)."""
    with _told():
        line = _opened(door, tls, connect, patience.connect)
    wire = Wire(line, time.monotonic() + patience.answer)
    try:
        session = Session(wire, door, patience)
        session.come_in(account, password)
        yield session
        session.leave()
    finally:
        wire.hang_up()


class _Client(poplib.POP3):
    """The client of the standard library, on a line that was opened by us."""

    def __init__(self, wire: Wire, host: str, port: int) -> None:
        self._wire = wire
        super().__init__(host, port)

    def _create_socket(self, timeout: object) -> Any:
        return self._wire


def _opened(door: Door, tls: ssl.SSLContext, connect: Connect, seconds: float) -> socket.socket:
    line = connect(door.host, door.port, seconds)
    if not door.tls:
        return line
    try:
        return tls.wrap_socket(line, server_hostname=door.host)
    except BaseException:
        line.close()
        raise


@contextmanager
def _told(*, too_much: bool = True) -> Iterator[None]:
    """Say what happens on the line in words of ours; never in the server's."""
    try:
        yield
    except ssl.SSLCertVerificationError:
        raise MailRefused(MailTrouble.CERTIFICATE) from None
    except OSError:
        raise MailRefused(MailTrouble.OFFLINE) from None
    except TooMuch:
        if not too_much:
            raise
        raise MailRefused(MailTrouble.PROTOCOL) from None
    except (poplib.error_proto, ValueError) as strange:
        cut = strange.args[:1] == ("-ERR EOF",)
        raise MailRefused(MailTrouble.CUT if cut else MailTrouble.PROTOCOL) from None


def _of_refusal(refused: poplib.error_proto) -> MailTrouble:
    """Tell a wrong password from a box that is busy (RFC 2449 §8, RFC 3206)."""
    said = refused.args[0]
    if not isinstance(said, bytes):
        return MailTrouble.CUT
    later = (b"-ERR [IN-USE]", b"-ERR [LOGIN-DELAY]", b"-ERR [SYS/")
    return MailTrouble.BUSY if said.upper().startswith(later) else MailTrouble.PASSWORD


def _pair(line: bytes) -> tuple[int, str]:
    number, _, rest = line.decode("ascii").partition(" ")
    return int(number), rest.strip()


def _uidl(name: str) -> str:
    if not name or len(name) > _LONGEST_UIDL or not name.isprintable():
        raise ValueError("uidl")
    return name


def _size(sizes: Mapping[int, str], number: int) -> int:
    return int(sizes.get(number, "0").split(" ")[0])
