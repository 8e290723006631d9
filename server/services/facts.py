"""What is known of a patient and of a series, as the values the rules read."""

from collections.abc import Sequence
from datetime import date

from server.core.care import Agreement, Coverage, Prescription
from server.countries.belgium.coverage import bim, payer_of
from server.services.desk import Desk
from server.services.rules import rulebook
from server.store import care
from server.store.care import AgreementRow, CoverageRow, PrescriptionRow


def coverages(desk: Desk, patient_id: str) -> Sequence[Coverage]:
    """Return everything known of an insurability, as values the rules read."""
    return [as_coverage(desk, row) for row in coverage_rows(desk, patient_id)]


def coverage_rows(desk: Desk, patient_id: str) -> Sequence[CoverageRow]:
    """Return everything said of an insurability, newest first."""
    return desk.once(lambda: care.coverages(desk.db, patient_id), "coverages", patient_id)


def as_coverage(desk: Desk, row: CoverageRow) -> Coverage:
    """Give what a source said of an insurability as the value the rules read."""
    rules = rulebook(desk)
    since = row.rights_from or row.captured_at.date()
    payer = payer_of(row.mutuality, since, rules.mutualities)
    return Coverage(
        payer.union if payer else row.oa, row.mutuality, row.ct1, row.ct2,
        bool(bim(row.ct1, since, rules.ct1)), row.rights_from, row.rights_to, row.source,
        row.captured_at,
    )  # fmt: skip


def as_prescription(row: PrescriptionRow | None) -> Prescription | None:
    """Give a prescription as the value the rules read."""
    if row is None:
        return None
    return Prescription(
        row.rx_date, row.prescriber_nihii, row.prescriber_name, row.max_sessions or 0, row.start_by,
        row.second_session_motivated,
    )  # fmt: skip


def as_agreement(rows: Sequence[AgreementRow], care_date: date) -> Agreement | None:
    """Give the newest agreement whose dates hold the day, else the newest of all."""
    covering = [
        r
        for r in rows
        if r.valid_from <= care_date and (r.valid_to is None or care_date <= r.valid_to)
    ]
    for r in (*covering, *rows):
        return Agreement(r.number, r.valid_from, r.valid_to, r.refused, r.sessions_granted)
    return None
