"""What a run leaves behind on the machine (`reliability-security.md` §6, rows 10, 33, 34, 35)."""

import json
import os
import re
import secrets
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from server.app.clocks import ShiftedClock
from server.app.demo_practice import PASSPHRASE
from server.services.cabinet import Cabinet
from server.settings import BUILT_ON
from tests.app.leaks import Search, files_under, leaks_of_process, leaks_on_disk
from tests.app.lived_child import MARKED, PARTNERS, TYPED, WORDS
from tests.app.running import Running, besace, quiet
from tests.app.test_first_run import NEW, code_shown, retype
from tests.app.visitor import Visitor

ROOT = Path(__file__).parents[2]
Start = Callable[..., Running]
PR_GET_DUMPABLE = 3
_ANY_NISS = re.compile(r"(?<![0-9])[0-9]{2}[.]?[0-9]{2}[.]?[0-9]{2}-?[0-9]{3}[.]?[0-9]{2}(?![0-9])")
needs_linux = pytest.mark.skipif(sys.platform != "linux", reason="asks the Linux kernel")


PRACTICE_FILES = {
    "besace.db", "besace.db-wal", "besace.db-shm", "besace.key", "besace.lock", "besace.mark",
    "besace.health", "besace.copies", "besace.tries",
}  # fmt: skip
PASSING_FILES = {  # what is being made, and the rehearsal of a return, encrypted as well
    "besace.new", "besace.tmp", "besace.health.new", "besace.copies.tmp", "besace-drill.db",
    "besace-drill.db-wal", "besace-drill.db-shm", "besace.tries.new",
    "reference.db",  # public tariffs, forced to disk
}  # fmt: skip
COPY_FILES = {"besace.db", "besace.key", "reference.db", "manifest.json"}
OPEN_FILES = {"besace.db-wal", "besace.db-shm"}
BESIDE_CODE = (
    ".pyc",
    ".mo",
    ".tmp",
)  # compiled catalogues, templates, modules: no practice in them
MOMENTS = (
    "unlocked", "card read", "patient typed", "papers printed", "sealed", "sent", "stumbled",
    "locked", "stopped",
)  # fmt: skip
SEARCH = Search(WORDS)


@dataclass(frozen=True)
class Lived:
    """A day that is over: its home, what the program saw of itself, and what it logged."""

    home: Path
    found: list[str]
    moments: dict[str, list[str]]
    written: list[str]
    log: str


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Lived:
    """A day with two marked patients, lived by a process of its own in a home of its own."""
    home = tmp_path_factory.mktemp("home")
    for name in ("tmp", "cache", "config", "kept", "here"):
        (home / name).mkdir(mode=0o700)
    env = quiet(
        {
            "HOME": str(home), "TMPDIR": str(home / "tmp"), "XDG_CACHE_HOME": str(home / "cache"),
            "XDG_CONFIG_HOME": str(home / "config"), "PYTHONPATH": str(ROOT),
        }
    )  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-m", "tests.app.lived_child", str(home)],
        cwd=home / "here", env=env, capture_output=True, text=True, timeout=180, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return Lived(home, **json.loads(done.stdout), log=done.stderr)


def own_files(home: Path) -> list[Path]:
    """The files we wrote; the books of the insurers' simulator are the partner's own."""
    return [path for path in files_under(home) if not path.name.startswith(PARTNERS)]


def test_row_33_the_log_of_a_day_names_nobody(lived: Lived) -> None:
    assert "post started" in lived.log
    assert SEARCH.named_in(lived.log.encode()) == set()
    assert "launch/" not in lived.log
    assert not _ANY_NISS.search(lived.log)


def test_row_33_what_crashes_tells_where_and_not_what(lived: Lived) -> None:
    """A request, a thread and a finalizer fell with patients in their words."""
    assert "patients.index failed: ValueError" in lived.log
    assert lived.log.count("crashed: ValueError") == 2
    assert "lived_child.py" in lived.log


def test_row_33_a_program_that_falls_names_nobody() -> None:
    script = (
        "from server.app.privacy import protect_process\n"
        "protect_process()\n"
        "try:\n"
        f"    raise ValueError({MARKED.niss!r})\n"
        "except ValueError as cause:\n"
        f"    raise RuntimeError({MARKED.last_name!r}) from cause\n"
    )
    done = subprocess.run(
        [sys.executable, "-"], input=script, capture_output=True, text=True, check=False, cwd=ROOT
    )
    assert done.returncode == 1
    assert "crashed: RuntimeError" in done.stderr
    assert SEARCH.named_in(done.stderr.encode()) == set()


def test_row_33_the_doctor_names_nobody(lived: Lived) -> None:
    told = besace(
        "doctor", "--json", "--practice", str(lived.home / "kept" / "cabinet"), cwd=lived.home
    )
    assert "practice.encrypted" in told.stdout
    assert SEARCH.named_in((told.stdout + told.stderr).encode()) == set()
    assert not _ANY_NISS.search(told.stdout)


def test_row_34_at_no_moment_of_that_day_was_anything_in_clear(lived: Lived) -> None:
    """On disk, behind the open files, in the command line or the environment: people, the files
    of a card, papers, the lots, the keys, the cookies and the launch address.
    """
    assert tuple(lived.moments) == MOMENTS
    for moment in ("card read", "sealed", "sent"):
        names = {Path(name).name for name in lived.moments[moment]}
        assert {"besace.db", "besace.db-wal"} <= names
    assert lived.found == []


def test_row_34_no_file_of_that_day_holds_a_patient_in_clear(lived: Lived) -> None:
    files = own_files(lived.home)
    assert {"besace.db", "besace.key"} <= {file.name for file in files}
    assert leaks_on_disk(SEARCH, files) == []


def is_of_a_copy(path: Path, kept: Path) -> bool:
    """Whether a file is one of the four of a copy, beside the practice.

    While it is made and tried, under its passing name, its database is open: encrypted as well.
    """
    place = kept.with_name(f"{kept.name}-sauvegardes")
    copy = path.parent
    names = COPY_FILES | OPEN_FILES if copy.suffix == ".tmp" else COPY_FILES
    return copy.parent == place and copy.name.startswith("besace-") and path.name in names


def test_row_34_the_files_of_a_day_are_a_closed_list(lived: Lived) -> None:
    """Compressed or encrypted bytes are opaque to a search: no file may be one nobody expects."""
    kept = lived.home / "kept" / "cabinet"
    seen = {Path(name) for names in lived.moments.values() for name in names}
    left = set(own_files(lived.home))
    for path in left | {each for each in seen if each.is_relative_to(lived.home)}:
        ours = path.name in PRACTICE_FILES or path.name.startswith("reference-")
        ours |= path not in left and path.name in PASSING_FILES  # a copy was tried this very moment
        assert (path.parent == kept and ours) or is_of_a_copy(path, kept), path
    for name in lived.written:
        path = Path(name)
        allowed = path.parent == kept and path.name in PRACTICE_FILES | PASSING_FILES
        allowed |= is_of_a_copy(path, kept)
        assert allowed or name == os.devnull or path.name.endswith(BESIDE_CODE), name


def test_row_34_nothing_beside_the_code_names_anybody(lived: Lived) -> None:
    assert lived.moments
    compiled = [
        path
        for top in ("server", "webui", "hardware", "sync")
        for path in files_under(ROOT / top)
        if path.suffix in BESIDE_CODE or path.parent.name == "__pycache__"
    ]
    assert len(compiled) > 100
    assert leaks_on_disk(SEARCH, compiled) == []


def test_row_34_the_insurers_received_the_patients_so_the_day_was_real(lived: Lived) -> None:
    books = b"".join(path.read_bytes() for path in lived.home.rglob("insurers.db*"))
    assert MARKED.niss.encode() in books
    assert TYPED["niss"].encode() in books


def test_messages_and_papers_are_inside_the_encrypted_file(lived: Lived, tmp_path: Path) -> None:
    folder = tmp_path / "copy"
    shutil.copytree(lived.home / "kept" / "cabinet", folder)
    cabinet = Cabinet(folder, ShiftedClock(), secrets.token_bytes, BUILT_ON)
    cabinet.unlock(cabinet.logins()[0].id, PASSPHRASE)
    try:
        db = cabinet.desk().db
        payloads = b"".join(bytes(row[0]) for row in db.execute("select payload from message"))
        papers = db.execute(
            "select count(*) from document where hex(substr(bytes, 1, 4)) = '25504446'"
        ).fetchall()
        readings = db.execute("select count(*) from card_read").fetchall()
    finally:
        cabinet.lock()
    assert MARKED.niss.encode() in payloads
    assert TYPED["niss"].encode() in payloads
    assert papers == [(2,)]
    assert readings == [(1,)]


def test_row_10_every_file_of_that_day_is_its_owners_alone(lived: Lived) -> None:
    for path in (lived.home / "kept").rglob("*"):
        assert path.stat().st_mode & 0o077 == 0, path.name


@pytest.mark.parametrize("end", [signal.SIGABRT, signal.SIGKILL])
def test_row_35_an_aborted_program_leaves_no_core_file_and_no_patient(
    start: Start, visit: Callable[[str], Visitor], tmp_path: Path, end: signal.Signals
) -> None:
    """A real practice, a typed patient on the screen, and the program is killed."""
    folder = tmp_path / "cabinet"
    running = start("run", "--practice", str(folder), "--no-window", "--json")
    visitor = visit(running.said()["url"])
    make_practice(visitor)
    visitor.get("patients/new")
    visitor.post("patients/new", **TYPED)
    assert TYPED["last_name"].upper() in visitor.text
    assert leaks_from_outside(running.process.pid) == []
    assert running.end(end) == -end
    assert [path.name for path in tmp_path.iterdir()] == ["cabinet"]
    files = list(files_under(tmp_path))
    assert not [path for path in files if "core" in path.name]
    assert (folder / "besace.db-wal").stat().st_size > 0, "the day was still in the log"
    assert leaks_on_disk(SEARCH, files) == []
    assert SEARCH.named_in(running.errors.encode()) == set()


def leaks_from_outside(pid: int) -> list[str]:
    """What another process of this machine finds; the kernel lets only root look that far."""
    try:
        return leaks_of_process(SEARCH, pid)
    except PermissionError:
        return []


def make_practice(visitor: Visitor) -> None:
    """Go through the first run: a practice, its recovery code retyped."""
    visitor.post("new", **NEW)
    retype(visitor, code_shown(visitor))


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
