"""Network scanners by eSCL, with the standard library's HTTP: no driver to install.

Source: `hardware.md` §5.3. Order of a scan: status, `POST ScanJobs`, `NextDocument` until there is
none, `DELETE`. A page not ready is asked for again each second; a scanner that falls silent is
gone. Scanners sign their certificates themselves: the one first seen is kept, and is from then on
the only authority believed for that scanner.
"""

import http.client
import socket
import ssl
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import urlsplit

from hardware.escl_messages import (
    MOST_XML,
    State,
    read_name,
    read_offer,
    read_status,
    settings,
)
from hardware.scan_ports import Device, Job, Offer, ScanProblem, ScanTrouble, Source, Stop
from server.core.errors import InvalidValue
from server.core.scanner_address import ScannerAddress
from server.core.sheets import Sheet

MOST_PAGE = 64_000_000  # bytes of one page
_PATIENCE = 10.0  # seconds of silence after which a scanner is gone
_READY_TRIES = 30  # a page not ready is asked for this often, a second apart
_XML = {"Content-Type": "text/xml"}

Connect = Callable[[str, int, float], socket.socket]
"""Opens a TCP connection: host, port, seconds. Raises OSError, also for a door not on the list."""


@dataclass(frozen=True, slots=True)
class Known:
    """A scanner of the list: `http(s)://host[:port][/eSCL]`, and its own certificate for https."""

    address: str
    certificate: str = ""  # PEM, as first seen


@dataclass(frozen=True, slots=True)
class Reply:
    """What a scanner answered, whole."""

    status: int
    body: bytes
    location: str


class EsclScanner:
    """The network scanners of a list that is kept elsewhere."""

    def __init__(
        self,
        known: Callable[[], Sequence[Known]],
        connect: Connect,
        wait: Callable[[float], object] = time.sleep,
        patience: float = _PATIENCE,
    ) -> None:
        self._known = known
        self._wait = wait
        self._patience = patience
        self._connect = connect

    def devices(self) -> Sequence[Device]:
        """Return the scanners that answer now."""
        found = []
        for each in self._known():
            with suppress(ScanTrouble):
                name = read_name(self._line(each).get("/ScannerCapabilities"))
                found.append(Device(each.address, name or each.address))
        return found

    def offer(self, device: str) -> Offer:
        """Return what a scanner can do; raise `ScanTrouble`."""
        return read_offer(self._to(device).get("/ScannerCapabilities"))

    def scan(self, job: Job, stop: Stop) -> Iterator[Sheet]:
        """Give the pages of a job as they come; the job is cancelled at the scanner when left."""
        line = self._to(job.device)
        _may_begin(line, job)
        path = _begin(line, job)
        try:
            yield from self._pages(line, path, job, stop)
        finally:
            with suppress(ScanTrouble):
                line.ask("DELETE", path)

    def _pages(self, line: "_Line", path: str, job: Job, stop: Stop) -> Iterator[Sheet]:
        count = 0
        while (data := self._next(line, f"{path}/NextDocument", stop)) is not None:
            count += 1
            yield Sheet(data, job.dpi, back=job.duplex and count % 2 == 0)
            if job.source is Source.GLASS:
                return
        feeder = read_status(line.get("/ScannerStatus"))[1]
        if feeder in (ScanProblem.JAM, ScanProblem.COVER_OPEN):
            raise ScanTrouble(feeder)
        if count == 0:
            raise ScanTrouble(feeder or ScanProblem.FAILED)

    def _next(self, line: "_Line", path: str, stop: Stop) -> bytes | None:
        """Return the next page, None after the last."""
        for _ in range(_READY_TRIES):
            if stop():
                raise ScanTrouble(ScanProblem.CANCELLED)
            reply = line.ask("GET", path, most=MOST_PAGE)
            if reply.status == 200:
                return reply.body
            if reply.status in (404, 410):
                return None
            if reply.status != 503:
                raise ScanTrouble(ScanProblem.FAILED)
            self._wait(1.0)
        raise ScanTrouble(ScanProblem.GONE)

    def _to(self, device: str) -> "_Line":
        for each in self._known():
            if each.address == device:
                return self._line(each)
        raise ScanTrouble(ScanProblem.GONE)

    def _line(self, known: Known) -> "_Line":
        place = _place(known.address)
        return _Line(place, known.certificate, self._patience, self._connect)


def certificate(address: str, connect: Connect, patience: float = _PATIENCE) -> str:
    """Return the certificate a scanner shows now, PEM, to be kept; raise `ScanTrouble` GONE."""
    place = _place(address)
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE  # it is looked at here, and believed from then on
    try:
        with (
            connect(place.host, place.port, patience) as bare,
            context.wrap_socket(bare, server_hostname=place.host) as shown,
        ):
            return ssl.DER_cert_to_PEM_cert(shown.getpeercert(binary_form=True) or b"")
    except OSError:
        raise ScanTrouble(ScanProblem.GONE) from None


def _place(address: str) -> ScannerAddress:
    try:
        return ScannerAddress.parse(address)
    except InvalidValue:
        raise ScanTrouble(ScanProblem.GONE) from None


def _may_begin(line: "_Line", job: Job) -> None:
    state, feeder = read_status(line.get("/ScannerStatus"))
    if job.source is Source.FEEDER and feeder is not None:
        raise ScanTrouble(feeder)
    if state is State.PROCESSING:
        raise ScanTrouble(ScanProblem.BUSY)


def _begin(line: "_Line", job: Job) -> str:
    """Ask for the job; return its path, never at another host than the one we know."""
    reply = line.ask("POST", f"{line.place.root}/ScanJobs", settings(job), _XML)
    if reply.status == 503:
        raise ScanTrouble(ScanProblem.BUSY)
    if reply.status != 201 or not reply.location:
        raise ScanTrouble(ScanProblem.REFUSED)
    return urlsplit(reply.location).path


class _Line:
    """Questions to one scanner, each on a connection of its own."""

    def __init__(
        self, place: ScannerAddress, certificate: str, patience: float, connect: Connect
    ) -> None:
        self.place = place
        self._certificate = certificate
        self._patience = patience
        self._connect = connect

    def get(self, path: str) -> bytes:
        """Return what lies below the scanner's root."""
        reply = self.ask("GET", self.place.root + path)
        if reply.status == 503:
            raise ScanTrouble(ScanProblem.BUSY)
        if reply.status != 200:
            raise ScanTrouble(ScanProblem.UNREADABLE)
        return reply.body

    def ask(
        self,
        method: str,
        path: str,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        most: int = MOST_XML,
    ) -> Reply:
        """Ask once; raise `ScanTrouble` GONE without an answer, UNREADABLE for an endless one."""
        connection = http.client.HTTPConnection(self.place.host, self.place.port)
        try:
            connection.sock = self._opened()
            connection.request(method, path, body, headers or {})
            answer = connection.getresponse()
            data = answer.read(most + 1)
        except (OSError, http.client.HTTPException):
            raise ScanTrouble(ScanProblem.GONE) from None
        finally:
            connection.close()
        if len(data) > most:
            raise ScanTrouble(ScanProblem.UNREADABLE)
        return Reply(answer.status, data, answer.getheader("Location", ""))

    def _opened(self) -> socket.socket:
        """Open the connection ourselves: whom we may call is judged by who handed `connect`."""
        bare = self._connect(self.place.host, self.place.port, self._patience)
        bare.settimeout(self._patience)
        if not self.place.secure:
            return bare
        try:
            context = believing(self._certificate)
            return context.wrap_socket(bare, server_hostname=self.place.host)
        except BaseException:
            bare.close()
            raise


def believing(certificate: str) -> ssl.SSLContext:
    """TLS that believes the certificate kept and no other; raise `ScanTrouble` GONE without one.

    Its name is not compared: a scanner is found under whatever address the network gave it.
    """
    if not certificate:
        raise ScanTrouble(ScanProblem.GONE)
    context = ssl.create_default_context(cadata=certificate)
    context.check_hostname = False
    return context
