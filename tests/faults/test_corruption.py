"""Level L6: a damaged, cut, foreign or older file is noticed before it is used, and left as it is.

`reliability-security.md` §1 R5, §4 L6, §5.
"""

import os
import random
import shutil
import sys
from collections.abc import Callable, Iterator
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from threading import Thread

import apsw
import pytest

from server.app.doctor_practice import look_at_practice
from server.app.findings import Grade
from server.app.program import Program
from server.app.sorter import Sorter
from server.core.errors import DamagedPractice, OlderPractice, WrongKey
from server.services import checkups, homecomings
from server.services.cabinet import Cabinet
from server.services.founding import NewPractice
from server.store import soundness
from server.store.connection import connect
from server.store.keys import DatabaseKey, KeyFile
from server.store.soundness import Check
from tests.app.visitor import Visitor
from tests.app.waiting import until
from tests.faults.conftest import copy_of
from tests.people import BODART, THONON
from tests.world import (
    BUILT_ON,
    CHEAP,
    MARCHAL,
    PASSPHRASE,
    START,
    FixedClock,
    World,
    open_cabinet,
    seeded,
)

PAGE = 4096
SEED = int(os.environ.get("BESACE_SEED", "20261128"))
Reopen = Callable[[Path], Cabinet]
Run = Callable[[Path], tuple[Program, Visitor]]
Rows = dict[str, list[tuple[object, ...]]]


def database_key(folder: Path) -> DatabaseKey:
    keys = KeyFile(folder / "besace.key")
    slot = next(slot for slot in keys.slots() if slot.startswith("user:"))
    return keys.open(slot, PASSPHRASE)


def everything(path: Path, key: DatabaseKey) -> Rows:
    """Every row of every table, in key order."""
    db = connect(path, key, careful=True)
    try:
        names = db.execute("select name from sqlite_master where type = 'table' order by name")
        return {
            str(name): db.execute(f'select * from "{name}"').fetchall()  # noqa: S608 - our tables
            for (name,) in names.fetchall()
        }
    finally:
        db.close()


def checked(path: Path, key: DatabaseKey) -> bool:
    """Whether the reading at each start finds the file whole."""
    db = connect(path, key, careful=True)
    try:
        return soundness.faults(db, Check.QUICK, key.derive("journal"), lambda: False) == 0
    finally:
        db.close()


def bytes_of(folder: Path) -> dict[str, str]:
    """A digest of each file that holds what a kiné did; an empty log holds nothing."""
    kept = ("besace.db", "besace.db-wal", "besace.key")
    return {
        name: sha256((folder / name).read_bytes()).hexdigest()
        for name in kept
        if (folder / name).exists() and (name != "besace.db-wal" or (folder / name).stat().st_size)
    }


def flip(path: Path, draw: random.Random) -> None:
    """Turn one bit of a file over."""
    place = draw.randrange(path.stat().st_size)
    with path.open("r+b") as file:
        file.seek(place)
        old = file.read(1)[0]
        file.seek(place)
        file.write(bytes([old ^ (1 << draw.randrange(8))]))


def test_a_thousand_flipped_bits_give_no_wrong_row(closed: Path, tmp_path: Path) -> None:
    key, good = database_key(closed), (closed / "besace.db").read_bytes()
    truth = everything(closed / "besace.db", key)
    hurt, draw = tmp_path / "hurt.db", random.Random(SEED)  # noqa: S311 - a seed that replays
    refused = found = 0
    for _ in range(1_000):
        hurt.write_bytes(good)
        flip(hurt, draw)
        try:
            assert everything(hurt, key) == truth
            found += not checked(hurt, key)
        except (apsw.CorruptError, apsw.NotADBError, WrongKey, DamagedPractice):
            refused += 1
        for beside in tmp_path.glob("hurt.db-*"):
            beside.unlink()
    sys.stdout.write(f"seed {SEED}: {refused} refused, {found} found by the check of 1000\n")
    assert refused + found > 990


def test_a_flipped_bit_of_the_log_loses_nothing_without_a_word(
    crashed: Path, tmp_path: Path, reopen: Reopen
) -> None:
    key, draw = database_key(crashed), random.Random(SEED)  # noqa: S311 - a seed that replays
    truth = everything(copy_of(crashed, tmp_path / "truth") / "besace.db", key)
    told = 0
    for number in range(100):
        folder = copy_of(crashed, tmp_path / f"try{number}")
        flip(folder / "besace.db-wal", draw)
        before = bytes_of(folder)
        try:
            cabinet = reopen(folder)
        except (DamagedPractice, OlderPractice):
            told += 1
        else:
            assert everything(folder / "besace.db", key)["line"] == truth["line"]
            cabinet.lock()
        if told and (folder / "besace.db-wal").exists():
            assert bytes_of(folder) == before
        shutil.rmtree(folder)
    assert told > 50


def zero_page(folder: Path) -> None:
    """Write zeros over a page in use: one of the first tables, further on some are free."""
    with (folder / "besace.db").open("r+b") as file:
        file.seek((folder / "besace.db").stat().st_size // PAGE // 8 * PAGE)
        file.write(bytes(PAGE))


def swap_pages(folder: Path) -> None:
    """Let two pages in use change places: those of the first tables."""
    file = folder / "besace.db"
    held = bytearray(file.read_bytes())
    at = len(held) // PAGE // 8 * PAGE
    one, other = held[at : at + PAGE], held[at + PAGE : at + 2 * PAGE]
    held[at : at + 2 * PAGE] = other + one
    file.write_bytes(held)


def flip_first_page(folder: Path) -> None:
    with (folder / "besace.db").open("r+b") as file:
        file.seek(200)
        old = file.read(1)[0]
        file.seek(200)
        file.write(bytes([old ^ 1]))


def cut_in_half(folder: Path) -> None:
    file = folder / "besace.db"
    os.truncate(file, file.stat().st_size // PAGE // 2 * PAGE)


def cut_odd(folder: Path) -> None:
    os.truncate(folder / "besace.db", (folder / "besace.db").stat().st_size - 100)


def empty(folder: Path) -> None:
    os.truncate(folder / "besace.db", 0)


def foreign(folder: Path) -> None:
    """Put the clear file of another program in its place."""
    (folder / "besace.db").unlink()
    other = apsw.Connection(str(folder / "besace.db"))
    other.execute("create table bookmarks (url text)").fetchall()
    other.close()


def other_keys(folder: Path) -> None:
    """Put the key file of another practice of the same person beside the file."""
    other = folder.parent / "other"
    other.mkdir()
    reference = next(folder.glob("reference-*"))
    shutil.copy(reference, other / "reference.db")
    made = Cabinet(other, FixedClock(), seeded(99), BUILT_ON, CHEAP)
    form = NewPractice(**{name: getattr(MARCHAL, name) for name in MARCHAL.__slots__})
    made.create(form)
    made.prove()
    shutil.copy(other / "besace.key", folder / "besace.key")


def change_reference(folder: Path) -> None:
    """Change one byte of the clear reference file."""
    flip(next(folder.glob("reference-*")), random.Random(SEED))  # noqa: S311 - a seed that replays


REFUSED = [
    (flip_first_page, "first_page"),
    (cut_in_half, "pages"),
    (cut_odd, "cut"),
    (empty, "empty"),
    (foreign, "foreign"),
    (other_keys, "first_page"),
    (change_reference, "reference_changed"),
]


@pytest.mark.parametrize(("hurt", "reason"), REFUSED, ids=lambda x: getattr(x, "__name__", x))
def test_what_cannot_be_read_is_refused_in_a_sentence_and_left_as_it_is(
    closed: Path, running: Run, hurt: Callable[[Path], None], reason: str
) -> None:
    hurt(closed)
    before = bytes_of(closed)
    program, visitor = running(closed)
    visitor.post("unlock", user=visitor.user(), passphrase=PASSPHRASE)
    assert visitor.page.status_code == 500
    assert "practice.damaged" in visitor.text
    assert "Restaurer une sauvegarde" in visitor.text
    assert not program.cabinet.is_open
    with pytest.raises(DamagedPractice) as refused:
        program.cabinet.unlock(program.cabinet.logins()[0].id, PASSPHRASE)
    assert refused.value.facts == {"reason": reason}
    assert bytes_of(closed) == before


@pytest.mark.parametrize("hurt", [zero_page, swap_pages])
def test_a_page_that_is_damaged_further_on_is_found_and_the_practice_is_only_read(
    closed: Path, running: Run, hurt: Callable[[Path], None]
) -> None:
    hurt(closed)
    before = bytes_of(closed)
    program, visitor = running(closed)
    visitor.post("unlock", user=visitor.user(), passphrase=PASSPHRASE)
    until(lambda: program.cabinet.damage == "pages")
    with pytest.raises(DamagedPractice) as refused, program.cabinet.desk().deed("x", "y", "z"):
        pass
    assert refused.value.facts == {"reason": "read_only"}
    until(lambda: program.post is None)
    until(lambda: Check.QUICK in checkups.of_folder(closed))
    assert not checkups.of_folder(closed)[Check.QUICK].sound
    assert "rien ne peut être enregistré" in visitor.get("options/").text or (
        visitor.page.status_code == 500
    )
    program.gate.lock()
    assert bytes_of(closed) == before
    found = {finding.code: finding.grade for finding in look_at_practice(closed, START)}
    assert found["health.damaged"] is Grade.PROBLEM


def test_damage_found_while_the_sorter_is_being_started_stops_it_once_it_runs(
    closed: Path, running: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    program, visitor = running(closed)
    finders: list[Thread] = []
    fallen: list[BaseException] = []

    def find() -> None:
        try:
            program.found_damage("pages")
        except RuntimeError as error:
            fallen.append(error)

    def start(sorter: Sorter) -> None:
        finders.append(Thread(target=find))
        finders[0].start()
        until(lambda: program.cabinet.damage == "pages")
        started(sorter)

    started = Sorter.start
    monkeypatch.setattr(Sorter, "start", start)
    visitor.post("unlock", user=visitor.user(), passphrase=PASSPHRASE)
    finders[0].join(20)
    assert fallen == []
    assert program.sorter is None


def older_copy(busy: World, aside: Path) -> Path:
    """What an old backup would put in the place of the file."""
    busy.cabinet.lock()
    shutil.copy(busy.folder / "besace.db", aside)
    reopened = open_cabinet(busy.folder, busy.clock)
    later = World(reopened, busy.clock, busy.folder)
    later.visit(BODART)
    reopened.lock()
    return aside


def test_an_older_copy_put_in_place_is_told_untouched_and_opens_for_who_insists(
    busy: World, tmp_path: Path, running: Run
) -> None:
    shutil.copy(older_copy(busy, tmp_path / "old.db"), busy.folder / "besace.db")
    before = bytes_of(busy.folder)
    program, visitor = running(busy.folder)
    visitor.post("unlock", user=visitor.user(), passphrase=PASSPHRASE)
    assert visitor.page.status_code == 409
    assert "plus ancien" in visitor.text
    assert not program.cabinet.is_open
    assert bytes_of(busy.folder) == before
    visitor.post("unlock", user=visitor.user(), passphrase=PASSPHRASE, older="yes")
    assert "OUCHENE" in visitor.get("patients/").text
    assert homecomings.holds_sealing(program.cabinet.desk())
    program.gate.lock()
    visitor.get("unlock")
    visitor.post("unlock", user=visitor.user(), passphrase=PASSPHRASE)
    assert "OUCHENE" in visitor.get("patients/").text
    program.gate.lock()


def test_a_log_cut_short_after_a_crash_is_told(crashed: Path, reopen: Reopen) -> None:
    log = crashed / "besace.db-wal"
    os.truncate(log, log.stat().st_size * 2 // 3)
    before = bytes_of(crashed)
    with pytest.raises(OlderPractice) as refused:
        reopen(crashed)
    assert datetime.fromisoformat(str(refused.value.facts["known"])).tzinfo
    assert bytes_of(crashed) == before


def test_a_log_that_is_gone_after_a_crash_is_told(crashed: Path, reopen: Reopen) -> None:
    (crashed / "besace.db-wal").unlink()
    with pytest.raises((DamagedPractice, OlderPractice)):
        reopen(crashed)


def test_an_old_log_put_back_is_told_and_not_folded_into_the_file(
    busy: World, tmp_path: Path, reopen: Reopen
) -> None:
    old_log = tmp_path / "old-wal"
    shutil.copy(busy.folder / "besace.db-wal", old_log)
    busy.visit(THONON)
    busy.cabinet.lock()
    shutil.copy(old_log, busy.folder / "besace.db-wal")
    before = bytes_of(busy.folder)
    with pytest.raises(OlderPractice):
        reopen(busy.folder)
    assert bytes_of(busy.folder) == before


def test_a_file_of_the_life_before_a_return_is_older_however_long_it_is(
    busy: World, tmp_path: Path, reopen: Reopen
) -> None:
    old = older_copy(busy, tmp_path / "old.db")
    key = database_key(busy.folder)
    db = connect(old, key)
    db.execute("update practice set lineage = 'restored'")
    db.close()
    shutil.copy(old, busy.folder / "besace.db")
    with pytest.raises(OlderPractice):
        reopen(busy.folder)


@pytest.fixture
def forged(closed: Path) -> Iterator[Path]:
    """A mark that another key wrote, or that is half a file, is no mark."""
    (closed / "besace.mark").write_text('{"lineage": "x", "device": "y", "seq": 10000000}')
    yield closed


def test_a_mark_that_this_practice_did_not_write_says_nothing(forged: Path, reopen: Reopen) -> None:
    assert reopen(forged).damage == ""


def test_a_sound_file_is_read_at_each_opening_and_thoroughly_once_a_week(
    closed: Path, running: Run
) -> None:
    program, visitor = running(closed)
    visitor.post("unlock", user=visitor.user(), passphrase=PASSPHRASE)
    until(lambda: set(checkups.of_folder(closed)) == {Check.QUICK, Check.FULL})
    acts = program.cabinet.desk().db.execute(
        "select count(*) from journal where action = 'practice.checked'"
    )
    assert until(lambda: acts) and acts.fetchall() == [(2,)]
    page = visitor.get("options/").text
    assert "Lu en entier, sans défaut" in page
    found = {finding.code for finding in look_at_practice(closed, START)}
    assert "health.ok" in found
    first = checkups.of_folder(closed)
    program.gate.lock()
    visitor.get("unlock")
    visitor.post("unlock", user=visitor.user(), passphrase=PASSPHRASE)
    until(lambda: checkups.of_folder(closed)[Check.QUICK] != first[Check.QUICK])
    assert checkups.of_folder(closed)[Check.FULL] == first[Check.FULL]
