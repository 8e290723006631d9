"""The way back: into an empty folder only, opened by any passphrase or the recovery code alone."""

import errno
import hashlib
import shutil
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

import pytest

from server.core.errors import (
    BackupFailed,
    DamagedPractice,
    InvalidForm,
    OlderPractice,
    SealRefused,
    StateConflict,
    WrongKey,
)
from server.core.outbox import MessageState
from server.services import backups, homecomings, lots, restoring, whole
from server.services.cabinet import Cabinet
from server.services.restoring import Ground
from server.store import backup, copies, durable, post
from server.store.keys import KeyFile
from server.store.rows import value
from server.store.watermark import MARK, Watermark
from tests.people import DELVAUX, OUCHENE, THONON, Person
from tests.world import BUILT_ON, CHEAP, PASSPHRASE, FixedClock, World, faults, seeded

NEW = "une phrase toute neuve"


@pytest.fixture
def ground(clock: FixedClock) -> Ground:
    return Ground(clock, seeded(3), BUILT_ON)


@pytest.fixture
def copy(world: World) -> Path:
    """A copy made while two lots waited."""
    for person in (DELVAUX, OUCHENE):
        world.visit(person, copay_collected="2,50", payment_means="CASH")
    for payer, month in (("300", "2026-03"), ("100", "2026-03")):
        lots.seal(world.desk, payer, month)
    return backups.back_up(world.cabinet.vault(), "ASKED").path


@pytest.fixture
def there(tmp_path: Path) -> Path:
    return tmp_path / "there"


@pytest.fixture
def open_there(world: World, there: Path, clock: FixedClock) -> Iterator[Callable[..., World]]:
    """Open what came back; all is locked again at the end."""
    opened: list[Cabinet] = []

    def begin(passphrase: str = PASSPHRASE, *, older: bool = False, folder: Path = there) -> World:
        cabinet = Cabinet(folder, clock, seeded(5), BUILT_ON, CHEAP)
        cabinet.unlock(cabinet.logins()[0].id, passphrase, older=older)
        opened.append(cabinet)
        return World(cabinet, clock, folder, {**world.ids}, {**world.series}, world.numbers)

    yield begin
    for cabinet in opened:
        cabinet.lock()


def test_a_practice_comes_back_as_it_was_on_a_new_lineage(
    world: World, copy: Path, there: Path, ground: Ground, open_there: Callable[..., World]
) -> None:
    back = restoring.restore(copy, there, PASSPHRASE, ground)
    assert (back.by_code, back.doubtful) == (False, 2)
    home = open_there()
    assert home.sql("select count(*) from session") == 2
    assert home.desk.practice.id == world.desk.practice.id
    assert home.desk.practice.lineage != world.desk.practice.lineage
    assert all(check.well for check in whole.practice(home.cabinet.vault()))
    last = home.sql(
        "select action from journal where action not like 'door.%' order by seq desc limit 1"
    )
    assert last == "practice.restored"
    home.cabinet.lock()
    names = {x.name.partition("-")[0] for x in there.iterdir()}
    assert names == {"besace.db", "besace.key", "besace.mark", "reference"}


def test_the_recovery_code_alone_opens_a_copy_and_gives_a_new_passphrase(
    world: World, there: Path, ground: Ground, open_there: Callable[..., World]
) -> None:
    code = world.cabinet.renew_recovery()
    copy = backups.back_up(world.cabinet.vault(), "ASKED").path
    with pytest.raises(InvalidForm) as refused:
        restoring.restore(copy, there, code, ground, passphrase="court")
    assert refused.value.facts == {"faults": (("new_passphrase", "too_short"),)}
    assert not there.exists()
    assert restoring.restore(copy, there, code, ground, passphrase=NEW, cost=CHEAP).by_code
    open_there(NEW).cabinet.lock()
    with pytest.raises(WrongKey):
        open_there(PASSPHRASE)


@pytest.mark.parametrize("secret", ["une autre phrase", "", "AAAAA-AAAAA-AAAAA-AAAAA-AAAAA-00"])
def test_a_wrong_secret_writes_nothing(
    copy: Path, there: Path, ground: Ground, secret: str
) -> None:
    with pytest.raises(WrongKey):
        restoring.restore(copy, there, secret, ground)
    assert not there.exists()


def test_nothing_is_ever_overwritten(world: World, copy: Path, ground: Ground) -> None:
    before = {x.name: durable.sha256(x) for x in world.folder.iterdir()}
    with pytest.raises(StateConflict) as refused:
        restoring.restore(copy, world.folder, PASSPHRASE, ground)
    assert refused.value.facts["reason"] == "not_empty"
    assert {x.name: durable.sha256(x) for x in world.folder.iterdir()} == before


def test_a_folder_with_only_the_programs_lock_is_empty(there: Path) -> None:
    assert restoring.is_empty(there)
    there.mkdir()
    (there / "besace.lock").touch()
    assert restoring.is_empty(there)
    (there / "besace.db").touch()
    assert not restoring.is_empty(there)


@pytest.mark.parametrize("name", ["besace.db", "besace.key", "reference.db", "manifest.json"])
def test_a_damaged_copy_does_not_come_back_and_leaves_the_folder_empty(
    copy: Path, there: Path, ground: Ground, name: str
) -> None:
    content = bytearray((copy / name).read_bytes())
    content[len(content) // 3] ^= 4
    (copy / name).write_bytes(content)
    with pytest.raises(DamagedPractice):
        restoring.restore(copy, there, PASSPHRASE, ground)
    assert not there.exists() or not list(there.iterdir())


def test_a_disk_that_fills_up_on_the_way_back_leaves_the_folder_empty(
    copy: Path, there: Path, ground: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "")

    monkeypatch.setattr(restoring, "_put_reference", full)
    with pytest.raises(BackupFailed) as failed:
        restoring.restore(copy, there, PASSPHRASE, ground)
    assert failed.value.facts["reason"] == "full"
    assert list(there.iterdir()) == []


def test_copies_beside_an_empty_folder_are_offered_the_newest_first(
    world: World, copy: Path
) -> None:
    (copy.parent / "besace-20990101-000000-ABCDEF").mkdir()
    [offer] = restoring.offers(world.folder)
    assert offer.path == copy
    assert restoring.folder_of(str(copy / "besace.db")) == copy
    assert restoring.folder_of(f" {copy} ") == copy


def test_every_message_under_way_becomes_a_question_and_final_ones_stay(
    world: World, there: Path, ground: Ground, open_there: Callable[..., World]
) -> None:
    people: list[tuple[Person, str]] = [(DELVAUX, "300"), (OUCHENE, "100"), (THONON, "500")]
    for person, payer in people:
        world.visit(person, copay_collected="2,50", payment_means="CASH")
        lots.seal(world.desk, payer, "2026-03")
    states = ("Done", "Failed", "Leased")
    db = world.desk.db
    for row, state in zip(post.open_rows(db), states, strict=True):
        db.execute("update message set state = ? where id = ?", (state, row.id)).fetchall()
        if state == "Leased":
            post.add_attempt(db, row, "send", "boot", world.clock.now(), 1.0)
            db.execute("update lot set state = 'Sending' where id = ?", (row.lot,)).fetchall()
    copy = backups.back_up(world.cabinet.vault(), "ASKED").path
    assert restoring.restore(copy, there, PASSPHRASE, ground).doubtful == 2
    home = open_there()
    rows = home.desk.db.execute("select state, reason from message order by state").fetchall()
    assert rows == [("Done", ""), ("Unknown", "RESTORED"), ("Unknown", "RESTORED")]
    assert home.sql("select count(*) from attempt where ended_at is null") == 0
    assert len(homecomings.lots_in_doubt(home.desk)) == 2


def test_numbers_given_since_the_copy_are_never_given_again(
    world: World, copy: Path, there: Path, ground: Ground, open_there: Callable[..., World]
) -> None:
    world.open_series(THONON)
    world.visit(THONON, copay_collected="2,50", payment_means="CASH")
    gone = lots.seal(world.desk, "500", "2026-03")
    restoring.restore(copy, there, PASSPHRASE, ground)
    home = open_there()
    assert home.ids.pop(THONON) and home.series.pop(THONON)  # the life that was lost knew him
    homecomings.answer(home.desk, "vérifié avec les décomptes")
    home.visit(THONON, copay_collected="2,50", payment_means="CASH")
    again = lots.seal(home.desk, "500", "2026-03")
    assert again.reference != gone.reference
    home.clock.advance(days=1)
    home.visit(DELVAUX, copay_collected="2,50", payment_means="CASH")
    assert lots.seal(home.desk, "300", "2026-03").number == 1 + 20 + 1


def test_sealing_waits_for_a_persons_word_after_a_return(
    world: World, copy: Path, there: Path, ground: Ground, open_there: Callable[..., World]
) -> None:
    assert homecomings.doubt(world.desk) is None
    restoring.restore(copy, there, PASSPHRASE, ground)
    home = open_there()
    home.visit(THONON, copay_collected="2,50", payment_means="CASH")
    with pytest.raises(SealRefused) as refused:
        lots.seal(home.desk, "500", "2026-03")
    assert [fault.code for fault in faults(refused.value)] == ["lot.restored"]
    with pytest.raises(InvalidForm):
        homecomings.answer(home.desk, " ")
    homecomings.answer(home.desk, "rien d’autre n’est parti")
    doubt = homecomings.doubt(home.desk)
    assert doubt is not None
    assert doubt.answered
    assert lots.seal(home.desk, "500", "2026-03")
    said = home.sql("select reason from journal where action = 'practice.restored_answered'")
    assert said == "rien d’autre n’est parti"


def test_a_word_that_the_insurer_has_not_got_it_lets_the_same_bytes_leave(
    world: World, copy: Path, there: Path, ground: Ground, open_there: Callable[..., World]
) -> None:
    restoring.restore(copy, there, PASSPHRASE, ground)
    home = open_there()
    first, second = homecomings.lots_in_doubt(home.desk)
    before = home.sql("select sha256 from message where lot = ?", (first.id,))
    with pytest.raises(InvalidForm) as refused:
        homecomings.settle(home.desk, first.id, arrived=False, word="")
    assert ("lot_word", "missing") in faults(refused.value)
    homecomings.settle(home.desk, first.id, arrived=False, word="appelé l’organisme")
    homecomings.settle(home.desk, second.id, arrived=True, word="décompte reçu")
    found = [post.of_lot(home.desk.db, lot.id) for lot in (first, second)]
    assert [row and row.state for row in found] == [MessageState.READY, MessageState.DONE]
    assert home.sql("select sha256 from message where lot = ?", (first.id,)) == before
    with pytest.raises(InvalidForm) as settled:
        homecomings.settle(home.desk, second.id, arrived=False, word="encore")
    assert faults(settled.value) == (("lot_word", "settled"),)


def test_a_range_that_would_be_left_is_asked_about(
    world: World, there: Path, ground: Ground, open_there: Callable[..., World]
) -> None:
    homecomings.choose_range(world.desk, "480", "499")
    world.visit(DELVAUX, copay_collected="2,50", payment_means="CASH")
    assert lots.seal(world.desk, "300", "2026-03").number == 480
    copy = backups.back_up(world.cabinet.vault(), "ASKED").path
    restoring.restore(copy, there, PASSPHRASE, ground)
    home = open_there()
    doubt = homecomings.doubt(home.desk)
    assert doubt is not None
    assert doubt.used_up == ("300:2026",)
    homecomings.answer(home.desk, "vérifié")
    home.clock.advance(days=1)
    home.cabinet.confirm(PASSPHRASE)
    home.visit(DELVAUX, copay_collected="2,50", payment_means="CASH")
    with pytest.raises(SealRefused) as refused:
        lots.seal(home.desk, "300", "2026-03")
    assert [fault.code for fault in faults(refused.value)] == ["lot.number"]
    for bad in (("0", "9"), ("9", "3"), ("x", "9"), ("1", "1000")):
        with pytest.raises(InvalidForm):
            homecomings.choose_range(home.desk, *bad)
    homecomings.choose_range(home.desk, "600", "700")
    assert lots.seal(home.desk, "300", "2026-03").number == 600


def test_a_sending_number_seen_in_the_mailbox_pushes_ours_further(
    world: World, copy: Path, there: Path, ground: Ground, open_there: Callable[..., World]
) -> None:
    homecomings.seen_elsewhere(world.desk, "300", 90)
    assert world.sql("select last from counter where series = 'efact:300:2026'") == 1
    restoring.restore(copy, there, PASSPHRASE, ground)
    home = open_there()
    homecomings.seen_elsewhere(home.desk, "300", 90)
    homecomings.seen_elsewhere(home.desk, "300", 40)
    homecomings.seen_elsewhere(home.desk, "", 400)
    assert home.sql("select last from counter where series = 'efact:300:2026'") == 110


def test_an_older_file_in_the_place_of_the_newer_is_noticed_and_nothing_is_overwritten(
    world: World, open_there: Callable[..., World]
) -> None:
    world.visit(DELVAUX, copay_collected="2,50", payment_means="CASH")
    world.seal("300")
    world.cabinet.lock()
    database = world.folder / "besace.db"
    old = database.read_bytes()
    world.cabinet.unlock(world.cabinet.logins()[0].id, PASSPHRASE)
    world.visit(OUCHENE, copay_collected="2,50", payment_means="CASH")
    world.cabinet.lock()
    database.write_bytes(old)
    kept = (world.folder / MARK).read_bytes()
    with pytest.raises(OlderPractice) as refused:
        open_there(folder=world.folder)
    assert datetime.fromisoformat(str(refused.value.facts["known"])).tzinfo is not None
    assert durable.sha256(database) == hashlib.sha256(old).hexdigest()
    assert (world.folder / MARK).read_bytes() == kept
    home = open_there(older=True, folder=world.folder)
    [lot] = homecomings.lots_in_doubt(home.desk)
    assert lot.payer == "300"
    came = copies.homecoming(home.desk.db, home.desk.practice.lineage)
    assert came is not None
    assert came.cause == "OLDER"
    home.cabinet.lock()
    open_there(folder=world.folder).cabinet.lock()


def test_a_file_of_the_life_that_was_left_is_noticed_even_when_it_is_longer(
    world: World, copy: Path, there: Path, ground: Ground, open_there: Callable[..., World]
) -> None:
    for _ in range(10):
        world.insure(DELVAUX)
    world.cabinet.lock()
    restoring.restore(copy, there, PASSPHRASE, ground)
    shutil.copy(world.folder / "besace.db", there / "besace.db")
    with pytest.raises(OlderPractice):
        open_there()


def test_how_far_the_practice_came_is_noted_with_each_message_leased(world: World) -> None:
    from server.services.outbox import PracticeOutbox

    world.visit(DELVAUX, copay_collected="2,50", payment_means="CASH")
    world.seal("300")
    outbox = PracticeOutbox(world.cabinet.desk, world.clock.monotonic)
    [lane] = outbox.lanes(world.clock.now())
    assert outbox.lease(lane, world.clock.now())
    leased = world.sql("select max(seq) from journal where action = 'message.leased'")
    noted = Watermark(world.folder, world.desk.stamp.mac_key).read()
    assert noted is not None
    assert noted.seq == leased


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"format": 1}', '{"format": 9}'])
def test_a_mark_that_cannot_be_read_stops_nobody(
    world: World, text: str, open_there: Callable[..., World]
) -> None:
    mac_key = world.desk.stamp.mac_key
    world.cabinet.lock()
    (world.folder / MARK).write_text(text)
    home = open_there(folder=world.folder)
    home.visit(DELVAUX, copay_collected="2,50", payment_means="CASH")
    home.cabinet.lock()
    assert Watermark(world.folder, mac_key).read() is not None


def test_a_second_return_uses_references_of_its_own(
    world: World, copy: Path, there: Path, ground: Ground, open_there: Callable[..., World]
) -> None:
    restoring.restore(copy, there, PASSPHRASE, ground)
    home = open_there()
    first = homecomings.reference_slot(home.desk)
    again = backups.back_up(home.cabinet.vault(), "ASKED").path
    home.cabinet.lock()
    elsewhere = there.with_name("elsewhere")
    restoring.restore(again, elsewhere, PASSPHRASE, ground)
    twice = open_there(folder=elsewhere)
    assert homecomings.reference_slot(world.desk) == ("", 1)
    assert len({first, homecomings.reference_slot(twice.desk), ("", 1)}) == 3
    assert value(twice.desk.db, "select count(*) from homecoming") == 2
    twice.cabinet.lock()


def test_a_copy_of_a_practice_without_its_user_is_not_opened(copy: Path) -> None:
    keys = KeyFile(copy / "besace.key")
    key, slot = backup.key_behind(keys, PASSPHRASE)
    assert slot.startswith("user:")
    assert backup.unwrap(backup.check_files(copy), key)
