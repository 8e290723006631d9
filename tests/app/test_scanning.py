"""Scanning: pages become a PDF on the table, whatever ends it; only listed doors are called."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from hardware.papers import Papers
from hardware.sane import SaneScanner
from hardware.scan_ports import ScanProblem
from server.app.scanning import NOT_KEPT, Scanning
from server.core.errors import InvalidForm
from server.core.tray import Origin
from server.services import scanners, tray
from server.simulators.scanner.machine import Fault, Machine, Setting
from server.simulators.scanner.service import NAME, Running, serve
from sync.outbound import Outbound
from tests.app.waiting import until
from tests.world import World, faults
from webui.scanning import WantedScan


@dataclass
class Corner:
    """A practice, a network scanner, and the thread between them."""

    world: World
    scanner: Running
    outbound: Outbound = field(default_factory=Outbound)
    told: list[tuple[str, str]] = field(default_factory=list)
    came: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.scans = Scanning(
            self.world.cabinet, lambda *event: self.told.append(event), self.outbound,
            lambda: self.came.append("came"), system=SaneScanner("no-such-program"), patience=2.0,
        )  # fmt: skip
        scanners.add(self.world.desk, self.scanner.endpoint)
        self.scans.start()

    def look(self) -> None:
        self.scans.look()
        until(lambda: not self.scans.state.looking)

    def scan(self, source: str = "feeder", mode: str = "grey", *, duplex: bool = False) -> None:
        self.scans.scan(WantedScan(self.scanner.endpoint, source, mode, 75, duplex, "someone"))

    def end(self) -> None:
        until(lambda: not self.scans.state.running)


@pytest.fixture
def corner(world: World) -> Iterator[Corner]:
    running = serve(Machine(Setting(sheets=2)))
    made = Corner(world, running)
    yield made
    made.scans.stop()
    running.stop()


def test_a_scanner_of_the_list_is_found_with_what_it_can_do(corner: Corner) -> None:
    corner.look()
    state = corner.scans.state
    assert state.found
    (found,) = state.found
    assert (found.name, found.tested, found.duplex) == (NAME, True, True)
    assert found.sources == ["glass", "feeder"]
    assert corner.told == [("scan.looked", "")]


@pytest.mark.row("MAIIA-34")
def test_sheets_become_one_pdf_on_the_table(corner: Corner) -> None:
    corner.look()
    corner.scan()
    corner.end()
    state = corner.scans.state
    assert (state.pages, state.problem, state.patient) == (2, "", "someone")
    incoming, content = tray.as_it_came(corner.world.desk, state.document)
    assert (incoming.origin, content[:5]) == (Origin.SCAN, b"%PDF-")
    assert corner.came == ["came"]
    assert corner.told[1:] == [
        ("scan.page", "1"), ("scan.page", "2"), ("scan.done", state.document)
    ]  # fmt: skip


@pytest.mark.scenario("H-16")
def test_the_same_sheets_scanned_again_lead_to_the_first_document(corner: Corner) -> None:
    corner.look()
    corner.scan()
    corner.end()
    first = corner.scans.state.document
    corner.scanner.machine.load(Setting(sheets=2))
    corner.scan()
    corner.end()
    assert (corner.scans.state.document, corner.scans.state.already) == (first, True)
    assert tray.count(corner.world.desk) == 1


@pytest.mark.parametrize(
    ("fault", "problem", "kept"),
    [
        (Fault.EMPTY, ScanProblem.NO_PAPER, 0),
        (Fault.BUSY, ScanProblem.BUSY, 0),
        (Fault.JAM, ScanProblem.JAM, 1),
        (Fault.COVER, ScanProblem.COVER_OPEN, 1),
        (Fault.SILENT, ScanProblem.GONE, 1),
        (Fault.GARBAGE, ScanProblem.UNREADABLE, 0),
    ],
)
def test_whatever_goes_wrong_the_pages_that_came_are_kept(
    corner: Corner, fault: Fault, problem: ScanProblem, kept: int
) -> None:
    corner.look()
    corner.scanner.machine.load(Setting(sheets=3, fault=fault))
    corner.scan()
    corner.end()
    assert (corner.scans.state.problem, corner.scans.state.pages) == (problem, kept)
    assert tray.count(corner.world.desk) == kept
    assert corner.told[-1] == ("scan.failed", problem)


def test_a_stop_keeps_what_came_through(corner: Corner) -> None:
    corner.look()
    corner.scanner.machine.load(Setting(sheets=9, pages_per_minute=240))
    corner.scan()
    assert until(lambda: corner.scans.state.pages == 1)
    corner.scans.stop_scan()
    corner.end()
    assert corner.scans.state.problem == ScanProblem.CANCELLED
    assert tray.count(corner.world.desk) == 1
    assert corner.scanner.machine.cancelled == 1


def test_what_the_scanner_has_not_is_said_before_anything_moves(corner: Corner) -> None:
    with pytest.raises(InvalidForm) as refused:
        corner.scan()
    assert faults(refused.value) == (("scanner", "gone"),)
    corner.look()
    with pytest.raises(InvalidForm) as refused:
        corner.scan("drawer", "gold", duplex=True)
    assert [field for field, _ in faults(refused.value)] == ["source", "mode", "duplex"]
    corner.scanner.machine.load(Setting(sheets=9, pages_per_minute=120))
    corner.scan()
    with pytest.raises(InvalidForm) as refused:
        corner.scan()
    assert faults(refused.value) == (("scanner", "busy"),)


def test_only_the_doors_of_the_list_are_open_and_they_close_again(corner: Corner) -> None:
    assert not corner.outbound.hosts
    corner.look()
    assert [host.why for host in corner.outbound.hosts] == ["scanner"]
    key = scanners.known(corner.world.desk)[0].id
    scanners.forget(corner.world.desk, key)
    corner.look()
    assert not corner.outbound.hosts
    assert corner.scans.state.found == ()
    assert corner.outbound.refusals == ()


def test_a_scanner_that_is_off_is_named(corner: Corner) -> None:
    corner.scanner.stop()
    corner.look()
    assert (corner.scans.state.found, corner.scans.state.silent) == ((), (corner.scanner.endpoint,))


def test_pages_that_cannot_be_joined_are_kept_one_by_one(
    corner: Corner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Papers, "bound", lambda *_: b"")
    corner.look()
    corner.scan()
    corner.end()
    assert tray.count(corner.world.desk) == 2


def test_a_practice_locked_meanwhile_keeps_nothing_and_says_so(corner: Corner) -> None:
    corner.look()
    corner.world.cabinet.lock()
    corner.scan()
    corner.end()
    assert corner.scans.state.problem == NOT_KEPT
    assert corner.told[-1] == ("scan.failed", NOT_KEPT)


def test_locking_in_the_middle_keeps_the_pages_that_came(corner: Corner) -> None:
    corner.look()
    corner.scanner.machine.load(Setting(sheets=9, pages_per_minute=240))
    corner.scan()
    assert until(lambda: corner.scans.state.pages == 1)
    corner.scans.stop()
    assert tray.count(corner.world.desk) == 1
    assert not corner.outbound.hosts


@pytest.mark.device
def test_a_scanner_of_the_system_empties_its_feeder_onto_the_table(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not SaneScanner().installed:
        pytest.skip("the package sane-utils is not installed")
    monkeypatch.setenv("SANE_CONFIG_DIR", str(tmp_path))
    (tmp_path / "dll.conf").write_text("test\n")
    scans = Scanning(world.cabinet, lambda *_: None, Outbound(), lambda: None)
    scans.start()
    scans.look()
    assert until(lambda: not scans.state.looking)
    assert [each.id for each in scans.state.found or ()] == ["test:0", "test:1"]
    scans.scan(WantedScan("test:0", "feeder", "grey", 75, duplex=False))
    assert until(lambda: not scans.state.running)
    scans.stop()
    assert (scans.state.pages, scans.state.problem) == (10, "")
    assert tray.count(world.desk) == 1
