"""The HTTP door on loopback: JSON for the client and for the tester, and real cut connections."""

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import datetime, timedelta
from threading import Event
from typing import Any

from server.simulators.listener import BreakingHandler, LoopbackServer
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

CHANNEL = "/fr/t1"
Orders = Mapping[str, Callable[[Mapping[str, Any]], None]]
"""Further orders of a tester, by name; each raises ValueError, KeyError or TypeError."""

_ADMIN = "/admin/"


class Listener(LoopbackServer):
    """Serves one desk until it is stopped; one thread for each connection."""

    def __init__(self, address: tuple[str, int], desk: Desk, faults: Faults, clock: Clock) -> None:
        super().__init__(address, _Handler, clock.now)
        self.desk = desk
        self.faults = faults
        self.clock = clock
        self.further: Orders = {}
        self.ending = Event()

    def stop(self) -> None:
        """Stop serving, also those who wait, and close every connection."""
        self.ending.set()
        super().stop()


class _Handler(BreakingHandler):
    server: Listener
    server_version = "SesamSimulator"

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
            self.cut()
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
            self.cut()
        elif Kind.TRUNCATE in met:
            self._told(200, answer, part=len(answer) // 2)
            self.cut()
        else:
            self._told(200, answer)

    def _admin(self, name: str, body: bytes) -> None:
        """Do what the tester asks: other faults, another time, and more."""
        try:
            sent = json.loads(body or b"{}")
            if name == "faults":
                self.server.faults.set(read_faults(sent["faults"]), sent.get("seed"))
            elif name == "clock":
                self.server.clock.move(_wanted(sent, self.server.clock.now()))
            elif name in self.server.further:
                self.server.further[name](sent)
            else:
                self._json(404, {"erreur": "rien ici"})
                return
        except (ValueError, KeyError, TypeError) as fault:
            self._json(400, {"erreur": str(fault)})
            return
        self._json(200, {"maintenant": self.server.clock.now().isoformat()})

    def _json(self, status: int, value: object) -> None:
        self._told(status, json.dumps(value, ensure_ascii=False).encode())

    def _told(self, status: int, body: bytes, part: int | None = None) -> None:
        self.send(status, "application/json; charset=utf-8", body, part)


def _wanted(sent: Mapping[str, object], now: datetime) -> timedelta:
    """Read how far to move the clock: to an instant, or by so many seconds."""
    if "now" in sent:
        return datetime.fromisoformat(str(sent["now"])) - now
    return timedelta(seconds=float(str(sent["shift_seconds"])))
