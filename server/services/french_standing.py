"""Who bears the care of a patient in France on one day, as far as it is known."""

from dataclasses import dataclass
from datetime import date

from server.countries.france.billable_case import Rights
from server.countries.france.rates import Situation
from server.countries.france.shares import Contract
from server.services.desk import Desk
from server.store.french_care import Treated


@dataclass(frozen=True, slots=True)
class Standing:
    """The rights that count on a care date, what they bring, and who asks for what."""

    rights: Rights | None  # None: nobody said
    situations: frozenset[Situation]
    organism: str  # nine digits, "" when unknown
    third_party: bool
    contract: Contract | None


def standing(desk: Desk, patient: str, treated: Treated | None, day: date) -> Standing:
    """Gather what the patient's rights and the treatment say of a day."""
    said = {
        Situation.ALD: bool(treated and treated.ald),
        Situation.MATERNITY: bool(treated and treated.maternity),
        Situation.WORK: bool(treated and treated.work),
    }
    situations = frozenset(situation for situation, holds in said.items() if holds)
    return Standing(None, situations, "", third_party=False, contract=None)
