"""A small SMTP server on a real socket (RFC 5321), which says and breaks what a test tells it."""

import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from socket import socket
from typing import Any

from tests.sync.transports.door import Door

GREETING, EHLO, MAIL, RCPT, DATA, BODY, QUIT = (
    b"",
    b"EHLO",
    b"MAIL",
    b"RCPT",
    b"DATA",
    b".",
    b"QUIT",
)
STEPS = (GREETING, EHLO, MAIL, RCPT, DATA, BODY)
HANGS_UP, SILENT = b"hang up", b"silence"


@dataclass
class SmtpServer:
    """One server. `says` replaces a reply by step; HANGS_UP closes, SILENT waits for the end."""

    says: Mapping[bytes, bytes] = field(default_factory=dict)
    shown: ssl.SSLContext | None = None  # over TLS from the first byte
    secret: ssl.SSLContext | None = None  # after STARTTLS
    after_bytes: int | None = None  # hang up after so many bytes of a message
    injected: bytes = b""  # said in clear together with the answer to STARTTLS
    asked: list[bytes] = field(default_factory=list)
    taken: list[bytes] = field(default_factory=list)
    door: Door = field(init=False)
    port: int = field(init=False)

    def __post_init__(self) -> None:
        self.door = Door([self._serve])
        self.port = self.door.socket.getsockname()[1]

    def close(self) -> None:
        self.door.close()

    def _serve(self, connection: socket, _: Door) -> None:
        if self.shown is None:
            self._talk(connection)
            return
        with self.shown.wrap_socket(connection, server_side=True) as secure:
            self._talk(secure)

    def _talk(self, line: Any, greet: bool = True) -> None:
        heard = line.makefile("rb")
        if greet and not self._say(line, GREETING, b"220 ready"):
            return
        for command in heard:
            self.asked.append(command.rstrip(b"\r\n"))
            word = command.split()[0].upper().partition(b":")[0]
            if word == b"STARTTLS" and self.secret is not None:
                line.sendall(b"220 go\r\n" + self.injected)
                with self.secret.wrap_socket(line, server_side=True) as secure:
                    self._talk(secure, greet=False)
                return
            if not self._say(line, word, _REPLIES.get(word, b"502 what?")) or word == QUIT:
                return
            asked_for = word == DATA and self.says.get(DATA, b"354").startswith(b"354")
            if asked_for and not self._take(line, heard):
                return

    def _take(self, line: Any, heard: Any) -> bool:
        """Read a message; False when the line is to fall."""
        if self.after_bytes is not None:
            heard.read(self.after_bytes)
            return False
        body = b""
        while not body.endswith(b"\r\n.\r\n"):
            body += heard.readline()
        self.taken.append(body[:-3])
        return self._say(line, BODY, b"250 taken")

    def _say(self, line: Any, step: bytes, reply: bytes) -> bool:
        reply = self.says.get(step, reply)
        if reply == HANGS_UP:
            return False
        if reply == SILENT:
            self.door.closing.wait(5)
            return False
        line.sendall(reply + b"\r\n")
        return True


_REPLIES = {
    EHLO: b"250-here\r\n250-AUTH PLAIN\r\n250 STARTTLS", MAIL: b"250 ok", RCPT: b"250 ok",
    DATA: b"354 go on", QUIT: b"221 bye", b"AUTH": b"235 known",
}  # fmt: skip
