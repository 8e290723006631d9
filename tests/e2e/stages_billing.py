"""Sessions of the French demo practice to bill: formulas to choose, no convention, invoices."""

from server.core.tray import Origin
from server.services import (
    agenda,
    conventions,
    covers,
    french_formulas,
    french_invoices,
    french_invoicing,
    french_rejects,
    french_rights,
    french_visits,
    tray,
)
from server.store import visits
from tests.app.waiting import until
from tests.e2e.stages_france import FrenchDay
from tests.hardware.drawn import on_a_page, pdf, qr

LABEL = "TRAITEMENT EN COURS - CHANGEMENT DE FU SUR LA PERIODE DES SOINS (INTERLIGNE)"


def with_formulas(day: FrenchDay) -> str:
    """Somebody whose attestation, scanned, prints three formulas; return her session."""
    session = _visited(day, "casanova", "0799900010")
    patient = day.patient("casanova")
    cover = covers.on(day.desk, patient, day.desk.today)
    assert cover
    for typed in (
        {"heading": "AUXM", "formula_name": "A", "formula_code": "052"},
        {"heading": "PHAR", "formula_name": "B", "formula_code": "010"},
        {"heading": "AUXM", "formula_name": "C", "formula_code": "050", "rate": "50"},
    ):
        french_formulas.add(day.desk, patient, cover.row.id, typed)
    _attestation(day, patient)
    return session


def without_convention(day: FrenchDay) -> str:
    """Somebody whose mutuelle no table has; return his session."""
    return _visited(day, "garrec", "0799900082")


def decided(day: FrenchDay) -> None:
    """Two sessions whose billing is decided, one of them paid by the patient."""
    for passage in agenda.of_day(day.desk, day.desk.today):
        french_invoicing.decide(day.desk, passage.id, {"tp_amo": "1"})
    agenda.collect(day.desk, passage.id, {"copay_collected": "7,16", "payment_means": "CARD"})


def refused(day: FrenchDay) -> str:
    """Somebody two of whose invoices were refused, the first corrected since; return him."""
    patient = day.patient("meyer")
    msa = {"signatory": "02", "label": "MSA d’Armorique", "accord": "T", "criterion": "02???????"}
    conventions.add_by_hand(day.desk, msa)
    given = visits.sessions_of_series(day.desk.db, day.series_of("meyer"))
    first, second = given[0].id, given[1].id
    for session in (first, second):
        french_invoicing.decide(day.desk, session, {"tp_amo": "1", "tp_amc": "1"})
        number = french_invoices.number_of(day.desk, session)
        typed = {"invoice": str(number), "part": "AMO", "label": LABEL}
        french_rejects.note(day.desk, patient, typed)
    covers.assign(
        day.desk, patient,
        {"amc": "0799900010", "member": "12345678", "cover_source": "PAPER",
         "cover_from": f"01/02/{day.desk.today.year}", "cover_to": f"31/12/{day.desk.today.year}"},
    )  # fmt: skip
    french_invoicing.decide(day.desk, first, {"tp_amo": "1"})
    return patient


def _visited(day: FrenchDay, name: str, amc: str) -> str:
    patient, today = day.patient(name), day.desk.today
    french_rights.note(
        day.desk, patient,
        {"kind": "AMO", "right_source": "PAPER", "rights_from": f"01/01/{today.year}",
         "right_organism": "910290000" if name == "garrec" else "012910000"},
    )  # fmt: skip
    covers.assign(
        day.desk, patient,
        {"amc": amc, "member": "12345678", "cover_source": "PAPER",
         "cover_from": f"01/01/{today.year}", "cover_to": f"31/12/{today.year}"},
    )  # fmt: skip
    series = day.open_series(name, place="CABINET", kilometres="")
    return french_visits.record(day.desk, series, {"care_date": today.isoformat()})


def _attestation(day: FrenchDay, patient: str) -> None:
    """File an attestation drawn for the occasion; the program's own sorter looks into it."""
    content = pdf(on_a_page(qr("NumeroAMC=799900010;NumAdherent=12345678"), height=1000, width=720))
    key = tray.receive(day.desk, content, "attestation.pdf", Origin.SCAN).id
    assert day.program.sorter is not None
    day.program.sorter.wake()
    until(lambda: tray.document(day.desk, key).pages)
    year = day.desk.today.year
    tray.integrate(
        day.desk, key,
        {"kind": "AMC_CARD", "patient": patient, "valid_from": f"01/01/{year}",
         "valid_to": f"31/12/{year}"},
    )  # fmt: skip
