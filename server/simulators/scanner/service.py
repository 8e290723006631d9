"""The scanner's HTTP door on a loopback port, with or without TLS of its own signing."""

import ssl
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

from server.simulators.scanner.judge import LONGEST, RESOLUTIONS, WIDEST, Refused, judge
from server.simulators.scanner.machine import HungUp, Machine, NoMore, NotReady, Setting

ROOT = "/eSCL"
NAME = "Besace Feuilles 20"
_MOST_BODY = 64_000
_HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>'
    '<scan:{part} xmlns:scan="http://schemas.hp.com/imaging/escl/2011/05/03"'
    ' xmlns:pwg="http://www.pwg.org/schemas/2010/12/sm">{body}</scan:{part}>'
)


@dataclass(frozen=True, slots=True)
class Running:
    """A scanner that answers, and how to stop it."""

    machine: Machine
    endpoint: str
    _server: ThreadingHTTPServer

    def stop(self) -> None:
        """Stop answering."""
        self._server.shutdown()
        self._server.server_close()


def serve(machine: Machine, port: int = 0, chain: tuple[Path, Path] | None = None) -> Running:
    """Answer on a loopback port; `chain` is certificate and key files, for https."""

    class Handler(_Handler):
        scanner = machine

    server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    server.daemon_threads = True
    if chain is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*chain)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    scheme = "http" if chain is None else "https"
    return Running(machine, f"{scheme}://127.0.0.1:{server.server_port}{ROOT}", server)


class _Handler(BaseHTTPRequestHandler):
    scanner: Machine
    protocol_version = "HTTP/1.1"
    server_version = "ScannerSimulator"
    sys_version = ""
    disable_nagle_algorithm = True  # head and body are two writes

    def do_GET(self) -> None:
        if self.path == f"{ROOT}/ScannerCapabilities":
            self._answer(200, _capabilities(), "text/xml")
        elif self.path == f"{ROOT}/ScannerStatus":
            self._answer(200, _status(*self.scanner.state()), "text/xml")
        elif self.path.startswith(f"{ROOT}/ScanJobs/") and self.path.endswith("/NextDocument"):
            self._next(self.path.split("/")[3])
        else:
            self._answer(404)

    def do_POST(self) -> None:
        body = self.rfile.read(min(int(self.headers.get("Content-Length", 0)), _MOST_BODY))
        if self.path == "/admin/setting":
            return self._set(body)
        if self.path != f"{ROOT}/ScanJobs":
            return self._answer(404)
        try:
            number = self.scanner.begin(judge(body))
        except Refused as refused:
            return self._answer(409, str(refused).encode(), "text/plain")
        if number is None:
            return self._answer(503)
        host = self.headers.get("Host", "")
        return self._answer(201, location=f"http://{host}{ROOT}/ScanJobs/{number}")

    def do_DELETE(self) -> None:
        self._answer(200 if self.scanner.end(self.path.rpartition("/")[2]) else 404)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing: this is a tester's machine."""

    def _next(self, number: str) -> None:
        try:
            self._answer(200, self.scanner.next_page(number), "image/jpeg")
        except NotReady:
            self._answer(503)
        except NoMore:
            self._answer(404)
        except HungUp:
            self.close_connection = True
            self.connection.close()

    def _set(self, body: bytes) -> None:
        """Let a tester load the feeder or break something."""
        try:
            self.scanner.load(Setting.read(body))
        except ValueError:
            return self._answer(400)
        return self._answer(204)

    def _answer(
        self, status: int, body: bytes = b"", kind: str = "text/plain", location: str = ""
    ) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        if location:
            self.send_header("Location", location)
        self.end_headers()
        self.wfile.write(body)


def _status(state: str, feeder: str) -> bytes:
    body = (
        "<pwg:Version>2.6</pwg:Version>"
        f"<pwg:State>{state}</pwg:State><scan:AdfState>{feeder}</scan:AdfState>"
    )
    return _HEAD.format(part="ScannerStatus", body=body).encode()


def _capabilities() -> bytes:
    caps = _caps()
    body = (
        f"<pwg:Version>2.6</pwg:Version><pwg:MakeAndModel>{NAME}</pwg:MakeAndModel>"
        f"<scan:Platen><scan:PlatenInputCaps>{caps}</scan:PlatenInputCaps></scan:Platen>"
        f"<scan:Adf><scan:AdfSimplexInputCaps>{caps}</scan:AdfSimplexInputCaps>"
        f"<scan:AdfDuplexInputCaps>{caps}</scan:AdfDuplexInputCaps></scan:Adf>"
    )
    return _HEAD.format(part="ScannerCapabilities", body=body).encode()


def _caps() -> str:
    resolutions = "".join(
        "<scan:DiscreteResolution>"
        f"<scan:XResolution>{dpi}</scan:XResolution><scan:YResolution>{dpi}</scan:YResolution>"
        "</scan:DiscreteResolution>"
        for dpi in RESOLUTIONS
    )
    modes = "".join(
        f"<scan:ColorMode>{mode}</scan:ColorMode>"
        for mode in ("BlackAndWhite1", "Grayscale8", "RGB24")
    )
    return (
        "<scan:MinWidth>16</scan:MinWidth>"
        f"<scan:MaxWidth>{WIDEST}</scan:MaxWidth><scan:MinHeight>16</scan:MinHeight>"
        f"<scan:MaxHeight>{LONGEST}</scan:MaxHeight><scan:MaxScanRegions>1</scan:MaxScanRegions>"
        f"<scan:SettingProfiles><scan:SettingProfile><scan:ColorModes>{modes}</scan:ColorModes>"
        "<scan:DocumentFormats><pwg:DocumentFormat>image/jpeg</pwg:DocumentFormat>"
        "<scan:DocumentFormatExt>image/jpeg</scan:DocumentFormatExt></scan:DocumentFormats>"
        "<scan:SupportedResolutions><scan:DiscreteResolutions>"
        f"{resolutions}</scan:DiscreteResolutions></scan:SupportedResolutions>"
        "</scan:SettingProfile></scan:SettingProfiles>"
    )
