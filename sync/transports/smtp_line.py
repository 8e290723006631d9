"""One visit of a mail server (SMTP, RFC 5321), until it is ready to take a message.

The client is that of the standard library on a line opened by us: it says nothing of this machine,
and its time and bytes are limited whatever the server does. What comes before `DATA` can be tried
again; what each loss means afterwards is the caller's to say.
"""

import re
import smtplib
import socket
import ssl
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, NamedTuple, Self
from urllib.parse import urlsplit

from server.core.errors import InvalidValue
from sync.outbound import Connect
from sync.transports.endpoint import is_loopback
from sync.transports.exchange import Limits, reason_of
from sync.transports.wire import TooMuch, Wire

_OUR_NAME = "[127.0.0.1]"  # said to every server: the name of this machine is nobody's business
_LEAVING_SECONDS = 2.0


class Security(StrEnum):
    """How a line to a mail server is kept from others' eyes."""

    TLS = "smtps"  # from the first byte
    STARTTLS = "smtp+starttls"  # after a greeting in clear, before anything of ours
    PLAIN = "smtp"  # on this very machine only


_PORTS = {Security.TLS: 465, Security.STARTTLS: 587, Security.PLAIN: 25}


@dataclass(frozen=True, slots=True)
class SmtpDoor:
    """Where mail is handed over, and as whom; without an account nobody is named."""

    host: str
    port: int
    security: Security = Security.TLS
    account: str = ""
    password: str = field(default="", repr=False)

    def __post_init__(self) -> None:
        """Raise `InvalidValue` for a plain line that would leave this machine."""
        if self.security is Security.PLAIN and not is_loopback(self.host):
            raise InvalidValue(field="endpoint", reason="not_encrypted")

    @classmethod
    def parse(cls, url: str, account: str = "", password: str = "") -> Self:
        """Accept `smtps://host`, `smtp+starttls://host`, `smtp://127.0.0.1`, each with its port.

        Raises `InvalidValue`.
        """
        try:
            parts = urlsplit(url)
            security, port = Security(parts.scheme), parts.port
        except ValueError:
            raise InvalidValue(field="endpoint", reason="url") from None
        if not parts.hostname or "@" in parts.netloc or parts.path not in ("", "/"):
            raise InvalidValue(field="endpoint", reason="url")
        return cls(parts.hostname, port or _PORTS[security], security, account, password)


class Reply(NamedTuple):
    """What the server said; a code below 200 is none that answers."""

    code: int
    text: bytes

    @property
    def raw(self) -> bytes:
        """Write it as it is kept."""
        return b"%d %s" % (self.code, self.text)


class Lost(Exception):
    """The line did not open, or fell; `reason` is a code."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Refused(Exception):
    """The server said no: to whoever calls (`ours` false), or to this message (`ours` true)."""

    def __init__(self, reply: Reply, *, ours: bool) -> None:
        super().__init__(reply.code)
        self.reply = reply
        self.ours = ours


class SmtpLine:
    """A server that has greeted us, and knows us if it must."""

    def __init__(self, client: "_Client") -> None:
        self._client = client

    def announce(self, sender: str, recipient: str) -> None:
        """Say whose message comes and for whom, until it may; raise `Lost`, `Refused`."""
        self._agree(f"MAIL FROM:<{sender}>", 250)
        self._agree(f"RCPT TO:<{recipient}>", 250, 251)
        self._agree("DATA", 354)

    def hand_over(self, message: bytes) -> Reply:
        """Send the message, whose lines end with CRLF, and wait for the last word; raise `Lost`."""
        stuffed = re.sub(rb"(?m)^\.", b"..", message)
        with _told(ours=True):
            self._client.send(stuffed + b".\r\n")
            return self._client.heard()

    def leave(self) -> None:
        """Take leave; nothing depends on it."""
        self._client.hurry(_LEAVING_SECONDS)
        with suppress(Lost, Refused), _told(ours=False):
            self._client.docmd("QUIT")

    def _agree(self, said: str, *codes: int) -> None:
        with _told(ours=True):
            self._client.putcmd(said)
            reply = self._client.heard()
        if reply.code not in codes:
            raise Refused(reply, ours=True)


@contextmanager
def spoken(
    door: SmtpDoor, limits: Limits, tls: ssl.SSLContext, connect: Connect
) -> Iterator[SmtpLine]:
    """Open a line, greet, and come in; raise `Lost` or `Refused`. `tls` must verify."""
    client = _Client(door, limits, tls, connect)
    try:
        with _told(ours=False):
            client.come_in()
        yield SmtpLine(client)
    finally:
        client.hang_up()


class _Client(smtplib.SMTP):
    """The client of the standard library, on a line that was opened by us."""

    def __init__(
        self, door: SmtpDoor, limits: Limits, tls: ssl.SSLContext, connect: Connect
    ) -> None:
        super().__init__(local_hostname=_OUR_NAME)
        self._door = door
        self._tls = tls
        self._limits = limits
        self._deadline = time.monotonic() + limits.total_seconds
        try:
            self._socket = self._opened(connect)
        except OSError as trouble:
            raise Lost(reason_of(trouble)) from None
        self._wire = self._on(self._socket)

    def come_in(self) -> None:
        """Hear the greeting, hide the line, say who we are."""
        _expect(self.connect(self._door.host, self._door.port), 220)
        _expect(self.ehlo(), 250)
        if self._door.security is Security.STARTTLS:
            self._hide()
            _expect(self.ehlo(), 250)
        if self._door.account:
            self._sign_in()

    def heard(self) -> Reply:
        """Hear one reply; one without a code, or without an end, has the code -1."""
        try:
            return Reply(*self.getreply())
        except smtplib.SMTPResponseException:
            return _NONSENSE

    def hurry(self, seconds: float) -> None:
        """Give what comes next so much time and no more."""
        self._wire.grant(seconds, self._limits.answer_bytes)

    def hang_up(self) -> None:
        """Close the line."""
        self._socket.close()

    def _get_socket(self, host: str, port: int, timeout: float) -> Any:
        return self._wire

    def _opened(self, connect: Connect) -> socket.socket:
        seconds = min(self._limits.connect_seconds, self._limits.total_seconds)
        line = connect(self._door.host, self._door.port, seconds)
        return self._hidden(line) if self._door.security is Security.TLS else line

    def _hidden(self, line: socket.socket) -> socket.socket:
        try:
            return self._tls.wrap_socket(line, server_hostname=self._door.host)
        except BaseException:
            line.close()
            raise

    def _hide(self) -> None:
        """Go on under TLS; what the server said in clear until then is forgotten."""
        code, _ = self.docmd("STARTTLS")
        if code != 220:
            raise Lost("line.tls")
        self._wire.hurry()
        try:
            self._socket = self._hidden(self._socket)
        except OSError as trouble:
            raise Lost(reason_of(trouble)) from None
        self._wire = self._on(self._socket)
        self.sock, self.file = self._wire, None  # type: ignore[assignment]  # all it needs of one
        self.ehlo_resp = None

    def _on(self, line: socket.socket) -> Wire:
        wire = Wire(line, self._deadline)
        wire.grant(self._deadline - time.monotonic(), self._limits.answer_bytes)
        return wire

    def _sign_in(self) -> None:
        try:
            self.login(self._door.account, self._door.password)
        except smtplib.SMTPResponseException as no:
            raise Refused(Reply(no.smtp_code, _bytes(no.smtp_error)), ours=False) from None
        except smtplib.SMTPServerDisconnected:
            raise
        except (smtplib.SMTPException, ValueError):  # no way in that both know
            raise Refused(_NONSENSE, ours=False) from None


_NONSENSE = Reply(-1, b"")


def _expect(reply: tuple[int, bytes], code: int) -> None:
    if reply[0] != code:
        raise Refused(Reply(*reply), ours=False)


def _bytes(text: bytes | str) -> bytes:
    return text if isinstance(text, bytes) else text.encode()


@contextmanager
def _told(*, ours: bool) -> Iterator[None]:
    """Say what happens on the line in codes of ours."""
    try:
        yield
    except smtplib.SMTPServerDisconnected as gone:
        late = isinstance(gone.__context__, TimeoutError)
        raise Lost("line.timeout" if late else "line.reset") from None
    except smtplib.SMTPResponseException:
        raise Refused(_NONSENSE, ours=ours) from None
    except TooMuch:
        raise Lost("answer.too_big") from None
