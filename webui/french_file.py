"""A patient's file in a practice of France: what its screen shows, gathered (W8)."""

from flask import render_template

from server.services import (
    cards,
    covers,
    french_rights,
    french_series,
    payer_notices,
    tray,
    treating,
)
from server.services.desk import Desk
from server.services.patients import PatientFile


def drawn(work: Desk, file: PatientFile) -> str:
    """Draw the file of a patient: identity, rights, complementary, papers."""
    treats = treating.treats(work, file.patient.id)
    return render_template(
        "patients/show_france.html",
        treats=treats,
        series=french_series.of_patient(work, file.patient.id) if treats else (),
        file=file,
        now_on=french_rights.on(work, file.patient.id, work.today),
        covers=covers.of(work, file.patient.id),
        aid=covers.aid(work, file.patient.id),
        notices=payer_notices.of(work, file.patient.id),
        reading=cards.reading_today(work, file.patient.id),
        papers=tray.of_patient(work, file.patient.id),
    )
