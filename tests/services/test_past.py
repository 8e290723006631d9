"""« Comme au 3 mars »: each evening is found again, as it was, from any later day."""

import random
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta

import apsw
import pytest

from server.core.errors import KineError, NotFound
from server.core.states import LineState, SessionState
from server.services import agenda, lots, past, patients, payments, practices, refusals, sessions
from server.services import treatments as series_of
from server.services.past import PastFile, PastLine, PastSeries, PastSession
from server.store import care, claims, former, invoices, journal, visits
from server.store.rows import columns, many
from server.store.visits import Session
from tests.people import DELVAUX, LAMBIOTTE, OUCHENE, Person
from tests.services.office import Office
from tests.store.tampering import lift_guards
from tests.webui.shop import Shop
from tests.world import World

PEOPLE = (OUCHENE, LAMBIOTTE, DELVAUX)


def tonight(world: World, patient: str) -> PastFile:
    """The file as the present shows it, gathered from what is in the tables now."""
    desk = world.desk
    file = patients.open_file(desk, patient)
    rows = many(
        desk.db, Session,
        f"select {columns(Session)} from session where patient = ?"  # noqa: S608 - columns of ours
        " order by care_date desc, id desc",
        (patient,),
    )  # fmt: skip
    return PastFile(
        day=desk.today,
        opened_on=past.as_of(desk, patient, desk.today).opened_on,
        exact_from=None,
        patient=file.patient,
        identities=file.identities,
        address=file.address,
        coverages=care.coverages(desk.db, patient),
        series=[
            PastSeries(
                t,
                care.prescription(desk.db, t.prescription) if t.prescription else None,
                care.agreements(desk.db, t.id),
            )
            for t in care.treatments(desk.db, patient)
        ],
        sessions=[
            PastSession(
                each,
                visits.acts(desk.db, each.id),
                sorted(visits.blocks(desk.db, each.id), key=lambda b: (b.reason, b.code)),
                [
                    PastLine(line, claims.lot(desk.db, line.lot) if line.lot else None)
                    for line in invoices.lines_of_session(desk.db, each.id)
                ],
            )
            for each in rows
        ],
    )


class Life:
    """A practice that lives day by day, each act drawn from a seed."""

    def __init__(self, world: World, seed: int) -> None:
        self.world = world
        self.office: Office = Shop(world).office
        self.draw = random.Random(seed)  # noqa: S311 - the same life for the same seed
        self.acts: tuple[Callable[[Person], object], ...] = (
            self.visit, self.visit, self.visit, self.amend, self.insure, self.agree, self.prescribe,
            self.collect, self.second, self.strike, self.private, self.seal, self.post,
            self.answer, self.correct, self.pay, self.judge, self.look,
        )  # fmt: skip
        self.done: dict[str, int] = {}

    def day(self) -> None:
        """A few acts, the ones that are refused left undone."""
        for _ in range(self.draw.randint(1, 9)):
            act, person = self.draw.choice(self.acts), self.draw.choice(PEOPLE)
            self.world.clock.advance(minutes=self.draw.randint(1, 40))
            with suppress(KineError):
                act(person)
                self.done[act.__name__] = self.done.get(act.__name__, 0) + 1

    def visit(self, person: Person) -> None:
        second = self.draw.choice(["", "douleur aiguë"])
        paid = self.draw.choice(["", "2,50", "6,25"])
        self.world.visit(person, copay_collected=paid, second_reason=second)

    def amend(self, person: Person) -> None:
        typed = {
            "last_name": person.last_name + self.draw.choice(["", "-Dupont"]),
            "first_name": person.first_name, "niss": person.niss,
            "phone": f"0499 {self.draw.randint(10, 99)}", "city": self.draw.choice(["", "Liège"]),
            "street": f"rue {self.draw.randint(1, 3)}",
        }  # fmt: skip
        patients.amend(self.world.desk, self.world.patient(person), typed)

    def insure(self, person: Person) -> None:
        self.world.patient(person)
        code = self.draw.choice(["110", "111"])
        mutuality = self.draw.choice([person.mutuality, "319", "509"])
        self.world.insure(person, ct1=code, ct2=code, mutuality=mutuality)

    def agree(self, person: Person) -> None:
        if person in self.world.series:
            self.world.agree(self.world.series[person])

    def prescribe(self, person: Person) -> None:
        if person in self.world.series:
            typed = {
                "prescriber": "19990116004", "prescriber_name": "Dr Anne Willems",
                "rx_date": self.world.desk.today.isoformat(),
                "max_sessions": str(self.draw.randint(1, 18)),
            }  # fmt: skip
            series_of.set_prescription(self.world.desk, self.world.series[person], typed)
        else:
            self.world.open_series(person, agreed=False)

    def _session(self, *states: SessionState) -> str:
        found = [s.id for state in states for s in visits.sessions_in(self.world.desk.db, state)]
        if not found:
            raise NotFound(kind="session")
        return self.draw.choice(found)

    def collect(self, _: Person) -> None:
        key = self._session(*SessionState)
        paid = {"copay_collected": self.draw.choice(["1", "2,50"]), "payment_means": "CASH"}
        agenda.collect(self.world.desk, key, paid)

    def second(self, _: Person) -> None:
        key = self._session(SessionState.BLOCKED)
        sessions.second(self.world.desk, key, {"second_reason": "chute"})

    def strike(self, _: Person) -> None:
        key = self._session(SessionState.READY, SessionState.BLOCKED)
        sessions.void(self.world.desk, key, "erreur")

    def private(self, _: Person) -> None:
        sessions.make_private(self.world.desk, self._session(SessionState.BLOCKED), {"told": "1"})

    def seal(self, _: Person) -> None:
        lots.seal_all(self.world.desk)

    def post(self, _: Person) -> None:
        self.office.run()

    def answer(self, _: Person) -> None:
        lots.seal_all(self.world.desk)
        self.office.run()
        waiting = [lot for lot in claims.lots(self.world.desk.db) if str(lot.state) == "Sent"]
        if waiting:
            lot = self.draw.choice(waiting).id
            answer = self.office.sent(lot)
            kind = self.draw.choice(["accepted", "accepted", "refused", "rejected"])
            if kind == "rejected":
                rank = answer.rank(self.office.lines(lot)[0].ref)
                self.office.take(answer.saying(rank, "R500522").accepted())
            else:
                self.office.take(answer.refused() if kind == "refused" else answer.accepted())

    def correct(self, _: Person) -> None:
        lines = invoices.page_of_lines(self.world.desk.db, [LineState.REJECTED], ("9999", "~"), -1)
        if not lines:
            raise NotFound(kind="line")
        line = self.draw.choice(lines).id
        ways = (
            lambda: refusals.correct(self.world.desk, line),
            lambda: refusals.charge_patient(self.world.desk, line),
            lambda: refusals.write_off(self.world.desk, line, "trop tard"),
        )
        self.draw.choice(ways)()

    def pay(self, _: Person) -> None:
        waiting = [lot for lot in claims.lots(self.world.desk.db) if str(lot.state) == "Accepted"]
        if not waiting:
            raise NotFound(kind="lot")
        lot = self.draw.choice(waiting)
        accepted = sum(x.oa_cents for x in self.office.lines(lot.id) if x.state == "Accepted")
        reference = f"REF{lot.number:05d}"
        self.office.take(self.office.sent(lot.id).settled(accepted, reference))
        typed = {
            "payer": lot.payer, "amount": f"{accepted / 100:.2f}".replace(".", ","),
            "reference": reference, "received_on": self.world.desk.today.isoformat(),
        }  # fmt: skip
        payments.record(self.world.desk, typed)

    def judge(self, _: Person) -> None:
        practices.judge_again(self.world.desk)

    def look(self, person: Person) -> None:
        self.world.desk.sight("patient.seen", "patient", self.world.patient(person))


def differences(later: PastFile, evening: PastFile) -> list[str]:
    """Name what differs; the state of a lot is no part of a patient's file, which lot is."""
    found = [
        name
        for name in ("day", "opened_on", "exact_from", "patient", "address")
        if getattr(later, name) != getattr(evening, name)
    ]
    for name in ("identities", "coverages"):
        if list(getattr(later, name)) != list(getattr(evening, name)):
            found.append(name)
    for name, told in (("series", _told_series), ("sessions", _told_sessions)):
        if told(later) != told(evening):
            found.append(name)
    return found


def _told_series(file: PastFile) -> list[object]:
    return [(x.treatment, x.prescription, list(x.agreements)) for x in file.series]


def _told_sessions(file: PastFile) -> list[object]:
    return [
        (
            x.session, list(x.acts), list(x.blocks),
            [(y.line, y.lot and y.lot.id, y.lot and y.lot.reference) for y in x.lines],
        )
        for x in file.sessions
    ]  # fmt: skip


@pytest.mark.parametrize("seed", range(8))
def test_each_evening_is_found_again_from_any_later_day(world: World, seed: int) -> None:
    life = Life(world, seed)
    evenings: dict[tuple[date, str], PastFile] = {}
    for _ in range(14):
        life.day()
        for person, patient in world.ids.items():
            assert person in PEOPLE
            evenings[world.desk.today, patient] = tonight(world, patient)
        midnight = world.clock.at.astimezone(UTC).replace(hour=23, minute=30, second=0)
        world.clock.go_to(max(midnight, world.clock.at) + timedelta(hours=7, minutes=30))
    assert sum(life.done.values()) > 30
    for (day, patient), evening in evenings.items():
        later = past.as_of(world.desk, patient, day)
        assert differences(later, evening) == [], (seed, day)


def test_all_kinds_of_lives_were_lived(world: World) -> None:
    """The lives above meet what a row can meet: changed, removed, refused, corrected, paid."""
    life = Life(world, 11)
    for _ in range(30):
        life.day()
        world.clock.advance(hours=20)
    entities = world.desk.db.execute("select distinct entity from former order by 1").fetchall()
    assert [row[0] for row in entities] == ["line", "patient", "session", "treatment"]
    removed = (
        "select count(*) from former f where entity = 'line'"
        " and not exists (select 1 from line where id = f.entity_id)"
    )
    assert int(str(world.sql(removed))) > 0
    steps = {str(row[0]) for row in world.desk.db.execute("select to_state from step").fetchall()}
    assert {"Priced", "Rejected", "Accepted", "Voided", "Blocked", "Claimed"} <= steps


def test_before_the_file_was_opened_there_is_only_the_day_it_was(world: World) -> None:
    world.clock.advance(days=3)
    patient = world.patient(OUCHENE)
    told = past.as_of(world.desk, patient, world.desk.today - timedelta(days=1))
    assert (told.patient, told.opened_on) == (None, world.desk.today)
    assert past.as_of(world.desk, patient, world.desk.today).patient is not None
    with pytest.raises(NotFound):
        past.as_of(world.desk, "01NOBODY", world.desk.today)


def test_the_days_on_which_the_file_changed_are_listed_and_looking_is_no_change(
    world: World,
) -> None:
    patient = world.patient(OUCHENE)
    first = world.desk.today
    world.clock.advance(days=1)
    world.desk.sight("patient.seen", "patient", patient)
    world.clock.advance(days=1)
    world.visit(OUCHENE)
    assert past.days_of(world.desk, patient) == [world.desk.today, first]


def test_a_day_ends_at_midnight_in_the_practice_and_not_in_greenwich(world: World) -> None:
    patient = world.patient(OUCHENE)
    day = world.desk.today
    world.clock.go_to(datetime(2026, 3, 2, 22, 50, tzinfo=UTC))
    world.insure(OUCHENE, ct1="110", ct2="110")
    world.clock.go_to(datetime(2026, 3, 2, 23, 10, tzinfo=UTC))
    world.insure(OUCHENE, ct1="111", ct2="111")
    assert past.as_of(world.desk, patient, day).coverages[0].ct1 == "110"
    assert past.as_of(world.desk, patient, day + timedelta(days=1)).coverages[0].ct1 == "111"


def test_a_clock_set_back_hides_nothing_of_what_came_before(world: World) -> None:
    patient = world.patient(OUCHENE)
    backs = int(str(world.sql("select count(*) from clock_back")))
    world.clock.advance(days=10)
    world.visit(OUCHENE)
    late = world.desk.today
    world.clock.at -= timedelta(days=8)
    world.insure(OUCHENE, ct1="110", ct2="110")
    early = world.desk.today
    assert len(past.as_of(world.desk, patient, early).sessions) == 1
    assert past.as_of(world.desk, patient, late).coverages[0].ct1 == "110"
    assert world.sql("select count(*) from clock_back") == backs + 1
    assert past.as_of(world.desk, patient, early - timedelta(days=1)).sessions == []


def test_the_search_of_a_day_agrees_with_a_walk_through_every_row(world: World) -> None:
    draw = random.Random(5)  # noqa: S311 - the same clock each time
    for _ in range(60):
        world.clock.advance(hours=draw.randint(0, 30))
        if draw.random() < 0.1:
            world.clock.at -= timedelta(days=draw.randint(1, 9))
        world.desk.sight("patient.seen", "patient", f"P{draw.random()}")
    device = world.desk.device.id
    rows = world.desk.db.execute("select seq, at from journal").fetchall()
    for days in range(-2, 60):
        instant = datetime(2026, 3, 1, 23, tzinfo=UTC) + timedelta(days=days)
        wanted = max((int(str(s)) for s, at in rows if str(at) < instant.isoformat()), default=0)
        assert former.cut_before(world.desk.db, instant).last == {device: wanted}


def test_a_file_older_than_its_history_says_from_which_day_it_is_exact(world: World) -> None:
    patient = world.patient(OUCHENE)
    assert past.as_of(world.desk, patient, world.desk.today).exact
    world.clock.advance(days=4)
    world.desk.db.execute(
        "insert into history_start select device, max(seq) from journal group by device"
    )
    world.visit(OUCHENE)
    told = past.as_of(world.desk, patient, world.desk.today)
    assert told.exact_from == date(2026, 3, 2)
    assert told.exact
    assert not past.as_of(world.desk, patient, date(2026, 3, 1)).exact


def test_the_past_is_neither_edited_nor_shortened(world: World) -> None:
    patient = world.patient(OUCHENE)
    patients.amend(world.desk, patient, {"last_name": "Ou", "first_name": "F"})
    for sql in ("update former set facts = '{}'", "delete from former"):
        with pytest.raises(apsw.ConstraintError):
            world.desk.db.execute(sql)


def test_only_a_table_that_keeps_its_past_can_be_asked(world: World) -> None:
    cut = former.cut_before(world.desk.db, world.clock.now())
    with pytest.raises(ValueError, match="keeps no past"):
        former.born(world.desk.db, Session, "setting", ("patient", []), cut)


def test_a_device_without_a_row_has_no_past(world: World) -> None:
    lift_guards(world.desk.db)
    world.desk.db.execute("delete from journal")
    cut = former.cut_before(world.desk.db, world.clock.now())
    assert set(cut.last.values()) == {0}
    assert journal.count(world.desk.db) == 0
