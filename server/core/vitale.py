"""What a Vitale card says freely, without its rights: who is on it. Good to find a patient.

Never to bill: no rights, no rank, no validity, and nothing is signed (`hardware.md` §3.2).
"""

from dataclasses import dataclass
from datetime import date, datetime

from server.core.cards import Proof
from server.core.identifiers import Nir


@dataclass(frozen=True, slots=True)
class VitalePerson:
    """One person of the card, as written there; a birth no calendar knows is only text."""

    nir: Nir | None  # None: the card has none for this person, or its key is wrong
    last_name: str
    first_names: str
    birth_date: date | None
    birth_text: str
    raw: bytes  # what the card said of this person, as it said it: kept as evidence


@dataclass(frozen=True, slots=True)
class VitaleRead:
    """One reading at the bedside: its instant is never changed afterwards."""

    at: datetime
    reader: str
    people: tuple[VitalePerson, ...]  # at least one
    proof: Proof  # DEMO for a fabricated card; UNVERIFIED otherwise, never better
    complete: bool = True
