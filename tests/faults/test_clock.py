"""Clocks that go back, jump, cross midnights and Sundays in March: what waits, what goes on.

`domain.md` §4.6, scenarios H-07, H-08, H-15; `reliability-security.md` §1 R4.
"""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from server.app.demo import Demo
from server.app.demo_practice import PASSPHRASE as DEMO_PASSPHRASE
from server.core.clock import ClockTrust, civil_date
from server.core.errors import SealRefused
from server.core.outbox import MessageState
from server.services import lots, outbox, sessions
from server.services.cabinet import Cabinet
from server.store import journal, post
from tests.app.visitor import Visitor
from tests.app.waiting import until
from tests.people import LAMBIOTTE, OUCHENE
from tests.webui.shop import Shop
from tests.world import BUILT_ON, START, FixedClock, World, faults, open_cabinet

Move = Callable[[FixedClock], None]
YEARS = timedelta(days=3653)


def shifted(by: timedelta) -> Move:
    """Somebody changes the date of the machine: the monotonic clock does not follow."""

    def move(clock: FixedClock) -> None:
        clock.at += by

    return move


def until_instant(*at: int) -> Move:
    """Both times pass until an instant (year, month, day, hour, minute; UTC)."""

    def move(clock: FixedClock) -> None:
        clock.go_to(datetime(*at, tzinfo=UTC))  # type: ignore[arg-type, misc]  # five numbers

    return move


JUMPS = {
    "ten years back": shifted(-YEARS),
    "ten years ahead": shifted(YEARS),
    "eleven minutes back": shifted(-timedelta(minutes=11)),
    "eleven minutes ahead": shifted(timedelta(minutes=11)),
    "three days ahead": shifted(timedelta(days=3)),
}
PASSES = {
    "nine minutes ahead": shifted(timedelta(minutes=9)),
    "across midnight": until_instant(2026, 3, 2, 23, 5),
    "summer time begins": until_instant(2026, 3, 29, 1, 30),
    "summer time ends": until_instant(2026, 10, 25, 1, 30),
    "a leap day": until_instant(2028, 2, 29, 12, 0),
}


@pytest.fixture
def treated(world: World) -> World:
    """A practice with a session ready to be sealed, and another series to go on with."""
    world.visit(LAMBIOTTE)
    world.open_series(OUCHENE)
    return world


def levels(world: World) -> list[str]:
    """The level kept with the newest act."""
    rows = world.desk.db.execute("select trust from journal order by seq desc limit 1")
    return [str(level) for (level,) in rows]


@pytest.mark.scenario("H-07")
@pytest.mark.parametrize("jump", JUMPS)
def test_after_a_jump_sessions_are_recorded_and_nothing_is_sealed_until_confirmed(
    treated: World, jump: str
) -> None:
    JUMPS[jump](treated.clock)
    assert treated.desk.clock_is_suspect
    key = treated.visit(OUCHENE, care_date="2026-03-02")
    assert levels(treated) == ["SUSPECT"]
    held = sessions.view(treated.desk, key)
    assert held.session.care_date == date(2026, 3, 2)
    assert sum(line.fee_cents for line in held.lines) == 3388
    with pytest.raises(SealRefused) as refused:
        treated.seal("100")
    assert "lot.clock" in {fault.code for fault in faults(refused.value)}
    treated.cabinet.confirm_date()
    impossible = treated.clock.at.date() < BUILT_ON  # no word makes a date before this release true
    assert treated.desk.clock_is_suspect is impossible


@pytest.mark.parametrize("passing", PASSES)
def test_time_that_passes_by_itself_is_believed(treated: World, passing: str) -> None:
    PASSES[passing](treated.clock)
    assert treated.desk.stamp.trust is ClockTrust.PLAUSIBLE
    assert treated.desk.likely_today == civil_date(treated.clock.at, "BE")
    treated.visit(OUCHENE, care_date="2026-03-02")
    assert levels(treated) == ["PLAUSIBLE"]


@pytest.mark.scenario("H-07")
def test_a_clock_of_2020_offers_the_day_of_the_last_act_and_the_day_typed_sets_the_price(
    treated: World,
) -> None:
    treated.clock.advance(days=1)
    treated.visit(OUCHENE)
    treated.clock.at = datetime(2020, 1, 5, 9, tzinfo=UTC)
    shop = Shop(treated)
    page = shop.get(f"sessions/of/{treated.series[OUCHENE]}")
    assert 'value="03/03/2026"' in page
    assert "L’horloge de ce poste semble fausse" in page
    key = treated.visit(OUCHENE, care_date="2026-03-04")
    assert sessions.view(treated.desk, key).lines[0].fee_cents == 3388
    day = shop.get("today/")
    assert "Sommes-nous bien le dimanche 5 janvier 2020" in day
    wrong = shop.post("today/clock", day="2026-03-04", day_again="2026-03-03")
    assert wrong.status_code == 422
    assert "Ce n’est pas la date que ce poste indique" in wrong.text
    assert "Les deux dates ne sont pas les mêmes" in wrong.text
    assert treated.desk.clock_is_suspect


@pytest.mark.scenario("H-08")
def test_a_jump_of_three_days_expires_nothing_and_the_true_date_expires_it(world: World) -> None:
    world.visit(LAMBIOTTE)
    lot = world.seal("100")
    queue = outbox.PracticeOutbox(world.cabinet.desk, world.clock.monotonic)
    tonight = (START + timedelta(hours=15)).isoformat()
    world.desk.db.execute("update message set expires_at = ? where lot = ?", (tonight, lot))
    world.clock.advance(minutes=10)
    world.clock.at += timedelta(hours=72)
    queue.lanes(world.clock.now())
    assert state(world, lot) is not MessageState.EXPIRED
    world.cabinet.hear_time(world.clock.at - timedelta(hours=72))
    assert world.desk.clock_is_suspect
    world.clock.at -= timedelta(hours=72)
    assert world.desk.stamp.trust is ClockTrust.SYNCED
    queue.lanes(world.clock.now())
    assert state(world, lot) is not MessageState.EXPIRED
    world.clock.go_to(START + timedelta(hours=16))
    queue.lanes(world.clock.now())
    assert state(world, lot) is MessageState.EXPIRED


def state(world: World, lot: str) -> MessageState:
    row = post.of_lot(world.desk.db, lot)
    assert row is not None
    return row.state


@pytest.mark.parametrize(
    ("away", "trust"),
    [
        (timedelta(days=3), ClockTrust.PLAUSIBLE),
        (timedelta(days=6, hours=21), ClockTrust.PLAUSIBLE),
        (timedelta(days=8), ClockTrust.SUSPECT),
        (-timedelta(days=1), ClockTrust.SUSPECT),
    ],
)
@pytest.mark.scenario("H-08")
def test_a_laptop_switched_off_for_some_days_is_believed_and_for_a_week_asked(
    closed: Path, away: timedelta, trust: ClockTrust
) -> None:
    cabinet = open_cabinet(closed, FixedClock(START + timedelta(hours=3) + away))
    assert cabinet.desk().stamp.trust is trust
    cabinet.confirm_date()
    assert not cabinet.desk().clock_is_suspect
    cabinet.lock()


def test_a_date_typed_wrong_years_ahead_does_not_weigh_on_the_next_start(treated: World) -> None:
    treated.clock.at += YEARS
    treated.visit(OUCHENE, care_date="2026-03-02")
    treated.cabinet.lock()
    again = open_cabinet(treated.folder, FixedClock(START + timedelta(days=1)))
    assert again.desk().stamp.trust is ClockTrust.PLAUSIBLE
    again.lock()


def test_the_day_shows_both_dates_when_the_network_says_another(treated: World) -> None:
    shop = Shop(treated)
    treated.cabinet.hear_time(treated.clock.at - timedelta(days=2))
    page = shop.get("today/")
    assert "Ce poste dit 02/03/2026 08:" in page
    assert "le réseau dit 28/02/2026 08:" in page
    (draft,) = lots.drafts(treated.desk)
    assert {fault.code for fault in draft.faults} >= {"lot.clock"}
    assert treated.desk.likely_today == date(2026, 2, 28)
    shop.follow("today/clock", day="2026-03-02", day_again="2026-03-02")
    assert not treated.desk.clock_is_suspect


def test_an_older_word_of_the_network_follows_the_monotonic_clock(treated: World) -> None:
    treated.cabinet.hear_time(treated.clock.at + timedelta(minutes=4))
    treated.clock.advance(days=2)
    assert treated.desk.stamp.trust is ClockTrust.SYNCED
    treated.clock.at += timedelta(minutes=10)
    assert treated.desk.clock_is_suspect


@pytest.fixture
def demo(tmp_path: Path, request: pytest.FixtureRequest) -> Demo:
    """A demo practice with its simulator process, started and unlocked."""
    made = Demo(tmp_path)
    request.addfinalizer(made.simulator.stop)
    request.addfinalizer(made.program.stop)
    return made


def test_the_answer_of_a_real_partner_makes_the_clock_synced_and_a_drift_is_shown(
    demo: Demo,
) -> None:
    program = demo.program
    visitor = Visitor(program.start())
    visitor.post("unlock", user=visitor.user(), passphrase=DEMO_PASSPHRASE)
    post_of_it = program.post
    assert post_of_it
    post_of_it.send_now()
    until(lambda: program.cabinet.desk().stamp.trust is ClockTrust.SYNCED)
    lots.seal_all(program.cabinet.desk())
    demo.clock.advance(timedelta(days=1))
    assert program.cabinet.desk().stamp.trust is ClockTrust.SYNCED
    before = post_of_it.last
    post_of_it.send_now()
    until(lambda: post_of_it.last is not before)
    until(lambda: program.cabinet.desk().stamp.trust is ClockTrust.SUSPECT)
    assert "le réseau dit" in visitor.get("today/").text
    visitor.close()


@pytest.mark.scenario("H-15")
def test_a_month_without_a_line_opens_prices_and_seals_every_day(closed: Path) -> None:
    clock = FixedClock(START + timedelta(days=1))
    series = ""
    for day in range(30):
        cabinet = open_cabinet(closed, clock)
        world = World(cabinet, clock, closed)
        assert world.desk.stamp.trust is ClockTrust.PLAUSIBLE
        world.ids[LAMBIOTTE] = person_of(cabinet, "Lambiotte")
        series = series or world.open_series(LAMBIOTTE)
        if day % 2 == 0:
            held = sessions.view(world.desk, sessions.record(world.desk, series, {}))
            assert held.lines
        cabinet.lock()
        clock.advance(days=1)
    cabinet = open_cabinet(closed, clock)
    assert lots.drafts(cabinet.desk())
    assert journal.last_at(cabinet.desk().db, cabinet.desk().device.id)
    cabinet.lock()


def person_of(cabinet: Cabinet, name: str) -> str:
    rows = cabinet.desk().db.execute("select id from patient where last_name = ?", (name,))
    return str(rows.fetchall()[0][0])
