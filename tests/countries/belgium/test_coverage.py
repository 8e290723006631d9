from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from server.core.care import Coverage, Source
from server.core.errors import InvalidValue
from server.countries.belgium.coverage import (
    Affiliation,
    Ct1,
    Mutuality,
    bim,
    effective_coverage,
    payer_of,
)
from server.countries.belgium.rulebook import Rulebook

MARCH = date(2026, 3, 16)
AT = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
LATER = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)
TYPED = Coverage("300", "319", "110", "110", False, date(2026, 1, 1), None, Source.MANUAL, AT)


@pytest.mark.parametrize(
    ("ct1", "status"), [("110", False), ("111", True), ("470", False), ("451", True), ("112", None)]
)
def test_the_status_is_looked_up_never_computed(
    demo_rules: Rulebook, ct1: str, status: bool | None
) -> None:
    assert bim(ct1, MARCH, demo_rules.ct1) is status


def test_the_list_of_ct1_is_closed(demo_rules: Rulebook) -> None:
    assert len({row.ct1 for row in demo_rules.ct1}) == 24


@pytest.mark.parametrize(
    ("number", "destination", "lot"),
    [
        ("319", "300", "300"),
        ("306", "306", "306"),
        ("134", "134", "100"),
        ("509", "509", "500"),
        ("312", "300", "300"),  # not listed: follows the union of its first digit
        ("407", "400", "400"),
        ("135", "135", "100"),
    ],
)
def test_a_mutuality_says_where_its_claims_go(
    demo_rules: Rulebook, number: str, destination: str, lot: str
) -> None:
    payer = payer_of(number, MARCH, demo_rules.mutualities)
    assert payer is not None
    assert (payer.destination, payer.lot, payer.affiliation) == (destination, lot, number)


@pytest.mark.parametrize("number", ["300", "812", "31", "3190", ""])
def test_a_number_that_is_not_a_member_s_goes_nowhere(demo_rules: Rulebook, number: str) -> None:
    assert payer_of(number, MARCH, demo_rules.mutualities) is None


def test_the_affiliation_may_be_switched_to_zeros(demo_rules: Rulebook) -> None:
    rows = [replace(row, affiliation=Affiliation.ZEROS) for row in demo_rules.mutualities]
    payer = payer_of("509", MARCH, rows)
    assert payer is not None
    assert payer.affiliation == "000"


@pytest.mark.parametrize(("number", "lot"), [("319", "300"), ("306", "306")])
def test_a_file_of_its_own_is_kept_apart(demo_rules: Rulebook, number: str, lot: str) -> None:
    payer = payer_of(number, MARCH, demo_rules.mutualities)
    assert payer is not None
    assert payer.lot == lot


def test_the_most_trusted_source_wins_over_a_later_one() -> None:
    told = replace(TYPED, source=Source.MDA, captured_at=AT)
    typed = replace(TYPED, captured_at=LATER, ct1="111")
    found = effective_coverage([typed, told], MARCH)
    assert found is not None
    assert (found.coverage, found.others, found.contradicted) == (told, (typed,), True)


def test_of_one_source_the_newest_capture_wins_without_contradiction() -> None:
    newer = replace(TYPED, captured_at=LATER, ct1="111")
    found = effective_coverage([newer, TYPED], MARCH)
    assert found is not None
    assert (found.coverage, found.contradicted) == (newer, False)


def test_rights_that_are_over_do_not_count() -> None:
    over = replace(TYPED, rights_to=date(2026, 2, 28))
    assert effective_coverage([over], MARCH) is None


@pytest.mark.parametrize(
    ("read", "cells", "field"),
    [
        (Ct1.from_mapping, {"ct1": "11", "bim": "yes"}, "ct1"),
        (Ct1.from_mapping, {"ct1": "111", "bim": "1"}, "bim"),
        (Mutuality.from_mapping, {"code": "319", "union_code": "300", "level": "town"}, "level"),
    ],
)
def test_a_row_that_cannot_be_read_names_its_column(
    read: Callable[[Mapping[str, object]], object], cells: Mapping[str, object], field: str
) -> None:
    with pytest.raises(InvalidValue) as refusal:
        read(cells)
    assert refusal.value.facts["field"] == field
