"""A line that breaks where it is told: a TCP proxy between the transport and the simulator."""

import socket
import struct
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from threading import Event, Thread

_CHUNK = 65_536


class Side(StrEnum):
    """Which way the bytes go."""

    REQUEST = "request"
    ANSWER = "answer"


@dataclass(frozen=True, slots=True)
class Cut:
    """Break the line once so many bytes have passed that way."""

    side: Side
    after: int


@dataclass(frozen=True, slots=True)
class Twice:
    """Give the whole answer, and then the whole answer again."""


@dataclass(frozen=True, slots=True)
class Late:
    """Keep the answer back for so many seconds."""

    seconds: float


Fault = Cut | Twice | Late


class Cutter:
    """Listens on loopback; the n-th connection meets the fault planned for it, once."""

    def __init__(self, port: int) -> None:
        """`port` is where the partner listens."""
        self.plan: dict[int, Fault] = {}
        self.sizes: list[dict[Side, int]] = []
        self._partner = port
        self._socket = socket.create_server(("127.0.0.1", 0))
        self._closing = Event()
        self._thread = Thread(target=self._serve, daemon=True)
        self._thread.start()

    @property
    def port(self) -> int:
        """Where the transport calls."""
        return int(self._socket.getsockname()[1])

    def expect(self, plan: Mapping[int, Fault]) -> None:
        """Plan the connections to come, counted from 1."""
        self.sizes, self.plan = [], dict(plan)

    def close(self) -> None:
        """Stop listening."""
        self._closing.set()
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._thread.join(5)
        self._socket.close()

    def _serve(self) -> None:
        while not self._closing.is_set():
            try:
                client, _ = self._socket.accept()
            except OSError:
                return
            self.sizes.append({Side.REQUEST: 0, Side.ANSWER: 0})
            fault, size = self.plan.get(len(self.sizes)), self.sizes[-1]
            Thread(target=self._play, args=(client, fault, size), daemon=True).start()

    def _play(self, client: socket.socket, fault: Fault | None, size: dict[Side, int]) -> None:
        with client, socket.create_connection(("127.0.0.1", self._partner)) as partner:
            pump = Thread(target=_pass, args=(client, partner, Side.REQUEST, fault, size))
            pump.start()
            _pass(partner, client, Side.ANSWER, fault, size)
            _break(client)
            _break(partner)
            pump.join(5)


def _pass(
    giver: socket.socket,
    taker: socket.socket,
    side: Side,
    fault: Fault | None,
    size: dict[Side, int],
) -> None:
    """Pass bytes on until the giver ends or the line breaks."""
    kept = bytearray()
    with suppress(OSError):
        while data := giver.recv(_CHUNK):
            kept += data
            if isinstance(fault, Late) and side is Side.ANSWER:
                Event().wait(fault.seconds)
            if isinstance(fault, Cut) and fault.side is side:
                data = data[: max(0, fault.after - size[side])]
            taker.sendall(data)
            size[side] += len(data)
            if isinstance(fault, Cut) and fault.side is side and len(kept) >= fault.after:
                _break(giver)
                _break(taker)
                return
        if isinstance(fault, Twice) and side is Side.ANSWER:
            taker.sendall(bytes(kept))


def _break(line: socket.socket) -> None:
    """Reset a connection: the peer sees it break, not end."""
    with suppress(OSError):
        line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        line.shutdown(socket.SHUT_RDWR)
