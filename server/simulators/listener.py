"""A loopback HTTP server whose answers can break off: what the simulators with faults stand on.

Written on the standard library's server because a fault must be able to reset the socket.
"""

import logging
import socket
import struct
from collections.abc import Callable
from datetime import datetime
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, HTTPServer

from server.simulators.doors import Door

log = logging.getLogger(__name__)


class LoopbackServer(Door, HTTPServer):
    """Serves until it is stopped; one thread for each connection."""

    def __init__(
        self,
        address: tuple[str, int],
        handler: type["BreakingHandler"],
        now: Callable[[], datetime],
    ) -> None:
        """`now` is the aware instant that answers are dated with."""
        super().__init__(address, handler)
        self.now = now


class BreakingHandler(BaseHTTPRequestHandler):
    """Answers one connection; it can send a part only, and reset the line."""

    server: LoopbackServer
    protocol_version = "HTTP/1.1"
    sys_version = ""
    disable_nagle_algorithm = True  # head and body are two writes

    def setup(self) -> None:
        """Begin to know of this connection."""
        super().setup()
        self.server.track(self.connection, alive=True)

    def finish(self) -> None:
        """Forget it."""
        self.server.track(self.connection, alive=False)
        super().finish()

    def date_time_string(self, timestamp: float | None = None) -> str:
        """Date the answer by the simulator's own clock."""
        return format_datetime(self.server.now(), usegmt=True)

    def log_message(self, format: str, *args: object) -> None:
        """Note a status; never what was asked."""
        log.debug("answered %s", args[-2] if len(args) > 1 else "")

    def send(self, status: int, kind: str, body: bytes, part: int | None = None) -> None:
        """Answer, with the first `part` bytes of the body only when a fault wants it so."""
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body[:part])

    def cut(self) -> None:
        """Reset the connection: the peer sees it break, not end."""
        linger = struct.pack("ii", 1, 0)
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        self.server.track(self.connection, alive=False)
        self.close_connection = True
        self.rfile.close()
        self.connection.close()
