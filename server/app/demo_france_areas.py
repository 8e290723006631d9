"""What is written in the other areas of a file of the French demo practice: all invented [T]."""

from server.services import addresses, alarms, notes, particulars
from server.services.desk import Desk


def told_of(desk: Desk, patient: str, *, care: str) -> None:
    """Write two notes, one of care; two alarms; where she is cared for; what else is known."""
    notes.write(
        desk, patient,
        {"note": "Sa sœur ouvre le mardi.\nPréfère le matin.", "reach": "PRACTICE"},
    )  # fmt: skip
    notes.write(desk, patient, {"note": care, "reach": "CARE"})
    alarms.set_alarm(
        desk, patient, {"alarm": "Demander le compte rendu de l’échographie", "reach": "PRACTICE"}
    )
    alarms.set_alarm(
        desk, patient, {"alarm": "Porte un stimulateur", "reach": "CARE", "each_visit": "1"}
    )
    addresses.keep(
        desk, patient,
        {"kind": "CARE", "place_name": "Chez sa sœur", "street": "12 rue du Port",
         "postcode": "29000", "city": "Quimper", "access": "Code B4521\nDeuxième étage, à gauche"},
    )  # fmt: skip
    particulars.keep(
        desk, patient,
        {"physician": "Dr Yann LE BIHAN", "contact": "Annie Marchand, sa sœur, 02 98 00 00 01",
         "profession": "Institutrice retraitée", "came_by": "Le Dr Le Bihan"},
    )  # fmt: skip
