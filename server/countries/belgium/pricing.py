"""What an act costs: the fee, who bears it, and the reason of every cent.

Belgian patient shares are fixed amounts, so nothing is multiplied except the reduced refund of a
practitioner outside the convention (BE-20 to BE-28, `domain.md` §2.1.3 and §5.3).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Self

from server.core.care import Quote, QuoteStep
from server.core.errors import InvalidValue
from server.countries.belgium.nomenclature import ActKind
from server.countries.belgium.tariff import Tariff, TariffRow
from server.countries.dated import Cells, Origin, in_force, newest, weakest, whole_cell


@dataclass(frozen=True, slots=True)
class Terms:
    """Between whom the price is made: the patient's status, the kiné's, and who pays first."""

    bim: bool
    conventioned: bool = True
    third_party: bool = True
    supplement_cents: int = 0
    supplement_reason: str = ""  # code of the particular demand (BE-29), "" when none


@dataclass(frozen=True, slots=True)
class Reduction:
    """A row of `be_not_conventioned`: the part of the refund lost, in basis points (BE-27)."""

    ordinary_bp: int
    bim_bp: int
    origin: Origin

    @classmethod
    def from_mapping(cls, cells: Cells) -> Self:
        """Read a row; raise InvalidValue naming the bad column."""
        row = cls(
            ordinary_bp=whole_cell(cells, "ordinary_bp"),
            bim_bp=whole_cell(cells, "bim_bp"),
            origin=Origin.from_mapping(cells),
        )
        if max(row.ordinary_bp, row.bim_bp) > 10_000:
            raise InvalidValue(field="ordinary_bp", reason="number")
        return row

    def lost_cents(self, oa_cents: int, bim: bool) -> int:
        """Give what the insurer keeps back; what it pays is rounded half up to the cent."""
        kept_bp = 10_000 - (self.bim_bp if bim else self.ordinary_bp)
        return oa_cents - (oa_cents * kept_bp + 5_000) // 10_000


@dataclass(frozen=True, slots=True)
class PriceUnknown:
    """No version of the tariff covers the care date (BE-25)."""

    code: str
    care_date: date
    reason: str  # "price.no_version": known in another period; "price.no_code": never priced


def quote(
    code: str,
    care_date: date,
    tariff: Tariff,
    terms: Terms,
    reductions: Iterable[Reduction] = (),
) -> Quote | PriceUnknown:
    """Price one act on its care date; fee = insurer + patient + supplement, to the cent.

    The supplement is added as typed; whether it is allowed is `supplement_fault`'s to say.
    """
    row = tariff.find(code, care_date)
    if row is None:
        known = tariff.knows(code)
        return PriceUnknown(code, care_date, "price.no_version" if known else "price.no_code")
    share = row.share(terms.bim)
    reduction = None if terms.conventioned else newest(in_force(reductions, care_date))
    lost = reduction.lost_cents(share.oa_cents, terms.bim) if reduction else 0
    steps = [*_published_steps(row, terms.bim)]
    if reduction and lost:
        steps.append(_step("not_conventioned", lost, reduction.origin))
    if terms.supplement_cents:
        steps.append(_step("supplement", terms.supplement_cents, row.origin))
    return Quote(
        code=code,
        fee_cents=row.fee_cents + terms.supplement_cents,
        oa_cents=share.oa_cents - lost,
        copay_cents=share.copay_cents + lost,
        supplement_cents=terms.supplement_cents,
        version=row.origin.version,
        confidence=weakest(s.confidence for s in steps),
        steps=tuple(steps),
    )


def supplement_fault(terms: Terms) -> str | None:
    """Say why a supplement may not be asked: a code for its sentence, None when it may be.

    Conventioned: only for a particular demand with its reason (BE-29). Not conventioned: never
    from a BIM patient (BE-28) and never in third-party billing (BE-30).
    """
    if terms.supplement_cents == 0:
        return None
    if terms.supplement_cents < 0:
        return "supplement.negative"
    if terms.third_party:
        return "supplement.third_party"
    if terms.conventioned:
        return None if terms.supplement_reason else "supplement.reason_needed"
    return "supplement.bim_ceiling" if terms.bim else None


def _published_steps(row: TariffRow, bim: bool) -> Iterable[QuoteStep]:
    """Explain the published amounts: the fee, the ordinary share, and what BIM takes off it."""
    yield _step("fee", row.fee_cents, row.origin)
    yield _step(_share_rule(row), row.ordinary.copay_cents, row.origin)
    relief = row.bim.copay_cents - row.ordinary.copay_cents
    if bim and relief:
        yield _step("bim", relief, row.origin)


def _share_rule(row: TariffRow) -> str:
    if row.ordinary.copay_cents == 0:
        return "copay.none"
    return "copay.excess" if row.use.kind is ActKind.EXCESS else "copay.fixed"


def _step(rule: str, cents: int, origin: Origin) -> QuoteStep:
    return QuoteStep(rule, cents, origin.version, origin.source, origin.confidence)
