"""Who bears one line: the caisse, the complementary insurer, the patient; every cent explained.

`fr-ngap-kine.md` §5, `domain.md` §5.2: charged = AMO + AMC + patient, always, line by line.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from server.core.care import Quote, QuoteStep
from server.countries.dated import Origin, weakest
from server.countries.france.formulas import ActAmounts, Formula, amc_share
from server.countries.france.letters import half_up
from server.countries.france.rates import WHOLE_BP, Complement, Cover


@dataclass(frozen=True, slots=True)
class Priced:
    """One line at its tariff, before anybody pays: an act, an allowance, a supplement."""

    code: str  # "TER 9.80", "IFS", "IK"
    tariff_cents: int
    rule: str  # code of the sentence that says how the tariff came out
    facts: Mapping[str, object]  # what that sentence names
    origins: tuple[Origin, ...]  # the rows used, the one that dates the price first


@dataclass(frozen=True, slots=True)
class Contract:
    """What a complementary insurer promised: a formula and its parameters, in its own units."""

    formula: Formula
    parameters: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Terms:
    """Between whom the price is made."""

    cover: Cover
    contract: Contract | None = None  # None: no complementary insurer pays us
    pmss_cents: int | None = None
    overrun_cents: int = 0  # above the tariff (DE), for one line
    overrun_reason: str = ""


def overrun_fault(terms: Terms) -> str | None:
    """Say why more than the tariff may not be asked: a code for its sentence, None when it may.

    Never for C2S nor AME, and never without its reason (`domain.md` §5.2, case C6).
    """
    if terms.overrun_cents == 0:
        return None
    if terms.overrun_cents < 0:
        return "overrun.negative"
    if not terms.cover.overrun:
        return "overrun.forbidden"
    return None if terms.overrun_reason else "overrun.reason_needed"


def quote(line: Priced, terms: Terms) -> Quote:
    """Split one line; raise InvalidValue for a parameter its formula lacks (G14).

    The steps add up to what the patient bears: what others pay is taken off.
    """
    act = ActAmounts(
        charged_cents=line.tariff_cents + terms.overrun_cents,
        tariff_cents=line.tariff_cents,
        amo_cents=half_up(line.tariff_cents * terms.cover.rate.rate_bp, WHOLE_BP),
    )
    amc = _complement(act, terms)
    left = act.charged_cents - act.amo_cents - amc.cents
    copay = max(0, act.patient_share_cents - amc.cents)
    steps = tuple(_steps(line, terms, act, amc))
    return Quote(
        code=line.code,
        fee_cents=act.charged_cents,
        oa_cents=act.amo_cents,
        amc_cents=amc.cents,
        copay_cents=copay,
        supplement_cents=left - copay,
        version=line.origins[0].version,
        confidence=weakest((*(o.confidence for o in line.origins), *(s.confidence for s in steps))),
        steps=steps,
    )


@dataclass(frozen=True, slots=True)
class _Paid:
    """What the complementary insurer pays of a line, why, and the row that says so."""

    cents: int
    rule: str
    facts: Mapping[str, object]
    origin: Origin | None


def _complement(act: ActAmounts, terms: Terms) -> _Paid:
    cover = terms.cover
    if cover.complement is Complement.WHOLE:
        facts = {"left": act.patient_share_cents}
        return _Paid(act.patient_share_cents, "amc.whole", facts, cover.rate.origin)
    if cover.complement is Complement.NONE or terms.contract is None:
        return _Paid(0, "amc.none", {}, None)
    formula = terms.contract.formula
    share = amc_share(formula, act, terms.contract.parameters, terms.pmss_cents)
    named = {"formula": formula.code, "label": formula.label_fr}
    return _Paid(share.cents, share.rule, named, formula.origin)


def _steps(line: Priced, terms: Terms, act: ActAmounts, amc: _Paid) -> Iterator[QuoteStep]:
    rate = terms.cover.rate
    yield _step(line.rule, line.tariff_cents, line.origins[0], line.facts)
    if terms.overrun_cents:
        facts = {"reason": terms.overrun_reason}
        yield _step("overrun", terms.overrun_cents, line.origins[0], facts)
    facts_of_rate = {"rate_bp": rate.rate_bp, "situation": str(rate.situation)}
    yield _step("amo.rate", -act.amo_cents, rate.origin, facts_of_rate)
    if amc.origin is not None:
        yield _step(amc.rule, -amc.cents, amc.origin, amc.facts)


def _step(rule: str, cents: int, origin: Origin, facts: Mapping[str, object]) -> QuoteStep:
    return QuoteStep(rule, cents, origin.version, origin.source, origin.confidence, dict(facts))
