"""The SMTP door on loopback: mails of one receiver are judged before they are answered.

Somebody else's server (aiosmtpd) on an event loop in a thread of its own: it takes SMTP as others
do, and its connections can be broken at will.
"""

import asyncio
from enum import StrEnum
from threading import Lock, Thread
from typing import Any

from aiosmtpd.smtp import SMTP

from server.simulators.sesam.front.desk import Desk

_MOST_BYTES = 12_000_000
_IDENT = "Frontal simule, non homologue"


class Break(StrEnum):
    """Where the line of the next mail breaks."""

    BEFORE = "before"  # the mail was read and forgotten
    AFTER = "after"  # it was taken, and nobody hears it


class SmtpDoor:
    """Serves one desk until it is stopped."""

    def __init__(self, address: tuple[str, int], desk: Desk) -> None:
        """Listen; raise OSError when the port is taken."""
        self._desk = desk
        self._breaks: list[Break] = []
        self._lock = Lock()
        self._open: set[_Protocol] = set()
        self._loop = asyncio.new_event_loop()
        starting = self._loop.create_server(lambda: _Protocol(self, self._open), *address)
        try:
            self._server = self._loop.run_until_complete(starting)
        except OSError:
            self._loop.close()
            raise
        self.port: int = self._server.sockets[0].getsockname()[1]
        self._thread = Thread(target=self._loop.run_forever, daemon=True)

    def start(self) -> None:
        """Serve in a thread of its own."""
        self._thread.start()

    def stop(self) -> None:
        """Stop serving, and close every connection."""
        asyncio.run_coroutine_threadsafe(self._end(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    def break_next(self, *breaks: Break) -> None:
        """Break the lines of the next mails, each as told."""
        with self._lock:
            self._breaks.extend(breaks)

    async def handle_RCPT(  # noqa: N802 - as aiosmtpd calls it
        self, server: Any, session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        """Take one receiver for each mail."""
        if envelope.rcpt_tos:
            return "452 4.5.3 un destinataire par message"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(  # noqa: N802 - as aiosmtpd calls it
        self, server: "_Protocol", session: Any, envelope: Any
    ) -> str:
        """Judge a mail, and answer it."""
        with self._lock:
            broken = self._breaks.pop(0) if self._breaks else None
        if broken is Break.BEFORE:
            return server.hang_up()
        said = self._desk.receive(envelope.content, envelope.mail_from, envelope.rcpt_tos[0])
        return server.hang_up() if broken is Break.AFTER else said

    async def _end(self) -> None:
        self._server.close()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for protocol in tuple(self._open):
            protocol.hang_up()
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
        await self._server.wait_closed()


class _Protocol(SMTP):
    """One connection, which can be broken."""

    def __init__(self, door: SmtpDoor, known: "set[_Protocol]") -> None:
        super().__init__(
            door, hostname="frontal.simule", ident=_IDENT, data_size_limit=_MOST_BYTES,
            loop=asyncio.get_event_loop(), timeout=60,
        )  # fmt: skip
        self._known = known

    def connection_made(self, transport: Any) -> None:
        """Begin to know of this connection."""
        self._known.add(self)
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        """Forget it."""
        self._known.discard(self)
        super().connection_lost(error)

    def hang_up(self) -> str:
        """Break the line; what is said afterwards nobody hears."""
        if isinstance(self.transport, asyncio.Transport):
            self.transport.abort()
        return "421 4.3.0"
