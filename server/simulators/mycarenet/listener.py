"""The HTTP door on loopback: SOAP for the client, JSON for the tester, and real cut connections.

Written on the standard library's server because a fault must be able to reset the socket.
"""

import json
import logging
import socket
import struct
import time
from collections.abc import Mapping
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread

from server.simulators.mycarenet.admin import Admin, BadRequest
from server.simulators.mycarenet.faults import Kind, Knob, Knobs
from server.simulators.mycarenet.hub import Hub, TooSoon
from server.simulators.mycarenet.soap import (
    Fault,
    Request,
    confirm_answer,
    fault_answer,
    get_answer,
    post_answer,
)

log = logging.getLogger(__name__)

CHANNEL = "/mycarenet-ws/async/generic/hcpfac"
_XML = "text/xml; charset=utf-8"
_UNSIGNED = "the transport must be signed"


class Listener(ThreadingHTTPServer):
    """Serves one hub until it is stopped; one thread for each connection."""

    daemon_threads = True
    block_on_close = False

    def __init__(self, address: tuple[str, int], hub: Hub, knobs: Knobs) -> None:
        super().__init__(address, _Handler)
        self.hub = hub
        self.knobs = knobs
        self.admin = Admin(hub.mailbox, hub.clock, knobs)
        self._open: set[socket.socket] = set()
        self._lock = Lock()

    def start(self) -> None:
        """Serve in a thread of its own."""
        Thread(target=self.serve_forever, args=(0.02,), daemon=True).start()

    def stop(self) -> None:
        """Stop serving and close every connection."""
        self.shutdown()
        self.server_close()
        with self._lock:
            for connection in self._open:
                _shut(connection)

    def track(self, connection: socket.socket, alive: bool) -> None:
        """Know which connections are open, to close them at the end."""
        with self._lock:
            (self._open.add if alive else self._open.discard)(connection)

    def handle_error(self, request: object, client_address: object) -> None:
        """Note a client that went away; that is no news."""
        log.debug("connection lost", exc_info=True)


class _Handler(BaseHTTPRequestHandler):
    server: Listener
    protocol_version = "HTTP/1.1"
    server_version = "MyCareNetSimulator"
    sys_version = ""
    disable_nagle_algorithm = True  # head and body are two writes

    def setup(self) -> None:
        super().setup()
        self.server.track(self.connection, alive=True)

    def finish(self) -> None:
        self.server.track(self.connection, alive=False)
        super().finish()

    def do_GET(self) -> None:
        self._admin("GET", b"")

    def do_POST(self) -> None:
        length = self.headers.get("Content-Length", "")
        if not (length.isascii() and length.isdigit()):
            self.close_connection = True
            self._json(411, {"error": "the length of the request is missing"})
            return
        body = self.rfile.read(int(length))
        if self.path.startswith("/admin/"):
            self._admin("POST", body)
        elif self.path.partition("?")[0].endswith("/hcpfac"):
            self._soap(body)
        else:
            self._json(404, {"error": "nothing here"})

    def date_time_string(self, timestamp: float | None = None) -> str:
        return format_datetime(self.server.hub.clock.now(), usegmt=True)

    def log_message(self, format: str, *args: object) -> None:
        log.debug("answered %s", args[-2] if len(args) > 1 else "")

    def _admin(self, method: str, body: bytes) -> None:
        try:
            sent = json.loads(body or b"{}")
            if not isinstance(sent, dict):
                raise BadRequest("the request is not an object")
            self._json(200, self.server.admin.answer(method, self.path, sent))
        except KeyError:
            self._json(404, {"error": "nothing here"})
        except (BadRequest, ValueError) as error:
            self._json(400, {"error": str(error)})

    def _soap(self, body: bytes) -> None:
        try:
            request = Request(body)
            to = request.post().envelope.insurer if request.operation == "post" else ""
        except Fault as fault:
            self._fault(fault)
            return
        met = self.server.knobs.strike(request.operation, to)
        if slow := met.get(Kind.SLOW):
            time.sleep(slow.seconds)
        if Kind.CUT_BEFORE in met:
            self._cut()
        elif not self._failed(met, processed=False):
            self._serve(request, met)

    def _serve(self, request: Request, met: Mapping[Kind, Knob]) -> None:
        try:
            answer = self._answer(request, met)
        except Fault as fault:
            self._fault(fault)
            return
        if Kind.CUT_AFTER in met:
            self._cut()
        elif Kind.TRUNCATE in met:
            self._send(200, _XML, answer, part=len(answer) // 2)
            self._cut()
        elif not self._failed(met, processed=True):
            self._send(200, _XML, answer)

    def _failed(self, met: Mapping[Kind, Knob], processed: bool) -> bool:
        status, soap = met.get(Kind.STATUS), met.get(Kind.SOAP)
        if status and status.processed == processed:
            self._send(status.status, "text/plain", b"simulated failure")
        elif soap and soap.processed == processed:
            self._fault(Fault(soap.code, soap.message, consumer=False))
        else:
            return False
        return True

    def _answer(self, request: Request, met: Mapping[Kind, Knob]) -> bytes:
        hub = self.server.hub
        if not hub.config.unsigned:
            raise Fault("SOA-01001", _UNSIGNED)
        if request.operation == "post":
            return post_answer(hub.post(request.post()), request.message_id)
        if request.operation == "confirm":
            hub.confirm(request.confirm())
            return confirm_answer(request.message_id)
        if Kind.NOT_ENOUGH_TIME in met:
            raise _too_soon(int(met[Kind.NOT_ENOUGH_TIME].seconds))
        try:
            letters, tacks = hub.get(request.get())
        except TooSoon as soon:
            raise _too_soon(soon.seconds) from soon
        if Kind.DUPLICATE in met:
            letters, tacks = letters * 2, tacks * 2
        if Kind.SHUFFLE in met:
            letters, tacks = letters[::-1], tacks[::-1]
        return get_answer(letters, tacks, request.message_id)

    def _fault(self, fault: Fault) -> None:
        self._send(500, _XML, fault_answer(fault))

    def _json(self, status: int, value: object) -> None:
        self._send(status, "application/json", json.dumps(value).encode())

    def _send(self, status: int, kind: str, body: bytes, part: int | None = None) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body[:part])

    def _cut(self) -> None:
        """Reset the connection: the peer sees it break, not end."""
        linger = struct.pack("ii", 1, 0)
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        self.server.track(self.connection, alive=False)
        self.close_connection = True
        self.rfile.close()
        self.connection.close()


def _too_soon(seconds: int) -> Fault:
    return Fault("SOA-03006", f"Not enough time since the last get: wait {seconds} seconds")


def _shut(connection: socket.socket) -> None:
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        log.debug("already closed")
