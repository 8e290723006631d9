"""An emulated card behind the real PC/SC service: the card's side of the vpcd protocol.

The daemon's virtual reader listens; the card connects to it. A message is a two-byte big-endian
length and a body; a body of one byte is a control, any other a command.
Source: `hardware.md` §1.2, with its two socket options that make 44 ms into 0.2.
"""

import logging
import socket
import threading
from types import TracebackType
from typing import Self

from hardware.fakes import EmulatedCard
from hardware.ports import CardTrouble

log = logging.getLogger(__name__)

_TELL_ATR = 4
_PATIENCE = 5.0  # seconds for the daemon to accept a card


def serve_card(card: EmulatedCard, host: str = "127.0.0.1", port: int = 35963) -> "VirtualCard":
    """Insert a card into the virtual reader that listens there, and give the hand that holds it.

    Raises `OSError` when no reader listens.
    """
    handle = VirtualCard(card, host, port)
    handle.insert()
    return handle


class VirtualCard:
    """A card in, or out of, a virtual reader. Used as a context manager it is taken out."""

    def __init__(self, card: EmulatedCard, host: str, port: int) -> None:
        self._card = card
        self._address = (host, port)
        self._line: socket.socket | None = None
        self._thread: threading.Thread | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        self.stop()

    def insert(self, card: EmulatedCard | None = None) -> None:
        """Put the card in, or another one in its place; nothing happens when it is in already.

        Raises `OSError` when no reader listens.
        """
        if card is None and self.inserted:
            return
        self.remove()
        self._card = card or self._card
        line = socket.create_connection(self._address, _PATIENCE)
        line.settimeout(None)
        line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._line = line
        self._thread = threading.Thread(
            target=_answer, args=(line, self._card), name="virtual-card", daemon=True
        )
        self._thread.start()

    def remove(self) -> None:
        """Take the card out; nothing happens when it is."""
        line, thread, self._line, self._thread = self._line, self._thread, None, None
        if line is None or thread is None:
            return
        try:
            line.shutdown(socket.SHUT_RDWR)
        except OSError:
            log.debug("the virtual reader had already left")
        thread.join(_PATIENCE)

    def stop(self) -> None:
        """Take the card out for good."""
        self.remove()

    @property
    def inserted(self) -> bool:
        """Whether the reader still holds the card."""
        return self._thread is not None and self._thread.is_alive()


def _answer(line: socket.socket, card: EmulatedCard) -> None:
    """Answer the reader until it leaves, or until the card pulls itself out."""
    card.reset()
    with line:
        try:
            while body := _receive(line):
                if len(body) > 1:
                    data, sw = card.send(body)
                    _send(line, data + sw.to_bytes(2, "big"))
                elif body[0] == _TELL_ATR:
                    _send(line, card.atr)
                else:
                    card.reset()
        except (OSError, CardTrouble):
            log.info("the virtual card left its reader")


def _receive(line: socket.socket) -> bytes:
    """Receive one message; empty when the reader has closed the line."""
    header = _receive_exactly(line, 2)
    return _receive_exactly(line, int.from_bytes(header, "big")) if header else b""


def _receive_exactly(line: socket.socket, length: int) -> bytes:
    parts = b""
    while len(parts) < length:
        if hasattr(socket, "TCP_QUICKACK"):  # Linux; it does not last, hence before each receive
            line.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)
        part = line.recv(length - len(parts))
        if not part:
            return b""
        parts += part
    return parts


def _send(line: socket.socket, body: bytes) -> None:
    line.sendall(len(body).to_bytes(2, "big") + body)
