"""Importing conventions: read aside, compared, confirmed at once, taken back (F-01, E5, E9)."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date

import pytest

from server.core.errors import (
    DamagedPractice,
    Forbidden,
    NotFound,
    StateConflict,
    TableRefused,
)
from server.core.rights import Role
from server.services import convention_import, conventions
from server.services.convention_import import Stopped, confirm, decline, pieces_of, read
from server.store.conventions import Origin, State
from tests.countries.france.tables import line, many, written
from tests.services.test_tray import act_as
from tests.world import World

FIRST = "C-InterAMC_20260112.csv"
NEXT = "C-InterAMC_20260203.csv"


@pytest.fixture
def world(french_world: World) -> World:
    return french_world


def taken(world: World, rows: Sequence[Sequence[str]], name: str = FIRST) -> str:
    """A table read and confirmed."""
    key = read(world.desk, name, pieces_of(written(rows))).id
    confirm(world.desk, key)
    return key


def held(world: World) -> list[str]:
    """The signatories in use, by the list people see."""
    return [kept.row.signatory for kept in conventions.listed(world.desk, most=10_000)]


def refused(world: World, name: str, data: bytes) -> dict[str, object]:
    with pytest.raises(TableRefused) as problem:
        read(world.desk, name, pieces_of(data))
    return problem.value.facts


def rows_left(world: World) -> object:
    return world.sql("select count(*) from convention")


@pytest.mark.scenario("F-01")
def test_a_first_table_holds_once_it_is_confirmed(world: World) -> None:
    key = read(world.desk, FIRST, pieces_of(written(many(30)))).id
    assert held(world) == []
    before = convention_import.preview(world.desk, key)
    assert (before.version.added, before.version.changed, before.version.ended) == (30, 0, 0)
    assert (before.changes, before.replaced) == (30, None)
    version = confirm(world.desk, key)
    assert len(held(world)) == 30
    assert (version.state, version.origin, version.rows) == (State.ACTIVE, Origin.MANUAL, 30)
    assert version.label == "2026-01-12"


@pytest.mark.scenario("F-01")
def test_e5_the_same_file_twice_changes_nothing(world: World) -> None:
    key = taken(world, many(30))
    again = read(world.desk, "C-InterAMC_20260112 (1).csv", pieces_of(written(many(30))))
    assert (again.id, again.already) == (key, True)
    assert (len(held(world)), rows_left(world)) == (30, 30)
    assert len(convention_import.log(world.desk)) == 1


def test_a_new_table_is_compared_row_by_row_with_the_one_in_use(world: World) -> None:
    taken(world, many(30))
    rows = many(31)
    rows[4] = [*rows[4][:6], "AUTRE NOM", *rows[4][7:]]
    del rows[9]
    key = read(world.desk, NEXT, pieces_of(written(rows))).id
    seen = convention_import.preview(world.desk, key)
    assert (seen.version.added, seen.version.changed, seen.version.ended) == (1, 1, 1)
    changed, ended, added = seen.differences
    assert changed.before and changed.after
    assert (changed.before[4], changed.after[4]) == ("CAISSE 4", "AUTRE NOM")
    assert ended.before and ended.after is None
    assert added.after and added.before is None
    assert (ended.before[3], added.after[3]) == ("98000009", "98000030")
    assert len(held(world)) == 30
    confirm(world.desk, key)
    assert "98000009" not in held(world)


def test_bad_rows_are_kept_with_their_numbers(world: World) -> None:
    key = read(world.desk, FIRST, pieces_of(written([*many(200), ["x"]]))).id
    (bad,) = convention_import.preview(world.desk, key).bad
    assert (bad.line, bad.reason, bad.found) == (201, "cells", "1")


@pytest.mark.scenario("F-02")
@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "empty"),
        (written(many(300))[:-40], "truncated"),
        (written([*many(50), ["x"]]), "bad_rows"),
    ],
)
def test_a_refused_file_leaves_the_table_in_use_and_a_line_in_the_log(
    world: World, data: bytes, reason: str
) -> None:
    taken(world, many(3))
    assert refused(world, NEXT, data)["reason"] == reason
    assert len(held(world)) == 3
    last = convention_import.log(world.desk)[0]
    assert (last.state, last.reason) == (State.REFUSED, reason)
    convention_import.sweep(world.desk)
    assert rows_left(world) == 3


def test_an_older_file_is_refused_before_it_is_read(world: World) -> None:
    taken(world, many(3), NEXT)
    facts = refused(world, FIRST, b"never read")
    assert (facts["reason"], facts["day"], facts["active"]) == ("older", "2026-01-12", "2026-02-03")


def test_a_file_that_was_replaced_cannot_come_back_over_the_newer_one(world: World) -> None:
    taken(world, many(3), "C-Mutuelle A.csv")
    taken(world, many(4), "C-Mutuelle A.csv")
    assert refused(world, "C-Mutuelle A.csv", written(many(3)))["reason"] == "replaced"


def test_a_file_that_waited_is_older_once_a_newer_one_was_confirmed(world: World) -> None:
    waiting = read(world.desk, FIRST, pieces_of(written(many(3)))).id
    newer = read(world.desk, NEXT, pieces_of(written(many(4)))).id
    assert convention_import.preview(world.desk, waiting).version.state is State.DECLINED
    confirm(world.desk, newer)
    with pytest.raises(StateConflict):
        confirm(world.desk, waiting)


def test_e9_a_declined_file_changes_nothing_and_may_be_offered_again(world: World) -> None:
    taken(world, many(3))
    key = read(world.desk, NEXT, pieces_of(written(many(4)))).id
    decline(world.desk, key)
    assert len(held(world)) == 3
    with pytest.raises(StateConflict):
        decline(world.desk, key)
    again = read(world.desk, NEXT, pieces_of(written(many(4))))
    confirm(world.desk, again.id)
    assert len(held(world)) == 4


def test_an_import_is_undone_and_the_version_before_holds_again(world: World) -> None:
    taken(world, many(3))
    key = taken(world, many(5), NEXT)
    convention_import.undo(world.desk, key)
    assert len(held(world)) == 3
    with pytest.raises(StateConflict):
        convention_import.undo(world.desk, key)
    (active,) = conventions.standing(world.desk).tables
    assert active.name == FIRST
    assert confirm(world.desk, read(world.desk, NEXT, pieces_of(written(many(5)))).id).rows == 5


def test_a_first_import_is_undone_to_nothing(world: World) -> None:
    convention_import.undo(world.desk, taken(world, many(3)))
    assert held(world) == []
    with pytest.raises(NotFound):
        convention_import.undo(world.desk, "nobody")


def test_the_rows_of_versions_nobody_needs_are_swept_and_the_one_to_go_back_to_is_kept(
    world: World,
) -> None:
    for size, name in ((3, FIRST), (4, NEXT), (5, "C-InterAMC_20260301.csv")):
        taken(world, many(size), name)
    convention_import.sweep(world.desk)
    assert rows_left(world) == 4 + 5


def test_two_tables_hold_side_by_side(world: World) -> None:
    taken(world, many(3))
    taken(world, [line("7272727272", "OC", "")], "C-Mutuelle Ti Doue 2026.csv")
    assert len(held(world)) == 4
    assert len(conventions.standing(world.desk).tables) == 2


def test_progress_is_told_and_a_stop_leaves_nothing(world: World) -> None:
    told: list[tuple[int, int]] = []
    data = written(many(20_000))
    with pytest.raises(Stopped):
        read(
            world.desk, FIRST, pieces_of(data), told=lambda *n: told.append(n),
            stop=lambda: len(told) == 15,
        )  # fmt: skip
    lines = [lines for lines, _ in told]
    assert len(told) == 15
    assert lines == sorted(lines)
    assert lines[-1] > convention_import.BATCH
    assert rows_left(world) == 0
    assert convention_import.log(world.desk) == []


def test_a_reading_cut_short_by_a_fault_is_swept_by_the_next(world: World) -> None:
    def torn(size: int) -> Iterator[bytes]:
        yield from pieces_of(written(many(size)))
        raise OSError

    for size, large in ((3, False), (9_000, True)):
        with pytest.raises(OSError):
            read(world.desk, FIRST, torn(size))
        left = world.sql("select count(*) >= ? from convention", (convention_import.BATCH,))
        assert bool(left) is large
    taken(world, many(3))
    convention_import.sweep(world.desk)
    assert rows_left(world) == 3
    assert len(convention_import.log(world.desk)) == 1


def test_one_file_is_read_at_a_time(world: World) -> None:
    def nested() -> Iterator[bytes]:
        with pytest.raises(StateConflict):
            read(world.desk, NEXT, [])
        yield written(many(2))

    assert read(world.desk, FIRST, nested()).id


def test_the_journal_has_each_step(world: World) -> None:
    key = taken(world, many(3))
    convention_import.undo(world.desk, key)
    found = world.desk.db.execute("select action from journal where entity_id = ?", (key,))
    assert [action for (action,) in found] == [
        "convention.read", "convention.imported", "convention.undone",
    ]  # fmt: skip


def test_who_may_not_settle_the_practice_imports_nothing(world: World) -> None:
    act_as(world, Role.STAFF, linked=True)
    with pytest.raises(Forbidden):
        read(world.desk, FIRST, [])


def test_a_damaged_file_takes_no_table_in(world: World) -> None:
    with pytest.raises(DamagedPractice):
        read(replace(world.desk, damaged=True), FIRST, [])


def test_conversions_and_members_are_imported_too(world: World) -> None:
    for name, data in (
        ("R-essai.csv", b"I;2;;12345678;A;RO;;93???????;93;B\n"),
        ("correspondance-0106.csv", b"75047258;08???????;391036183;A\n"),
    ):
        key = read(world.desk, name, [data]).id
        assert convention_import.preview(world.desk, key).version.added == 1
        confirm(world.desk, key)
    assert held(world) == []
    assert conventions.standing(world.desk).imported_on is None


@pytest.mark.scenario("F-04")
def test_the_age_of_conventions_counts_from_their_import(world: World) -> None:
    assert conventions.standing(world.desk).age == "none"
    taken(world, many(3))
    assert conventions.standing(world.desk).imported_on == date(2026, 3, 2)
    for days, age in ((20, "fresh"), (1, "amber"), (25, "red")):
        world.clock.advance(days=days)
        assert conventions.standing(world.desk).age == age
