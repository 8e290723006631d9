"""Problems as they are found while a message is walked, each with the place it was found at."""

from dataclasses import dataclass, field

from server.core.inspection import Problem, Severity
from server.core.layout import Record
from server.countries.belgium.efact_problems import Fault


@dataclass(slots=True)
class Findings:
    """A growing list of problems."""

    items: list[Problem] = field(default_factory=list)

    def add(
        self,
        fault: Fault,
        where: str,
        business: str = "",
        severity: Severity = Severity.ERROR,
        **facts: object,
    ) -> None:
        """Note a fault; `business` names the value of the practice to open, if one is to blame."""
        told = {name: str(fact) for name, fact in facts.items()}
        self.items.append(Problem(fault.value, where, severity, told, business))


def place(name: str, number: int, zone: str) -> str:
    """Say where: "R50#4 zone 24"."""
    return f"R{name}#{number} zone {zone}"


def note_characters(findings: Findings, record: Record, where: str) -> None:
    """Note every zone of a record that holds a character outside its strict set."""
    zones = record.zones()
    for zone in record.unsound():
        findings.add(Fault.CHARACTERS, f"{where} zone {zone}", found=zones[zone])
