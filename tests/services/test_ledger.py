"""Every line has one visible life, told with its times and its proofs."""

from datetime import date

import pytest

from server.core.errors import InvalidForm, NotFound
from server.services import agenda, ledger, payments, refusals, sessions, treatments
from server.store import claims
from tests.people import LAMBIOTTE, OUCHENE
from tests.services.office import Office
from tests.world import World, faults


@pytest.fixture
def refused(office: Office) -> str:
    """A line refused by name in the lot of one day."""
    world = office.world
    world.visit(OUCHENE, copay_collected="2,50")
    world.visit(LAMBIOTTE, copay_collected="6,25")
    lot = world.seal("100")
    office.run()
    line = office.line_of(lot, LAMBIOTTE)
    insurer = office.sent(lot)
    office.take(insurer.saying(insurer.rank(line.ref), "R500522").accepted())
    return line.id


def test_a_life_is_told_from_the_price_to_the_refusal(office: Office, refused: str) -> None:
    life = ledger.life(office.world.desk, refused)
    line_states = [m.state for m in life.moments if m.kind == "line"]
    assert line_states == ["Locked", "Sent", "Rejected"]
    assert [m.state for m in life.moments if m.kind == "lot"] == ["Queued", "Sending"]
    assert [m.at for m in life.moments] == sorted(m.at for m in life.moments)
    proof = next(m.letter for m in life.moments if m.state == "Rejected")
    assert ledger.proof(office.world.desk, proof)[1].startswith(b"920098")
    assert [(t.letter, t.code) for t in life.told] == [("R", "500522")]
    assert (life.predecessor, life.successor) == (None, None)


def test_old_and_new_know_each_other(office: Office, refused: str) -> None:
    refusals.correct(office.world.desk, refused)
    old = ledger.life(office.world.desk, refused)
    assert old.successor is not None
    new = ledger.life(office.world.desk, old.successor.id)
    assert new.predecessor is not None and new.predecessor.id == refused


def test_the_payment_of_a_line_is_one_of_its_moments(office: Office, refused: str) -> None:
    world = office.world
    (view,) = ledger.lots(world.desk)
    office.take(office.sent(view.lot.id).settled(3138, "001/202603/100/"))
    payments.record(world.desk, {"payer": "100", "reference": "A-001", "amount": "31,38"})
    paid = office.line_of(view.lot.id, OUCHENE)
    life = ledger.life(world.desk, paid.id)
    assert [p.amount_cents for p in life.payments] == [3138]
    last = next(m for m in life.moments if m.state == "Paid")
    assert last.payment == life.payments[0].id


def test_the_ledger_is_read_page_by_page(office: Office, refused: str) -> None:
    desk = office.world.desk
    first = ledger.entries(desk, most=1)
    mark = (first[0].line.care_date.isoformat(), first[0].line.id)
    second = ledger.entries(desk, before=mark, most=1)
    assert {e.line.patient for e in (*first, *second)} == {
        office.world.ids[OUCHENE],
        office.world.ids[LAMBIOTTE],
    }
    assert [e.line.id for e in ledger.entries(desk, "refused")] == [refused]
    assert ledger.counts(desk) == {
        "all": 2, "waiting": 0, "under_way": 1, "refused": 1, "paid": 0,
    }  # fmt: skip


def test_the_refusals_with_the_nearest_deadline_come_first(office: Office, refused: str) -> None:
    (only,) = refusals.lines(office.world.desk)
    assert only.deadline == date(2028, 3, 31)
    assert only.treatment == office.world.series[LAMBIOTTE]
    assert refusals.line(office.world.desk, refused).patient.last_name == "Lambiotte"


@pytest.mark.parametrize(
    "look",
    [
        lambda d: ledger.life(d, "nothing"),
        lambda d: ledger.lot(d, "nothing"),
        lambda d: ledger.proof(d, "nothing"),
        lambda d: ledger.sent_file(d, "nothing"),
        lambda d: refusals.line(d, "nothing"),
        lambda d: refusals.correct(d, "nothing"),
        lambda d: refusals.write_off(d, "nothing", ""),
        lambda d: sessions.view(d, "nothing"),
        lambda d: sessions.propose(d, "nothing"),
        lambda d: agenda.collect(d, "nothing", {}),
        lambda d: treatments.series(d, "nothing"),
    ],
)
def test_what_is_not_in_this_practice_is_said(world: World, look: object) -> None:
    assert callable(look)
    with pytest.raises(NotFound):
        look(world.desk)


def test_the_file_as_sealed_is_given_back(world: World) -> None:
    world.visit(OUCHENE, copay_collected="2,50")
    lot = world.seal("100")
    name, content = ledger.sent_file(world.desk, lot)
    held = claims.lot(world.desk.db, lot)
    assert held is not None
    assert name == f"920000-{held.reference}.txt"
    assert content.startswith(b"920000")
    assert held.reference.encode() in content


def test_a_new_prescription_frees_what_the_old_one_could_not(world: World) -> None:
    series = world.open_series(OUCHENE, max_sessions="1")
    world.visit(OUCHENE)
    world.clock.advance(days=1)
    second = world.visit(OUCHENE)
    assert [b.reason for b in sessions.view(world.desk, second).blocks] == ["RX_MISSING"]
    typed = {"prescriber": "19990215580", "rx_date": "03/03/2026", "max_sessions": "9"}
    with pytest.raises(InvalidForm) as missing:
        treatments.set_prescription(world.desk, series, typed)
    assert faults(missing.value) == (("prescriber_name", "missing"),)
    treatments.set_prescription(world.desk, series, {**typed, "prescriber_name": "Dr Paul Ernst"})
    assert list(sessions.view(world.desk, second).blocks) == []
    world.clock.advance(days=1)
    third = world.visit(OUCHENE)
    assert list(sessions.view(world.desk, third).blocks) == []
    names = dict(treatments.prescribers(world.desk))
    assert names["19990215580"] == "Dr Paul Ernst"
    (held,) = treatments.of_patient(world.desk, world.ids[OUCHENE])
    assert held.prescription is not None and held.prescription.max_sessions == 9
    assert (held.given, held.treatment.state) == (3, "Active")


def test_a_prescription_too_old_is_replaced_by_one_of_the_day_before(world: World) -> None:
    """B-12: the visit stays blocked until a prescription it could have started under comes."""
    series = world.open_series(OUCHENE, rx_date="31/12/2025")
    world.clock.advance(days=1)
    key = world.visit(OUCHENE)
    assert [b.reason for b in sessions.view(world.desk, key).blocks] == ["RX_EXPIRED"]
    typed = {"prescriber": "19990116004", "max_sessions": "9"}
    world.clock.advance(days=1)
    treatments.set_prescription(world.desk, series, {**typed, "rx_date": "04/03/2026"})
    assert [b.reason for b in sessions.view(world.desk, key).blocks] == ["RX_EXPIRED"]
    treatments.set_prescription(world.desk, series, {**typed, "rx_date": "02/03/2026"})
    assert list(sessions.view(world.desk, key).blocks) == []


@pytest.mark.parametrize(
    ("typed", "fault"),
    [
        ({"category": "COLD"}, ("category", "unknown")),
        ({"place": ""}, ("place", "missing")),
        ({"rx_date": "01/01/2030"}, ("rx_date", "future")),
        ({"prescriber": "19990117004"}, ("prescriber", "check")),
        ({"max_sessions": "0"}, ("max_sessions", "number")),
        ({"declared": "201"}, ("declared", "number")),
        ({"situation": "x" * 201}, ("situation", "too_long")),
        ({"diagnosis": "x" * 201}, ("diagnosis", "too_long")),
    ],
)
def test_a_badly_typed_series_is_refused(
    world: World, typed: dict[str, str], fault: tuple[str, str]
) -> None:
    with pytest.raises(InvalidForm) as bad:
        world.open_series(OUCHENE, agreed=False, **typed)
    assert fault in faults(bad.value)
    assert world.sql("select count(*) from treatment") == 0
