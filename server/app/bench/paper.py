"""The figure of paper: ten sheets through a feeder, to a document in a patient's file.

The scanner is our simulator at the pace of a real one, the rest is what the program does: every
page made straight, clean and small while the next one is drawn in, one PDF, kept, its pages drawn
and read for codes, filed. The yardstick is the time the scanner itself takes for its sheets.
"""

from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event
from time import perf_counter

from server.app.bench import seal_practice
from server.app.bench.figure import Figure
from server.app.scanning import Scanning
from server.app.sorter import Sorter
from server.core.tray import Kind
from server.services import patients, scanners, tray
from server.services.cabinet import Cabinet
from server.simulators.scanner.machine import Machine, Setting
from server.simulators.scanner.service import serve
from sync.outbound import Outbound
from webui.scanning import WantedScan

SHEETS, PACE = 10, 20.0  # sheets a minute
DPI, MODE = 200, "colour"
_PATIENCE = 300.0  # seconds after which something is wrong


def run(sheets: int = SHEETS, pace: float = PACE) -> list[Figure]:
    """Measure one scan, in seconds of the wall: a scanner's are such."""
    scanner = serve(Machine(Setting(sheets=sheets, pages_per_minute=pace)))
    try:
        with TemporaryDirectory(prefix="besace-bench-") as folder:
            seal_practice.found(Path(folder), 1, 0)
            took = _scanned(seal_practice.open_copy(Path(folder)), scanner.endpoint)
    finally:
        scanner.stop()
    return [Figure("paper.ten_pages", took * pace / (60 * sheets), 1.5, "lower", "×")]


def _scanned(cabinet: Cabinet, endpoint: str) -> float:
    """Scan the feeder and file what came; return the seconds from the wish to the file."""
    told = Event()
    sorter = Sorter(cabinet, told.set)
    scans = Scanning(cabinet, lambda *_: told.set(), Outbound(), sorter.wake)
    scanners.add(cabinet.desk(), endpoint)
    sorter.start()
    scans.start()
    try:
        scans.look()
        _until(told, lambda: not scans.state.looking)
        began = perf_counter()
        scans.scan(WantedScan(endpoint, "feeder", MODE, DPI, duplex=False))
        _until(told, lambda: not scans.state.running)
        document = scans.state.document
        _until(told, lambda: bool(tray.document(cabinet.desk(), document).pages))
        _file(cabinet, document)
        return perf_counter() - began
    finally:
        scans.stop()
        sorter.stop()
        cabinet.lock()


def _file(cabinet: Cabinet, document: str) -> None:
    (patient,) = patients.search(cabinet.desk(), "voisin", 1)
    tray.integrate(
        cabinet.desk(), document, {"patient": patient.id, "kind": str(Kind.CORRESPONDENCE)}
    )


def _until(told: Event, done: Callable[[], bool]) -> None:
    """Wait for what the threads tell; raise `TimeoutError` when they never do."""
    end = perf_counter() + _PATIENCE
    while not done():
        told.clear()
        if perf_counter() > end:
            raise TimeoutError("the scan of the bench did not end")
        told.wait(0.05)
