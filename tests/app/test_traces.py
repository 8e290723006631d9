"""What a run leaves behind on the machine (`reliability-security.md` §6, rows 10, 33, 34, 35)."""

import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.app.lived_child import MARKED
from tests.app.running import Running, besace, quiet

ROOT = Path(__file__).parents[2]
Start = Callable[..., Running]
PR_GET_DUMPABLE = 3
_ANY_NISS = re.compile(r"(?<![0-9])[0-9]{2}[.]?[0-9]{2}[.]?[0-9]{2}-?[0-9]{3}[.]?[0-9]{2}(?![0-9])")
needs_linux = pytest.mark.skipif(sys.platform != "linux", reason="asks the Linux kernel")


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """Everything written under a home during a marked patient's day, and all that was logged."""
    home = tmp_path_factory.mktemp("home")
    for name in ("tmp", "cache", "kept"):
        (home / name).mkdir(mode=0o700)
    env = quiet(
        {"HOME": str(home), "TMPDIR": str(home / "tmp"), "XDG_CACHE_HOME": str(home / "cache")}
    )
    done = subprocess.run(
        [sys.executable, "-m", "tests.app.lived_child", str(home / "kept")],
        cwd=ROOT, env=env, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.stdout == "lived\n", done.stderr
    return home, done.stderr


def written(home: Path) -> Iterator[Path]:
    """The files we wrote; the books of the insurers' simulator are the partner's own."""
    files = (path for path in home.rglob("*") if path.is_file())
    return (path for path in files if not path.name.startswith("insurers.db"))


def test_row_33_the_log_of_a_day_names_nobody(lived: tuple[Path, str]) -> None:
    _, log = lived
    assert "post started" in log
    for word in (MARKED.last_name, MARKED.first_names, MARKED.niss, MARKED.street, "launch/"):
        assert word.lower() not in log.lower()
    assert not _ANY_NISS.search(log)


def test_row_33_the_doctor_names_nobody(lived: tuple[Path, str]) -> None:
    home, _ = lived
    told = besace("doctor", "--json", "--practice", str(home / "kept" / "cabinet"), cwd=home)
    assert "practice.encrypted" in told.stdout
    assert MARKED.last_name not in told.stdout + told.stderr
    assert not _ANY_NISS.search(told.stdout)


def test_row_34_no_file_of_that_day_holds_the_patient_in_clear(lived: tuple[Path, str]) -> None:
    home, _ = lived
    files = list(written(home))
    assert {"besace.db", "besace.key"} <= {file.name for file in files}
    for file in files:
        content = file.read_bytes().lower()
        for word in (MARKED.last_name, MARKED.niss, MARKED.street):
            for spelled in (word.lower().encode(), word.lower().encode("utf-16-le")):
                assert spelled not in content, file.name


def test_row_34_the_insurers_received_the_patient_so_the_day_was_real(
    lived: tuple[Path, str],
) -> None:
    home, _ = lived
    books = b"".join(path.read_bytes() for path in home.rglob("insurers.db*"))
    assert MARKED.niss.encode() in books


def test_row_10_every_file_of_that_day_is_its_owners_alone(lived: tuple[Path, str]) -> None:
    home, _ = lived
    for path in (home / "kept").rglob("*"):
        assert path.stat().st_mode & 0o077 == 0, path.name


def test_row_35_an_aborted_program_leaves_no_core_file(start: Start, tmp_path: Path) -> None:
    folder = tmp_path / "cabinet"
    running = start("run", "--practice", str(folder), "--no-window", "--json")
    running.said()
    assert running.end(signal.SIGABRT) == -signal.SIGABRT
    assert [path.name for path in tmp_path.iterdir()] == ["cabinet"]
    assert not [path for path in folder.iterdir() if "core" in path.name]


@needs_linux
def test_row_35_the_program_cannot_be_dumped_and_its_children_have_no_core_either() -> None:
    script = (
        "import ctypes, os, resource\n"
        "from server.app.privacy import protect_process\n"
        "protect_process()\n"
        f"print(ctypes.CDLL(None).prctl({PR_GET_DUMPABLE}), os.umask(0),"
        " *resource.getrlimit(resource.RLIMIT_CORE))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert done.stdout.split() == ["0", str(0o077), "0", "0"]
