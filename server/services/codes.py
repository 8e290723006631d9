"""What a code read by hand means: an attestation, a national number, or only its text.

Nothing is written by reading a code: what is found is shown, and a person does something with it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from server.core.codes import CodeRead
from server.core.rights import Right
from server.countries.attestation import Attestation, attestation
from server.services.desk import Desk, needs
from server.services.rules import code_profiles
from server.store import patients
from server.store.patients import Patient


@dataclass(frozen=True, slots=True, repr=False)
class Told:
    """A code in words: without an attestation only its text is known (I2)."""

    attestation: Attestation | None
    patients: Sequence[Patient] = ()  # whose national number it holds

    @property
    def kind(self) -> str:
        """What it is: "attestation", "number", "paper" or "unknown"."""
        if self.attestation is None:
            return "unknown"
        if self.attestation.niss:
            return "number"
        return "attestation" if self.attestation.amc_number else "paper"


@needs(Right.PATIENTS)
def told(desk: Desk, code: CodeRead) -> Told:
    """Say what a code is, by the layouts known today."""
    found = attestation(code.text, desk.today, code_profiles(desk))
    people = patients.search(desk.db, found.niss, 1) if found and found.niss else ()
    return Told(found, people)


@needs(Right.PATIENTS)
def makes_sense(desk: Desk, text: str) -> bool:
    """Tell a text that a known layout explains: a camera need not see it twice."""
    return attestation(text, desk.today, code_profiles(desk)) is not None
