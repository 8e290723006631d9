"""Level L5: a disk that is full, read-only or failing stops work politely and loses nothing.

`reliability-security.md` §1 R4, §4 L5.
"""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import apsw
import pytest

from server.app.program import Program
from server.core.errors import DamagedPractice, DiskRefused, WrongKey
from server.services.troubles import explained
from tests.app.running import besace
from tests.app.visitor import Visitor
from tests.faults import strace
from tests.faults.long import LONG, sample
from tests.faults.small_disk import SmallDisk, may_mount, small_disk
from tests.faults.soundness import held, nothing_without_its_act, opened_whole
from tests.people import THONON
from tests.world import PASSPHRASE, World

CHILD = "tests.faults.disk_child"
Run = Callable[[Path], tuple[Program, Visitor]]
TARIFF = Path(__file__).parents[2] / "server" / "reference" / "demo" / "be_tariff_demo.csv"


@pytest.fixture
def traced() -> None:
    """Tests that make one system call fail need strace."""
    if not strace.available():
        pytest.skip("strace ne peut pas suivre de processus ici")


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[SmallDisk]:
    if not may_mount():
        pytest.skip("seul root peut monter un petit disque de mémoire ici")
    with small_disk(tmp_path / "disk", megabytes=6) as mounted:
        yield mounted


@pytest.fixture
def on_disk(disk: SmallDisk, closed: Path) -> Path:
    """A practice on a small disk of its own."""
    folder = disk.place / "practice"
    shutil.copytree(closed, folder)
    folder.chmod(0o700)
    return folder


KEY_FILE = {"missing", "key_file"}
"""What a file that cannot even be opened for reading is told as."""


@contextmanager
def cannot_be_written(folder: Path) -> Iterator[None]:
    """Make a folder and its files read-only, for everybody but root."""
    kept = {path: path.stat().st_mode for path in (*folder.iterdir(), folder)}
    for path, mode in kept.items():
        path.chmod(mode & 0o555)
    try:
        yield
    finally:
        for path, mode in reversed(kept.items()):
            path.chmod(mode)


def unlock(visitor: Visitor) -> Visitor:
    visitor.get("unlock")
    visitor.post("unlock", user=visitor.user(), passphrase=PASSPHRASE)
    return visitor


def add_patient(visitor: Visitor, name: str) -> Visitor:
    visitor.get("patients/new")
    visitor.post("patients/new", last_name=name, first_name="Try")
    return visitor


def io_error(extended: int) -> apsw.IOError:
    """An error of the store, with the exact code it would carry."""
    error = apsw.IOError()
    error.__dict__["extendedresult"] = extended
    return error


def fault_points(call: str, error: str, made: int) -> list[str]:
    """Each call once failing alone, and each once failing from there on."""
    points = [f"{call}:error={error}:when={n}{on}" for n in range(1, made + 1) for on in ("", "+")]
    return sample(points, 12, call + error)


@pytest.mark.parametrize(
    ("call", "error", "reasons"),
    [
        ("fdatasync", "EIO", {"unsure"}),
        ("pwrite64", "ENOSPC", {"full"}),
        ("pwrite64", "EIO", {"failing", "full"}),
        ("openat", "EROFS", {"read_only", "gone", "failing", "full"}),
    ],
)
def test_each_call_that_fails_refuses_an_act_and_loses_none(
    traced: None, closed: Path, tmp_path: Path, call: str, error: str, reasons: set[str]
) -> None:
    made = strace.counted(strace.run(copied(closed, tmp_path), CHILD))[call]
    assert made
    refused = 0
    for point in fault_points(call, error, made):
        folder = copied(closed, tmp_path)
        ended = strace.run(folder, CHILD, inject=point)
        assert "Traceback" not in ended.errors, (point, ended.errors)
        said = set(ended.after("refused"))
        assert said <= reasons | KEY_FILE, (point, said)
        refused += bool(said)
        cabinet = opened_whole(folder)
        kept = set(ended.after("kept"))
        assert kept <= held(cabinet, "patient"), point
        unsure = "unsure" in said  # told so: the last act may be there, whole
        assert 3 + len(kept) <= len(held(cabinet, "patient")) <= 3 + len(kept) + unsure, point
        nothing_without_its_act(cabinet, ("patient", "session", "message", "letter"))
        cabinet.lock()
    assert refused


def copied(closed: Path, tmp_path: Path) -> Path:
    """A fresh copy of the practice at the same place."""
    folder = tmp_path / "again"
    shutil.rmtree(folder, ignore_errors=True)
    return Path(shutil.copytree(closed, folder))


def test_a_full_disk_is_a_sentence_on_the_screen_and_work_goes_on_once_there_is_room(
    disk: SmallDisk, on_disk: Path, running: Run
) -> None:
    program, visitor = running(on_disk)
    unlock(visitor)
    add_patient(visitor, "Before")
    assert visitor.page.status_code == 200
    disk.fill()
    page = add_patient(visitor, "Lost").page
    while page.status_code == 200:  # the log had room left
        page = add_patient(visitor, "Lost").page
    assert page.status_code == 507
    assert "Le disque est plein" in visitor.text
    assert "disk.refused" in visitor.text
    assert "BEFORE" in visitor.get("today/").text or visitor.page.status_code == 200
    known = count(program)
    disk.free()
    add_patient(visitor, "After")
    assert visitor.page.status_code == 200
    assert count(program) == known + 1
    program.gate.lock()
    opened_whole(on_disk).lock()


def count(program: Program) -> int:
    return len(held(program.cabinet, "patient"))


def test_a_practice_on_a_full_disk_says_so_before_it_is_opened_and_opens_once_there_is_room(
    disk: SmallDisk, on_disk: Path, running: Run
) -> None:
    _, visitor = running(on_disk)
    disk.fill()
    unlock(visitor)
    assert visitor.page.status_code == 507
    assert "Le disque est plein" in visitor.text
    disk.free()
    unlock(visitor)
    assert visitor.page.status_code == 200
    assert visitor.where.startswith("today")


def test_a_read_only_disk_is_a_sentence_and_opens_once_it_can_be_written(
    disk: SmallDisk, on_disk: Path, tmp_path: Path
) -> None:
    disk.remount("ro")
    told = besace(
        "reference", "import", str(TARIFF), "--practice", str(on_disk),
        typed=f"{PASSPHRASE}\n", cwd=tmp_path,
    )  # fmt: skip
    started = besace("run", "--practice", str(on_disk), "--no-window", cwd=tmp_path)
    disk.remount("rw")
    assert (told.returncode, started.returncode) == (2, 2)
    assert "Traceback" not in told.stderr + started.stderr
    assert "lecture seule" in told.stderr
    assert "dossier" in started.stderr
    opened_whole(on_disk).lock()


def test_a_command_on_a_full_disk_says_so(disk: SmallDisk, on_disk: Path, tmp_path: Path) -> None:
    disk.fill()
    told = besace(
        "reference", "import", str(TARIFF), "--practice", str(on_disk),
        typed=f"{PASSPHRASE}\n", cwd=tmp_path,
    )  # fmt: skip
    assert told.returncode == 2
    assert "Traceback" not in told.stderr
    assert "Le disque est plein" in told.stderr
    disk.free()
    opened_whole(on_disk).lock()


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (apsw.FullError(), "full"),
        (apsw.ReadOnlyError(), "read_only"),
        (apsw.CantOpenError(), "gone"),
        (io_error(0), "failing"),
        (io_error(apsw.SQLITE_IOERR_SHMSIZE), "full"),
        (io_error(apsw.SQLITE_IOERR_FSYNC), "unsure"),
        (OSError(28, "No space left on device"), "full"),
        (OSError(30, "Read-only file system"), "read_only"),
        (PermissionError(13, "Permission denied"), "read_only"),
        (OSError(5, "Input/output error"), "failing"),
        (OSError(19, "No such device"), "gone"),
    ],
)
def test_every_refusal_of_a_disk_has_its_word(error: Exception, reason: str) -> None:
    told = explained(error)
    assert isinstance(told, DiskRefused)
    assert told.facts == {"reason": reason}


def test_a_damaged_page_is_damage_and_a_mistake_of_ours_is_not_explained() -> None:
    damaged = explained(apsw.CorruptError())
    assert isinstance(damaged, DamagedPractice)
    assert explained(WrongKey()) is not None
    assert explained(ValueError()) is None
    assert explained(OSError(2, "No such file")) is None
    assert explained(apsw.BusyError()) is None


def test_a_disk_that_fills_up_in_the_middle_of_an_act_is_told_as_full(busy: World) -> None:
    db = busy.desk.db
    db.pragma("max_page_count", int(db.pragma("page_count")))
    before = db.execute("select count(*) from journal").fetchall()
    with pytest.raises(apsw.Error) as failed:
        fill_a_setting(busy)
    told = explained(failed.value)
    assert isinstance(told, DiskRefused)
    assert told.facts == {"reason": "full"}
    assert not db.in_transaction
    assert db.execute("select count(*) from journal").fetchall() == before
    db.pragma("max_page_count", 1_000_000)
    busy.visit(THONON)


def fill_a_setting(world: World) -> None:
    """One act that needs more pages than there are."""
    with world.desk.deed("filler", "setting", "x"):
        sql = "insert into setting values ('filler', ?, 'x', 'x')"
        world.desk.db.execute(sql, ("x" * 500_000,))


def test_a_folder_that_is_not_ours_to_write_is_told_to_an_ordinary_user(
    traced: None, closed: Path, tmp_path: Path
) -> None:
    folder = copied(closed, tmp_path)
    with cannot_be_written(folder):
        if os.geteuid() == 0:  # root writes where nobody may: the kernel's answer is given to it
            ended = strace.run(folder, CHILD, inject="openat:error=EACCES:when=4+")
        else:
            ended = strace.run(folder, CHILD)
    assert set(ended.after("refused")) <= {"read_only", "gone", "failing"} | KEY_FILE
    assert ended.after("kept") == []
    assert "Traceback" not in ended.errors
    opened_whole(folder).lock()


def test_the_long_run_tries_every_call() -> None:
    assert len(fault_points("pwrite64", "EIO", 100)) == (200 if LONG else 12)
