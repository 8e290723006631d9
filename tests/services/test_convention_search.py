"""Finding a patient's convention in the practice file, and the three checks of F-16."""

from dataclasses import replace
from datetime import date
from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.core.errors import Missing
from server.countries.france.convention_match import Need, choose
from server.countries.france.numbers import AmcNumber
from server.countries.france.payers import Profile
from server.countries.france.routes import Cover, Remark, Route
from server.services import (
    convention_import,
    convention_rules,
    convention_search,
    conventions,
    patients,
)
from server.services.convention_import import confirm, pieces_of, read
from server.services.convention_search import Cause, convert_number, find, route, settle, why_none
from server.store import convention_lookup as store
from tests.countries.france.tables import line, written
from tests.services.test_convention_import import FIRST, NEXT, taken
from tests.world import World

DAY = date(2026, 3, 10)
CASANOVA = Need(DAY, "OC", "T", number="0799900028")
TABLE = [
    line("08", criterion="08???????", label="CNMSS"),
    line("08", criterion="08???????", number="784442873", label="GENDARMES"),
    line("02", criterion="02??1????", label="MSA"),
    line("02", criterion="02??10000", label="MSA"),
    line("799900010", "OC", "", label="MUTUELLE TI DOUE"),
    line("ESSAIPHARM", "SP", "", grouped="1"),
]


_TURN = count(1)


@pytest.fixture
def world(french_world: World) -> World:
    return french_world


def unique(body: str, number: str = "") -> Need:
    return Need(DAY, "RO", "T", body, number)


def signatory(world: World, need: Need) -> str | None:
    chosen = find(world.desk, need).chosen
    return chosen.held.row.signatory_label if chosen else None


def test_the_convention_of_a_caisse_of_an_insurer_and_of_a_member_are_found(world: World) -> None:
    taken(world, TABLE)
    taken_members(world)
    assert signatory(world, unique("087560100")) == "CNMSS"
    assert signatory(world, unique("087560100", "0784442873")) == "GENDARMES"
    assert signatory(world, unique("020110000")) == "MSA"
    assert signatory(world, replace(CASANOVA, number="0799900010")) == "MUTUELLE TI DOUE"
    assert signatory(world, Need(DAY, "SP", "T", number="490011")) == "CAISSE D'ESSAI"
    assert signatory(world, CASANOVA) is None
    assert signatory(world, replace(CASANOVA, number="")) is None


def taken_members(world: World) -> None:
    row = b"C;0;;00490011;AMIS;SP;;;ESSAIPHARM;ESSAI PHARM\n"
    key = read(world.desk, "R-essai.csv", [row]).id
    confirm(world.desk, key)


@given(
    st.lists(st.text("01?", min_size=9, max_size=9), min_size=1, max_size=8, unique=True),
    st.text("01", min_size=9, max_size=9),
)
def test_looking_up_finds_what_reading_every_row_finds(
    world: World, criteria: list[str], body: str
) -> None:
    rows = [line(f"9{n}", criterion=one) for n, one in enumerate(criteria)]
    number = next(_TURN)
    name = "".join("abcdefghij"[int(digit)] for digit in str(number))  # digits would be a day
    key = taken(world, rows, f"C-essai {name}.csv")
    tables = [each.number for each in conventions.standing(world.desk).tables]
    assert len(tables) == 1
    need = unique(body)
    every = list(store.kept_where(world.desk.db, "tbl = ?", (tables[0],)))
    assert find(world.desk, need).choice == choose(need, every)
    convention_import.undo(world.desk, key)


def test_f9_a_choice_between_equals_is_remembered_for_the_patient(world: World) -> None:
    patient = patients.create(world.desk, {"last_name": "ROUSSET", "first_name": "Émile"})
    taken(world, [line("08", criterion="08???????", host=host) for host in ("1", "2")])
    need = unique("087560100")
    first = find(world.desk, need, patient)
    assert (len(first.choice.best), first.chosen) == (2, None)
    settle(world.desk, need, patient, first.choice.best[1].held.id)
    again = find(world.desk, need, patient).chosen
    assert again
    assert again.held.row.host == "2"
    settle(world.desk, need, patient, 999)
    assert find(world.desk, need, patient).chosen == again


def test_f7_the_number_of_a_card_is_converted(world: World) -> None:
    data = b"7504725?;08???????;391036183;MSPP\n92002138;08???????;784338675;MAA\n"
    confirm(world.desk, read(world.desk, "correspondance-0106.csv", [data]).id)
    found = convert_number(world.desk, "75047258", "087560100")
    assert found
    assert found.number == "391036183"
    assert convert_number(world.desk, "75047258", "010110000") is None
    assert convert_number(world.desk, "750472589", "087560100") is None


@pytest.mark.scenario("F-04")
def test_the_route_follows_the_conventions_in_use(world: World) -> None:
    begins, ends = date(2026, 1, 1), date(2026, 12, 31)
    separate = Cover(AmcNumber.parse("0799900010"), convention_type="OC", begins=begins, ends=ends)
    need = replace(CASANOVA, number="0799900010", body="087560100")
    assert route(world.desk, separate, need).remarks == (Remark.NO_CONVENTION,)
    taken(world, TABLE)
    assert route(world.desk, separate, need).route is Route.DRE
    one = replace(separate, convention_type="RO")
    assert route(world.desk, one, replace(need, type="RO")).route is Route.GU
    apart = route(world.desk, replace(one, linked=False), replace(need, type="RO"))
    assert apart.instead is Route.DRE
    c2s = replace(one, profile=Profile.C2S)
    assert route(world.desk, c2s, need).whole


def checks(world: World, need: Need, on_card: str = "") -> dict[Cause, bool]:
    return {each.cause: each.true for each in why_none(world.desk, need, on_card).checks}


@pytest.mark.scenario("F-16")
def test_f16_a_the_card_names_another_insurer_than_the_file(world: World) -> None:
    taken(world, TABLE)
    need = replace(CASANOVA, number="0799900028")
    assert checks(world, need, "0799900010")[Cause.WRONG_NUMBER]
    wrong = why_none(world.desk, need, "0799900010").checks[0]
    assert wrong.facts == {"file": "0799900028", "card": "0799900010", "held": "yes"}
    assert not checks(world, need, "799900028")[Cause.WRONG_NUMBER]
    assert not checks(world, need)[Cause.WRONG_NUMBER]


@pytest.mark.scenario("F-16")
def test_f16_b_no_table_has_the_insurer(world: World) -> None:
    taken(world, TABLE)
    assert checks(world, CASANOVA) == {
        Cause.WRONG_NUMBER: False,
        Cause.NOT_SIGNED: True,
        Cause.OUT_OF_DATE: False,
    }


def test_f16_b_a_member_whose_signatory_has_no_row_names_it(world: World) -> None:
    taken(world, TABLE[:5])
    taken_members(world)
    check = why_none(world.desk, Need(DAY, "SP", "T", number="490011")).checks[1]
    assert (check.true, check.facts["signatory"]) == (True, "ESSAI PHARM")


@pytest.mark.scenario("F-16")
def test_f16_c_a_file_that_waits_has_the_insurer(world: World) -> None:
    taken(world, TABLE, FIRST)
    rows = [*TABLE, line("799900028", "OC", "")]
    waiting = read(world.desk, NEXT, pieces_of(written(rows))).id
    found = checks(world, CASANOVA)
    assert (found[Cause.NOT_SIGNED], found[Cause.OUT_OF_DATE]) == (False, True)
    assert why_none(world.desk, CASANOVA).checks[2].facts["waiting"] == waiting


def test_an_old_table_is_suspected_too(world: World) -> None:
    taken(world, TABLE)
    world.clock.advance(days=30)
    assert checks(world, CASANOVA)[Cause.OUT_OF_DATE]


def test_rows_of_the_same_insurer_that_nearly_fit_are_shown(world: World) -> None:
    taken(world, TABLE)
    need = replace(CASANOVA, number="0799900010", type="MU")
    diagnosis = why_none(world.desk, need)
    assert [row.signatory_label for row in diagnosis.near] == ["MUTUELLE TI DOUE"]
    assert not diagnosis.checks[1].true
    fitting = why_none(world.desk, replace(CASANOVA, number="0799900010"))
    assert fitting.near == []
    assert why_none(world.desk, unique("087560100")).near == []


def test_a_convention_put_aside_is_found_no_more(world: World) -> None:
    taken(world, TABLE)
    key = conventions.listed(world.desk, "mutuelle")[0].id
    conventions.put_aside(world.desk, key)
    assert signatory(world, replace(CASANOVA, number="0799900010")) is None


def test_tables_built_before_conventions_were_read_are_told(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(convention_rules, "_READ", {})
    monkeypatch.setattr("server.store.reference.holds", lambda db, table: False)
    with pytest.raises(Missing):
        convention_search.why_none(world.desk, CASANOVA)
