"""The journal: one row per act, chained, and every tampering shows."""

from collections.abc import Callable

import apsw
import pytest

from server.services import agenda, lots, patients, practices, refusals, sessions
from server.services.outbox import PracticeOutbox
from server.services.returns import PracticeIntake
from server.store import journal
from tests.people import DELVAUX, OUCHENE
from tests.world import PASSPHRASE, World

_UNLOCKED = ("journal_is_written_once", "journal_is_kept")


def _mac_key(world: World) -> bytes:
    return world.desk.stamp.mac_key


def _broken(world: World) -> list[tuple[int, str]]:
    return [(x.seq, x.reason) for x in journal.flaws(world.desk.db, _mac_key(world))]


@pytest.fixture
def busy(world: World) -> World:
    """A practice with a few acts in its journal."""
    world.visit(OUCHENE, copay_collected="2,50")
    world.visit(DELVAUX, copay_collected="6,25")
    lots.seal_all(world.desk)
    return world


def test_an_untouched_chain_holds(busy: World) -> None:
    assert int(str(busy.sql("select count(*) from journal"))) > 10
    assert _broken(busy) == []
    assert list(journal.flaws(busy.desk.db, None)) == []


def test_the_journal_is_neither_edited_nor_shortened(busy: World) -> None:
    for sql in ("update journal set action = 'x'", "delete from journal"):
        with pytest.raises(apsw.ConstraintError):
            busy.desk.db.execute(sql)


@pytest.mark.parametrize(
    ("sql", "found"),
    [
        ("update journal set action = 'nothing' where seq = 5", (5, "content")),
        ("update journal set user = 'somebody' where seq = 5", (5, "content")),
        ("update journal set at = '2026-01-01' where seq = 5", (5, "content")),
        ("update journal set after_hash = 'x' where seq = 5", (5, "content")),
        ("update journal set reason = 'x' where seq = 5", (5, "content")),
        ("update journal set trust = 'SYNCED' where seq = 5", (5, "content")),
        ("update journal set prev_hash = 'x' where seq = 5", (5, "content")),
        ("update journal set mac = 'x' where seq = 5", (5, "mac")),
        ("delete from journal where seq = 5", (5, "missing")),
        ("delete from journal where seq = 1", (1, "missing")),
    ],
)
def test_each_tampering_is_found_with_its_row(
    busy: World, sql: str, found: tuple[int, str]
) -> None:
    db = busy.desk.db
    for trigger in _UNLOCKED:
        db.execute(f"drop trigger {trigger}")
    db.execute(sql)
    assert found in _broken(busy)


def test_a_changed_hash_breaks_its_row_and_the_next(busy: World) -> None:
    db = busy.desk.db
    db.execute("drop trigger journal_is_written_once")
    db.execute("update journal set hash = 'x' where seq = 5")
    assert _broken(busy)[:2] == [(5, "content"), (6, "link")]


def test_a_chain_rebuilt_without_the_key_shows(busy: World) -> None:
    db = busy.desk.db
    for trigger in _UNLOCKED:
        db.execute(f"drop trigger {trigger}")
    db.execute("update journal set action = 'nothing' where seq = 3")
    previous = str(busy.sql("select hash from journal where seq = 2"))
    for row in db.execute("select * from journal where seq > 2 order by seq").fetchall():
        bare = (*row[:12], previous, row[15])
        previous = journal.chain(bare)
        db.execute(
            "update journal set prev_hash = ?, hash = ? where seq = ?",
            (bare[12], previous, row[1]),
        )
    assert list(journal.flaws(db, None)) == [], "the public hashes hold"
    assert _broken(busy)[0] == (3, "mac")


def test_the_key_of_the_journal_survives_a_lock(busy: World) -> None:
    before = _mac_key(busy)
    busy.cabinet.lock()
    busy.cabinet.unlock(busy.cabinet.logins()[0].id, PASSPHRASE)
    busy.visit(OUCHENE, care_date=busy.desk.today.isoformat(), second_reason="seconde")
    assert _mac_key(busy) == before
    assert _broken(busy) == []


def test_the_journal_holds_digests_not_names(busy: World) -> None:
    rows = busy.desk.db.execute("select * from journal").fetchall()
    text = "".join(str(cell) for row in rows for cell in row).casefold()
    for word in ("ouchene", "fatima", OUCHENE.niss, "willems"):
        assert word not in text


_SERVICES: list[tuple[str, Callable[[World], object]]] = [
    (
        "patient.created",
        lambda w: patients.create(w.desk, {"last_name": "Pirson", "first_name": "Luc"}),
    ),
    (
        "patient.amended",
        lambda w: patients.amend(
            w.desk, w.ids[OUCHENE], {"last_name": "Ou", "first_name": "F", "niss": OUCHENE.niss}
        ),
    ),
    ("coverage.typed", lambda w: w.insure(OUCHENE)),
    ("treatment.opened", lambda w: w.open_series(OUCHENE, agreed=False)),
    ("agreement.typed", lambda w: w.agree(w.series[OUCHENE])),
    ("session.recorded", lambda w: w.visit(OUCHENE)),
    ("lot.sealed", lambda w: w.seal("100")),
    (
        "session.collected",
        lambda w: agenda.collect(
            w.desk, str(w.sql("select min(id) from session")), {"copay_collected": "1"}
        ),
    ),
    (
        "session.voided",
        lambda w: sessions.void(w.desk, str(w.sql("select min(id) from session")), "erreur"),
    ),
    ("user.language", lambda w: practices.choose_language(w.desk, "nl")),
    (
        "post.kept",
        lambda w: PracticeIntake(w.cabinet.desk).keep(b"page", w.clock.now()),
    ),
    (
        "post.confirmed",
        lambda w: PracticeIntake(w.cabinet.desk).confirmed(["h"], w.clock.now()),
    ),
]


@pytest.mark.parametrize(("action", "act"), _SERVICES, ids=[name for name, _ in _SERVICES])
def test_each_service_writes_one_row_and_one_event(
    world: World, action: str, act: Callable[[World], object]
) -> None:
    world.visit(OUCHENE, copay_collected="2,50")
    before = int(str(world.sql("select max(seq) from journal")))
    events = int(str(world.sql("select max(id) from event")))
    act(world)
    assert world.sql("select max(seq) from journal") == before + 1
    assert world.sql("select action from journal order by seq desc limit 1") == action
    assert world.sql("select max(id) from event") == events + 1
    assert world.sql("select kind from event order by id desc limit 1") == action
    assert _broken(world) == []


def test_a_service_that_fails_leaves_no_row(world: World) -> None:
    world.visit(OUCHENE)
    before = world.sql("select count(*) from journal")
    with pytest.raises(Exception, match="state"):
        refusals.correct(world.desk, str(world.sql("select id from line")))
    assert world.sql("select count(*) from journal") == before


def test_every_fact_carries_the_number_of_its_act(busy: World) -> None:
    for table in ("patient", "coverage", "treatment", "agreement", "session", "act", "line", "lot"):
        orphans = busy.sql(
            f"select count(*) from {table} t where not exists"  # noqa: S608 - a test's own words
            " (select 1 from journal j where j.device = t.device and j.seq = t.seq)"
        )
        assert orphans == 0, table


def test_leasing_and_settling_are_acts_too(busy: World) -> None:
    outbox = PracticeOutbox(busy.cabinet.desk, busy.clock.monotonic)
    before = int(str(busy.sql("select max(seq) from journal")))
    outbox.lanes(busy.clock.now())
    message = outbox.lease("efact:100", busy.clock.now())
    assert message is not None
    outbox.keep(message, b"raw", busy.clock.now())
    rows = busy.desk.db.execute(
        "select action from journal where seq > ? order by seq", (before,)
    ).fetchall()
    assert [row[0] for row in rows] == [
        "message.ready",
        "message.ready",
        "message.leased",
        "answer.kept",
    ]
