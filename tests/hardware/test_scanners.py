"""Scanners of the network and of the system: sheets come whole, faults by name, a stop stops."""

import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from PIL import Image

from hardware.escl import EsclScanner, Known, certificate
from hardware.escl_messages import read_offer
from hardware.sane import SaneScanner, is_whole
from hardware.scan_ports import Device, Job, Mode, ScanProblem, ScanTrouble, Source
from server.core.sheets import Sheet
from server.simulators.scanner.machine import Fault, Machine, Setting
from server.simulators.scanner.service import NAME, Running, serve
from sync.outbound import straight

device = pytest.mark.device


def _never() -> bool:
    return False


def _no_wait(seconds: float) -> None:
    """The simulator is ready when asked often enough: nothing is waited for in a test."""


@pytest.fixture
def running() -> Iterator[Running]:
    served = serve(Machine())
    yield served
    served.stop()


@pytest.fixture
def scanner(running: Running) -> EsclScanner:
    return EsclScanner(lambda: [Known(running.endpoint)], straight, _no_wait, 3.0)


def feeder(running: Running, **asked: object) -> Job:
    return Job(running.endpoint, Source.FEEDER, **{"dpi": 75, **asked})  # type: ignore[arg-type]


def trouble(scan: Callable[[], object]) -> ScanProblem:
    with pytest.raises(ScanTrouble) as refused:
        scan()
    return refused.value.problem


def test_a_network_scanner_says_its_name_and_what_it_offers(
    scanner: EsclScanner, running: Running
) -> None:
    assert scanner.devices() == [Device(running.endpoint, NAME)]
    offer = scanner.offer(running.endpoint)
    assert list(offer.sources) == [Source.GLASS, Source.FEEDER]
    assert offer.duplex
    assert [offer.nearest(dpi) for dpi in (60, 150, 180, 600)] == [75, 150, 200, 300]


@pytest.mark.parametrize(("mode", "pixels"), [(Mode.GREY, "L"), (Mode.COLOUR, "RGB")])
def test_every_sheet_of_the_feeder_comes_as_one_picture(
    scanner: EsclScanner, running: Running, mode: Mode, pixels: str
) -> None:
    sheets = list(scanner.scan(feeder(running, mode=mode), _never))
    pictures = [Image.open(BytesIO(sheet.data)) for sheet in sheets]
    assert [(p.mode, p.size) for p in pictures] == [(pixels, (620, 877))] * 3
    assert running.machine.state() == ("Idle", "ScannerAdfEmpty")


def test_both_sides_are_told_apart(scanner: EsclScanner, running: Running) -> None:
    running.machine.load(Setting(sheets=2))
    sheets = list(scanner.scan(feeder(running, duplex=True), _never))
    assert [sheet.back for sheet in sheets] == [False, True, False, True]


def test_the_glass_gives_one_sheet(scanner: EsclScanner, running: Running) -> None:
    assert len(list(scanner.scan(Job(running.endpoint, Source.GLASS, dpi=75), _never))) == 1


def test_a_scanner_that_warms_up_is_waited_for(scanner: EsclScanner, running: Running) -> None:
    running.machine.load(Setting(sheets=2, fault=Fault.WARMING))
    assert len(list(scanner.scan(feeder(running), _never))) == 2


@pytest.mark.parametrize(
    ("fault", "problem", "pages"),
    [
        (Fault.EMPTY, ScanProblem.NO_PAPER, 0),
        (Fault.BUSY, ScanProblem.BUSY, 0),
        (Fault.JAM, ScanProblem.JAM, 2),
        (Fault.COVER, ScanProblem.COVER_OPEN, 2),
        (Fault.SILENT, ScanProblem.GONE, 2),
    ],
)
def test_a_fault_has_its_name_and_the_pages_before_it_are_kept(
    scanner: EsclScanner, running: Running, fault: Fault, problem: ScanProblem, pages: int
) -> None:
    running.machine.load(Setting(sheets=4, fault=fault, after=2))
    kept: list[Sheet] = []

    def scan() -> None:
        for sheet in scanner.scan(feeder(running), _never):
            kept.append(sheet)

    assert trouble(scan) is problem
    assert len(kept) == pages


def test_a_stop_ends_the_job_at_the_scanner_too(scanner: EsclScanner, running: Running) -> None:
    running.machine.load(Setting(sheets=9))
    kept: list[Sheet] = []

    def scan() -> None:
        for sheet in scanner.scan(feeder(running), lambda: len(kept) == 2):
            kept.append(sheet)

    assert trouble(scan) is ScanProblem.CANCELLED
    assert running.machine.cancelled == 1


def test_a_scan_left_half_way_is_ended_at_the_scanner(
    scanner: EsclScanner, running: Running
) -> None:
    scan = scanner.scan(feeder(running), _never)
    next(scan)
    scan.close()  # type: ignore[attr-defined]
    assert running.machine.cancelled == 1


def test_settings_the_scanner_has_not_are_refused(scanner: EsclScanner, running: Running) -> None:
    assert trouble(lambda: list(scanner.scan(feeder(running, dpi=42), _never))) is (
        ScanProblem.REFUSED
    )


def test_a_scanner_that_is_not_there_is_gone(running: Running) -> None:
    running.stop()
    scanner = EsclScanner(
        lambda: [Known(running.endpoint), Known("ftp://nowhere")], straight, _no_wait, 1.0
    )
    assert scanner.devices() == []
    assert trouble(lambda: scanner.offer(running.endpoint)) is ScanProblem.GONE
    assert trouble(lambda: scanner.offer("http://elsewhere")) is ScanProblem.GONE


@pytest.fixture
def secure(tmp_path: Path) -> Iterator[Running]:
    served = serve(Machine(), chain=_own_certificate(tmp_path, "first"))
    yield served
    served.stop()


def test_the_certificate_first_seen_is_believed_and_no_other(
    secure: Running, tmp_path: Path
) -> None:
    seen = certificate(secure.endpoint, straight)
    believing = EsclScanner(lambda: [Known(secure.endpoint, seen)], straight, _no_wait, 3.0)
    assert [each.name for each in believing.devices()] == [NAME]
    port = int(secure.endpoint.rsplit(":", 1)[1].split("/")[0])
    secure.stop()
    other = serve(Machine(), port, _own_certificate(tmp_path, "second"))
    assert trouble(lambda: believing.offer(secure.endpoint)) is ScanProblem.GONE
    other.stop()
    assert trouble(
        lambda: EsclScanner(lambda: [Known(secure.endpoint)], straight).offer(secure.endpoint)
    ) is (ScanProblem.GONE)


@pytest.fixture
def sane(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SaneScanner:
    """The system's scanners are those SANE makes up for tests, and nothing else."""
    found = SaneScanner(silence=20.0)
    if not found.installed:
        pytest.skip("the package sane-utils is not installed")
    monkeypatch.setenv("SANE_CONFIG_DIR", str(tmp_path))
    (tmp_path / "dll.conf").write_text("test\n")
    return found


@device
def test_the_scanners_of_the_system_are_listed(sane: SaneScanner) -> None:
    assert [each.id for each in sane.devices()] == ["test:0", "test:1"]
    offer = sane.offer("test:0")
    assert list(offer.sources) == [Source.GLASS, Source.FEEDER]
    assert set(offer.modes) == {Mode.GREY, Mode.COLOUR}


@device
def test_the_feeder_of_the_system_is_emptied_without_a_file(
    sane: SaneScanner, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    sheets = []
    for sheet in sane.scan(Job("test:0", Source.FEEDER, Mode.COLOUR, 100), _never):
        sheets.append(sheet)
        pipes = [path for path in tmp_path.rglob("*") if path.name != "dll.conf"]
        assert not any(path.is_file() for path in pipes)
    assert len(sheets) == 10
    assert all(Image.open(BytesIO(sheet.data)).mode == "RGB" for sheet in sheets)
    assert [path.name for path in tmp_path.iterdir()] == ["dll.conf"]


@device
def test_the_glass_of_the_system_gives_one_sheet(sane: SaneScanner) -> None:
    assert len(list(sane.scan(Job("test:0", Source.GLASS, Mode.GREY, 75), _never))) == 1


@device
@pytest.mark.parametrize(
    ("status", "problem"),
    [
        ("JAMMED", ScanProblem.JAM),
        ("COVER_OPEN", ScanProblem.COVER_OPEN),
        ("NO_DOCS", ScanProblem.NO_PAPER),
        ("DEVICE_BUSY", ScanProblem.BUSY),
        ("IO_ERROR", ScanProblem.GONE),
        ("NO_MEM", ScanProblem.FAILED),
    ],
)
def test_a_fault_of_the_system_has_its_name(
    sane: SaneScanner, tmp_path: Path, status: str, problem: ScanProblem
) -> None:
    wrapper = tmp_path / "scanimage"
    wrapper.write_text(
        f'#!/bin/sh\ncase "$*" in *batch*) exec {shutil.which("scanimage")} "$@"'
        f" --enable-test-options=yes --read-return-value SANE_STATUS_{status};; esac\n"
        f'exec {shutil.which("scanimage")} "$@"\n'
    )
    wrapper.chmod(0o700)
    faulty = SaneScanner(str(wrapper), silence=20.0)
    job = Job("test:0", Source.FEEDER, Mode.GREY, 75)
    assert trouble(lambda: list(faulty.scan(job, _never))) is problem


@device
def test_a_stop_ends_the_program_that_scans(sane: SaneScanner) -> None:
    kept: list[Sheet] = []

    def scan() -> None:
        for sheet in sane.scan(Job("test:0", Source.FEEDER, Mode.GREY, 75), lambda: bool(kept)):
            kept.append(sheet)

    assert trouble(scan) is ScanProblem.CANCELLED
    assert len(kept) == 1


@device
def test_a_scanner_of_the_system_that_went_is_gone(sane: SaneScanner) -> None:
    assert trouble(lambda: sane.offer("test:9")) is ScanProblem.GONE


def test_without_the_system_s_program_there_is_no_scanner() -> None:
    absent = SaneScanner("no-such-program")
    assert absent.devices() == ()
    assert trouble(lambda: absent.offer("test:0")) is ScanProblem.NO_SUPPORT


@device
def test_the_real_client_of_debian_scans_from_our_simulator(
    sane: SaneScanner, running: Running, tmp_path: Path
) -> None:
    """Our simulator is what a network scanner is: another client than ours is content with it."""
    (tmp_path / "dll.conf").write_text("airscan\n")
    (tmp_path / "airscan.conf").write_text(
        f"[devices]\nFeuilles = {running.endpoint}\n[options]\ndiscovery = disable\n"
    )
    devices = sane.devices()
    if not devices:
        pytest.skip("the package sane-airscan is not installed")
    sheets = list(sane.scan(Job(devices[0].id, Source.FEEDER, Mode.GREY, 75), _never))
    assert len(sheets) == 3


@pytest.mark.parametrize(
    ("picture", "whole"),
    [
        (b"P5\n# SANE data follows\n2 2\n255\n1234", True),
        (b"P6 2 2 255\n" + bytes(12), True),
        (b"P4 9 2\n1234", True),
        (b"P5 20 20 255\n1234", False),
        (b"P5 two 2 255\n1234", False),
        (b"", False),
    ],
)
def test_a_picture_cut_short_is_noticed(picture: bytes, whole: bool) -> None:
    assert is_whole(picture) is whole


def _own_certificate(folder: Path, name: str) -> tuple[Path, Path]:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    files = folder / f"{name}.pem", folder / f"{name}.key"
    files[0].write_bytes(made.public_bytes(serialization.Encoding.PEM))
    files[1].write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return files


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"not XML",
        b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><x>&a;</x>',
        b"<!DOCTYPE x [" + b'<!ENTITY a "aaaaaaaaaa">' * 9 + b"]><x>&a;&a;</x>",
        b"<x>" * 10_000,
        b"<scan/>",
    ],
)
def test_row_22_what_a_hostile_scanner_says_of_itself_is_unreadable(answer: bytes) -> None:
    assert trouble(lambda: read_offer(answer)) is ScanProblem.UNREADABLE
