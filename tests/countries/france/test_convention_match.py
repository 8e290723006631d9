"""Which convention holds: section F, on fabricated twins and on the tables of 2008."""

import csv
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.core.errors import InvalidValue
from server.countries.dated import Table
from server.countries.france.convention_age import Age, age_of, whole_setting
from server.countries.france.convention_match import (
    Choice,
    Link,
    Need,
    Reason,
    choose,
    convert,
)
from server.countries.france.convention_rows import (
    Convention,
    Conversion,
    Member,
    convention_of,
    conversion_of,
    member_of,
)
from server.countries.switches import Switch
from tests.countries.france.conftest import shared, sheet
from tests.countries.france.tables import line

DAY = date(2026, 3, 10)


@dataclass(frozen=True)
class Kept:
    id: int
    row: Convention


def picked(cells: Sequence[str]) -> Convention:
    row = convention_of((*cells[:2], *cells[4:], "", ""))
    assert isinstance(row, Convention)
    return row


def kept(*rows: Convention) -> list[Kept]:
    return [Kept(number, row) for number, row in enumerate(rows, start=1)]


def sample(name: str) -> list[list[str]]:
    with shared(f"samples/{name}").open(encoding="latin-1", newline="") as file:
        return list(csv.reader(file, delimiter=";"))


@pytest.fixture(scope="module")
def of_2008() -> list[Kept]:
    return kept(*map(picked, sample("C-RO-0108.csv")))


def unique(body: str, number: str = "") -> Need:
    return Need(DAY, "RO", "T", body, number)


def only(choice: Choice) -> Convention:
    assert choice.chosen
    return choice.chosen.held.row


CNMSS = picked(line("08", criterion="08???????", label="CNMSS D'ESSAI"))
GENDARME = CNMSS._replace(number="784442873", label="GENDARME D'ESSAI")
TWINS = kept(
    CNMSS,
    GENDARME,
    picked(line("02", criterion="02??10000")),
    picked(line("02", criterion="02??1????")),
    picked(line("02", criterion="02??1????", number="99200008")),
    picked(line("7272727272", "OC", "", host="999", domain="giesv.rss.fr")),
    picked(line("7272727272", "OC", "", "H")),
    picked(line("55555", "OC", "A???", number="799900028")),
)


def test_f1_the_caisse_of_the_patient(of_2008: list[Kept]) -> None:
    row = only(choose(unique("010110000"), of_2008))
    assert (row.signatory, row.criterion) == ("01011", "01011????")
    assert row.signatory_label == "CPAM BOURG EN BRESSE"


def test_f2_without_a_number_the_row_without_one(of_2008: list[Kept]) -> None:
    for table in (of_2008, TWINS):
        choice = choose(unique("087560100"), table)
        assert (only(choice).signatory, only(choice).number) == ("08", "")
        assert choice.reason is Reason.BARE
    assert only(choose(unique("087560100"), of_2008)).signatory_label == "CNMSS"


def test_f3_with_a_number_its_own_row(of_2008: list[Kept]) -> None:
    for table in (of_2008, TWINS):
        choice = choose(unique("087560100", "0784442873"), table)
        assert (only(choice).signatory, only(choice).number) == ("08", "784442873")
        assert (choice.found[0].link, choice.reason) == (Link.NUMBER, Reason.LINK)
    held = only(choose(unique("087560100", "0784442873"), of_2008))
    assert held.label == "CAISSE NATIONALE DU GENDARME"


def test_f4_the_fewest_wildcards_win_and_the_choice_is_explained(of_2008: list[Kept]) -> None:
    for table in (of_2008, TWINS):
        choice = choose(unique("020110000"), table)
        assert only(choice).criterion == "02??10000"
        assert len(choice.found) == 3
        assert choice.reason is Reason.WILDCARDS


def test_f5_f6_an_insurer_by_its_number_inside_and_outside_third_party_payment(
    of_2008: list[Kept],
) -> None:
    need = Need(DAY, "OC", "T", number="7272727272")
    assert [one.held.id for one in choose(need, TWINS).found] == [6]
    assert [one.held.id for one in choose(replace(need, accord="H"), TWINS).found] == [7]
    row = only(choose(need, of_2008))
    assert (row.signatory_label, row.hub, row.routing) == ("DRE Démonstration", "M", "OC")
    assert (row.host, row.domain) == ("999", "giesv.rss.fr")
    outside = only(choose(replace(need, accord="H"), of_2008))
    assert (outside.accord, outside.signatory_label) == ("H", row.signatory_label)


def test_f7_the_number_of_a_card_is_converted_first(of_2008: list[Kept]) -> None:
    table = [conversion_of(tuple(cells)) for cells in sample("correspondance-0106.csv")]
    rows = [row for row in table if isinstance(row, Conversion)]
    found = convert("75047258", "087560100", rows)
    assert found
    assert (found.number, found.label) == ("391036183", "MSPP")
    row = only(choose(unique("087560100", found.number), of_2008))
    assert (row.signatory, row.label) == ("08", "MUT SAPEURS POMPIERS DE PARIS")


def test_a_conversion_takes_the_closest_row_or_none() -> None:
    rows = [Conversion("7504725?", "08???????", "1", ""), Conversion("75047258", "?" * 9, "2", "")]
    found = convert(" 75047258 ", "087560100", rows)
    assert found
    assert found.number == "2"
    assert convert("75047258", "0875", rows) is None


def test_f8_an_insurer_in_no_table_has_no_convention(of_2008: list[Kept]) -> None:
    choice = choose(Need(DAY, "OC", "T", number="12345678"), of_2008)
    assert (choice.found, choice.best, choice.chosen) == ((), (), None)


def test_f9_of_two_equal_rows_a_person_chooses() -> None:
    choice = choose(unique("087560100"), kept(CNMSS, CNMSS._replace(host="2")))
    assert len(choice.best) == 2
    assert choice.chosen is None
    assert choice.reason is Reason.ONLY


def test_two_tables_that_print_the_same_convention_are_no_choice() -> None:
    again = CNMSS._replace(comment="autre table", signatory_label="Cnmss")
    assert only(choose(unique("087560100"), kept(CNMSS, again))) == CNMSS


def test_f10_the_criterion_of_an_attestation_has_the_length_of_the_rows() -> None:
    need = Need(DAY, "OC", "T", number="0799900028", csr="A1B2")
    assert [one.held.id for one in choose(need, TWINS).found] == [8]
    assert choose(replace(need, csr="A1"), TWINS).found == ()
    assert choose(replace(need, csr=""), TWINS).found == ()


def test_a_member_is_found_through_its_signatory(of_2008: list[Kept]) -> None:
    operator = kept(picked(line("ESSAIPHARM", "SP", "", grouped="1")))
    member = member_of(("C", "0", "00490011", "AMIS", "SP", "", "ESSAIPHARM", ""))
    assert isinstance(member, Member)
    need = Need(DAY, "SP", "T", number="490011")
    choice = choose(need, operator, [member])
    assert choice.found[0].link is Link.GROUPING
    assert choose(need, operator).found == ()
    assert choose(need, operator, [member._replace(criterion="A?")]).found == ()
    assert choose(need, operator, [member._replace(type="OC")]).found == ()
    assert choose(replace(need, number=""), operator, [member]).found == ()


def test_a_number_is_closer_than_a_group_and_a_group_than_the_caisse() -> None:
    rows = kept(
        CNMSS,
        picked(line("93", criterion="08???????", grouped="1")),
        picked(line("08", criterion="08???????", number="123456")),
    )
    member = Member("I", "", "123456", "", "RO", "08???????", "93", "")
    found = choose(unique("087560100", "123456"), rows, [member]).found
    assert [one.link for one in found] == [Link.NUMBER, Link.GROUPING, Link.CAISSE]


def test_the_longest_run_of_characters_tells_equal_criteria_apart() -> None:
    rows = kept(
        picked(line("01", criterion="0?01?????")), picked(line("02", criterion="010??????"))
    )
    choice = choose(unique("010110000"), rows)
    assert (only(choice).signatory, choice.reason) == ("02", Reason.LITERAL)


def test_a_row_that_is_over_does_not_hold_and_a_dated_one_goes_first() -> None:
    dated = CNMSS._replace(begins="2026-01-01", ends="2026-12-31", host="2")
    choice = choose(unique("087560100"), kept(CNMSS, dated))
    assert (only(choice), choice.reason) == (dated, Reason.PERIOD)
    for over in (dated._replace(ends="2026-03-09"), dated._replace(begins="2026-03-11")):
        assert only(choose(unique("087560100"), kept(CNMSS, over))) == CNMSS


def test_a_row_without_criterion_is_no_caisses() -> None:
    assert choose(unique("087560100"), kept(CNMSS._replace(criterion=""))).found == ()


@pytest.mark.scenario("F-05")
def test_a_hand_made_convention_fits_the_caisses_of_its_regime_alone() -> None:
    assert choose(unique("087560100"), kept(CNMSS)).chosen
    assert not choose(unique("027560100"), kept(CNMSS)).chosen


bodies = st.text("01", min_size=9, max_size=9)
rows_of = st.lists(st.text("01?", min_size=9, max_size=9), max_size=12)


@given(bodies, rows_of)
def test_the_first_is_never_looser_than_another_that_fits(body: str, criteria: list[str]) -> None:
    table = kept(*(CNMSS._replace(criterion=one, host=str(n)) for n, one in enumerate(criteria)))
    found = choose(unique(body), table).found
    wildcards = [one.held.row.criterion.count("?") for one in found]
    assert wildcards == sorted(wildcards)


@given(bodies, rows_of, st.randoms())
def test_the_order_of_a_table_changes_nothing(
    body: str, criteria: list[str], chance: Random
) -> None:
    table = kept(*(CNMSS._replace(criterion=one, host=str(n)) for n, one in enumerate(criteria)))
    mixed = list(table)
    chance.shuffle(mixed)
    assert choose(unique(body), mixed) == choose(unique(body), table)


def settings() -> Table[Switch]:
    return Table(Switch.from_mapping(cells) for cells in sheet("fr_settings"))


@pytest.mark.scenario("F-04")
@pytest.mark.parametrize(
    ("imported", "age"),
    [
        (None, Age.NONE),
        (date(2026, 2, 18), Age.FRESH),
        (date(2026, 2, 17), Age.AMBER),
        (date(2026, 1, 24), Age.AMBER),
        (date(2026, 1, 23), Age.RED),
    ],
)
def test_e10_conventions_grow_old_after_twenty_and_forty_five_days(
    imported: date | None, age: Age
) -> None:
    assert age_of(imported, DAY, settings()) is age


def test_a_limit_no_row_gives_is_told() -> None:
    for rows in (Table[Switch](), Table(replace(row, value="vingt") for row in settings())):
        with pytest.raises(InvalidValue) as missing:
            whole_setting("fr.convention.warn_days", DAY, rows)
        assert missing.value.facts["reason"] == "number"


def test_without_doubt_the_only_row_is_chosen() -> None:
    choice = choose(unique("010110000"), kept(picked(line("01", criterion="01011????"))))
    assert (choice.reason, [one.held.id for one in choice.best]) == (Reason.ONLY, [1])
