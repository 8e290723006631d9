"""The sums that triggers keep are those a count from scratch finds, whatever was done."""

import shutil
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.core.errors import KineError
from server.core.states import LineState
from server.services import agenda, lots, patients, payments, refusals, sessions
from server.services.outbox import PracticeOutbox
from server.services.returns import PracticeIntake
from server.store import claims, totals
from sync.transports.fakes import FakePartner
from tests.people import BODART, CARLIER, DELVAUX, LAMBIOTTE, OUCHENE
from tests.services.kept_sums import assert_kept
from tests.services.office import Office
from tests.world import FixedClock, World, open_cabinet

PEOPLE = (OUCHENE, DELVAUX, BODART, LAMBIOTTE, CARLIER)


def _visit(office: Office, n: int) -> None:
    office.world.visit(PEOPLE[n % 5], copay_collected="2,50", payment_means="CASH")
    office.world.clock.advance(minutes=5)


def _visit_without_agreement(office: Office, n: int) -> None:
    office.world.open_series(PEOPLE[n % 5], agreed=n % 2 == 0)
    _visit(office, n)


def _agree(office: Office, n: int) -> None:
    series = office.world.series.get(PEOPLE[n % 5])
    if series:
        office.world.agree(series)


def _void(office: Office, n: int) -> None:
    given_today = agenda.of_day(office.world.desk, office.world.desk.today)
    if given_today:
        sessions.void(office.world.desk, given_today[n % len(given_today)].id, "erreur")


def _insure(office: Office, n: int) -> None:
    person = PEOPLE[n % 5]
    office.world.patient(person)
    ct = ("110", "111")[n % 2]
    office.world.insure(person, mutuality=("134", "319")[n // 2 % 2], ct1=ct, ct2=ct)


def _seal(office: Office, _: int) -> None:
    lots.seal_all(office.world.desk)
    office.run()


def _answer(office: Office, n: int) -> None:
    """One lot under way gets one answer: taken with a line refused, refused whole, or settled."""
    sent = [lot for lot in claims.lots(office.world.desk.db) if str(lot.state) == "Sent"]
    taken = [lot for lot in claims.lots(office.world.desk.db) if str(lot.state) == "Accepted"]
    if sent and n % 3 < 2:
        answer = office.sent(sent[0].id)
        first = office.lines(sent[0].id)[0]
        bad = answer.saying(answer.rank(first.ref), "R500522")
        office.take(bad.accepted() if n % 3 else answer.refused())
    elif taken:
        lot = taken[0]
        reference = f"{lot.number:03d}/202603/{lot.payer}/"
        office.take(office.sent(lot.id).settled(lot.oa_cents, reference))


def _pay(office: Office, n: int) -> None:
    for want in payments.expected(office.world.desk):
        cents = want.due_cents if n % 2 else max(1, want.due_cents // 2)
        typed = {
            "payer": want.lot.payer, "reference": want.payment_reference,
            "amount": f"{cents / 100:.2f}",
        }  # fmt: skip
        payments.record(office.world.desk, typed)


def _mend(office: Office, n: int) -> None:
    for refused in refusals.lines(office.world.desk, most=1):
        if n % 3 == 0:
            refusals.correct(office.world.desk, refused.line.id)
        elif n % 3 == 1:
            refusals.charge_patient(office.world.desk, refused.line.id)
        else:
            refusals.write_off(office.world.desk, refused.line.id, "trop tard")


ACTS: Mapping[str, Callable[[Office, int], None]] = {
    act.__name__: act
    for act in (
        _visit, _visit_without_agreement, _agree, _void, _insure, _seal, _answer, _pay, _mend,
    )
}  # fmt: skip


@given(acts=st.lists(st.tuples(st.sampled_from(sorted(ACTS)), st.integers(0, 59)), max_size=30))
def test_kept_sums_are_the_sums_of_the_rows(
    _demo_folder: Path, acts: Sequence[tuple[str, int]]
) -> None:
    with TemporaryDirectory() as parent:
        folder = shutil.copytree(_demo_folder, Path(parent) / "practice")
        clock = FixedClock()
        world = World(open_cabinet(folder, clock), clock, folder)
        outbox = PracticeOutbox(world.cabinet.desk, world.clock.monotonic, lambda: 0.5)
        office = Office(world, FakePartner(), outbox, PracticeIntake(world.cabinet.desk))
        for name, n in [("_visit", 0), ("_visit", 1), *acts]:
            with suppress(KineError):  # refused as a whole: nothing was written
                ACTS[name](office, n)
            assert_kept(world.desk.db)
        world.cabinet.lock()


def test_every_kind_of_sum_moves_during_a_tour(office: Office) -> None:
    for n in range(5):
        _visit(office, n)
    assert sum(x.oa_cents for x in totals.to_bill(office.world.desk.db)) > 0
    _seal(office, 0)
    assert totals.to_bill(office.world.desk.db) == []
    for n in (1, 1, 2, 2):
        _answer(office, n)
    _pay(office, 1)
    kept = totals.lines(office.world.desk.db)
    assert kept[LineState.REJECTED][0] > 0
    assert kept[LineState.PAID][0] > 0
    assert_kept(office.world.desk.db)


def test_a_recount_finds_the_same_sums(office: Office) -> None:
    _visit(office, 0)
    _visit(office, 1)
    db = office.world.desk.db
    db.execute("update line_total set lines = 99")
    db.execute("delete from to_bill")
    with db:
        totals.recount(db)
    assert_kept(db)


def test_a_patient_set_aside_is_no_longer_counted(world: World) -> None:
    keys = [world.patient(person) for person in PEOPLE]
    assert patients.count(world.desk) == 5
    db = world.desk.db
    db.execute("update patient set archived = 1 where id = ?", (keys[0],))
    db.execute("update patient set superseded_by = ? where id = ?", (keys[2], keys[1]))
    assert patients.count(world.desk) == 3
    db.execute("update patient set archived = 0 where id = ?", (keys[0],))
    assert patients.count(world.desk) == 4
    assert_kept(db)


@pytest.mark.parametrize(
    "typed",
    ["ouch", "OUCHÈNE", "ouchene fatima", "fatima", "fat ou", "02/11/1981", "2.11.1981",
     "1981-11-02", "81.11.02", "811102 fat", "8111029964"],
)  # fmt: skip
def test_a_patient_is_found_by_the_beginning_of_any_word(world: World, typed: str) -> None:
    key = world.patient(OUCHENE)
    world.patient(DELVAUX)
    assert [hit.id for hit in patients.search(world.desk, typed)] == [key]


@pytest.mark.parametrize("typed", ['ou" or "x', "* NEAR(", "-", "ouch OR x", "words:ouch", "\x00"])
def test_nothing_typed_is_read_as_an_operator(world: World, typed: str) -> None:
    world.patient(OUCHENE)
    assert patients.search(world.desk, typed) == []


def test_a_patient_renamed_is_found_by_the_new_name_only(world: World) -> None:
    key = world.patient(OUCHENE)
    typed = {"last_name": "Zwanenberg", "first_name": "Mia", "niss": OUCHENE.niss}
    patients.amend(world.desk, key, typed)
    assert [hit.id for hit in patients.search(world.desk, "mia")] == [key]
    assert patients.search(world.desk, OUCHENE.first_name) == []


def test_pages_of_patients_follow_each_other_by_name(world: World) -> None:
    for person in PEOPLE:
        world.patient(person)
    seen: list[str] = []
    after = ""
    while page := patients.page(world.desk, after, 2):
        seen += [patient.last_name for patient in page]
        after = page[-1].id
    assert seen == sorted(seen)
    assert len(seen) == len(PEOPLE)


def test_the_awaited_sum_is_that_of_the_list(office: Office) -> None:
    for n in range(5):
        _visit(office, n)
    _seal(office, 0)
    for n in (1, 1, 2, 2):
        _answer(office, n)
    wanted = payments.expected(office.world.desk)
    assert wanted
    assert payments.awaited_sum(office.world.desk) == (
        len(wanted), sum(want.due_cents for want in wanted),
    )  # fmt: skip
    assert payments.awaited(office.world.desk, wanted[0].lot.id) == wanted[0]
    assert payments.expected(office.world.desk, wanted[0].lot.id, 1) == wanted[1:2]
