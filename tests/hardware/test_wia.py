"""Scanners of Windows: what the child is asked and how its answers are read, on any machine."""

import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from hardware.sane import SaneScanner
from hardware.scan_ports import (
    Device,
    Job,
    Mode,
    Offer,
    ScanProblem,
    ScanTrouble,
    Source,
    Trust,
)
from hardware.wia import WiaScanner, powershell
from hardware.wia_words import Word, fault, offer
from server.app.scanning import of_this_machine

PRETENDED = Path(__file__).with_name("pretended_wia.py")
DEVICE = "{6BDD}\\0001"
FEEDER = Job(DEVICE, Source.FEEDER, Mode.COLOUR, 200)


class Pretended:
    """A scanner behind a child of ours, and what that child was asked."""

    def __init__(self, folder: Path, what: str = "plain", silence: float = 20.0) -> None:
        self._asked = folder / "asked"
        command = (sys.executable, str(PRETENDED), what, str(self._asked))
        self.scanner = WiaScanner(command, silence)

    @property
    def asked(self) -> list[dict[str, object]]:
        return [json.loads(line) for line in self._asked.read_text("utf-8").splitlines()]

    def pages(self, job: Job = FEEDER) -> list[tuple[bytes, bool]]:
        return [(each.data, each.back) for each in self.scanner.scan(job, lambda: False)]


def problem(act: Callable[[], object]) -> ScanProblem:
    with pytest.raises(ScanTrouble) as refused:
        act()
    return refused.value.problem


def test_a_scanner_of_windows_is_listed_as_never_tried(tmp_path: Path) -> None:
    pretended = Pretended(tmp_path)
    assert pretended.scanner.devices() == [Device(DEVICE, "Numériseur d’étage", Trust.UNTESTED)]
    assert pretended.asked == [{"do": "list"}]


@pytest.mark.parametrize(
    ("what", "dots"), [("plain", [100, 200, 300]), ("range", [75, 100, 150, 200, 300])]
)
def test_what_it_offers_is_read_from_numbers(tmp_path: Path, what: str, dots: list[int]) -> None:
    offered = Pretended(tmp_path, what).scanner.offer(DEVICE)
    modes = [Mode.COLOUR, Mode.GREY, Mode.BLACK_WHITE]
    assert offered == Offer([Source.GLASS, Source.FEEDER], modes, dots, True)


def test_a_scanner_that_says_little_is_a_glass_plate_at_200_dots() -> None:
    told = offer([Word("HANDLING", "many"), Word("DOTS", "0-9")])
    assert (list(told.sources), list(told.resolutions)) == ([Source.GLASS], [9])
    assert list(offer([]).resolutions) == [200]
    assert list(offer([Word("HANDLING", "1")]).sources) == [Source.FEEDER]


def test_the_feeder_is_emptied_and_the_wish_never_stands_on_a_command_line(tmp_path: Path) -> None:
    pretended = Pretended(tmp_path)
    both = Job(DEVICE, Source.FEEDER, Mode.GREY, 300, duplex=True)
    assert pretended.pages(both) == [(b"first", False), (b"second", True), (b"third", False)]
    assert pretended.asked == [{
        "do": "scan", "device": DEVICE, "feeder": True, "handling": 5, "intent": 2, "dpi": 300,
        "width": 2481, "height": 3507,
    }]  # fmt: skip


def test_the_glass_gives_one_page(tmp_path: Path) -> None:
    pretended = Pretended(tmp_path)
    assert pretended.pages(Job(DEVICE, Source.GLASS)) == [(b"first", False)]
    assert pretended.asked[0]["handling"] == 2


@pytest.mark.parametrize(
    ("what", "kept", "told"),
    [
        ("jam", 1, ScanProblem.JAM), ("cover", 1, ScanProblem.COVER_OPEN),
        ("busy", 0, ScanProblem.BUSY), ("empty", 0, ScanProblem.NO_PAPER),
        ("falls", 3, ScanProblem.FAILED), ("garbled", 0, ScanProblem.UNREADABLE),
    ],
)  # fmt: skip
def test_a_trouble_has_its_name_and_the_pages_before_it_are_kept(
    tmp_path: Path, what: str, kept: int, told: ScanProblem
) -> None:
    came = []

    def one_by_one() -> None:
        for sheet in Pretended(tmp_path, what).scanner.scan(FEEDER, lambda: False):
            came.append(sheet)

    assert problem(one_by_one) is told
    assert len(came) == kept


def test_a_scanner_that_falls_silent_is_gone(tmp_path: Path) -> None:
    assert problem(lambda: Pretended(tmp_path, "silent", 0.1).pages()) is ScanProblem.GONE


def test_a_stop_ends_the_child(tmp_path: Path) -> None:
    stopped: list[bool] = []
    scan = Pretended(tmp_path, "silent").scanner.scan(FEEDER, lambda: bool(stopped))
    assert next(scan).data == b"first"
    stopped.append(True)
    assert problem(lambda: list(scan)) is ScanProblem.CANCELLED


def test_a_windows_without_wia_has_no_support(tmp_path: Path) -> None:
    assert problem(Pretended(tmp_path, "absent").scanner.devices) is ScanProblem.NO_SUPPORT


def test_where_there_is_no_powershell_there_is_no_scanner(tmp_path: Path) -> None:
    for asked in ((), (str(tmp_path / "none"),)):
        assert WiaScanner(asked).devices() == ()
        assert problem(lambda asked=asked: WiaScanner(asked).offer(DEVICE)) is (  # type: ignore[misc]
            ScanProblem.NO_SUPPORT
        )


def test_a_child_that_a_policy_forbids_is_no_support(tmp_path: Path) -> None:
    forbidden = tmp_path / "powershell.exe"
    forbidden.touch(0o600)
    assert problem(lambda: WiaScanner([str(forbidden)]).devices()) is ScanProblem.NO_SUPPORT


def test_windows_own_powershell_is_called_by_its_whole_path_and_nowhere_else() -> None:
    command = powershell({"SYSTEMROOT": r"C:\Windows"}, "win32")
    assert command[0] == r"C:\Windows\System32\WindowsPowerShell\v1.0\powershell.exe"
    assert command[1:5] == ("-NoLogo", "-NoProfile", "-NonInteractive", "-Command")
    assert "WIA.DeviceManager" in command[5]
    assert powershell({}, "win32") == ()
    assert powershell({"SYSTEMROOT": "/"}, "linux") == ()


def test_a_number_nobody_knows_is_a_failure_of_the_device() -> None:
    assert fault("80210015\r") is ScanProblem.GONE
    assert fault("8badf00d") is ScanProblem.FAILED


def test_windows_is_asked_through_wia_and_other_systems_through_sane() -> None:
    assert isinstance(of_this_machine("win32"), WiaScanner)
    assert isinstance(of_this_machine("linux"), SaneScanner)
    assert isinstance(of_this_machine("darwin"), SaneScanner)
