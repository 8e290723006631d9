"""Rows of the French tables, and how a bad cell is named."""

from collections.abc import Callable, Mapping
from datetime import date

import pytest

from server.core.errors import InvalidValue
from server.countries.dated import Cells, Dated
from server.countries.france.acts import Act, Family, Territory
from server.countries.france.cumulation import Cumulation
from server.countries.france.holidays import Holiday
from server.countries.france.letters import Letter
from server.countries.france.rates import Rate
from server.countries.france.rulebook import Rulebook
from server.countries.france.supplements import Supplement
from server.countries.france.travel import Allowance

ORIGIN = {"valid_from": "2026-01-01", "source": "page", "confidence": "S"}
LETTER = {"letter": "TER", "label_fr": "Essai", "metro_cents": 221, "overseas_cents": 243}
ACT = {
    "act": "several", "label_fr": "Essai", "letter": "TER", "coefficient": 950,
    "kind": "SESSION", "territory": "SEVERAL", "operated": "", "family": "ORTHOPAEDIC",
    "article": "1", "begun_before": "",
}  # fmt: skip
HOLIDAY = {"key": "x", "label_fr": "Essai", "month": 5, "day": 1, "easter_days": ""}
NIGHT = {
    "code": "MN", "label_fr": "Nuit", "kind": "NIGHT", "metro_cents": 915,
    "overseas_cents": 915, "hour_from": 20, "hour_to": 8,
}  # fmt: skip
RATE = {
    "situation": "GENERAL", "label_fr": "Essai", "rate_bp": 6000, "complement": "FORMULA",
    "third_party": "OPTIONAL", "overrun": "yes",
}  # fmt: skip
CUMULATION = {"kind": "TWO_SESSIONS", "first_family": "", "second_bp": 10_000}
ALLOWANCE = {
    "code": "IFS", "label_fr": "Essai", "families": "OLDER RHEUMATIC", "discharge": "yes",
    "metro_cents": 400, "overseas_cents": 400,
}  # fmt: skip


@pytest.mark.parametrize(
    ("read", "row", "column", "value", "reason"),
    [
        (Letter.from_mapping, LETTER, "letter", "TERS", "shape"),
        (Letter.from_mapping, LETTER, "metro_cents", "2,21", "number"),
        (Act.from_mapping, ACT, "coefficient", 0, "zero"),
        (Act.from_mapping, ACT, "kind", "DANCE", "unknown"),
        (Act.from_mapping, ACT, "territory", "SEVERAL ELBOW", "unknown"),
        (Act.from_mapping, ACT, "operated", "perhaps", "yes_no"),
        (Act.from_mapping, ACT, "family", "OTHER", "unknown"),
        (Act.from_mapping, ACT, "begun_before", "2024", "date"),
        (Holiday.from_mapping, HOLIDAY, "easter_days", "soon", "number"),
        (Holiday.from_mapping, HOLIDAY, "easter_days", "1", "one_of_two"),
        (Holiday.from_mapping, HOLIDAY | {"month": ""}, "easter_days", "", "one_of_two"),
        (Holiday.from_mapping, HOLIDAY, "day", "32", "date"),
        (Holiday.from_mapping, HOLIDAY, "day", "", "date"),
        (Supplement.from_mapping, NIGHT, "hour_from", "", "missing"),
        (Supplement.from_mapping, NIGHT | {"kind": "SUNDAY"}, "hour_from", "20", "missing"),
        (Supplement.from_mapping, NIGHT, "hour_from", "24", "number"),
        (Rate.from_mapping, RATE, "rate_bp", 10_001, "number"),
        (Rate.from_mapping, RATE, "situation", "RICH", "unknown"),
        (Cumulation.from_mapping, CUMULATION, "second_bp", 10_001, "number"),
        (Allowance.from_mapping, ALLOWANCE, "discharge", "perhaps", "yes_no"),
    ],
)
def test_a_bad_cell_is_named(
    read: Callable[[Cells], Dated],
    row: Mapping[str, object],
    column: str,
    value: object,
    reason: str,
) -> None:
    with pytest.raises(InvalidValue) as refused:
        read({**row, **ORIGIN, column: value})
    assert refused.value.facts == {"field": column, "reason": reason}


def test_words_of_a_closed_list_stand_side_by_side_in_a_cell() -> None:
    row = Allowance.from_mapping(ALLOWANCE | ORIGIN)
    assert row.families == {Family.OLDER, Family.RHEUMATIC}
    assert not row.general
    act = Act.from_mapping({**ACT, **ORIGIN, "operated": "no", "begun_before": "2024-02-22"})
    assert act.territories == {Territory.SEVERAL}
    assert act.operated is False
    assert act.open_to(date(2024, 2, 21))
    assert not act.open_to(date(2024, 2, 22))


def test_the_shipped_tables_are_all_read_and_only_a_demo_sees_the_invented_rows(
    real: Rulebook, demo: Rulebook
) -> None:
    shared = ("kilometres", "supplements", "rates", "exonerations", "clocks", "domains")
    assert all(len(getattr(real, name)) == len(getattr(demo, name)) for name in shared)
    assert len(demo.letters) - len(real.letters) == 2
    assert real.ceilings
    assert real.formulas


def test_an_unconfirmed_fact_without_a_row_is_named_rather_than_guessed(real: Rulebook) -> None:
    day = date(2026, 3, 10)
    assert real.number("dap.warn_before", day) == 3
    with pytest.raises(InvalidValue) as refused:
        real.says("dap.nobody_knows", day)
    assert refused.value.facts == {"field": "dap.nobody_knows", "reason": "missing"}
