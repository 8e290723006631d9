"""Conventions as a practice keeps them: typed by hand, put aside, searched (F-05, E7, E8)."""

import pytest

from server.core.errors import InvalidForm, NotFound
from server.services import conventions
from server.services.conventions import add_by_hand, put_aside, take_back
from tests.countries.france.tables import line, many
from tests.services.test_convention_import import NEXT, held, taken
from tests.world import World, faults


@pytest.fixture
def world(french_world: World) -> World:
    return french_world


CNMSS = {"signatory": "08", "label": "CNMSS", "accord": "T", "criterion": "08???????"}


@pytest.mark.scenario("F-05")
def test_e7_a_convention_typed_by_hand_survives_every_import(world: World) -> None:
    add_by_hand(world.desk, CNMSS)
    taken(world, many(3))
    taken(world, many(2), NEXT)
    (kept,) = conventions.by_hand(world.desk)
    assert (kept.row.signatory_label, kept.row.type, kept.row.accord) == ("CNMSS", "RO", "T")
    assert (kept.row.signatory, kept.row.criterion) == ("08", "08???????")
    assert len(held(world)) == 3


@pytest.mark.scenario("F-05")
@pytest.mark.parametrize(
    ("typed", "fault"),
    [
        ({"signatory": "02", "criterion": "02??????"}, ("criterion", "length")),
        ({"criterion": "08??????"}, ("criterion", "length")),
        ({"criterion": "08????????"}, ("criterion", "length")),
        ({"criterion": "AB???????"}, ("criterion", "shape")),
        ({"criterion": "02???????"}, ("criterion", "signatory")),
        ({"criterion": ""}, ("criterion", "missing")),
        ({"signatory": "8"}, ("signatory", "two_digits")),
        ({"label": ""}, ("label", "missing")),
        ({"accord": "Z"}, ("accord", "unknown")),
    ],
)
def test_e8_what_cannot_be_a_convention_of_a_caisse_is_told(
    world: World, typed: dict[str, str], fault: tuple[str, str]
) -> None:
    with pytest.raises(InvalidForm) as problem:
        add_by_hand(world.desk, {**CNMSS, **typed})
    assert fault in faults(problem.value)
    assert conventions.by_hand(world.desk) == []


def test_a_convention_there_is_already_is_not_typed_twice(world: World) -> None:
    add_by_hand(world.desk, CNMSS)
    with pytest.raises(InvalidForm) as problem:
        add_by_hand(world.desk, CNMSS)
    assert faults(problem.value) == (("criterion", "known"),)
    taken(world, [line("02", criterion="02???????")])
    with pytest.raises(InvalidForm):
        add_by_hand(world.desk, {**CNMSS, "signatory": "02", "criterion": "02???????"})


def test_a_convention_is_put_aside_never_deleted_and_comes_back(world: World) -> None:
    taken(world, many(3))
    key = conventions.listed(world.desk)[1].id
    put_aside(world.desk, key)
    assert held(world) == ["98000000", "98000002"]
    taken(world, many(4), NEXT)
    assert "98000001" not in held(world)
    (away,) = conventions.aside(world.desk)
    take_back(world.desk, away.id)
    assert "98000001" in held(world)
    assert world.sql("select count(*) from convention where signatory = '98000001'") == 2


def test_typing_what_was_put_aside_brings_it_back(world: World) -> None:
    key = add_by_hand(world.desk, CNMSS)
    put_aside(world.desk, key)
    assert conventions.by_hand(world.desk) == []
    assert add_by_hand(world.desk, CNMSS) == key
    assert len(conventions.by_hand(world.desk)) == 1


def test_a_convention_that_is_not_there_cannot_be_put_aside(world: World) -> None:
    with pytest.raises(NotFound):
        put_aside(world.desk, 12)


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("0072727272 72", 1),
        ("727", 1),
        ("caisse", 30),
        ("CAISSE 12", 1),
        ("98000012?", 1),
        ("%", 0),
        ("nobody", 0),
    ],
)
def test_one_box_searches_numbers_criteria_and_names(world: World, words: str, found: int) -> None:
    rows = [*many(30), line("7272727272", "OC", "", label="DEMONSTRATION")]
    taken(world, rows)
    assert len(conventions.listed(world.desk, words)) == found


def test_the_list_is_shown_a_page_at_a_time_and_by_type(world: World) -> None:
    taken(world, [*many(3), line("7272727272", "OC", "")])
    first = conventions.listed(world.desk, most=3)
    assert len(first) == 3
    assert len(conventions.listed(world.desk, after=first[-1].id)) == 1
    assert len(conventions.listed(world.desk, type_="OC")) == 1


def test_the_caisses_a_criterion_would_hold_for_are_told_while_it_is_typed(world: World) -> None:
    taken(world, [line("01011", criterion="01011????"), line("08", criterion="08???????")])
    found = conventions.caisses(world.desk, "01")
    assert [each.number for each in found] == ["01011"]
    assert [each.number for each in conventions.caisses(world.desk, "01???????")] == ["01011"]
    assert conventions.caisses(world.desk, "") == ()
    assert conventions.caisses(world.desk, "AB???????") == ()
    assert conventions.caisses(world.desk, "08????????") == ()
