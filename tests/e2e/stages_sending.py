"""Invoices of the French demo practice on their way: one to sign, some to send, some answered."""

from datetime import timedelta
from itertools import count

from server.app.signing import Signing
from server.core.sesam import Mode
from server.core.teletransmission import DocumentState
from server.services import (
    agenda,
    convention_import,
    covers,
    french_formulas,
    french_invoicing,
    french_visits,
)
from server.services.convention_import import pieces_of
from server.store import french_documents
from tests.app.waiting import until
from tests.countries.france.tables import line, written
from tests.e2e.stages_france import FrenchDay, cover, french_morning

PIN = "1234"


def sending_morning(day: FrenchDay) -> None:
    """Two invoices sent, answered and paid, a table with them; then some to sign and to send."""
    french_morning(day)
    row = line("0799900010", "OC", "", label="MUTUELLE TI DOUE", routing="OC", host="001",
               domain="dre.test.invalid")  # fmt: skip
    rows = [row, line("02", criterion="02???????", label="MSA D ARMORIQUE")]
    table = convention_import.read(day.desk, "C-InterAMC_20260112.csv", pieces_of(written(rows)))
    convention_import.confirm(day.desk, table.id)
    newer = [*rows, line("0799900028", "OC", "", label="MUTUELLE DU PHARE")]
    day.demo.services.give_table("C-InterAMC_20260209.csv", written(newer).decode("latin-1"))
    _insert(day, "Marchand")
    _sign(day, signable(day), Mode.BOTH_CARDS)
    _task(day).send(PIN)
    _ended(day)
    assert day.program.post
    day.program.post.send_now()
    until(lambda: "InLot" not in _states(day), within=30)
    _answered(day)
    day.open_series("garrec", place="CABINET", kilometres="", outside_town="")
    _insert(day, "Garrec")
    first, second = (_given(day, "garrec", ago) for ago in (2, 1))
    _sign(day, first, Mode.DESYNCHRONISED)
    _sign(day, second, Mode.BOTH_CARDS)
    _insert(day, "Meyer")
    both = {"tp_amo": "1", "tp_amc": "1", "formula": "052"}
    french_invoicing.decide(day.desk, shared(day), both)
    _sign(day, shared(day), Mode.BOTH_CARDS)


def shared(day: FrenchDay) -> str:
    """Return the session of Meyer for which the caisse is asked both parts."""
    patient, cared = day.patient("meyer"), day.desk.today - timedelta(days=5)
    [session] = [each.id for each in agenda.of_day(day.desk, cared) if each.patient.id == patient]
    return session


def signable(day: FrenchDay) -> str:
    """Return the session of Marchand, decided for both payers."""
    patient, today = day.patient("marchand"), day.desk.today
    [session] = [each.id for each in agenda.of_day(day.desk, today) if each.patient.id == patient]
    year = {"cover_from": f"01/01/{today.year}", "cover_to": f"31/12/{today.year}"}
    cover(day, "marchand", amc="0799900010", member="A0099", cover_source="PAPER", **year)
    held = covers.on(day.desk, patient, today)
    assert held
    typed = {"heading": "AUXM", "formula_name": "A", "formula_code": "052"}
    french_formulas.add(day.desk, patient, held.row.id, typed)
    french_invoicing.decide(day.desk, session, {"tp_amo": "1", "tp_amc": "1"})
    return session


def to_sign(day: FrenchDay) -> str:
    """Return a session of Garrec whose invoice waits to be signed."""
    return _given(day, "garrec", 0)


def _given(day: FrenchDay, name: str, ago: int) -> str:
    cared = (day.desk.today - timedelta(days=ago)).isoformat()
    held = agenda.of_day(day.desk, day.desk.today - timedelta(days=ago))
    known = [each.id for each in held if each.patient.id == day.patient(name)]
    session = known[0] if known else french_visits.record(
        day.desk, day.series_of(name), {"care_date": cared, "place": "CABINET"}
    )  # fmt: skip
    french_invoicing.decide(day.desk, session, {"tp_amo": "1"})
    return session


def _insert(day: FrenchDay, name: str) -> None:
    day.demo.insert(next(number for number, printed in day.demo.cards() if name in printed))


def _task(day: FrenchDay) -> Signing:
    france = day.program.france
    assert france and france.signing
    return france.signing


def _sign(day: FrenchDay, session: str, mode: Mode) -> None:
    _task(day).secure(session, "" if mode is Mode.DESYNCHRONISED else PIN, mode)
    _ended(day)


def _ended(day: FrenchDay) -> None:
    task = _task(day)
    until(lambda: not task.state.running)
    assert task.state.problem == "", task.state.problem


def _states(day: FrenchDay) -> set[str]:
    every = french_documents.in_states(day.desk.db, tuple(DocumentState))
    return {str(row.state) for row in every}


def _answered(day: FrenchDay) -> None:
    """Let half an hour pass again and again, until both payers have answered."""
    turns = count()

    def paid() -> bool:
        if next(turns) % 100 == 0:  # every two seconds
            day.demo.passed(timedelta(minutes=31))
        return _states(day) == {"Paid"}

    until(paid, within=60)
