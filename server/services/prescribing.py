"""Prescriptions put on a treatment: kept with their prescriber, and given to what waited for them.

The same in every country; what waits for a prescription is each country's own to say.
"""

from collections.abc import Callable
from dataclasses import replace

from server.services import evaluation
from server.services.desk import Desk
from server.store import care, visits
from server.store.care import PrescriptionRow, Treatment
from server.store.visits import Session

Lacks = Callable[[Desk, Session], bool]
"""Says whether a session waits for a prescription."""


def keep(desk: Desk, row: PrescriptionRow, seq: int) -> None:
    """Keep a prescription, and its prescriber when he is met for the first time."""
    prescriber = care.prescriber_id(desk.db, row.prescriber_nihii)
    if prescriber is None:
        prescriber = desk.new_id()
        care.add_prescriber(
            desk.db, prescriber, row.prescriber_nihii, row.prescriber_name, desk.device.id, seq
        )
    care.add_prescription(desk.db, replace(row, prescriber=prescriber), desk.device.id, seq)


def put(desk: Desk, held: Treatment, row: PrescriptionRow, lacks: Lacks) -> None:
    """Put a prescription on a treatment and judge the patient's waiting sessions again.

    Those that wait for one pass under it when it was there in time.
    """
    with desk.deed("treatment.prescribed", "treatment", held.id) as seq:
        keep(desk, row, seq)
        care.update_treatment(desk.db, replace(held, prescription=row.id))
        for session in visits.sessions_of_series(desk.db, held.id):
            if row.rx_date <= session.care_date and lacks(desk, session):
                visits.prescribe_session(desk.db, session.id, row.id)
        evaluation.judge_patient(desk, seq, held.patient)
