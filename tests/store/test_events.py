"""Old events are forgotten, and ids go on: a page never takes a new row for one it knows."""

import apsw

from server.store import events
from tests.world import PASSPHRASE, World


def test_the_last_events_are_kept_and_ids_go_on(world: World, world_db: apsw.Connection) -> None:
    with world_db as db:
        for n in range(events.KEPT + 50):
            events.add(db, world.clock.now(), "lot.sealed", str(n))
        last = events.last_id(db)
        events.prune(db)
    assert events.oldest_id(db) == last - events.KEPT + 1
    assert events.last_id(db) == last
    told = events.since(db, last - 3)
    assert [event.id for event in told] == [last - 2, last - 1, last]
    with db:
        db.execute("delete from event")
        events.add(db, world.clock.now(), "lot.sealed", "x")
    assert events.last_id(db) == last + 1


def test_a_file_without_events_has_nothing_to_forget(world_db: apsw.Connection) -> None:
    with world_db as db:
        db.execute("delete from event")
        events.prune(db)
    assert (events.oldest_id(db), events.last_id(db)) == (0, 0)


def test_unlocking_forgets_old_events(world: World) -> None:
    with world.desk.db as db:
        for n in range(events.KEPT + 50):
            events.add(db, world.clock.now(), "lot.sealed", str(n))
    world.cabinet.lock()
    world.cabinet.unlock(world.cabinet.logins()[0].id, PASSPHRASE)
    db = world.desk.db
    came_in = 1  # the unlocking itself is told after the forgetting
    assert events.oldest_id(db) == events.last_id(db) - events.KEPT + 1 - came_in
