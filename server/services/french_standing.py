"""Who bears the care of a patient in France on one day, as far as it is known."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from server.countries.france.billable_case import Rights
from server.countries.france.formulas import (
    ceiling_cents,
    formula_of,
    parameter_faults,
    unknown_amounts,
)
from server.countries.france.payers import Profile
from server.countries.france.rates import Situation, ThirdParty, cover, exonerated_by
from server.countries.france.rights import Kind, RightsOn, rights_on
from server.countries.france.shares import Contract
from server.services import covers
from server.services.covers import Cover, Covers
from server.services.desk import Desk
from server.services.french_rules import rulebook
from server.store import french
from server.store.french_billing import BillingRow
from server.store.french_care import Treated

BEARERS = {
    Kind.ALSACE_MOSELLE: Situation.ALSACE_MOSELLE,
    Kind.ASPA: Situation.ASPA,
}
"""Rights that raise the part of the caisse by themselves, whatever is treated."""

_WHOLE = {Profile.C2S: Situation.C2S, Profile.AME: Situation.AME}


@dataclass(frozen=True, slots=True)
class Standing:
    """The rights that count on a care date, what they bring, and who asks for what."""

    rights: Rights | None  # None: nobody said
    situations: frozenset[Situation]
    organism: str  # nine digits, "" when unknown
    third_party: bool
    contract: Contract | None
    pmss_cents: int | None = None


def standing(
    desk: Desk, patient: str, treated: Treated | None, day: date, chosen: BillingRow | None = None
) -> Standing:
    """Gather what the patient's rights, his cover and the treatment say of a day.

    A listed disease pays the acts related to it, which the treatment says (FR-31). C2S and AME
    imply third-party payment (FR-49, FR-50); else it is as chosen, and until somebody chose, the
    patient pays and is refunded.
    """
    known = rights_on(french.rights(desk.db, patient), day)
    held = covers.of(desk, patient, day)
    whole = _WHOLE.get(held.counts.profile) if held.counts else None
    found = frozenset(_situations(desk, known, treated, day))
    return Standing(
        _rights(known, _aid(held, day)),
        found | {whole} if whole else found,
        known.organism,
        third_party=whole is not None or (chosen is not None and chosen.amo),
        contract=contract_of(desk, chosen, day),
        pmss_cents=ceiling_cents(day, rulebook(desk).ceilings),
    )


def has_a_right(desk: Desk, patient: str, treated: Treated | None, day: date) -> bool:
    """Say whether third-party payment is a right of the patient, whose caisse is known (FR-40)."""
    stood = standing(desk, patient, treated, day)
    held = cover(stood.situations, day, rulebook(desk).rates)
    return held is not None and held.third_party is ThirdParty.RIGHT and bool(stood.organism)


def contract_of(desk: Desk, chosen: BillingRow | None, day: date) -> Contract | None:
    """Give what the complementary promised, when its part is asked of it and can be computed."""
    if chosen is None or not (chosen.amc and chosen.formula):
        return None
    rules, parameters = rulebook(desk), dict(json.loads(chosen.parameters))
    formula = formula_of(chosen.formula, day, rules.formulas)
    if formula is None or parameter_faults(formula, parameters):
        return None
    unknown = unknown_amounts(formula, ceiling_cents(day, rules.ceilings))
    return None if unknown else Contract(formula, parameters)


def _aid(held: Covers, day: date) -> Cover | None:
    """Give the State medical aid that counts, or the one that ended when no cover replaced it."""
    if held.counts is not None:
        return held.counts if held.counts.profile is Profile.AME else None
    ended = [each for each in held.of_papers if each.profile is Profile.AME and each.is_over(day)]
    return ended[0] if ended else None


def _rights(known: RightsOn, aid: Cover | None) -> Rights | None:
    """Give the period that counts: of State medical aid, of the insurance, or of what ended."""
    if aid is not None:
        return Rights(aid.row.rights_from, aid.row.rights_to, ame=True)
    said = known.insured.said if known.insured else known.ended
    return Rights(said.rights_from, said.rights_to) if said else None


def _situations(
    desk: Desk, known: RightsOn, treated: Treated | None, day: date
) -> Iterator[Situation]:
    exempt = {
        exonerated_by(each.said.code, day, rulebook(desk).exonerations)
        for each in known.situations
        if each.said.kind is Kind.EXEMPTION
    }
    pregnant = Kind.MATERNITY in known.kinds() or Situation.MATERNITY in exempt
    if treated and treated.ald:
        yield Situation.ALD
    yield from (BEARERS[kind] for kind in known.kinds() if kind in BEARERS)
    if pregnant or (treated and treated.maternity):
        yield Situation.MATERNITY
    if treated and treated.work:
        yield Situation.WORK
