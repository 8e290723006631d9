"""The visits of H-01, from the bedside to three sealed lots (and D-02, at the cabinet)."""

import pytest

from server.services import documents, ledger, lots, sessions
from server.store import post
from tests.people import OUCHENE
from tests.services.office import Office
from tests.world import World


@pytest.mark.scenario("D-02")
def test_four_visits_of_a_bim_patient_at_the_cabinet_make_one_invoice_of_four_lines(
    world: World,
) -> None:
    world.open_series(OUCHENE, "CABINET")
    done = []
    for _ in range(4):
        done.append(
            world.visit(OUCHENE, codes="567011", copay_collected="2,50", payment_means="CASH")
        )
        world.clock.advance(days=2)
    views = [sessions.view(world.desk, key) for key in done]
    assert [view.blocks for view in views] == [[], [], [], []]
    for view in views:
        (line,) = view.lines
        assert (line.fee_cents, line.copay_cents, line.oa_cents) == (3080, 250, 2830)
    assert sum(view.session.copay_collected_cents for view in views) == 1000
    lot = ledger.lot(world.desk, world.seal("100"))
    assert (lot.lot.oa_cents, lot.lot.line_count, lot.lot.invoice_count) == (11320, 4, 1)
    for key in done:
        proof = documents.proof(world.desk, key)
        assert (proof.oa_cents, proof.paid_cents, proof.copay_cents) == (2830, 250, 250)


@pytest.mark.scenario("H-01")
def test_thirty_visits_offline_seal_three_lots(office: Office, no_network: None) -> None:
    office.tour()
    desk = office.world.desk
    sealed, refused = lots.seal_all(desk)
    assert refused == []
    held = {office.lot(s.lot).payer: office.lot(s.lot) for s in sealed}
    assert {payer: lot.oa_cents for payer, lot in held.items()} == {
        "100": 34656, "300": 27630, "500": 25104,
    }  # fmt: skip
    assert {payer: lot.line_count for payer, lot in held.items()} == {
        "100": 12, "300": 10, "500": 8,
    }  # fmt: skip
    assert sum(lot.oa_cents for lot in held.values()) == 87390
    assert sum(lot.copay_cents for lot in held.values()) == 14250
    assert office.world.sql("select sum(copay_collected_cents) from session") == 14250
    assert office.world.sql("select count(*) from session where state = 'Claimed'") == 30


@pytest.mark.scenario("H-01")
def test_the_three_lots_leave_by_themselves_when_the_line_is_back(office: Office) -> None:
    office.tour()
    sealed, _ = lots.seal_all(office.world.desk)
    report = office.run()
    assert report is not None
    assert len(office.partner.arrived) == 3
    assert {str(office.lot(s.lot).state) for s in sealed} == {"Sent"}
    assert {str(x.state) for s in sealed for x in office.lines(s.lot)} == {"Sent"}
    assert not [r for r in post.open_rows(office.world.desk.db) if str(r.state) == "Leased"]


@pytest.mark.scenario("I-04")
def test_the_totals_of_a_lot_are_those_of_its_lines(office: Office) -> None:
    office.tour()
    lot = office.lot(office.world.seal("100"))
    lines = office.lines(lot.id)
    assert sum(x.oa_cents for x in lines) == lot.oa_cents == 34656
    assert sum(x.copay_cents for x in lines) == lot.copay_cents == 6000
    assert sum(x.supplement_cents for x in lines) == lot.supplement_cents == 0
    assert (lot.line_count, lot.invoice_count) == (12, len({x.patient for x in lines}))
