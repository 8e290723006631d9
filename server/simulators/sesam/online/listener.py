"""The HTTP door on loopback: JSON for the client and for the tester, and real cut connections.

Written on the standard library's server because a fault must be able to reset the socket.
"""

import json
import logging
import socket
import struct
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Lock, Thread

from server.simulators.sesam.online.answers import Mood
from server.simulators.sesam.online.desk import Clock, Desk, OtherBytes
from server.simulators.sesam.online.faults import Fault, Faults, Kind, read_faults
from server.simulators.sesam.online.judge import (
    FOLLOW_UP,
    MOST_BYTES,
    SERVICES,
    Malformed,
    Request,
    read,
)

log = logging.getLogger(__name__)

CHANNEL = "/fr/t1"
_ADMIN = "/admin/"


class Listener(ThreadingHTTPServer):
    """Serves one desk until it is stopped; one thread for each connection."""

    daemon_threads = True
    block_on_close = False

    def __init__(self, address: tuple[str, int], desk: Desk, faults: Faults, clock: Clock) -> None:
        super().__init__(address, _Handler)
        self.desk = desk
        self.faults = faults
        self.clock = clock
        self.ending = Event()
        self._open: set[socket.socket] = set()
        self._lock = Lock()

    def start(self) -> None:
        """Serve in a thread of its own."""
        Thread(target=self.serve_forever, args=(0.02,), daemon=True).start()

    def stop(self) -> None:
        """Stop serving and close every connection."""
        self.ending.set()
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
    server_version = "SesamSimulator"
    sys_version = ""
    disable_nagle_algorithm = True  # head and body are two writes

    def setup(self) -> None:
        super().setup()
        self.server.track(self.connection, alive=True)

    def finish(self) -> None:
        self.server.track(self.connection, alive=False)
        super().finish()

    def do_GET(self) -> None:
        if self.path == f"{_ADMIN}received":
            self._json(200, [asdict(each) for each in self.server.desk.received()])
        else:
            self._json(404, {"erreur": "rien ici"})

    def do_POST(self) -> None:
        length = self.headers.get("Content-Length", "")
        if not (length.isascii() and length.isdigit()) or int(length) > MOST_BYTES:
            self.close_connection = True
            self._json(413, {"erreur": "une demande tient en 64 ko"})
            return
        body = self.rfile.read(int(length))
        place, _, name = self.path.rpartition("/")
        if self.path.startswith(_ADMIN):
            self._admin(name, body)
        elif place == CHANNEL and name.upper() in (*SERVICES, FOLLOW_UP):
            self._serve(name, body)
        else:
            self._json(404, {"erreur": "rien ici"})

    def date_time_string(self, timestamp: float | None = None) -> str:
        return format_datetime(self.server.clock.now(), usegmt=True)

    def log_message(self, format: str, *args: object) -> None:
        log.debug("answered %s", args[-2] if len(args) > 1 else "")

    def _serve(self, name: str, body: bytes) -> None:
        """Understand the request first; only then may a fault strike, and it be answered."""
        try:
            request = read(body, name)
        except Malformed as fault:
            self._json(400, {"erreur": str(fault)})
            return
        met = self.server.faults.strike(request.service)
        if slow := met.get(Kind.SLOW):
            self.server.ending.wait(slow.seconds)
        if Kind.CUT_BEFORE in met:
            self._cut()
        elif Kind.STATUS in met:
            self._json(met[Kind.STATUS].status, {"erreur": "panne simulée"})
        else:
            self._answer(request, body, met)

    def _answer(self, request: Request, body: bytes, met: Mapping[Kind, Fault]) -> None:
        refusal = met[Kind.REFUSE].code if Kind.REFUSE in met else ""
        mood = Mood(refusal, contradicting=Kind.CONTRADICT in met)
        try:
            answer = self.server.desk.serve(request, body, mood)
        except OtherBytes:
            self._json(409, {"erreur": "cette référence porte déjà une autre demande"})
            return
        if mute := met.get(Kind.MUTE):
            self.server.ending.wait(mute.seconds)
        if Kind.MUTE in met or Kind.CUT_AFTER in met:
            self._cut()
        elif Kind.TRUNCATE in met:
            self._send(200, answer, part=len(answer) // 2)
            self._cut()
        else:
            self._send(200, answer)

    def _admin(self, name: str, body: bytes) -> None:
        """Do what the tester asks: other faults, another time."""
        try:
            sent = json.loads(body or b"{}")
            if name == "faults":
                self.server.faults.set(read_faults(sent["faults"]), sent.get("seed"))
            elif name == "clock":
                self.server.clock.move(_wanted(sent, self.server.clock.now()))
            else:
                self._json(404, {"erreur": "rien ici"})
                return
        except (ValueError, KeyError, TypeError) as fault:
            self._json(400, {"erreur": str(fault)})
            return
        self._json(200, {"maintenant": self.server.clock.now().isoformat()})

    def _json(self, status: int, value: object) -> None:
        self._send(status, json.dumps(value, ensure_ascii=False).encode())

    def _send(self, status: int, body: bytes, part: int | None = None) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json; charset=utf-8")
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


def _wanted(sent: Mapping[str, object], now: datetime) -> timedelta:
    """Read how far to move the clock: to an instant, or by so many seconds."""
    if "now" in sent:
        return datetime.fromisoformat(str(sent["now"])) - now
    return timedelta(seconds=float(str(sent["shift_seconds"])))


def _shut(connection: socket.socket) -> None:
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        log.debug("already closed")
