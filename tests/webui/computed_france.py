"""Keys that the French care screens build from a value: every value must have its sentence."""

import re
from collections.abc import Iterator
from pathlib import Path

from server.countries.france import billable_case
from server.countries.france.acts import Territory
from server.countries.france.agreement import Answer
from server.countries.france.cumulation import Condition
from server.countries.france.direct_access import Ground
from server.countries.france.rates import Situation
from server.services.french_assessments import Kind, Means

_RULES = Path(billable_case.__file__).parent
_BLOCK = re.compile(r'"((?:rx|dap|coverage|clock|date|day|assessment|price|overrun)\.[a-z_0-9]+)"')
_STEP = re.compile(r'"((?:tariff|amo|amc)\.[a-z_]+|overrun)"')
_TRAVEL = re.compile(r'"travel\.([a-z_]+)"')
_MODULES = ("billable.py", "billable_prescription.py", "pricing.py")


def block_codes() -> Iterator[str]:
    """Every code a rule can block a session with, as the rules write it."""
    for name in _MODULES:
        yield from _BLOCK.findall((_RULES / name).read_text("utf-8"))


def steps() -> Iterator[str]:
    """Every rule a step of a price can name, as the rules write it."""
    for name in ("pricing.py", "shares.py", "formulas.py"):
        yield from _STEP.findall((_RULES / name).read_text("utf-8"))


FRANCE: dict[str, set[str]] = {
    "block": set(block_codes()),
    "why": set(steps()) - {"amc.none"},  # nothing paid is no step
    "territory": {str(each) for each in Territory},
    "condition": {str(each) for each in Condition},
    "situation": {str(each) for each in set(Situation) - {Situation.MINOR}},
    "receipt": {"paid", "paid_means", "case_whole", "case_part"},
    "caresheet": {"third_party", "no_third_party"},
    "bdk": {"findings", "diagnosis", "goals", "plan"},
    "bdk.kind": {str(each) for each in Kind},
    "report.means": {str(each) for each in Means},
    "papers.kind": {"PROOF", "CARE_SHEET", "FEE_NOTE", "REQUEST", "ASSESSMENT", "REPORT"},
    "access": {str(each) for each in Ground},
    "dap.answer": {str(each) for each in Answer},
    "travel": set(_TRAVEL.findall((_RULES / "travel.py").read_text("utf-8"))) - {"one_per_address",
        "outside_town_only"},
}  # fmt: skip
