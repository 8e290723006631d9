"""The limits a decoding process sets on itself, really on this system, on paper elsewhere."""

import subprocess
import sys
from ctypes import sizeof
from pathlib import Path

import pytest

from hardware import confinement

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="limits of Unix systems")


def tried(work: str) -> subprocess.CompletedProcess[str]:
    code = f"from hardware.confinement import *\nconfine()\n{work}"
    return subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=60
    )


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux keeps to this limit")
def test_more_memory_than_a_page_can_need_is_refused() -> None:
    assert "MemoryError" in tried("b = bytearray(MEMORY)").stderr
    assert tried("b = bytearray(MEMORY // 2)").returncode == 0


def test_nothing_can_be_written(tmp_path: Path) -> None:
    path = tmp_path / "page.txt"
    assert (
        "File too large" in tried(f"print('nom', file=open({str(path)!r}, 'w'), flush=True)").stderr
    )
    assert path.read_bytes() == b""


def test_each_file_has_its_own_processor_time() -> None:
    work = (
        "import resource, time\nallow_more_time()\n"
        "first, _ = resource.getrlimit(resource.RLIMIT_CPU)\n"
        "while time.process_time() < 1.2: pass\n"
        "allow_more_time()\n"
        "print(resource.getrlimit(resource.RLIMIT_CPU)[0] - first)"
    )
    assert int(tried(work).stdout) >= 1


def test_where_the_system_does_not_count_the_process_ends_itself() -> None:
    peaks = iter([1, confinement.MEMORY, confinement.MEMORY + 1])
    ended: list[int] = []
    confinement.watch(lambda: next(peaks), ended.append)
    assert ended == [confinement.TOO_HEAVY]


class Kernel:
    """What Windows would be asked, and how it answers."""

    def __init__(self, sets: bool = True, takes: bool = True) -> None:
        self.sets, self.takes = sets, takes
        self.asked: list[object] = []

    def CreateJobObjectW(self, *_: object) -> int:  # noqa: N802 - the name Windows gave it
        return 7

    def GetCurrentProcess(self) -> int:  # noqa: N802 - the name Windows gave it
        return -1

    def SetInformationJobObject(  # noqa: N802 - the name Windows gave it
        self, job: int, kind: int, limits: object, size: int
    ) -> bool:
        self.asked.append((job, kind, size))
        return self.sets

    def AssignProcessToJobObject(  # noqa: N802 - the name Windows gave it
        self, job: int, process: int
    ) -> bool:
        self.asked.append((job, process))
        return self.takes


def test_on_windows_a_job_limits_memory_and_forbids_children(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    kernel = Kernel()
    monkeypatch.setattr(confinement, "_kernel32", lambda: kernel)
    confinement.confine("win32")
    confinement.allow_more_time("win32")
    limits = confinement._job_limits()
    assert sizeof(limits) == 144  # as the headers of 64-bit Windows have it
    assert (limits.flags, limits.processes) == (0x108, 1)
    assert limits.process_memory == confinement.MEMORY
    assert kernel.asked == [(7, 9, 144), (7, -1)]


@pytest.mark.parametrize("kernel", [Kernel(sets=False), Kernel(takes=False)])
def test_a_process_that_cannot_be_limited_does_not_start(kernel: Kernel) -> None:
    with pytest.raises(OSError, match="refused"):
        confinement.limit_job(kernel)
