"""What a visit costs: its acts, its travel, its supplements, each a line rounded by itself.

`fr-ngap-kine.md` §1 to §5, `domain.md` §5.3: a total is the sum of rounded lines, never more.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from server.core.care import Quote
from server.countries.dated import Table
from server.countries.france.acts import Act, act_coded
from server.countries.france.letters import Coding, Letter, Zone, half_up, letter_of
from server.countries.france.rates import WHOLE_BP
from server.countries.france.shares import Priced, Terms, quote
from server.countries.france.supplements import Supplement
from server.countries.france.travel import TravelRules, Trip, allowance, kilometres

_METRES = 1000
_HUNDREDTHS = 100


@dataclass(frozen=True, slots=True)
class PriceUnknown:
    """No version of the letters covers the care date (FR-32)."""

    code: str
    care_date: date
    reason: str  # "price.no_version": a letter of another period; "price.no_code": of none


@dataclass(frozen=True, slots=True)
class GivenAct:
    """An act as coded, and the part of its tariff that is due (5 000 for half: FR-06)."""

    coding: Coding
    share_bp: int = WHOLE_BP


@dataclass(frozen=True, slots=True)
class Visit:
    """What was done on one day for one patient, and where."""

    care_date: date
    zone: Zone
    acts: Sequence[GivenAct]  # the main act first: an overrun is asked with it
    trip: Trip | None = None  # None: not at the patient's home
    supplements: Sequence[Supplement] = ()


@dataclass(frozen=True, slots=True)
class Bill:
    """The lines of a visit, and what no table could price."""

    lines: Sequence[Quote]
    unknown: Sequence[PriceUnknown]

    @property
    def charged_cents(self) -> int:
        """All that is asked."""
        return sum(line.fee_cents for line in self.lines)

    @property
    def amo_cents(self) -> int:
        """The part of the caisse: the sum of its parts, line by line."""
        return sum(line.oa_cents for line in self.lines)

    @property
    def amc_cents(self) -> int:
        """The part of the complementary insurer."""
        return sum(line.amc_cents for line in self.lines)

    @property
    def patient_cents(self) -> int:
        """What is left to the patient."""
        return sum(line.patient_cents for line in self.lines)


@dataclass(frozen=True, slots=True, eq=False)
class PriceRules:
    """The rows a visit is priced with."""

    letters: Table[Letter]
    acts: Table[Act]
    travel: TravelRules


def bill(visit: Visit, terms: Terms, rules: PriceRules) -> Bill:
    """Price a visit; lines that no table prices are named, never counted as zero."""
    lines: list[Quote] = []
    unknown: list[PriceUnknown] = []
    rest = replace(terms, overrun_cents=0, overrun_reason="")
    for rank, given in enumerate(visit.acts):
        found = price_act(given, visit.care_date, visit.zone, rules)
        if isinstance(found, PriceUnknown):
            unknown.append(found)
        else:
            lines.append(quote(found, rest if rank else terms))
    beside = (*_travel(visit, rules.travel), *_supplements(visit))
    lines += [quote(line, rest) for line in beside]
    return Bill(lines, unknown)


def price_act(
    given: GivenAct, care_date: date, zone: Zone, rules: PriceRules
) -> Priced | PriceUnknown:
    """Price one coding on its care date: value of the letter × coefficient, half up."""
    coding = given.coding
    letter = letter_of(coding.letter, care_date, rules.letters)
    if letter is None:
        known = any(row.letter == coding.letter for row in rules.letters)
        reason = "price.no_version" if known else "price.no_code"
        return PriceUnknown(coding.text, care_date, reason)
    unit = letter.values.cents(zone)
    facts = {
        "letter": coding.letter, "coefficient": coding.hundredths, "unit": unit, "zone": str(zone),
    }  # fmt: skip
    rule = "tariff.letter"
    if given.share_bp != WHOLE_BP:
        rule, facts["share_bp"] = "tariff.letter_part", given.share_bp
    cents = half_up(unit * coding.hundredths * given.share_bp, _HUNDREDTHS * WHOLE_BP)
    act = act_coded(coding, care_date, rules.acts)
    origins = (letter.origin, act.origin) if act else (letter.origin,)
    return Priced(coding.text, cents, rule, facts, origins)


def _travel(visit: Visit, rules: TravelRules) -> Iterator[Priced]:
    if visit.trip is None:
        return
    flat = allowance(visit.trip, visit.care_date, rules)
    if flat is not None:
        cents = flat.values.cents(visit.zone)
        facts: dict[str, object] = {"label": flat.label_fr}
        yield Priced(flat.code, cents, "tariff.allowance", facts, (flat.origin,))
    driven = kilometres(visit.trip, visit.care_date, rules)
    if driven is not None:
        row, metres = driven
        unit = row.values.cents(visit.zone)
        facts = {
            "one_way": visit.trip.one_way_metres, "deducted": row.deducted_metres,
            "paid": metres, "unit": unit,
        }  # fmt: skip
        cents = half_up(unit * metres, _METRES)
        yield Priced(row.code, cents, "tariff.kilometres", facts, (row.origin,))


def _supplements(visit: Visit) -> Iterator[Priced]:
    for row in visit.supplements:
        cents = row.values.cents(visit.zone)
        facts = {"label": row.label_fr}
        yield Priced(row.code, cents, "tariff.supplement", facts, (row.origin,))
