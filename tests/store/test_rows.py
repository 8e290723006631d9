"""Rows become dataclasses, each column in the type of its field."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum

import apsw
import pytest

from server.store.rows import many, of_facts, one, value


class Colour(StrEnum):
    RED = "red"


@dataclass(frozen=True, slots=True)
class Thing:
    id: str
    count: int
    good: bool
    day: date
    at: datetime | None
    colour: Colour | None
    size: float
    raw: bytes


@pytest.fixture
def db() -> apsw.Connection:
    held = apsw.Connection(":memory:")
    held.execute(
        "create table thing (id text, count integer, good integer, day text, at text, colour text,"
        " size real, raw blob) strict"
    )
    return held


SELECT = "select id, count, good, day, at, colour, size, raw from thing"


def test_each_cell_has_the_type_of_its_field(db: apsw.Connection) -> None:
    db.execute(
        "insert into thing values ('a', 3, 1, '2026-03-02', '2026-03-02T07:00:00+00:00', 'red',"
        " 1.5, x'00ff')"
    )
    at = datetime(2026, 3, 2, 7, tzinfo=UTC)
    assert one(db, Thing, SELECT) == Thing(
        "a", 3, True, date(2026, 3, 2), at, Colour.RED, 1.5, b"\x00\xff"
    )


def test_what_is_null_is_none(db: apsw.Connection) -> None:
    db.execute("insert into thing values ('a', 0, 0, '2026-03-02', null, null, 0.0, x'')")
    found = one(db, Thing, SELECT)
    assert found is not None
    assert (found.at, found.colour, found.good) == (None, None, False)


def test_no_row_is_an_empty_list_or_none(db: apsw.Connection) -> None:
    assert many(db, Thing, SELECT) == []
    assert one(db, Thing, SELECT) is None
    assert value(db, "select id from thing") is None


def test_a_word_outside_its_list_is_not_passed_on(db: apsw.Connection) -> None:
    db.execute("insert into thing values ('a', 0, 0, '2026-03-02', null, 'blue', 0.0, x'')")
    with pytest.raises(LookupError, match="blue"):
        many(db, Thing, SELECT)


def test_rows_come_in_the_order_asked(db: apsw.Connection) -> None:
    for name in "bac":
        db.execute(
            "insert into thing values (?, 0, 0, '2026-03-02', null, null, 0.0, x'')", (name,)
        )
    assert [t.id for t in many(db, Thing, SELECT + " order by id")] == ["a", "b", "c"]
    assert value(db, "select count(*) from thing") == 3


@dataclass(frozen=True)
class Grown:
    """A row of a table that gained a column."""

    code: str
    day: date
    cents: int = 0


def test_facts_kept_before_a_column_was_added_have_its_first_value_and_lack_no_other() -> None:
    assert of_facts(Grown, {"code": "x", "day": "2026-03-02"}) == Grown("x", date(2026, 3, 2), 0)
    assert of_facts(Grown, {"code": "x", "day": "2026-03-02", "cents": 7}).cents == 7
    with pytest.raises(KeyError, match="day"):
        of_facts(Grown, {"code": "x"})
