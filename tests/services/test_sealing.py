"""Sealing: one transaction, checked to the cent, or nothing at all."""

import hashlib
import os
import signal
import subprocess
import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from server.core.errors import NotFound, SealRefused, StateConflict
from server.core.states import LotState
from server.services import ledger, lots, practices, refusals, rules, sessions
from server.store import invoices, post
from tests.people import DELVAUX, LAMBIOTTE, OUCHENE, VERHULST, neighbour
from tests.services.office import Office
from tests.world import DELPORTE, FixedClock, World, faults, open_cabinet

_CHILD = """
import os, signal, sys
from datetime import datetime
from pathlib import Path
from server.services import lots
from server.services import efact_file
from tests.world import FixedClock, open_cabinet

folder, at, moment = Path(sys.argv[1]), datetime.fromisoformat(sys.argv[2]), sys.argv[3]

def die(*_):
    os.kill(os.getpid(), signal.SIGKILL)

drawn = efact_file.draw_numbers
queued = lots._queue
if moment == "before the number":
    efact_file.draw_numbers = die
elif moment == "after the number":
    efact_file.draw_numbers = lambda *a: (drawn(*a), die())
elif moment == "before the commit":
    lots._queue = lambda *a: (queued(*a), die())
cabinet = open_cabinet(folder, FixedClock(at))
lots.seal(cabinet.desk(), "100", "2026-03")
die()
"""


def _lose_power(world: World, moment: str) -> World:
    """Seal in another process that dies at a moment; open the practice again as a new run."""
    world.cabinet.lock()
    at = world.clock.at.isoformat()
    child = subprocess.run(
        [sys.executable, "-c", _CHILD, str(world.folder), at, moment],
        capture_output=True,
        cwd=Path(__file__).parents[2],
        env={**os.environ, "PYTHONPATH": "."},
    )
    assert child.returncode == -signal.SIGKILL, child.stderr.decode()[-500:]
    world.clock.advance(minutes=2)
    world.cabinet = open_cabinet(world.folder, FixedClock(world.clock.at))
    return world


@pytest.mark.scenario("H-02")
@pytest.mark.parametrize("moment", ["before the number", "after the number", "before the commit"])
def test_power_lost_before_the_commit_leaves_no_lot_and_the_number_free(
    world: World, moment: str
) -> None:
    world.visit(OUCHENE, copay_collected="2,50")
    world.visit(LAMBIOTTE, copay_collected="6,25")
    _lose_power(world, moment)
    assert ledger.lots(world.desk) == []
    assert world.sql("select count(*) from message") == 0
    assert world.sql("select count(*) from counter where series like 'efact:%'") == 0
    assert world.sql("select count(*) from line where state = 'Priced'") == 2
    assert world.sql("select count(*) from session where state = 'Ready'") == 2
    sealed = lots.seal(world.desk, "100", "2026-03")
    assert sealed.number == 1
    assert ledger.lot(world.desk, sealed.lot).lot.line_count == 2
    world.cabinet.lock()


@pytest.mark.scenario("H-02")
def test_power_lost_after_the_commit_leaves_the_sealed_lot_with_its_bytes(world: World) -> None:
    world.visit(OUCHENE, copay_collected="2,50")
    world.visit(LAMBIOTTE, copay_collected="6,25")
    _lose_power(world, "after the commit")
    (view,) = ledger.lots(world.desk)
    assert view.lot.state is LotState.QUEUED
    assert view.message is not None
    payload = post.payload(world.desk.db, view.message.id)
    assert hashlib.sha256(payload).hexdigest() == view.lot.payload_sha256 == view.message.sha256
    with pytest.raises(NotFound):
        lots.seal(world.desk, "100", "2026-03")
    world.clock.advance(days=1)
    world.cabinet.lock()


@pytest.mark.scenario("H-02")
def test_a_number_is_never_given_twice_around_a_loss(world: World) -> None:
    world.visit(OUCHENE, copay_collected="2,50")
    _lose_power(world, "after the commit")
    world.visit(LAMBIOTTE, copay_collected="6,25")
    assert lots.seal(world.desk, "100", "2026-03").number == 2
    numbers = [view.lot.number for view in ledger.lots(world.desk)]
    assert sorted(numbers) == [1, 2]
    world.cabinet.lock()


@pytest.mark.scenario("I-03")
def test_every_saved_line_is_the_sum_of_its_shares(office: Office) -> None:
    office.tour()
    broken = office.world.sql(
        "select count(*) from line where fee_cents <> oa_cents + copay_cents + supplement_cents"
    )
    assert broken == 0
    assert office.world.sql("select sum(fee_cents) from line") == 30 * 3388


@pytest.mark.scenario("I-03")
def test_a_line_that_is_not_the_sum_of_its_shares_cannot_be_kept(world: World) -> None:
    world.visit(OUCHENE)
    with pytest.raises(Exception, match="CHECK"):
        world.desk.db.execute("update line set oa_cents = oa_cents + 1")


@pytest.mark.scenario("I-04")
@pytest.mark.parametrize(
    "change",
    [
        "oa_cents = oa_cents + 1",
        "oa_cents = oa_cents + 1, copay_cents = copay_cents - 1",
        "oa_cents = oa_cents + 1, fee_cents = fee_cents + 1",
        "copay_cents = copay_cents - 1",
        "supplement_cents = supplement_cents + 1, fee_cents = fee_cents + 1",
    ],
)
def test_one_cent_changed_by_hand_stops_the_sealing_and_names_the_level(
    office: Office, change: str
) -> None:
    office.tour()
    world = office.world
    db = world.desk.db
    db.pragma("ignore_check_constraints", True)
    db.execute(
        f"update line set {change} where id = (select min(id) from line where payer = '100')"  # noqa: S608 - a test's own words
    )
    with pytest.raises(SealRefused) as refused:
        lots.seal(world.desk, "100", "2026-03")
    (fault,) = faults(refused.value)
    assert (fault.code, fault.facts["level"]) == ("lot.totals", "line")
    assert ledger.lots(world.desk) == []
    sealed, refusals_ = lots.seal_all(world.desk)
    assert {world.sql("select payer from lot where id = ?", (s.lot,)) for s in sealed} == {
        "300",
        "500",
    }
    assert [(d.payer, d.faults[0].code) for d in refusals_] == [("100", "lot.totals")]


def test_a_missing_phone_is_a_fault_with_its_field(world: World) -> None:
    world.visit(OUCHENE, copay_collected="2,50")
    practices.amend(world.desk, {**DELPORTE, "phone": ""})
    (draft,) = lots.drafts(world.desk)
    assert draft.faults
    assert "practice.phone" in {fault.opens for fault in draft.faults}
    with pytest.raises(SealRefused):
        world.seal("100")
    assert world.sql("select count(*) from lot") == 0


def test_looking_at_drafts_draws_no_number(world: World) -> None:
    world.visit(OUCHENE, copay_collected="2,50")
    before = world.sql("select group_concat(series || last) from counter")
    for _ in range(3):
        (draft,) = lots.drafts(world.desk)
        assert draft.faults == []
    assert world.sql("select group_concat(series || last) from counter") == before


def test_a_suspect_clock_seals_nothing(world: World) -> None:
    world.visit(OUCHENE, copay_collected="2,50")
    world.clock.at += timedelta(minutes=11)
    with pytest.raises(SealRefused) as refused:
        world.seal("100")
    assert "lot.clock" in {fault.code for fault in faults(refused.value)}
    world.cabinet.confirm_date()
    assert world.seal("100")


def test_a_range_used_up_refuses_the_lot_with_a_fault(world: World) -> None:
    world.visit(OUCHENE, copay_collected="2,50")
    desk = world.desk
    desk.db.execute(
        "insert into counter values (?, 'efact:100:2026', ?)",
        (desk.device.id, desk.device.number_to),
    )
    with pytest.raises(SealRefused) as refused:
        world.seal("100")
    (fault,) = faults(refused.value)
    assert (fault.code, fault.facts["reason"]) == ("lot.number", "range_used_up")
    assert world.sql("select last from counter where series = 'efact:100:2026'") == 499


def test_numbers_count_apart_for_each_insurer(world: World) -> None:
    world.visit(OUCHENE, copay_collected="2,50")
    world.visit(DELVAUX, copay_collected="6,25")
    sealed, _ = lots.seal_all(world.desk)
    assert [s.number for s in sealed] == [1, 1]
    assert len({s.reference for s in sealed}) == 2


def test_a_second_month_of_an_insurer_leaves_the_next_day_and_says_so(world: World) -> None:
    world.visit(OUCHENE, copay_collected="2,50")
    world.clock.advance(days=31)
    world.visit(OUCHENE, copay_collected="2,50")
    sealed, _ = lots.seal_all(world.desk)
    assert [(s.waits, s.file_day) for s in sealed] == [
        (False, world.desk.today),
        (True, world.desk.today + timedelta(days=1)),
    ]
    assert [d.isoformat()[:7] for d in (s.file_day for s in sealed)] == ["2026-04", "2026-04"]


def test_306_has_a_file_of_its_own(world: World) -> None:
    brabant = neighbour(9, "306", "110")
    world.visit(brabant, copay_collected="6,25")
    world.visit(DELVAUX, copay_collected="6,25")
    assert [(d.payer, d.faults) for d in lots.drafts(world.desk)] == [("300", []), ("306", [])]


@pytest.mark.parametrize(("apart", "days"), [("yes", [0, 0]), ("no", [0, 1])])
def test_306_takes_the_day_of_its_union_only_when_the_table_says_so(
    world: World, monkeypatch: pytest.MonkeyPatch, apart: str, days: list[int]
) -> None:
    monkeypatch.setattr(
        rules, "switch_value", lambda key, *_: {"efact.own_lot_own_day": apart}.get(key)
    )
    world.visit(neighbour(9, "306", "110"), copay_collected="6,25")
    world.visit(DELVAUX, copay_collected="6,25")
    sealed, refused = lots.seal_all(world.desk)
    assert refused == []
    assert [(s.file_day - world.desk.today).days for s in sealed] == days
    lanes = {row.lane for row in post.open_rows(world.desk.db)}
    assert lanes == ({"efact:300", "efact:306"} if apart == "yes" else {"efact:300"})


def test_a_session_voided_leaves_the_draft(world: World) -> None:
    kept = world.visit(OUCHENE, copay_collected="2,50")
    gone = world.visit(LAMBIOTTE, copay_collected="6,25")
    sessions.void(world.desk, gone, "erreur de patient")
    lot = world.seal("100")
    assert {x.session for x in invoices.lines_of_lot(world.desk.db, lot)} == {kept}
    with pytest.raises(StateConflict):
        sessions.void(world.desk, kept, "trop tard")


def test_what_changed_on_the_way_is_priced_again_when_the_file_is_refused(
    office: Office,
) -> None:
    world = office.world
    world.visit(LAMBIOTTE, copay_collected="6,25")
    lot = world.seal("100")
    office.run()
    world.insure(LAMBIOTTE, ct1="111", ct2="111")
    office.take(office.sent(lot).refused_union())
    assert office.lot(lot).state is LotState.REFUSED
    (line,) = office.lines(lot)
    assert (str(line.state), line.ct1, line.oa_cents, line.lot) == ("Priced", "111", 3138, None)
    again = office.lot(world.seal("100"))
    assert (again.number, again.oa_cents) == (2, 3138)
    assert refusals.files(world.desk) == []


def test_a_patient_without_a_number_is_a_fault_of_his_file(world: World) -> None:
    nobody = replace(VERHULST, niss="")
    world.visit(nobody, copay_collected="6,25")
    (draft,) = lots.drafts(world.desk)
    assert draft.faults
    assert {fault.patient for fault in draft.faults if fault.patient} == {world.ids[nobody]}
