"""« Pourquoi ce montant »: the steps of a price, ready to be listed so that they add up."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from server.core.care import Quote

FICTIONAL = "T"  # confidence of a row invented for the demonstration
_FEE = "fee"


@dataclass(frozen=True, slots=True)
class Step:
    """One amount of the list; its words are the sentence `why.<rule>`."""

    rule: str
    cents: int
    source: str


@dataclass(frozen=True, slots=True)
class Why:
    """The price of one act: what makes the patient's share, and where the fee comes from."""

    code: str
    label: str
    fee_cents: int
    oa_cents: int
    patient_cents: int  # the sum of the steps
    steps: Sequence[Step]
    version: str
    source: str
    fictional: bool


class PricedLine(Protocol):
    """A line as it was priced; its steps are JSON."""

    @property
    def code(self) -> str:
        """Six digits of the nomenclature."""
        ...

    @property
    def fee_cents(self) -> int:
        """The whole price."""
        ...

    @property
    def oa_cents(self) -> int:
        """What the insurer pays."""
        ...

    @property
    def copay_cents(self) -> int:
        """The patient's official share."""
        ...

    @property
    def supplement_cents(self) -> int:
        """What is asked above the tariff."""
        ...

    @property
    def tariff_version(self) -> str:
        """Id of the table version."""
        ...

    @property
    def confidence(self) -> str:
        """The least sure row used."""
        ...

    @property
    def quote(self) -> str:
        """The steps, as a JSON list."""
        ...


def why_quote(label: str, quote: Quote) -> Why:
    """Explain a price that is only proposed."""
    steps = [
        {"rule": step.rule, "cents": step.cents, "source": step.source} for step in quote.steps
    ]
    patient = quote.copay_cents + quote.supplement_cents
    return Why(
        quote.code, label, quote.fee_cents, quote.oa_cents, patient, _shares(steps),
        quote.version, _fee_source(steps), quote.confidence == FICTIONAL,
    )  # fmt: skip


def why_line(label: str, line: PricedLine) -> Why:
    """Explain the price of a recorded line."""
    steps = json.loads(line.quote)
    patient = line.copay_cents + line.supplement_cents
    return Why(
        line.code, label, line.fee_cents, line.oa_cents, patient, _shares(steps),
        line.tariff_version, _fee_source(steps), line.confidence == FICTIONAL,
    )  # fmt: skip


def _shares(steps: Iterable[Mapping[str, Any]]) -> list[Step]:
    """Give the steps of the patient's share: all but the fee."""
    return [
        Step(step["rule"], step["cents"], step["source"]) for step in steps if step["rule"] != _FEE
    ]


def _fee_source(steps: Iterable[Mapping[str, Any]]) -> str:
    return next((str(step["source"]) for step in steps if step["rule"] == _FEE), "")
