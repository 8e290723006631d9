"""A sealed lot that never left is opened again, corrected, and sealed under its own number."""

import pytest

from server.core.errors import Forbidden, NotFound, StateConflict
from server.core.outbox import MessageState
from server.core.states import LineState, LotState, SessionState
from server.services import ledger, lots, sessions, unsealing
from server.store import invoices, post
from sync.transports.fakes import Mood
from tests.people import LAMBIOTTE, OUCHENE
from tests.services.office import Office
from tests.world import World


def test_a_lot_unsealed_frees_its_lines_and_sends_nothing(office: Office) -> None:
    world = office.world
    visit = world.visit(LAMBIOTTE, copay_collected="6,25")
    lot = world.seal("100")
    unsealing.unseal(world.desk, lot)
    assert office.lot(lot).state is LotState.DRAFT
    [line] = invoices.lines_of_session(world.desk.db, visit)
    assert (line.state, line.lot) == (LineState.PRICED, None)
    assert sessions.view(world.desk, visit).session.state == SessionState.READY
    office.run()
    assert office.partner.arrived == []
    message = post.of_lot(world.desk.db, lot)
    assert message
    assert (message.state, message.reason) == (MessageState.CANCELLED, "unsealed")


@pytest.mark.scenario("H-02")
def test_corrected_and_sealed_again_it_leaves_once_under_the_number_reserved_for_it(
    office: Office,
) -> None:
    world = office.world
    world.visit(LAMBIOTTE, copay_collected="6,25")
    lot = world.seal("100")
    first = office.lot(lot)
    unsealing.unseal(world.desk, lot)
    world.insure(LAMBIOTTE, ct1="111", ct2="111")
    world.visit(OUCHENE, copay_collected="2,50")
    assert world.seal("100") == lot
    again = office.lot(lot)
    assert (again.number, again.line_count, again.oa_cents) == (first.number, 2, 6276)
    assert again.reference != first.reference
    assert again.file_day == world.desk.today
    office.run()
    assert office.partner.arrived == [again.reference]
    assert office.lot(lot).state is LotState.SENT
    assert world.sql("select count(*) from lot") == 1
    wanted = ["Sealed", "Queued", "Draft", "Sealed", "Queued", "Sending", "Sent"]
    assert office.steps("lot", lot) == wanted


def test_a_lot_that_was_attempted_stays_sealed_even_if_the_line_was_down(office: Office) -> None:
    world = office.world
    world.visit(LAMBIOTTE, copay_collected="6,25")
    lot = world.seal("100")
    assert ledger.lot(world.desk, lot).can_unseal
    office.partner.mood = Mood.CUT
    office.run()
    assert not ledger.lot(world.desk, lot).can_unseal
    with pytest.raises(StateConflict):
        unsealing.unseal(world.desk, lot)
    assert office.lot(lot).state is LotState.QUEUED


def test_an_unsealed_lot_takes_no_day_and_is_not_listed(world: World) -> None:
    world.visit(LAMBIOTTE, copay_collected="6,25")
    lot = world.seal("100")
    assert lots.first_free_day(world.desk, "100") > world.desk.today
    unsealing.unseal(world.desk, lot)
    assert lots.first_free_day(world.desk, "100") == world.desk.today
    assert ledger.lots(world.desk) == []


def test_a_number_of_last_year_stays_with_last_year(world: World) -> None:
    world.visit(LAMBIOTTE, copay_collected="6,25")
    lot = world.seal("100")
    unsealing.unseal(world.desk, lot)
    world.clock.advance(days=330)
    world.cabinet.confirm_date()
    assert world.seal("100") != lot


def test_a_lot_nobody_sealed_is_said_not_to_exist(world: World) -> None:
    with pytest.raises(NotFound):
        unsealing.unseal(world.desk, "01NOBODY")


def test_who_may_not_bill_may_not_unseal(world: World) -> None:
    world.visit(LAMBIOTTE, copay_collected="6,25")
    lot = world.seal("100")
    world.desk.db.execute("update app_user set role = 'VIEWER'")
    with pytest.raises(Forbidden):
        unsealing.unseal(world.desk, lot)
