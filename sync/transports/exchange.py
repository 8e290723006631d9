"""One HTTP exchange that knows how far it came: not sent, answered, or silent after sending.

Deliberately small: no proxy, no netrc, no redirect, no cookie, no kept connection (a connection
the partner closed meanwhile would turn a safe retry into a doubt). `reliability-security.md` §6,
rows 27 and 29–31.
"""

import socket
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http.client import (
    HTTPConnection,
    HTTPException,
    HTTPResponse,
    HTTPSConnection,
    IncompleteRead,
)

from sync.outbound import Connect, OutboundRefused, straight
from sync.transports.endpoint import Endpoint
from sync.transports.wire import Wire

_CHUNK = 64 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """What an exchange may cost."""

    connect_seconds: float = 20
    total_seconds: float = 120  # from the first packet to the last byte of the answer
    answer_bytes: int = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole answer. Header names are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def date(self) -> datetime | None:
        """When the partner says it answered, to the second; None when it does not say."""
        try:
            told = parsedate_to_datetime(self.headers.get("date", ""))
        except ValueError:
            return None
        return told.replace(tzinfo=UTC) if told.tzinfo is None else told.astimezone(UTC)


@dataclass(frozen=True, slots=True)
class NotSent:
    """Nothing of the body left this machine: trying again is safe."""

    reason: str  # "line.dns", "line.refused", "line.timeout", "line.tls"


@dataclass(frozen=True, slots=True)
class Silence:
    """The body left, or may have; no whole answer came."""

    reason: str  # "line.reset", "line.timeout", "answer.cut", "answer.too_big"
    partial: bytes = b""  # what came of the answer


def exchange(
    endpoint: Endpoint,
    headers: Mapping[str, str],
    body: bytes,
    limits: Limits,
    tls: ssl.SSLContext,
    connect: Connect = straight,
) -> Answer | NotSent | Silence:
    """POST `body` once. `tls` is the context for `https`; it must verify (`verifying`)."""
    deadline = time.monotonic() + limits.total_seconds
    try:
        wire = Wire(_opened(endpoint, limits, tls, connect), deadline)
    except OSError as trouble:
        return NotSent(reason_of(trouble))
    connection = _speaker(endpoint, tls)
    connection.sock = wire
    try:
        return _talk(connection, endpoint.path, headers, body, limits)
    finally:
        wire.hang_up()


def verifying(ca_file: str | None = None) -> ssl.SSLContext:
    """Return the only kind of context there is: chain and host name checked, TLS 1.2 or later.

    `ca_file`: the roots to trust instead of the system's (pinning). Not `create_default_context`,
    which writes the keys of every session into a file when a variable of the environment says so.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    if ca_file is None:
        context.load_default_certs(ssl.Purpose.SERVER_AUTH)
    else:
        context.load_verify_locations(ca_file)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def _speaker(endpoint: Endpoint, tls: ssl.SSLContext) -> HTTPConnection:
    if endpoint.tls:
        return HTTPSConnection(endpoint.host, endpoint.port, context=tls)
    return HTTPConnection(endpoint.host, endpoint.port)


def _opened(
    endpoint: Endpoint, limits: Limits, tls: ssl.SSLContext, connect: Connect
) -> socket.socket:
    """Open the line, and prove over it who answers."""
    seconds = min(limits.connect_seconds, limits.total_seconds)
    line = connect(endpoint.host, endpoint.port, seconds)
    line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    if not endpoint.tls:
        return line
    try:
        return tls.wrap_socket(line, server_hostname=endpoint.host)
    except OSError:
        line.close()
        raise


def _talk(
    connection: HTTPConnection,
    path: str,
    headers: Mapping[str, str],
    body: bytes,
    limits: Limits,
) -> Answer | NotSent | Silence:
    try:
        connection.putrequest("POST", path)
        for name, value in {**headers, "Content-Length": str(len(body))}.items():
            connection.putheader(name, value)
        connection.endheaders()
    except OSError as trouble:
        return NotSent(reason_of(trouble))
    return _send_body(connection, body, limits)


def _send_body(connection: HTTPConnection, body: bytes, limits: Limits) -> Answer | Silence:
    # From here on, the partner may have the whole request.
    received = bytearray()
    try:
        connection.send(body)
        response = connection.getresponse()
        complete = _read(response, received, limits.answer_bytes)
    except TimeoutError:
        return Silence("line.timeout", bytes(received))
    except IncompleteRead as cut:
        return Silence("answer.cut", bytes(received) + cut.partial)
    except (OSError, HTTPException):
        return Silence("line.reset", bytes(received))
    if len(received) > limits.answer_bytes:
        return Silence("answer.too_big", bytes(received[: limits.answer_bytes]))
    if not complete:
        return Silence("answer.cut", bytes(received))
    headers = {name.lower(): value for name, value in response.getheaders()}
    return Answer(response.status, headers, bytes(received))


def _read(response: HTTPResponse, received: bytearray, most: int) -> bool:
    """Read until the end or just past `most`; False when the answer was cut short."""
    while len(received) <= most:
        piece = response.read(_CHUNK)
        if not piece:
            return not response.length
        received += piece
    return True


def reason_of(trouble: OSError) -> str:
    """Say in a code why a line did not open."""
    match trouble:
        case OutboundRefused():
            return "line.forbidden"
        case socket.gaierror():
            return "line.dns"
        case ssl.SSLError():
            return "line.tls"
        case TimeoutError():
            return "line.timeout"
        case _:
            return "line.refused"
