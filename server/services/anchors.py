"""Where a person mends what a fault or a refusal names: the place, and the field inside it.

The rules, the eFact check and the refusal dictionary each say what to open in their own words;
here every such word becomes one place of the program.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from server.countries.belgium.refusal_tables import Opens
from server.countries.blocks import Panel


class Place(StrEnum):
    """A place of the program where something can be mended, or whoever must act instead."""

    PATIENT = "patient"
    COVERAGE = "coverage"
    AGREEMENT = "agreement"
    PRESCRIPTION = "prescription"
    SERIES = "series"
    SESSION = "session"
    PRACTICE = "practice"
    TARIFF = "tariff"
    CLOCK = "clock"
    LOT = "lot"
    PAYMENT = "payment"
    BACKUPS = "backups"
    INSURER = "insurer"  # to call: nothing to open
    SOFTWARE = "software"  # our fault: to report
    NOWHERE = "nowhere"  # a word we do not know


@dataclass(frozen=True, slots=True)
class Anchor:
    """One place, and the name of the form field in it; "" when the whole place is meant."""

    place: Place
    field: str = ""


_PLACES: Mapping[str, Anchor] = {
    Opens.PATIENT_NISS: Anchor(Place.PATIENT, "niss"),
    Opens.PATIENT_SEX: Anchor(Place.PATIENT, "sex"),
    Opens.COVERAGE_MUTUALITY: Anchor(Place.COVERAGE, "mutuality"),
    Opens.COVERAGE_CT: Anchor(Place.COVERAGE, "ct1"),
    Opens.COVERAGE_COMMITMENT: Anchor(Place.COVERAGE),
    Opens.COVERAGE_MEDICAL_HOUSE: Anchor(Place.COVERAGE),
    Opens.AGREEMENT_NUMBER: Anchor(Place.AGREEMENT, "number"),
    Opens.AGREEMENT_DATES: Anchor(Place.AGREEMENT, "valid_from"),
    Opens.PRESCRIPTION_PRESCRIBER: Anchor(Place.PRESCRIPTION, "prescriber"),
    Opens.PRESCRIPTION_DATE: Anchor(Place.PRESCRIPTION, "rx_date"),
    Opens.PRESCRIPTION_DOCUMENT: Anchor(Place.PRESCRIPTION),
    Opens.SERIES: Anchor(Place.SERIES),
    Opens.SESSION_DATE: Anchor(Place.SESSION),  # a noted session is struck out and noted again
    Opens.SESSION_CODE: Anchor(Place.SESSION),
    Opens.SESSION_UNITS: Anchor(Place.SESSION),
    Opens.SESSION_PLACE: Anchor(Place.SESSION),
    Opens.SESSION_PRICE: Anchor(Place.SESSION),
    Opens.SESSION_PROVIDER: Anchor(Place.SESSION),
    Opens.SESSION_CARD: Anchor(Place.SESSION),
    Opens.PRACTICE_NIHII: Anchor(Place.PRACTICE, "third_party_number"),
    Opens.PRACTICE_PROFESSION: Anchor(Place.PRACTICE),
    Opens.PRACTICE_CONVENTION: Anchor(Place.PRACTICE, "conventioned"),
    Opens.PRACTICE_BCE: Anchor(Place.PRACTICE, "enterprise_number"),
    Opens.PRACTICE_IBAN: Anchor(Place.PRACTICE, "iban"),
    Opens.PRACTICE_CONTACT: Anchor(Place.PRACTICE, "last_name"),
    Opens.PRACTICE_PHONE: Anchor(Place.PRACTICE, "phone"),
    Opens.INVOICE_NUMBER: Anchor(Place.LOT),
    Opens.LOT_NUMBER: Anchor(Place.LOT),
    Opens.LOT_MONTH: Anchor(Place.LOT),
    Opens.LOT_DAY: Anchor(Place.LOT),
    Opens.LOT_LINES: Anchor(Place.LOT),
    Opens.PAYMENT: Anchor(Place.PAYMENT),
    Opens.INSURER: Anchor(Place.INSURER),
    Opens.SOFTWARE: Anchor(Place.SOFTWARE),
    Panel.PRESCRIPTION: Anchor(Place.PRESCRIPTION),
    Panel.COVERAGE: Anchor(Place.COVERAGE),
    Panel.AGREEMENT: Anchor(Place.AGREEMENT),
    Panel.SESSION: Anchor(Place.SESSION),
    Panel.TARIFF: Anchor(Place.TARIFF),
    Panel.CLOCK: Anchor(Place.CLOCK),
    Panel.PRACTICE: Anchor(Place.PRACTICE),
    "restored": Anchor(Place.BACKUPS),
}


def anchor(opens: str) -> Anchor:
    """Give the place a fault or a refusal opens; `NOWHERE` for a word that names none.

    `opens` is a value of `Opens` or `Panel`, or "".
    """
    return _PLACES.get(opens, Anchor(Place.NOWHERE))
