"""What a kiné of the French demo practice finds in the morning: mutuelles, conventions, treatments.

All fabricated: no insurer, signatory or physician here exists [T].
"""

from datetime import date, timedelta

from server.app.demo_france_areas import told_of
from server.app.demo_france_people import CASANOVA, GARREC, MARCHAND, MEYER, PETROV, FrenchPerson
from server.services import (
    complementaries,
    convention_import,
    conventions,
    covers,
    french_formulas,
    french_invoices,
    french_invoicing,
    french_rejects,
    french_rights,
    french_series,
    french_visits,
    patients,
)
from server.services.cabinet import Cabinet
from server.services.desk import Desk

_MUTUELLES = (
    ("Mutuelle Ti Doué", "0799900010", ""),
    ("Mutuelle du Phare", "0799900028", ""),
    ("Mutuelle Breizh Santé", "0799900082", "1"),
)  # name, number, "1" under unique management
_SIGNED = "I;;;;;0799900010;MUTUELLE TI DOUE;0;OC;;T;;;0;;;;;;OC;001;dre.test.invalid"
_SIGNED_SINCE = "I;;;;;0799900028;MUTUELLE DU PHARE;0;OC;;T;;;0;;;;;;OC;001;dre.test.invalid"
_TABLE = "C-InterAMC_{day:%Y%m%d}.csv"
_LABEL = "TRAITEMENT EN COURS - CHANGEMENT DE FU SUR LA PERIODE DES SOINS (INTERLIGNE)"
_CARE = "Douleur nocturne depuis dimanche, mieux assise."
_RX = {"prescriber": "10009999904", "prescriber_name": "Dr Yann LE BIHAN", "max_sessions": ""}


def furnish(cabinet: Cabinet) -> None:
    """Note what was there before this morning, in a practice whose people are known."""
    today = cabinet.desk().today
    for name, number, unique in _MUTUELLES:
        complementaries.create(cabinet.desk(), {"name": name, "number": number, "unique": unique})
    _conventions(cabinet.desk(), today - timedelta(days=6))
    _insure(cabinet.desk(), MARCHAND, "0799900010", today)
    _insure(cabinet.desk(), CASANOVA, "0799900028", today)
    _insure(cabinet.desk(), MEYER, "0799900082", today, link="YES")
    _insure(cabinet.desk(), PETROV, "0075500017", today)
    _formula(cabinet.desk(), MARCHAND, today)
    french_rights.note(
        cabinet.desk(), _key(cabinet.desk(), GARREC),
        {"kind": "ALD", "right_source": "PAPER", "rights_from": f"01/02/{today.year}",
         "code": "ALD 30"},
    )  # fmt: skip
    _treat(cabinet.desk(), MARCHAND, today, territory="UPPER_LIMB", place="HOME", kilometres="9",
           outside_town="1")  # fmt: skip
    _treat(cabinet.desk(), CASANOVA, today, territory="LOWER_LIMB")
    _treat(cabinet.desk(), GARREC, today, territory="LOWER_LIMB")
    back = _treat(cabinet.desk(), MEYER, today, territory="SPINE", situation="low_back_pain",
                  declared="11")  # fmt: skip
    told_of(cabinet.desk(), _key(cabinet.desk(), MARCHAND), care=_CARE)
    first, _ = (
        french_visits.record(
            cabinet.desk(), back, {"care_date": (today - timedelta(days=ago)).isoformat()}
        )
        for ago in (5, 1)
    )
    _refused(cabinet.desk(), MEYER, first)


def newer_table(today: date) -> tuple[str, str]:
    """Give the table of today, as a front-end sends it: its name, its text."""
    return _TABLE.format(day=today), f"{_SIGNED}\r\n{_SIGNED_SINCE}\r\n"


def _key(desk: Desk, person: FrenchPerson) -> str:
    found = patients.search(desk, f"{person.last_name} {person.first_name}")
    return found[0].id


def _conventions(desk: Desk, day: date) -> None:
    content = (_SIGNED + "\r\n").encode("latin-1")
    name = _TABLE.format(day=day)
    read = convention_import.read(desk, name, convention_import.pieces_of(content))
    convention_import.confirm(desk, read.id)
    conventions.add_by_hand(
        desk, {"signatory": "02", "label": "MSA d’Armorique", "accord": "T",
               "criterion": "02???????"},
    )  # fmt: skip


def _insure(
    desk: Desk, person: FrenchPerson, number: str, today: date, **typed: str
) -> None:  # fmt: skip
    """Note the attestation of this year."""
    covers.assign(
        desk, _key(desk, person),
        {"amc": number, "member": "12345678", "cover_source": "PAPER",
         "cover_from": f"01/01/{today.year}", "cover_to": f"31/12/{today.year}", **typed},
    )  # fmt: skip


def _formula(desk: Desk, person: FrenchPerson, today: date) -> None:
    """Note the formula that the attestation prints for kinés."""
    cover = covers.on(desk, _key(desk, person), today)
    if cover is not None:
        typed = {"heading": "AUXM", "formula_name": "A", "formula_code": "052"}
        french_formulas.add(desk, cover.row.patient, cover.row.id, typed)


def _refused(desk: Desk, person: FrenchPerson, session: str) -> None:
    """Bill a session, and note that the caisse refused its invoice: it waits to be corrected."""
    french_invoicing.decide(desk, session, {"tp_amo": "1", "tp_amc": "1"})
    number = french_invoices.number_of(desk, session)
    typed = {"invoice": str(number), "part": "AMO", "label": _LABEL}
    french_rejects.note(desk, _key(desk, person), typed)


def _treat(desk: Desk, person: FrenchPerson, today: date, **typed: str) -> str:
    """Open a treatment begun two weeks ago; return its id."""
    begun = (today - timedelta(days=14)).isoformat()
    form = {"place": "CABINET", "start_date": begun, "rx_date": begun, **_RX, **typed}
    return french_series.open_series(desk, _key(desk, person), form)
