"""The HTTP door on loopback: SOAP for the client, JSON for the tester, and real cut connections."""

import json
import time
from collections.abc import Mapping

from server.simulators.listener import BreakingHandler, LoopbackServer
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

CHANNEL = "/mycarenet-ws/async/generic/hcpfac"
_XML = "text/xml; charset=utf-8"
_UNSIGNED = "the transport must be signed"


class Listener(LoopbackServer):
    """Serves one hub until it is stopped; one thread for each connection."""

    def __init__(self, address: tuple[str, int], hub: Hub, knobs: Knobs) -> None:
        super().__init__(address, _Handler, hub.clock.now)
        self.hub = hub
        self.knobs = knobs
        self.admin = Admin(hub.mailbox, hub.clock, knobs)


class _Handler(BreakingHandler):
    server: Listener
    server_version = "MyCareNetSimulator"

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
            self.cut()
        elif not self._failed(met, processed=False):
            self._serve(request, met)

    def _serve(self, request: Request, met: Mapping[Kind, Knob]) -> None:
        try:
            answer = self._answer(request, met)
        except Fault as fault:
            self._fault(fault)
            return
        if Kind.CUT_AFTER in met:
            self.cut()
        elif Kind.TRUNCATE in met:
            self.send(200, _XML, answer, part=len(answer) // 2)
            self.cut()
        elif not self._failed(met, processed=True):
            self.send(200, _XML, answer)

    def _failed(self, met: Mapping[Kind, Knob], processed: bool) -> bool:
        status, soap = met.get(Kind.STATUS), met.get(Kind.SOAP)
        if status and status.processed == processed:
            self.send(status.status, "text/plain", b"simulated failure")
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
        self.send(500, _XML, fault_answer(fault))

    def _json(self, status: int, value: object) -> None:
        self.send(status, "application/json", json.dumps(value).encode())


def _too_soon(seconds: int) -> Fault:
    return Fault("SOA-03006", f"Not enough time since the last get: wait {seconds} seconds")
