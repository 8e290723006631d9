"""How a complementary without formulas pays, by what its own list entry says (SOFIA-16).

share = (base − deductible) × rate, never more than the ceiling nor than what the caisse leaves;
nothing when the base is below the threshold. Amounts in cents, the rate in hundredths of a percent;
half a cent goes up. The seed names the fields and not their order: this order is ours [D].
"""

from dataclasses import dataclass
from enum import StrEnum


class Base(StrEnum):
    """What the rule is counted on."""

    TM = "TM"  # what the caisse leaves of the tariff
    TARIFF = "TARIFF"  # the tariff of the caisse
    SPENT = "SPENT"  # what the patient is asked


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of a complementary."""

    base: Base
    franchise_cents: int = 0  # taken off the base first
    ceiling_cents: int | None = None  # None: no ceiling
    threshold_cents: int = 0  # below it, nothing is paid
    rate_bp: int = 10_000


@dataclass(frozen=True, slots=True)
class Amounts:
    """One act: what is asked, the tariff, and what the caisse pays of it; cents."""

    spent: int
    tariff: int
    amo: int


def share(rule: Rule, act: Amounts) -> int:
    """Give what the complementary pays of an act, in cents; never below zero."""
    base = {
        Base.TM: act.tariff - act.amo, Base.TARIFF: act.tariff, Base.SPENT: act.spent,
    }[rule.base]  # fmt: skip
    if base < rule.threshold_cents:
        return 0
    paid = (max(0, base - rule.franchise_cents) * rule.rate_bp + 5_000) // 10_000
    most = [act.spent - act.amo, *([rule.ceiling_cents] if rule.ceiling_cents is not None else [])]
    return max(0, min(paid, *most))
