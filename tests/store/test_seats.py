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


def test_a_fact_is_read_once_until_anybody_writes(world: World) -> None:
    asked: list[str] = []

    def read() -> str:
        asked.append("read")
        return f"{len(asked)}"

    assert [world.desk.once(read, "a"), world.desk.once(read, "a")] == ["1", "1"]
    assert world.desk.once(read, "b") == "2"
    old = world.desk
    with world.desk.db as db:
        db.execute("update practice set city = 'Namur'")
    assert old.once(read, "a") == "3"  # a desk that is older than what was written
    assert old.once(read, "a") == "4"
    assert [world.desk.once(read, "a"), world.desk.once(read, "a")] == ["5", "5"]


def test_what_another_connection_wrote_makes_a_fact_old(world: World) -> None:
    pool = world.cabinet._pool
    assert pool is not None
    here = world.desk
    assert here.once(lambda: "before", "a") == "before"
    pool._mine.db = None  # the next one asked for is another connection to the same file
    with pool.get() as db:
        db.execute("update practice set city = 'Namur'")
    assert here.once(lambda: "after", "a") == "after"


def test_nothing_read_inside_a_transaction_is_kept(world: World) -> None:
    desk = world.desk
    with desk.db:
        assert desk.once(lambda: "inside", "a") == "inside"
        assert world.desk.once(lambda: "again", "a") == "again"
    assert desk.once(lambda: "after", "a") == "after"


def test_facts_kept_never_grow_without_end(world: World) -> None:
    desk = world.desk
    for number in range(65):
        desk.once(lambda number=number: number, f"{number}")  # type: ignore[misc]  # a default
    assert desk.once(lambda: "anew", "0") == "anew"
