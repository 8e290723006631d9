"""The seat of a desk is read once per change of the file, and never one change too late."""

import apsw

from server.store.seats import Seats
from tests.world import World


def test_a_seat_is_read_again_only_when_the_file_has_changed(
    world: World, world_db: apsw.Connection
) -> None:
    seats, user = Seats(), world.desk.user.id
    first = seats.of(world_db, user)
    assert first is not None
    assert seats.of(world_db, user) is first
    with world_db as db:
        db.execute("update practice set city = 'Namur'")
    second = seats.of(world_db, user)
    assert second is not None
    assert second.practice.city == "Namur"


def test_what_another_connection_writes_is_seen_at_once(world: World) -> None:
    pool = world.cabinet._pool
    assert pool is not None
    here, seats, user = pool.get(), Seats(), world.desk.user.id
    before = seats.of(here, user)
    assert before is not None
    pool._mine.db = None  # the next one asked for is another connection to the same file
    other = pool.get()
    assert other is not here
    with other as db:
        db.execute("update app_user set active = 0")
    after = seats.of(here, user)
    assert after is not None
    assert (before.user.active, after.user.active) == (True, False)


def test_what_a_transaction_takes_back_is_not_kept(world: World, world_db: apsw.Connection) -> None:
    seats, user = Seats(), world.desk.user.id
    world_db.execute("begin immediate")
    world_db.execute("update practice set city = 'Jambes'")
    inside = seats.of(world_db, user)
    world_db.execute("rollback")
    after = seats.of(world_db, user)
    assert inside is not None
    assert after is not None
    assert inside.practice.city == "Jambes"
    assert after.practice.city != "Jambes"


def test_there_is_no_seat_for_somebody_the_file_does_not_know(
    world: World, world_db: apsw.Connection
) -> None:
    assert Seats().of(world_db, "nobody") is None
