"""A day of télétransmission in the demo of France: signed offline, sent, acknowledged, paid."""

from collections.abc import Iterator
from datetime import timedelta
from itertools import count
from pathlib import Path

import pytest

from server.app.demo_france import FrenchDemo
from server.app.demo_practice import PASSPHRASE
from server.app.signing import Signing
from server.core.sesam import Mode
from server.core.states import SessionState
from server.services import (
    french_invoicing,
    french_settlements,
    french_visits,
    patients,
    treatments,
)
from server.services.desk import Desk
from server.store import french_documents, visits
from tests.app.waiting import until

PIN = "1234"


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[FrenchDemo]:
    made = FrenchDemo(tmp_path, furnished=True)
    try:
        made.program.start()
        made.program.gate.unlock(made.program.gate.users()[0].id, PASSPHRASE)
        yield made
    finally:
        made.program.stop()
        made.end()


def desk(demo: FrenchDemo) -> Desk:
    return demo.program.cabinet.desk()


def signing(demo: FrenchDemo) -> Signing:
    france = demo.program.france
    assert france and france.signing
    return france.signing


def billed(demo: FrenchDemo) -> str:
    """A session of Marchand, whose mutuelle is asked by a DRE, and his card in the reader."""
    patient = patients.search(desk(demo), "marchand")[0].id
    (series,) = treatments.of_patient(desk(demo), patient)
    today = desk(demo).today.isoformat()
    session = french_visits.record(
        desk(demo), series.treatment.id, {"care_date": today, "place": "CABINET"}
    )
    french_invoicing.decide(desk(demo), session, {"tp_amo": "1", "tp_amc": "1"})
    pile = demo.cards()
    demo.insert(next(number for number, name in pile if "Marchand" in name))
    return session


def done(demo: FrenchDemo) -> str:
    control = signing(demo)
    until(lambda: not control.state.running)
    return control.state.problem


def states(demo: FrenchDemo, session: str) -> list[str]:
    return [str(row.state) for row in french_documents.of_session(desk(demo).db, session)]


def test_what_was_signed_offline_leaves_once_and_is_followed_to_its_payment(
    demo: FrenchDemo,
) -> None:
    demo.pull_cable(cut=True)
    session = billed(demo)
    signing(demo).secure(session, PIN, Mode.BOTH_CARDS)
    assert done(demo) == ""
    signing(demo).send(PIN)
    assert done(demo) == ""
    assert states(demo, session) == ["InLot", "InLot"]
    demo.pull_cable(cut=False)
    post = demo.program.post
    assert post
    post.send_now()  # by itself it would leave some seconds later
    until(lambda: states(demo, session)[0] != "InLot")  # it leaves when the line is back
    turns = count()

    def paid() -> bool:
        if next(turns) % 40 == 0:  # each second or so half an hour passes, and the box is read
            demo.passed(timedelta(minutes=31))
        return states(demo, session) == ["Paid", "Paid"]

    until(paid, within=60)
    held = visits.session(desk(demo).db, session)
    assert held and held.state is SessionState.SETTLED
    rows = french_documents.of_session(desk(demo).db, session)
    owed = french_settlements.owed(desk(demo), rows[0].invoice)
    assert all(part.owed.missing.cents == 0 for part in owed)
