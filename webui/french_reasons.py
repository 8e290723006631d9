"""« Pourquoi ce montant » in France: the steps of each line, in words, adding up to one part."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from server.core.care import Quote
from server.core.money import euros
from webui import formats
from webui.i18n import Catalogue
from webui.reasons import FICTIONAL, PricedLine

_CENTS = ("unit", "left")
_METRES = ("one_way", "deducted", "paid")


@dataclass(frozen=True, slots=True)
class FrenchStep:
    """One amount of the list, its sentence and where it was read."""

    words: str
    cents: int
    source: str


@dataclass(frozen=True, slots=True)
class FrenchWhy:
    """One line of a visit, explained: what is asked, less what others pay."""

    code: str
    label: str
    charged_cents: int
    amo_cents: int
    amc_cents: int
    patient_cents: int  # the sum of the steps
    steps: Sequence[FrenchStep]
    fictional: bool


def why_quote(label: str, quote: Quote, spoken: Catalogue) -> FrenchWhy:
    """Explain a line that is only proposed."""
    return FrenchWhy(
        quote.code, label, quote.fee_cents, quote.oa_cents, quote.amc_cents, quote.patient_cents,
        _steps(map(asdict, quote.steps), spoken), quote.confidence == FICTIONAL,
    )  # fmt: skip


def why_line(label: str, line: PricedLine, amc_cents: int, spoken: Catalogue) -> FrenchWhy:
    """Explain a recorded line."""
    return FrenchWhy(
        line.code, label, line.fee_cents, line.oa_cents, amc_cents,
        line.copay_cents + line.supplement_cents, _steps(json.loads(line.quote), spoken),
        line.confidence == FICTIONAL,
    )  # fmt: skip


def coefficient(hundredths: int) -> str:
    """Write a coefficient as the nomenclature does: "8,1", "10,75"."""
    whole, rest = divmod(hundredths, 100)
    return f"{whole},{rest:02d}".rstrip("0").rstrip(",")


def _steps(steps: Iterable[Mapping[str, Any]], spoken: Catalogue) -> list[FrenchStep]:
    return [FrenchStep(_words(step, spoken), step["cents"], str(step["source"])) for step in steps]


def _words(step: Mapping[str, Any], spoken: Catalogue) -> str:
    facts = {name: _told(name, fact, spoken) for name, fact in step.get("facts", {}).items()}
    return spoken.say(f"why.{step['rule']}", **facts)


def _told(name: str, fact: Any, spoken: Catalogue) -> str:
    if name == "coefficient":
        return coefficient(fact)
    if name in _CENTS:
        return formats.money(spoken, fact)
    if name in _METRES:
        return euros(fact // 10).removesuffix(",00")
    if name in ("rate_bp", "share_bp"):
        return coefficient(fact)
    if name == "situation":
        return spoken.say(f"situation.{fact}")
    return str(fact)
