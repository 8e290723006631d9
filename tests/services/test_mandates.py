"""Mandates: one person, one service, from a day to a day; without one nothing leaves (SOFT33-4)."""

from dataclasses import replace
from datetime import date

import apsw
import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.core.errors import Forbidden, InvalidForm, ProofNeeded, SendingHeld
from server.core.mandates import Service, Standing, overlap, standing
from server.core.rights import Role
from server.services import lots, mandates
from server.services.desk import Desk
from server.services.outbox import PracticeOutbox
from tests.people import DELVAUX, OUCHENE
from tests.services.office import Office
from tests.services.people_of import BY_NAME, another, seat
from tests.world import World, faults

DAYS = st.dates(date(2026, 1, 1), date(2026, 2, 1))
PERIODS = st.tuples(DAYS, st.none() | DAYS).filter(lambda p: p[1] is None or p[0] <= p[1])


def fresh(world: World) -> Desk:
    return replace(world.desk, fresh=True)


def give(world: World, user: str, **typed: str) -> str:
    form = {"user": user, "service": "EFACT", "valid_from": "02/03/2026", **typed}
    return mandates.give(fresh(world), form)


def as_sender(world: World) -> str:
    """Seat the mandataire at the desk; return his id."""
    seat(world, BY_NAME["sender"])
    return world.desk.user.id


def given_behind(world: World, service: str, first: str, last: str | None) -> None:
    """Write a mandate of who is at work, as the main user would have."""
    world.desk.db.execute(
        "insert into mandate values (?, 'd', 1, ?, ?, '0', ?, ?, '2026-01-01T00:00:00+00:00', '')",
        (world.desk.new_id(), world.desk.user.id, service, first, last),
    )


@given(PERIODS, PERIODS)
def test_two_periods_overlap_when_a_day_is_in_both(
    one: tuple[date, date | None], other: tuple[date, date | None]
) -> None:
    days = [date(2026, 1, 1).fromordinal(date(2026, 1, 1).toordinal() + n) for n in range(40)]
    both = any(
        standing(*one, day) is Standing.RUNNING and standing(*other, day) is Standing.RUNNING
        for day in days
    )
    assert overlap(one, other) is both is overlap(other, one)


@pytest.mark.row("SOFT33-3")
def test_the_mandant_holds_the_practice_and_needs_no_mandate(world: World) -> None:
    board = mandates.board(world.desk)
    [(user, kine)] = board.mandants
    assert (user.role, kine and kine.number) == (Role.MANDANT, "54900119527")
    assert board.number == "054900119527"
    assert all(mandates.may_reach(world.desk, service) for service in Service)


@pytest.mark.row("SOFT33-4")
@pytest.mark.scenario("E-06")
def test_a_mandate_is_given_per_service_and_two_never_share_a_day(world: World) -> None:
    lenoir = another(world, BY_NAME["sender"])
    first = give(world, lenoir.id, valid_to="31/03/2026")
    give(world, lenoir.id, service="EATTEST")
    give(world, lenoir.id, valid_from="01/04/2026")
    for valid_from in ("31/03/2026", "01/02/2026", "01/01/2027"):
        with pytest.raises(InvalidForm) as refused:
            give(world, lenoir.id, valid_from=valid_from)
        assert faults(refused.value) == (("valid_from", "overlaps"),)
    board = mandates.board(world.desk)
    [lenoir_s] = board.mandated
    shown = lenoir_s.services[Service.EFACT]
    assert shown is not None and shown.mandate.id == first
    assert shown.standing is Standing.RUNNING and shown.given_by == "Sophie MARCHAL"
    assert lenoir_s.services[Service.MEMBERDATA] is None
    assert [str(each.standing) for each in board.given] == ["COMING", "RUNNING", "RUNNING"]


@pytest.mark.parametrize(
    ("typed", "fault"),
    [
        ({"user": "nobody"}, ("user", "not_mandated")),
        ({"service": "EPOST"}, ("service", "unknown")),
        ({"valid_from": ""}, ("valid_from", "missing")),
        ({"valid_from": "32/03/2026"}, ("valid_from", "date")),
        ({"valid_to": "01/03/2026"}, ("valid_to", "before")),
    ],
)
def test_what_cannot_be_is_told_with_its_field(
    world: World, typed: dict[str, str], fault: tuple[str, str]
) -> None:
    lenoir = another(world, BY_NAME["sender"])
    with pytest.raises(InvalidForm) as refused:
        give(world, **{"user": lenoir.id, **typed})
    assert fault in faults(refused.value)
    assert world.sql("select count(*) from mandate") == 0


def test_only_a_mandataire_receives_one(world: World) -> None:
    for name in ("holder", "office"):
        user = another(world, BY_NAME[name], code=name.upper())
        with pytest.raises(InvalidForm) as refused:
            give(world, user.id)
        assert faults(refused.value) == (("user", "not_mandated"),)


@pytest.mark.row("SOFT33-4")
def test_a_mandate_is_ended_and_never_deleted_and_the_journal_says_so(world: World) -> None:
    lenoir = another(world, BY_NAME["sender"])
    key = give(world, lenoir.id)
    mandates.end(fresh(world), key, {})
    world.clock.advance(days=1)
    [over] = mandates.board(world.desk).given
    assert (over.standing, over.mandate.valid_to) == (Standing.OVER, date(2026, 3, 2))
    with pytest.raises(InvalidForm) as refused:
        mandates.end(fresh(world), key, {"last_day": "05/03/2026"})
    assert faults(refused.value) == (("last_day", "over"),)
    for act in ("delete from mandate", "update mandate set service = 'EATTEST'"):
        with pytest.raises(apsw.ConstraintError):
            world.desk.db.execute(act)
    acts = "select count(*) from journal where action in ('mandate.given', 'mandate.ended')"
    assert world.sql(acts) == 2


def test_one_that_is_to_come_ends_on_its_first_day_at_the_earliest(world: World) -> None:
    lenoir = another(world, BY_NAME["sender"])
    key = give(world, lenoir.id, valid_from="01/05/2026")
    with pytest.raises(InvalidForm) as refused:
        mandates.end(fresh(world), key, {"last_day": "30/04/2026"})
    assert faults(refused.value) == (("last_day", "before"),)
    mandates.end(fresh(world), key, {})
    assert mandates.board(world.desk).given[0].mandate.valid_to == date(2026, 5, 1)


def test_only_a_main_user_gives_one_and_with_a_fresh_proof(world: World) -> None:
    lenoir = another(world, BY_NAME["sender"])
    with pytest.raises(ProofNeeded):
        mandates.give(replace(world.desk, fresh=False), {})
    seat(world, BY_NAME["holder"])
    with pytest.raises(Forbidden):
        give(world, lenoir.id)


@pytest.mark.row("SOFT33-4")
@pytest.mark.scenario("E-07")
def test_without_a_mandate_for_it_nothing_of_a_service_leaves_and_its_lot_stays_queued(
    office: Office,
) -> None:
    world = office.world
    world.visit(OUCHENE)
    as_sender(world)
    given_behind(world, "EATTEST", "2026-01-01", None)
    given_behind(world, "EFACT", "2026-01-01", "2026-03-01")  # until yesterday
    lot = lots.seal(world.desk, "100", "2026-03").lot  # offline work asks for no mandate
    with pytest.raises(SendingHeld) as refused:
        mandates.require(world.desk, Service.EFACT)
    assert refused.value.facts == {"reason": "mandate", "service": Service.EFACT}
    mandates.require(world.desk, Service.EATTEST)
    office.run()
    assert office.partner.arrived == []
    assert office.outbox.next_due(world.clock.now()) is None
    assert world.sql("select state from lot where id = ?", (lot,)) == "Queued"
    given_behind(world, "EFACT", "2026-03-02", None)
    office.run()
    assert len(office.partner.arrived) == 1


def test_the_holder_sends_what_a_mandataire_sealed_without_a_mandate(office: Office) -> None:
    world = office.world
    world.visit(DELVAUX)
    as_sender(world)
    lots.seal(world.desk, "300", "2026-03")
    office.run()
    assert office.partner.arrived == []
    seat(world, BY_NAME["main"])
    office.run()
    assert len(office.partner.arrived) == 1


@pytest.mark.scenario("E-03")
def test_nothing_is_leased_while_the_post_is_held(world: World) -> None:
    world.visit(OUCHENE)
    world.seal("100")
    stranger = [True]
    outbox = PracticeOutbox(
        world.cabinet.desk, world.clock.monotonic, lambda: 0.5, lambda: stranger[0]
    )
    now = world.clock.now()
    assert (outbox.lanes(now), outbox.count(now), outbox.next_due(now)) == ([], 0, None)
    assert outbox.lease("efact:100", now) is None
    stranger[0] = False
    assert outbox.lanes(now) and outbox.count(now) == 1
