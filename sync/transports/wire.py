"""The socket under a protocol of the standard library, with a limit for all it may cost."""

import io
import socket
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer


class TooMuch(Exception):
    """More bytes came than were granted."""


class Wire:
    """A socket with one deadline for all its reads and writes, and a most of bytes to read.

    A socket's own time-out starts anew with each packet: a partner that drips one byte a minute
    would never run into it.
    """

    def __init__(self, sock: socket.socket, deadline: float) -> None:
        """`deadline` is of the machine's monotonic clock; bytes are not counted before `grant`."""
        self._sock = sock
        self._deadline = deadline
        self._left: int | None = None

    def grant(self, seconds: float, most: int) -> None:
        """Give what comes next so much time and so many bytes."""
        self._deadline = time.monotonic() + seconds
        self._left = most

    def sendall(self, data: bytes) -> None:
        """Send it all before the deadline."""
        self.hurry()
        self._sock.sendall(data)

    def makefile(self, mode: str) -> io.BufferedReader:
        """Give a file that reads under the same limits; `mode` is always of bytes."""
        return io.BufferedReader(_Reader(self))

    def receive_into(self, buffer: "WriteableBuffer") -> int:
        """Receive what is there; raise `TimeoutError` or `TooMuch`."""
        self.hurry()
        came = self._sock.recv_into(buffer)
        if self._left is not None:
            self._left -= came
            if self._left < 0:
                raise TooMuch
        return came

    def hurry(self) -> None:
        """Leave the socket the time that is left; raise `TimeoutError` when none is."""
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError
        self._sock.settimeout(left)

    def shutdown(self, how: int) -> None:
        """Do nothing: see `close`."""

    def close(self) -> None:
        """Do nothing: `http.client` closes before it has read an answer without a length."""

    def hang_up(self) -> None:
        """Close the socket."""
        self._sock.close()


class _Reader(io.RawIOBase):
    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "WriteableBuffer") -> int:
        return self._wire.receive_into(buffer)
