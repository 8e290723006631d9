"""Scanning: one thread looks for scanners, takes their pages, and puts a PDF on the table.

A page is made straight, clean and small as it comes, by a process of ours (`hardware.papers`),
while the scanner draws the next one in. Whatever ends a scan before its time, the pages that came
through are kept: paper is not asked for twice (`hardware.md` §5, §7).
"""

import logging
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from queue import SimpleQueue
from threading import Event, Lock, Thread
from traceback import format_tb
from typing import Any

from hardware.escl import EsclScanner, Known, certificate
from hardware.page_wire import Page
from hardware.papers import Papers
from hardware.sane import SaneScanner
from hardware.scan_ports import (
    Device,
    Job,
    Mode,
    Offer,
    Scanner,
    ScanProblem,
    ScanTrouble,
    Source,
    Trust,
)
from hardware.wia import WiaScanner
from server.core.errors import InvalidForm
from server.core.scanner_address import ScannerAddress
from server.core.tray import Origin
from server.services import scanners, tray
from server.services.cabinet import Cabinet
from sync.outbound import Host, Outbound
from webui.scanning import FoundScanner, ScanState, WantedScan

log = logging.getLogger(__name__)

NOT_KEPT = "scan.not_kept"
"""Problem of a scan that could not be put on the table: locked meanwhile, or our own mistake."""

MOST_PAGES = 30
"""Of one document: what a screen shows; a thicker pile becomes several."""

_STOP_SECONDS = 5.0
_LEAST_PATIENCE = 10.0


class Scanning:
    """The scanners of an open practice: started at unlock, stopped at lock."""

    def __init__(
        self,
        cabinet: Cabinet,
        publish: Callable[[str, str], None],
        outbound: Outbound,
        told: Callable[[], None],
        papers: Papers | None = None,
        system: Scanner | None = None,
        patience: float = _LEAST_PATIENCE,
    ) -> None:
        """`publish` tells what passes; `told` says that something lies on the table.

        `system` reaches those of this machine: what its system knows, unless told otherwise.
        """
        self._cabinet = cabinet
        self._publish = publish
        self._outbound = outbound
        self._told = told
        self._papers = papers or Papers()
        self._patience = patience
        self._list: Sequence[Known] = ()
        self._doors: list[Host] = []
        network = EsclScanner(lambda: self._list, outbound.connect, patience=patience)
        self._ways: Sequence[Scanner] = (network, system or of_this_machine())
        self._reached: Mapping[str, tuple[Scanner, Offer]] = {}
        self._state = ScanState()
        self._guard = Lock()
        self._asked: SimpleQueue[Callable[[], None] | None] = SimpleQueue()
        self._stopped = Event()
        self._ending = False
        self._thread = Thread(target=self._run, name="scanning", daemon=True)

    def start(self) -> None:
        """Be there; nothing is looked for before somebody wants to scan."""
        self._thread.start()

    def stop(self) -> None:
        """End: the pages of a scan under way are kept, the scanners forgotten."""
        self._ending = True
        self._stopped.set()
        self._asked.put(None)
        if self._thread.is_alive():
            self._thread.join(_STOP_SECONDS)
        self._allow(())

    @property
    def state(self) -> ScanState:
        """How it stands, now."""
        return self._state

    def look(self) -> None:
        """Look for scanners again; once at a time."""
        with self._guard:
            if self._state.looking:
                return
            self._state = replace(self._state, looking=True)
        self._asked.put(self._look)

    def scan(self, wanted: WantedScan) -> None:
        """Begin a scan in the background; raise `InvalidForm` for what cannot be."""
        with self._guard:
            reached = self._reached.get(wanted.scanner)
            if reached is None:
                raise InvalidForm(faults=(("scanner", "gone"),))
            if self._state.running:
                raise InvalidForm(faults=(("scanner", "busy"),))
            job = _job(wanted, reached[1])
            self._stopped.clear()
            self._state = replace(
                self._state, number=self._state.number + 1, running=True, pages=0, problem="",
                document="", already=False, patient=wanted.patient,
            )  # fmt: skip
        self._asked.put(lambda: self._scan(reached[0], job))

    def stop_scan(self) -> None:
        """Stop the scan under way."""
        self._stopped.set()

    def _run(self) -> None:
        for act in iter(self._asked.get, None):
            try:
                act()
            except Exception as trouble:  # noqa: BLE001 - the next scan may go better
                # The trace without the error's own words: they could be a patient's.
                trace = "".join(format_tb(trouble.__traceback__))
                log.warning("the scanners were left: %s\n%s", type(trouble).__name__, trace)
                self._now("scan.failed", NOT_KEPT, running=False, looking=False, problem=NOT_KEPT)
            if self._asked.empty():
                self._papers.close()
        self._papers.close()

    def _look(self) -> None:
        self._renew_list()
        reached: dict[str, tuple[Scanner, Offer]] = {}
        found = []
        for way in self._ways:
            for device in _devices(way):
                with suppress(ScanTrouble):
                    offer = way.offer(device.id)
                    reached[device.id] = (way, offer)
                    found.append(_found(device, offer))
        with self._guard:
            self._reached = reached
        silent = [each.address for each in self._list if each.address not in reached]
        self._now("scan.looked", looking=False, found=tuple(found), silent=tuple(silent))

    def _renew_list(self) -> None:
        """Take the addresses of the practice as they now are; keep a certificate first seen."""
        kept = scanners.known(self._cabinet.desk())
        places = [ScannerAddress.parse(each.address) for each in kept]
        self._allow([Host(place.host, place.port, "scanner") for place in places])
        known = []
        for each, place in zip(kept, places, strict=True):
            shown = each.certificate
            if place.secure and not shown:
                with suppress(ScanTrouble):
                    shown = certificate(each.address, self._outbound.connect, self._patience)
                    scanners.believe(self._cabinet.desk(), each.id, shown)
            known.append(Known(each.address, shown))
        self._list = known

    def _allow(self, doors: Sequence[Host]) -> None:
        """Let these doors be called, and no longer those before."""
        for door in doors:
            self._outbound.allow(door)
        for door in self._doors:
            self._outbound.forget(door)
        self._doors = list(doors)

    def _scan(self, way: Scanner, job: Job) -> None:
        pages: list[Page] = []
        problem = ""
        try:
            for sheet in way.scan(job, self._stopped.is_set):
                made = self._papers.ready(sheet)
                if not made.pages:
                    raise ScanTrouble(ScanProblem.UNREADABLE)
                pages += made.pages
                self._now("scan.page", str(len(pages)), pages=len(pages))
        except ScanTrouble as trouble:
            problem = str(trouble.problem)
        self._keep(pages, problem)

    def _keep(self, pages: Sequence[Page], problem: str) -> None:
        """Put what came on the table, as one PDF; page by page when they cannot be joined."""
        last = None
        for first in range(0, len(pages), MOST_PAGES):
            jpegs = [page.jpeg for page in pages[first : first + MOST_PAGES]]
            bound = self._papers.bound(jpegs)
            for content in [bound] if bound else jpegs:
                last = tray.receive(self._cabinet.desk(), content, "", Origin.SCAN)
                self._told()
        ended = ("scan.failed", problem) if problem else ("scan.done", last.id if last else "")
        self._now(
            *ended, running=False, problem=problem, document=last.id if last else "",
            already=bool(last and last.already),
        )  # fmt: skip

    def _now(self, kind: str, subject: str = "", **changed: Any) -> None:
        with self._guard:
            self._state = replace(self._state, **changed)
        if not self._ending:
            self._publish(kind, subject)


def of_this_machine(platform: str = sys.platform) -> Scanner:
    """Choose how the scanners of this machine are reached: WIA on Windows, SANE elsewhere."""
    return WiaScanner() if platform == "win32" else SaneScanner()


def _devices(way: Scanner) -> Sequence[Device]:
    """Return the scanners of one way; a way that fails has none."""
    try:
        return way.devices()
    except ScanTrouble as trouble:
        log.info("no scanner this way: %s", trouble.problem)
        return ()


def _found(device: Device, offer: Offer) -> FoundScanner:
    return FoundScanner(
        device.id, device.name, device.trust is Trust.TESTED,
        [str(each) for each in offer.sources], [str(each) for each in offer.modes],
        list(offer.resolutions), offer.duplex,
    )  # fmt: skip


def _job(wanted: WantedScan, offer: Offer) -> Job:
    """Say a wish in a scanner's terms; raise `InvalidForm` for what it has not."""
    faults = []
    if wanted.source not in offer.sources:
        faults.append(("source", "absent"))
    if wanted.mode not in offer.modes:
        faults.append(("mode", "absent"))
    if wanted.duplex and not (offer.duplex and wanted.source == Source.FEEDER):
        faults.append(("duplex", "absent"))
    if faults:
        raise InvalidForm(faults=tuple(faults))
    return Job(
        wanted.scanner, Source(wanted.source), Mode(wanted.mode), offer.nearest(wanted.dpi),
        wanted.duplex,
    )  # fmt: skip
