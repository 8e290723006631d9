"""A server on loopback that can be put away: a thread a visitor, all sent away at the end.

On the standard library, without an event loop: on Windows a loop connects to itself, which the
guard of outbound calls refuses.
"""

import logging
import socket
from socketserver import BaseRequestHandler, ThreadingTCPServer
from threading import Lock, Thread

log = logging.getLogger(__name__)


class Door(ThreadingTCPServer):
    """Serves until it is stopped; one thread for each connection."""

    daemon_threads = True
    block_on_close = False
    allow_reuse_address = True

    def __init__(self, address: tuple[str, int], handler: type[BaseRequestHandler]) -> None:
        """Listen; raise OSError when the port is taken."""
        super().__init__(address, handler)
        self._open: set[socket.socket] = set()
        self._guard = Lock()

    def start(self) -> None:
        """Serve in a thread of its own."""
        Thread(target=self.serve_forever, args=(0.02,), daemon=True).start()

    def stop(self) -> None:
        """Stop serving, and close every connection."""
        self.shutdown()
        self.server_close()
        with self._guard:
            for connection in self._open:
                hang_up(connection)

    def track(self, connection: socket.socket, alive: bool) -> None:
        """Know which connections are open, to close them at the end."""
        with self._guard:
            (self._open.add if alive else self._open.discard)(connection)

    def handle_error(self, request: object, client_address: object) -> None:
        """Note a client that went away; that is no news."""
        log.debug("connection lost", exc_info=True)


def hang_up(connection: socket.socket) -> None:
    """Close a line in both directions, whatever is still on it."""
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        log.debug("already closed")
