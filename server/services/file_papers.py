"""The papers of a patient's file in France: prescriptions, and what was handed over or sent.

Both are care: for who treats the patient. SOFIA-25.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from server.core.rights import Right
from server.core.tray import Kind
from server.services import documents, patients, tray, treating
from server.services.desk import Desk, needs
from server.services.tray import Document
from server.store import assessments, care
from server.store.assessments import Assessment
from server.store.care import PrescriptionRow
from server.store.papers import Paper


@dataclass(frozen=True, slots=True)
class Prescribed:
    """A prescription, the treatments it was written for, and its image when one is filed."""

    row: PrescriptionRow
    series: Sequence[str]  # ids of the treatments that stand on it
    image: Document | None


@dataclass(frozen=True, slots=True)
class Letters:
    """What left the practice about a patient, the newest first."""

    handed: Sequence[Paper]
    reports: Sequence[Assessment]  # assessments, with the day their report was sent, if it was


@needs(Right.CLINICAL)
def prescriptions(desk: Desk, patient: str) -> Sequence[Prescribed]:
    """Return the prescriptions of a patient, the newest first; raise `NotFound` or `Forbidden`.

    Its image is the prescription filed under the patient with its very date.
    """
    _check(desk, patient)
    held = care.treatments(desk.db, patient)
    images = [each for each in tray.of_patient(desk, patient) if each.filing.kind is Kind.RX_SCAN]
    rows = sorted(
        care.prescriptions_of(desk.db, [patient]), key=lambda row: (row.rx_date, row.id),
        reverse=True,
    )  # fmt: skip
    return [
        Prescribed(
            row, [each.id for each in held if each.prescription == row.id],
            next((each for each in images if each.filing.dated == row.rx_date), None),
        )
        for row in rows
    ]  # fmt: skip


@needs(Right.CLINICAL)
def letters(desk: Desk, patient: str) -> Letters:
    """Return every paper made for a patient, and the reports to physicians; raise as above."""
    _check(desk, patient)
    return Letters(documents.handed_over(desk, patient), assessments.of_patient(desk.db, patient))


def _check(desk: Desk, patient: str) -> None:
    patients.open_file(desk, patient)
    treating.require(desk, patient)
