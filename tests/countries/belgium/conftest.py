"""The shipped tables as the rules see them, and a session that nothing blocks."""

import csv
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from server.core.care import Agreement, Category, Coverage, Prescription, Source
from server.core.clock import ClockTrust
from server.countries.belgium.billable_case import Case, GivenSession
from server.countries.belgium.rulebook import Rulebook

REFERENCE = Path(__file__).parents[3] / "server" / "reference"
AT = datetime(2026, 3, 16, 9, 0, tzinfo=UTC)

CaseMaker = Callable[..., Case]


def sheet(path: Path) -> list[Mapping[str, object]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="session")
def tables() -> dict[str, list[Mapping[str, object]]]:
    found = {path.stem: sheet(path) for path in REFERENCE.glob("be_*.csv")}
    found["be_tariff"] += sheet(REFERENCE / "demo" / "be_tariff_demo.csv")
    return found


@pytest.fixture(scope="session")
def demo_rules(tables: dict[str, list[Mapping[str, object]]]) -> Rulebook:
    return Rulebook.from_tables(tables, demo=True)


@pytest.fixture(scope="session")
def real_rules(tables: dict[str, list[Mapping[str, object]]]) -> Rulebook:
    return Rulebook.from_tables(tables, demo=False)


@pytest.fixture
def case() -> CaseMaker:
    """Make a ready case; keywords that are fields of the session change the session."""

    def make(**changes: Any) -> Case:
        own = {k: v for k, v in changes.items() if k in GivenSession.__dataclass_fields__}
        rest = {k: v for k, v in changes.items() if k not in own}
        return replace(_ready(), session=replace(_ready().session, **own), **rest)

    return make


def _ready() -> Case:
    return Case(
        session=GivenSession("S2", date(2026, 3, 16), AT, Category.COMMON_1, ("567136",)),
        today=date(2026, 3, 16),
        clock_trust=ClockTrust.PLAUSIBLE,
        prescription=Prescription(date(2026, 3, 2), "19990116004", "Dr Anne WILLEMS", 18),
        agreement=Agreement("30012345678901234500", date(2026, 3, 1), date(2026, 12, 31)),
        coverage=Coverage(
            "300", "319", "110", "110", False, date(2026, 1, 1), None, Source.MANUAL, AT
        ),
    )
