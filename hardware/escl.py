"""Network scanners by eSCL, with the standard library's HTTP: no driver to install.

Source: `hardware.md` §5.3. Order of a scan: status, `POST ScanJobs`, `NextDocument` until there is
none, `DELETE`. A page not ready is asked for again each second; a scanner that falls silent is
gone. Scanners sign their certificates themselves: the one first seen is kept, and is from then on
the only authority believed for that scanner.
"""

import http.client
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
from server.core.sheets import Sheet

MOST_PAGE = 64_000_000  # bytes of one page
_PATIENCE = 10.0  # seconds of silence after which a scanner is gone
_READY_TRIES = 30  # a page not ready is asked for this often, a second apart
_XML = {"Content-Type": "text/xml"}


@dataclass(frozen=True, slots=True)
class Known:
    """A scanner of the list: `http(s)://host[:port][/eSCL]`, and its own certificate for https."""

    address: str
    certificate: str = ""  # PEM, as first seen


@dataclass(frozen=True, slots=True)
class Place:
    """An address taken apart."""

    secure: bool
    host: str
    port: int
    root: str

    @classmethod
    def parse(cls, text: str) -> "Place":
        """Read an address as typed (a bare host is enough); raise `ScanTrouble` GONE."""
        parts = urlsplit(text if "://" in text else f"http://{text}")
        secure = parts.scheme == "https"
        try:
            port = parts.port or (443 if secure else 80)
        except ValueError:
            raise ScanTrouble(ScanProblem.GONE) from None
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ScanTrouble(ScanProblem.GONE)
        return cls(secure, parts.hostname, port, parts.path.rstrip("/") or "/eSCL")


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
        wait: Callable[[float], object] = time.sleep,
        patience: float = _PATIENCE,
    ) -> None:
        self._known = known
        self._wait = wait
        self._patience = patience

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
        return _Line(Place.parse(known.address), known.certificate, self._patience)


def certificate(address: str, patience: float = _PATIENCE) -> str:
    """Return the certificate a scanner shows now, PEM, to be kept; raise `ScanTrouble` GONE."""
    place = Place.parse(address)
    try:
        return ssl.get_server_certificate((place.host, place.port), timeout=patience)
    except OSError:
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

    def __init__(self, place: Place, certificate: str, patience: float) -> None:
        self.place = place
        self._certificate = certificate
        self._patience = patience

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
        connection = self._connection()
        try:
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

    def _connection(self) -> http.client.HTTPConnection:
        if not self.place.secure:
            return http.client.HTTPConnection(
                self.place.host, self.place.port, timeout=self._patience
            )
        return http.client.HTTPSConnection(
            self.place.host, self.place.port, timeout=self._patience,
            context=believing(self._certificate),
        )  # fmt: skip


def believing(certificate: str) -> ssl.SSLContext:
    """TLS that believes the certificate kept and no other; raise `ScanTrouble` GONE without one.

    Its name is not compared: a scanner is found under whatever address the network gave it.
    """
    if not certificate:
        raise ScanTrouble(ScanProblem.GONE)
    context = ssl.create_default_context(cadata=certificate)
    context.check_hostname = False
    return context
