"""The shipped French tables, as the reference file gives them to the rules."""

import csv
from collections.abc import Mapping
from pathlib import Path

import pytest

from server.countries.dated import Table
from server.countries.france.formulas import Ceiling, Formula

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


def shared(name: str) -> Path:
    """A file of the reference data kept beside the checkout; the test is skipped without it."""
    path = REFERENCE.parents[2] / "shared" / "data" / "fr" / name
    if not path.exists():
        pytest.skip(f"../shared/data/fr/{name} is not here")
    return path
