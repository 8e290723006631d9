"""How the front-end answers: each lot by a receipt, each invoice by what its payer makes of it.

By default every lot is received and every invoice paid. A scenario is set for a sender, a receiver
or both; a seed other than 0 draws one for each lot and invoice nothing was set for, the same run
after run.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from random import Random
from typing import TypeVar

ANY = "*"
T = TypeVar("T")


class Receipt(StrEnum):
    """What becomes of the receipt (ARL) of a lot."""

    OK = "arl_ok"
    NEGATIVE = "arl_ko"  # the lot is refused, with `reason`
    SILENCE = "silence"  # the lot is lost on its way: nothing answers, nothing is paid
    LATE = "late"  # the receipt comes `days` later
    DUPLICATE = "duplicate"  # every answer comes twice
    GARBLED = "garbled"  # the receipt cannot be read; the lot was received
    CUT = "cut"  # the box gives half the receipt and hangs up, until it is healed


class Kind(StrEnum):
    """What a payer makes of an invoice."""

    PAID = "paid"
    PARTIAL = "partial"
    REJECTED = "rejected"
    OTHER_LOT = "paid_by_other_lot"
    RECOVERY = "recovery"  # paid, and something else is taken back in the same transfer
    UNKNOWN = "unknown_invoice"  # paid, and so is an invoice nobody ever sent
    WRONG_TOTAL = "wrong_total"  # paid, and the transfer is not what its lines add up to


@dataclass(frozen=True, slots=True)
class Answered:
    """The receipt of a lot."""

    kind: Receipt = Receipt.OK
    reason: str = "LOT REFUSE"
    days: int = 3


@dataclass(frozen=True, slots=True)
class Fate:
    """What becomes of an invoice; `cents` of what is taken back, or does not add up."""

    kind: Kind = Kind.PAID
    code: str = "0250 050"
    text: str = "ASSURE INCONNU DE L ORGANISME"
    cents: int = 1790


@dataclass(frozen=True, slots=True)
class Scenario:
    """What happens to the lots and invoices of somebody; each payer decides for itself."""

    receipt: Answered = Answered()
    amo: Fate = Fate()
    amc: Fate = Fate()


_RECEIPTS: Mapping[Receipt, int] = {
    Receipt.OK: 82, Receipt.NEGATIVE: 6, Receipt.SILENCE: 2, Receipt.LATE: 4, Receipt.DUPLICATE: 4,
    Receipt.GARBLED: 2,
}  # fmt: skip
_FATES: Mapping[Kind, int] = {
    Kind.PAID: 80, Kind.PARTIAL: 5, Kind.REJECTED: 8, Kind.OTHER_LOT: 2, Kind.RECOVERY: 2,
    Kind.UNKNOWN: 1, Kind.WRONG_TOTAL: 2,
}  # fmt: skip
"""Of a hundred, when a seed draws."""


@dataclass(slots=True)
class Scenarios:
    """All that was set, and what a seed draws otherwise."""

    seed: int = 0
    _set: dict[tuple[str, str], Scenario] = field(default_factory=dict)
    _invoices: dict[tuple[str, int], Fate] = field(default_factory=dict)

    def set(self, scenario: Scenario, sender: str = ANY, recipient: str = ANY) -> None:
        """Set what happens to what a billing number sends to a receiver's address."""
        self._set[sender, recipient] = scenario

    def set_invoice(self, number: int, fate: Fate, origin: str = ANY) -> None:
        """Set what one payer ("AMO", "AMC"), or each, makes of one invoice."""
        self._invoices[origin, number] = fate

    def receipt(self, sender: str, recipient: str, lot: int) -> Answered:
        """Say how a lot is answered."""
        found = self._found(sender, recipient)
        if found is not None:
            return found.receipt
        return Answered(_drawn(_RECEIPTS, self.seed, f"{sender}:{recipient}:{lot}", Receipt.OK))

    def fate(self, sender: str, recipient: str, origin: str, invoice: int) -> Fate:
        """Say what a payer makes of an invoice."""
        for key in ((origin, invoice), (ANY, invoice)):
            if key in self._invoices:
                return self._invoices[key]
        found = self._found(sender, recipient)
        if found is not None:
            return found.amo if origin == "AMO" else found.amc
        return Fate(_drawn(_FATES, self.seed, f"{sender}:{origin}:{invoice}", Kind.PAID))

    def _found(self, sender: str, recipient: str) -> Scenario | None:
        for key in ((sender, recipient), (sender, ANY), (ANY, recipient), (ANY, ANY)):
            if key in self._set:
                return self._set[key]
        return None


def _drawn(weights: Mapping[T, int], seed: int, what: str, plain: T) -> T:
    if not seed:
        return plain
    draw = Random(f"{seed}:{what}")  # noqa: S311 - not a secret
    return draw.choices(list(weights), list(weights.values()))[0]
