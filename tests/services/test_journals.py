"""The journal verified: whatever is changed in it is found, and named (R9, N3)."""

import random
from collections.abc import Iterator

import apsw
import pytest

from server.core.errors import Forbidden
from server.services import journals, lots
from server.store import heads, journal
from server.store.journal import COLUMNS, Flaw
from server.store.rows import value
from tests.people import DELVAUX, OUCHENE
from tests.store.tampering import flip, lift_guards
from tests.world import World

_CHOICES = {"trust": ("SYNCED", "PLAUSIBLE", "SUSPECT")}


@pytest.fixture
def lived(world: World) -> World:
    """A practice over two days: visits, a sealed lot, a patient looked at."""
    world.visit(OUCHENE, copay_collected="2,50")
    world.clock.advance(days=1)
    world.visit(DELVAUX)
    world.desk.sight("patient.seen", "patient", world.ids[DELVAUX])
    lots.seal_all(world.desk)
    return world


def found(world: World) -> list[tuple[int, str]]:
    return [(flaw.seq, flaw.reason) for flaw in journals.verify(world.desk).flaws]


def put_back(db: apsw.Connection) -> Iterator[None]:
    db.execute("savepoint tampered")
    yield
    db.execute("rollback to tampered")
    db.execute("release tampered")


def flaws_of(world: World) -> list[Flaw]:
    """Every flaw, without the note a verification leaves: the chain may be beyond repair."""
    desk = world.desk
    return [
        *journal.flaws(desk.db, desk.stamp.mac_key),
        *journal.cut_short(desk.db),
        *heads.flaws(desk.db, desk.practice.id),
    ]


def test_an_untouched_journal_holds_and_the_check_is_noted(lived: World) -> None:
    verdict = journals.verify(lived.desk)
    assert verdict.flaws == []
    assert verdict.rows > 10
    assert verdict.heads >= 3  # the first day, and two lots
    assert lived.sql("select action from journal order by seq desc limit 1") == "journal.verified"
    assert journals.verify(lived.desk).flaws == []


@pytest.mark.parametrize("column", [*COLUMNS, "hash", "mac"])
def test_row_43_any_field_of_any_row_changed_is_found_with_its_row(
    lived: World, column: str
) -> None:
    db = lived.desk.db
    lift_guards(db)
    places = random.Random(column)  # noqa: S311 - the same places each time
    rows = db.execute(f'select seq, "{column}" from journal order by seq').fetchall()  # noqa: S608 - a test's own words
    for seq, held in rows:
        for _ in put_back(db):
            db.execute(
                f'update journal set "{column}" = ? where seq = ?',  # noqa: S608 - a test's own words
                (_changed(column, held, places), seq),
            )
            named = {(flaw.seq, flaw.device) for flaw in flaws_of(lived)}
            assert any(number == seq for number, _ in named), (seq, column)
    assert flaws_of(lived) == []


def _changed(column: str, held: object, places: random.Random) -> object:
    if column in _CHOICES:
        return next(word for word in _CHOICES[column] if word != held)
    if isinstance(held, int):
        return held + 10_000
    return flip(str(held), places.randrange(10_000)) if held else "x"


def test_row_43_each_row_removed_is_named(lived: World) -> None:
    db = lived.desk.db
    lift_guards(db)
    for (seq,) in db.execute("select seq from journal order by seq").fetchall():
        for _ in put_back(db):
            db.execute("delete from journal where seq = ?", (seq,))
            assert seq in {flaw.seq for flaw in flaws_of(lived)}


def test_row_43_a_journal_truncated_anywhere_shows_where(lived: World) -> None:
    db = lived.desk.db
    lift_guards(db)
    last = int(str(lived.sql("select max(seq) from journal")))
    for keep in range(last):
        for _ in put_back(db):
            db.execute("delete from journal where seq > ?", (keep,))
            assert Flaw(lived.desk.device.id, keep + 1, "cut") in flaws_of(lived)


def test_row_43_two_rows_that_change_places_show(lived: World) -> None:
    db = lived.desk.db
    lift_guards(db)
    last = int(str(lived.sql("select max(seq) from journal")))
    for seq in range(1, last):
        for _ in put_back(db):
            db.execute("update journal set seq = -1 where seq = ?", (seq,))
            db.execute("update journal set seq = ?1 where seq = ?1 + 1", (seq,))
            db.execute("update journal set seq = ?1 + 1 where seq = -1", (seq,))
            assert {seq, seq + 1} <= {flaw.seq for flaw in flaws_of(lived)}


def test_row_43_a_chain_rebuilt_without_the_key_shows_by_its_macs_and_its_heads(
    lived: World,
) -> None:
    db = lived.desk.db
    lift_guards(db)
    rebuild(db, 3)
    assert list(journal.flaws(db, None)) == [], "the public hashes hold"
    reasons = {flaw.reason for flaw in flaws_of(lived)}
    assert reasons == {"mac", "head"}
    assert min(flaw.seq for flaw in flaws_of(lived)) == 3


def rebuild(db: apsw.Connection, first: int) -> None:
    """Change one row and hash every row after it again."""
    db.execute("update journal set action = 'nothing' where seq = ?", (first,))
    previous = str(value(db, "select hash from journal where seq = ?", (first - 1,)))
    names = ", ".join(f'"{name}"' for name in COLUMNS)
    rows = db.execute(f"select {names} from journal where seq >= ? order by seq", (first,))  # noqa: S608 - a test's own words
    for row in rows.fetchall():
        bare = (*row[:12], previous, row[13])
        previous = journal.chain(journal.canonical(bare))
        db.execute(
            "update journal set prev_hash = ?, hash = ? where seq = ?", (bare[12], previous, row[1])
        )


@pytest.mark.parametrize("column", ["device", "hash", "at", "signature", "seq", "lot"])
def test_row_43_any_signed_head_changed_is_found(lived: World, column: str) -> None:
    db = lived.desk.db
    lift_guards(db)
    for number, held in db.execute(f"select id, {column} from journal_head").fetchall():  # noqa: S608 - a test's own words
        for _ in put_back(db):
            changed = held + 1 if isinstance(held, int) else flip(str(held or "x"), 3)
            db.execute(
                f"update journal_head set {column} = ? where id = ?",  # noqa: S608 - a test's own words
                (changed, number),
            )
            assert "signature" in {flaw.reason for flaw in flaws_of(lived)}


def test_row_43_a_signed_head_that_is_removed_leaves_a_gap(lived: World) -> None:
    db = lived.desk.db
    lift_guards(db)
    for number in range(1, int(str(lived.sql("select max(id) from journal_head"))) + 1):
        for _ in put_back(db):
            db.execute("delete from journal_head where id = ?", (number,))
            assert Flaw("", number, "head_missing") in flaws_of(lived)


def test_row_43_heads_signed_by_another_key_do_not_hold(lived: World) -> None:
    db = lived.desk.db
    db.execute("update signing_key set public = ?", (bytes(32),))
    assert "signature" in {flaw.reason for flaw in flaws_of(lived)}
    db.execute("delete from signing_key")
    assert "signature" in {flaw.reason for flaw in flaws_of(lived)}


def test_a_lot_carries_the_head_of_the_chain_at_its_seal(lived: World) -> None:
    rows = lived.desk.db.execute(
        "select l.seq, h.seq, h.why from lot l join journal_head h on h.lot = l.id"
    ).fetchall()
    assert len(rows) == 2
    assert all(lot == head and why == "LOT" for lot, head, why in rows)


def test_each_day_with_work_is_signed_by_the_first_act_of_the_next(world: World) -> None:
    for _ in range(3):
        world.visit(OUCHENE, second_reason="seconde")
        world.clock.advance(days=1)
    world.visit(OUCHENE)
    days = world.desk.db.execute("select seq from journal_head where why = 'DAY'").fetchall()
    assert len(days) == 3
    assert journals.verify(world.desk).flaws == []


def test_rows_written_before_rights_were_kept_still_hold(world: World) -> None:
    db = world.desk.db
    lift_guards(db)
    rows = db.execute("select seq from journal order by seq").fetchall()
    previous = journal.START
    for (seq,) in rows:
        db.execute('update journal set "right" = null where seq = ?', (seq,))
        names = ", ".join(f'"{name}"' for name in COLUMNS)
        [row] = db.execute(f"select {names} from journal where seq = ?", (seq,)).fetchall()  # noqa: S608 - a test's own words
        bare = (*row[:12], previous, None)
        previous = journal.chain(bare[:13])
        db.execute(
            "update journal set prev_hash = ?, hash = ? where seq = ?", (bare[12], previous, seq)
        )
    assert list(journal.flaws(db, None)) == []


def test_the_right_an_act_was_done_under_is_kept_with_it(lived: World) -> None:
    rows = lived.desk.db.execute('select action, "right" from journal').fetchall()
    rights = {str(action): right for action, right in rows}
    assert rights["session.recorded"] == "clinical,patients"
    assert rights["lot.sealed"] == "billing"
    assert rights["practice.created"] == ""


def test_a_look_is_noted_once_an_hour_per_thing_and_never_moves_the_saved_time(
    world: World,
) -> None:
    world.patient(OUCHENE)
    saved = journal.last_at(world.desk.db, world.desk.device.id)
    seen = "select count(*) from journal where action = 'patient.seen'"
    for _ in range(3):
        world.desk.sight("patient.seen", "patient", world.ids[OUCHENE])
    assert world.sql(seen) == 1
    world.clock.advance(hours=1)
    world.desk.sight("patient.seen", "patient", world.ids[OUCHENE])
    world.desk.sight("patient.seen", "patient", world.patient(DELVAUX))
    assert world.sql(seen) == 3
    world.desk.sight("patient.seen", "patient", world.ids[DELVAUX])
    assert world.sql(seen) == 3
    assert journal.last_at(world.desk.db, world.desk.device.id) != saved  # DELVAUX was created
    events = world.sql("select count(*) from event where kind = 'patient.seen'")
    assert events == 0


def test_row_40_only_the_main_user_verifies_or_takes_the_journal_away(world: World) -> None:
    world.desk.db.execute("update app_user set is_main = 0")
    with pytest.raises(Forbidden):
        journals.verify(world.desk)
    with pytest.raises(Forbidden):
        journals.take_away(world.desk)
