"""Rights of the compulsory insurance: the most trusted word, heard nearest before the care."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from server.core.care import Source
from server.core.sesam import Group
from server.countries.france.card_rights import covers_of, person_of, rights_of, serial_of
from server.countries.france.local_rule import Amounts, Base, Rule, share
from server.countries.france.rights import Kind, Said, rights_on, said_otherwise
from server.simulators.sesam.people import VITALE

DAY = date(2026, 3, 10)
NONE = "0" * 12
QUIMPER, BREST = "012910000", "012920000"


def said(source: Source, at: int, kind: Kind = Kind.AMO, **more: Any) -> Said:
    """One word, heard in March at a day's noon."""
    row = Said(
        f"{source}{at}{kind}", "P", kind, source, datetime(2026, 3, at, 12, tzinfo=UTC), None,
        None, QUIMPER if kind is Kind.AMO else "",
    )  # fmt: skip
    return replace(row, **more)


def test_nothing_said_is_nothing_known() -> None:
    known = rights_on([], DAY)
    assert (known.insured, known.situations, known.ended, known.organism) == (None, (), None, "")


def test_a_later_but_less_trusted_word_never_wins_and_is_told() -> None:
    card, typed = said(Source.CARD, 2), said(Source.MANUAL, 5, organism=BREST)
    known = rights_on([card, typed], DAY)
    assert known.insured is not None
    assert (known.insured.said, known.insured.doubtful, known.organism) == (card, True, QUIMPER)


def test_an_answer_of_adri_wins_over_the_card_and_a_word_that_agrees_is_no_doubt() -> None:
    adri, card = said(Source.ADRI, 2), said(Source.CARD, 5)
    known = rights_on([card, adri], DAY)
    assert known.insured is not None and known.insured.said is adri
    assert not known.insured.doubtful


def test_what_no_reading_tells_is_not_put_in_doubt_by_one() -> None:
    regime = said(Source.PAPER, 2, Kind.ALSACE_MOSELLE)
    known = rights_on([regime, said(Source.CARD, 5)], DAY)
    assert [(each.said, each.doubtful) for each in known.situations] == [(regime, False)]


def test_the_period_decides_and_what_ended_is_told_with_its_day() -> None:
    over = said(Source.CARD, 2, rights_to=date(2026, 3, 1))
    later = said(Source.MANUAL, 3, rights_from=date(2026, 4, 1))
    known = rights_on([over, later], DAY)
    assert known.insured is None and known.ended is over
    assert rights_on([over], date(2026, 2, 1)).ended is None


def test_a_newer_reading_that_says_it_is_over_is_a_doubt() -> None:
    adri = said(Source.ADRI, 2)
    over = said(Source.CARD, 5, rights_to=date(2026, 3, 9))
    known = rights_on([adri, over], DAY)
    assert known.insured is not None and known.insured.doubtful


def test_the_reading_nearest_before_the_day_speaks_for_its_source() -> None:
    first = [said(Source.CARD, 2), said(Source.CARD, 2, Kind.ALD, code="1")]
    second = [said(Source.CARD, 8)]
    assert rights_on([*first, *second], date(2026, 3, 5)).kinds() == {Kind.ALD}
    assert rights_on([*first, *second], DAY).kinds() == set()
    assert rights_on(second, date(2026, 1, 1)).insured is not None, "the first one, made later"


def test_a_situation_that_a_later_reading_leaves_out_is_doubtful() -> None:
    typed = said(Source.PAPER, 2, Kind.ALD)
    known = rights_on([typed, said(Source.CARD, 5)], DAY)
    assert [each.doubtful for each in known.situations] == [True]
    known = rights_on([typed, said(Source.CARD, 5), said(Source.CARD, 5, Kind.ALD)], DAY)
    assert [each.doubtful for each in known.situations] == [False, False]


def test_the_card_of_the_simulator_gives_rights_and_a_cover() -> None:
    groups = tuple(Group(number, tuple(fields)) for number, fields in VITALE)
    who = person_of(groups, "1700767999907", "19700701", "Loïc")
    assert who is not None
    [amo] = rights_of(groups, who)
    assert (amo.kind, amo.since, amo.until) == (Kind.AMO, date(2020, 1, 1), date(2031, 12, 31))
    assert (amo.organism, amo.code) == ("013510999", "0100")
    [cover] = covers_of(who)
    assert (cover.number, cover.member, cover.indicator) == ("0799999999", "A0099", "33")
    assert (cover.until, cover.integrated) == (date(2030, 12, 31), False)


def test_a_child_of_a_lunar_birth_is_found_under_the_number_of_the_insured() -> None:
    groups = tuple(Group(number, tuple(fields)) for number, fields in VITALE)
    child = person_of(groups, "1700767999907", "20151401", "Maël")
    assert child is not None and child.who["first_name"] == "MAËL"
    assert person_of(groups, "1700767999907", "20160101", "Maël") is None
    assert person_of(groups, "2950829999909", "19700701", "Loïc") is None
    assert not list(covers_of(child))
    assert [right.until for right in rights_of(groups, child)] == [None]


def test_twins_are_told_apart_by_their_first_name() -> None:
    groups = [Group(number, tuple(fields)) for number, fields in VITALE]
    place, child = next(
        (n, g) for n, g in enumerate(groups) if g.number == 104 and "MAËL" in g.fields
    )
    twin = Group(104, tuple("MAÏA" if each == "MAËL" else each for each in child.fields))
    both = (*groups[: place + 1], twin, *groups[place + 1 :])
    found = person_of(both, "1700767999907", "20151401", "Maïa")
    assert found is not None and found.who["first_name"] == "MAÏA"
    assert person_of(both, "1700767999907", "20151401", "Zoé") is None


def vitale(*more: tuple[int, list[str]]) -> tuple[Group, ...]:
    insured = ["T", "1", NONE, "0", "", "", "A", "1700767999907", "30", "01", "351", "X", "10", ""]
    who = ["M", "M", "LOÏC", "", "", "", "", "", "", "", NONE, "197007010000", "1", "0", "0",
           NONE, NONE, ""]  # fmt: skip
    groups = [(101, insured), more[0], (104, who), *more[1:]] if more else [(104, who)]
    return tuple(Group(number, tuple(fields)) for number, fields in groups)


def test_long_illness_accidents_and_an_integrated_cover_are_read_as_they_stand() -> None:
    accidents = (103, ["012910000", "", "", "", "1", "AT001", "012920000", "2", "AT002"])
    groups = vitale(
        accidents, (106, ["202501010000", NONE, "1", "0104"]),
        (107, ["99999997", "", "62", "", "", "U"]), (108, ["202601010000", "202612310000"]),
        (107, ["88888888", "", "62", "", "", "U"]), (109, ["", "", "", "", NONE, NONE]),
    )  # fmt: skip
    who = person_of(groups, "1700767999907", "19700701", "LOÏC")
    assert who is not None
    found = list(rights_of(groups, who))
    assert [right.kind for right in found] == [Kind.ALD, Kind.WORK_ACCIDENT, Kind.WORK_ACCIDENT]
    assert [right.number for right in found] == ["", "AT001", "AT002"]
    assert [right.organism for right in found] == ["", "", "012920000"]
    covers = list(covers_of(who))
    assert [(each.number, each.integrated, each.until) for each in covers] == [
        ("99999997", True, date(2026, 12, 31)), ("88888888", True, None),
    ]  # fmt: skip


def test_a_card_without_its_insured_gives_no_caisse() -> None:
    groups = (*vitale(), Group(105, (NONE, NONE)))
    who = person_of(groups, "1700767999907", "19700701", "Loïc")
    assert who is not None
    assert [right.organism for right in rights_of(groups, who)] == [""]
    assert serial_of(groups) == ""
    assert serial_of(tuple(Group(number, tuple(fields)) for number, fields in VITALE))


ACT = Amounts(spent=1790, tariff=1790, amo=1074)


@pytest.mark.parametrize(
    ("rule", "act", "paid"),
    [
        (Rule(Base.TM), ACT, 716),
        (Rule(Base.TM, rate_bp=5_000), ACT, 358),
        (Rule(Base.TARIFF, rate_bp=2_500), ACT, 448),  # 447.5: half a cent goes up
        (Rule(Base.TARIFF), ACT, 716),  # never more than what the caisse leaves
        (Rule(Base.SPENT), replace(ACT, spent=2500), 1426),
        (Rule(Base.TM, franchise_cents=200), ACT, 516),
        (Rule(Base.TM, franchise_cents=1000), ACT, 0),
        (Rule(Base.TM, ceiling_cents=500), ACT, 500),
        (Rule(Base.TM, threshold_cents=717), ACT, 0),
        (Rule(Base.TM, threshold_cents=716), ACT, 716),
    ],
)
def test_a_local_rule_is_counted_to_the_cent(rule: Rule, act: Amounts, paid: int) -> None:
    assert share(rule, act) == paid


def test_what_other_sources_say_otherwise_is_kept_one_word_each_the_most_trusted_first() -> None:
    adri = said(Source.ADRI, 6)
    card = said(Source.CARD, 5, organism=BREST)
    old = said(Source.PAPER, 2, rights_to=date(2026, 3, 1))
    agrees = said(Source.MANUAL, 1)
    unsaid = said(Source.QR, 3, organism="")
    assert said_otherwise([agrees, old, card, adri, unsaid], DAY) == (card, old)
    assert said_otherwise([old], DAY) == ()  # nothing counts: nothing is otherwise
    assert said_otherwise([said(Source.ADRI, 6, rights_to=date(2026, 3, 1)), card], DAY) == (
        said(Source.ADRI, 6, rights_to=date(2026, 3, 1)),
    )
