from collections.abc import Callable
from datetime import date

import pytest

from server.countries.dated import Table
from server.countries.france.domains import Domain, PrintedFormula, formula_choice
from tests.countries.france.conftest import sheet

MARCH = date(2026, 3, 10)
A, B, C = PrintedFormula("AUXM", "A"), PrintedFormula("PHAR", "B"), PrintedFormula("SVIL", "C")
Choose = Callable[..., object]


@pytest.fixture(scope="module")
def domains() -> Table[Domain]:
    return Table(Domain.from_mapping(cells) for cells in sheet("fr_domains"))


def test_formulas_of_other_headings_are_shown_and_never_proposed(domains: Table[Domain]) -> None:
    choice = formula_choice([B, A, C, PrintedFormula("ZZZZ", "D")], MARCH, domains)
    assert choice.own == (A, C)
    assert choice.other == (B, PrintedFormula("ZZZZ", "D"))
    assert choice.preselected is None


def test_a_single_formula_of_a_kine_is_preselected(domains: Table[Domain]) -> None:
    assert formula_choice([A, B], MARCH, domains).preselected == A
    assert formula_choice([A, A], MARCH, domains).preselected == A
    assert formula_choice([B], MARCH, domains).preselected is None


def test_the_four_headings_of_a_kine(domains: Table[Domain]) -> None:
    assert {row.domain for row in domains if row.kine} == {"AUXM", "SVIL", "RLAX", "AMM"}
