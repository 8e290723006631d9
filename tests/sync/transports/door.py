"""A partner's door made of a real socket on loopback, which does what a test tells it."""

import socket
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from threading import Event, Thread

from sync.transports.endpoint import Endpoint

Script = Callable[[socket.socket, "Door"], None]


@dataclass
class Door:
    """One listening socket; each connection is played by the next script, the last one for ever."""

    scripts: list[Script] = field(default_factory=list)
    requests: list[bytes] = field(default_factory=list)
    connections: int = 0
    closing: Event = field(default_factory=Event)

    def __post_init__(self) -> None:
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.thread = Thread(target=self._serve, daemon=True)
        self.thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.socket.getsockname()[1]}/async"

    @property
    def endpoint(self) -> Endpoint:
        return Endpoint.parse(self.url)

    def close(self) -> None:
        self.closing.set()
        with suppress(OSError):
            self.socket.shutdown(socket.SHUT_RDWR)
        self.thread.join(5)
        self.socket.close()

    def _serve(self) -> None:
        while not self.closing.is_set():
            try:
                connection, _ = self.socket.accept()
            except OSError:
                return
            script = self.scripts[min(self.connections, len(self.scripts) - 1)]
            self.connections += 1
            with connection, suppress(OSError):
                script(connection, self)


def read_request(connection: socket.socket) -> bytes:
    """Read one whole HTTP request: head and body."""
    data = read_head(connection)
    head, _, body = data.partition(b"\r\n\r\n")
    length = int(head.lower().partition(b"content-length: ")[2].split(b"\r\n")[0])
    while len(body) < length:
        body += _more(connection)
    return head + b"\r\n\r\n" + body


def read_head(connection: socket.socket) -> bytes:
    """Read until the head of a request is whole; a part of its body may come along."""
    data = b""
    while b"\r\n\r\n" not in data:
        data += _more(connection)
    return data


def _more(connection: socket.socket) -> bytes:
    data = connection.recv(65536)
    if not data:
        raise ConnectionError
    return data


def answers(body: bytes | Callable[[bytes], bytes], status: int = 200, *headers: str) -> Script:
    """Make a script that reads a request and answers it."""

    def script(connection: socket.socket, door: Door) -> None:
        request = read_request(connection)
        door.requests.append(request)
        content = body(request) if callable(body) else body
        lines = [f"HTTP/1.1 {status} Said", f"Content-Length: {len(content)}", *headers]
        connection.sendall("\r\n".join(lines).encode() + b"\r\n\r\n" + content)

    return script


def sends(raw: bytes) -> Script:
    """Make a script that reads a request, sends these bytes and hangs up."""

    def script(connection: socket.socket, door: Door) -> None:
        door.requests.append(read_request(connection))
        connection.sendall(raw)

    return script
