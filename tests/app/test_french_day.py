"""A day of télétransmission in the demo of France: signed offline, sent, acknowledged, paid."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from server.app.demo_france import FrenchDemo
from server.app.demo_practice import PASSPHRASE
from server.app.signing import Signing
from server.core.sesam import Mode
from server.core.states import SessionState
from server.services import complementaries, convention_import, covers, french_formulas
from server.services import french_invoicing, french_rights, french_sending, french_settlements
from server.services import french_series, french_visits, patients
from server.services.desk import Desk
from server.store import french_documents, french_lots, visits
from tests.app.waiting import until
from tests.countries.france.tables import line, written
from tests.services.test_french_care import RX

TI_DOUE = {"name": "Mutuelle Ti Doué", "number": "0799900010", "convention_type": "OC"}


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[FrenchDemo]:
    made = FrenchDemo(tmp_path)
    try:
        made.program.start()
        made.program.gate.unlock(made.program.gate.users()[0].id, PASSPHRASE)
        yield made
    finally:
        made.program.stop()
        made.end()


def signing(demo: FrenchDemo) -> Signing:
    france = demo.program.france
    assert france and france.signing
    return france.signing


def states(desk: Desk, session: str) -> list[str]:
    return [str(row.state) for row in french_documents.of_session(desk.db, session)]
