"""The shipped French tables, as the reference file gives them to the rules."""

import csv
from collections.abc import Mapping
from pathlib import Path

import pytest

from server.countries.dated import Table
from server.countries.france.formulas import Ceiling, Formula
from server.countries.france.rulebook import Rulebook

REFERENCE = Path(__file__).parents[3] / "server" / "reference"

Sheet = list[Mapping[str, object]]


def sheet(name: str) -> Sheet:
    with (REFERENCE / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="session")
def formulas() -> Table[Formula]:
    return Table(Formula.from_mapping(cells) for cells in sheet("fr_formulas"))


@pytest.fixture(scope="session")
def ceilings() -> Table[Ceiling]:
    return Table(Ceiling.from_mapping(cells) for cells in sheet("fr_pmss"))


@pytest.fixture(scope="session")
def french_tables() -> dict[str, Sheet]:
    found = {path.stem: sheet(path.stem) for path in REFERENCE.glob("fr_*.csv")}
    for name in ("fr_letters", "fr_acts", "fr_recipients", "fr_oppositions"):
        found[name] = [*found[name], *sheet(f"demo/{name}_demo")]
    return found


@pytest.fixture(scope="session")
def demo(french_tables: dict[str, Sheet]) -> Rulebook:
    """The shipped tables and the invented letter TST of the demonstration."""
    return Rulebook.from_tables(french_tables, demo=True)


@pytest.fixture(scope="session")
def real(french_tables: dict[str, Sheet]) -> Rulebook:
    return Rulebook.from_tables(french_tables, demo=False)


def shared(name: str) -> Path:
    """A file of the reference data kept beside the checkout; the test is skipped without it."""
    path = REFERENCE.parents[2] / "shared" / "data" / "fr" / name
    if not path.exists():
        pytest.skip(f"../shared/data/fr/{name} is not here")
    return path
