"""Who writes and about whom, as every paper of a practice of France tells it."""

from server.services.french_papers import Kine, Office, Prescribed, caisse_number
from server.services.patients import PatientFile
from webui import formats
from webui.i18n import Catalogue


def kine_lines(practice: Office, kine: Kine, spoken: Catalogue) -> list[str]:
    """Name the kiné, the practice and their numbers."""
    return [
        f"{kine.first_name} {kine.last_name.upper()}, {practice.name}",
        f"{practice.street}, {practice.postcode} {practice.city}".strip(", "),
        spoken.say("receipt.kine", rpps=kine.number, billing=kine.billing_number or "–"),
    ]


def patient_lines(file: PatientFile, spoken: Catalogue, organism: str) -> list[str]:
    """Name the patient with birth, number, caisse and address; what is unknown is said so."""
    patient, lives = file.patient, file.address
    birth = file.french.birth if file.french else ""
    caisse = caisse_number(organism) or spoken.say("papers.unknown")
    return [
        f"{patient.first_name} {patient.last_name.upper()}",
        spoken.say("papers.born", day=birth or spoken.say("papers.unknown")),
        spoken.say("papers.nir", number=file.nir or spoken.say("papers.unknown")),
        spoken.say("papers.caisse", number=caisse),
        f"{lives.street}, {lives.postcode} {lives.city}" if lives else "",
    ]


def prescription_lines(row: Prescribed | None, spoken: Catalogue) -> list[str]:
    """Name the prescription, or say that there is none."""
    if row is None:
        return [spoken.say("papers.no_prescription")]
    lines = [
        spoken.say("papers.prescribed", name=row.prescriber_name, number=row.prescriber_nihii,
                   day=formats.day(row.rx_date)),
    ]  # fmt: skip
    if row.max_sessions:
        lines.append(spoken.plural("rx.sessions", row.max_sessions))
    if row.diagnosis:
        lines.append(row.diagnosis)
    return lines
