"""A proof of identity keeps its instant and its codes, serves one session, and is counted."""

import pytest

from server.core.care import Place
from server.core.clock import BRUSSELS
from server.core.errors import InvalidForm, NotFound
from server.countries.belgium.efact_layout_act import RECORD_52
from server.services import cards, identity, practices, sessions, today
from server.store import post, totals
from tests.people import DELVAUX, OUCHENE
from tests.services.kept_sums import assert_kept
from tests.services.test_bedside import _card
from tests.world import DELPORTE, World, faults

BY_HAND = {"medium": "1", "serial": "592-0123456-78", "manual_reason": "3"}
STICKER = {"medium": "7", "manual_reason": "1", "vignette_reason": "2"}


@pytest.fixture
def bedside(world: World) -> World:
    practices.amend(world.desk, DELPORTE)
    world.open_series(OUCHENE)
    return world


def read(world: World) -> None:
    cards.present(world.desk, _card(world))


def written(world: World, lot: str) -> tuple[object, ...]:
    """What R52 of the only act of a lot tells of the reading."""
    message = str(world.sql("select id from message where lot = ?", (lot,)))
    payload = post.payload(world.desk.db, message).decode()
    at = next(i for i in range(67 + 160, len(payload), 350) if payload[i : i + 2] == "52")
    record = RECORD_52.read(payload[at : at + 350])
    zones = ("read_on", "read_at", "reading_type", "medium", "serial", "manual_reason",
             "vignette_reason")  # fmt: skip
    return tuple(str(record.value(zone)).strip() for zone in zones)


def test_a_reading_is_sent_with_the_hour_of_the_bedside_however_late(bedside: World) -> None:
    day, hour = bedside.desk.now.date(), bedside.desk.now
    read(bedside)
    bedside.clock.advance(minutes=20)
    bedside.visit(OUCHENE)
    bedside.clock.advance(days=9)
    told = written(bedside, bedside.seal("100"))
    assert told[0] == day.isoformat()
    assert told[2:] == ("1", "1", "592012345678", "0", "0")
    assert told[1] == f"{hour.astimezone(BRUSSELS):%H%M}"


def test_a_proof_by_hand_is_sent_with_its_reason(bedside: World) -> None:
    identity.declare(bedside.desk, bedside.ids[OUCHENE], BY_HAND)
    bedside.visit(OUCHENE)
    told = written(bedside, bedside.seal("100"))
    assert told[2:] == ("4", "1", "592012345678", "3", "0")


def test_a_sticker_is_sent_with_both_its_reasons(bedside: World) -> None:
    identity.declare(bedside.desk, bedside.ids[OUCHENE], STICKER)
    bedside.visit(OUCHENE)
    told = written(bedside, bedside.seal("100"))
    assert (*told[2:4], *told[5:]) == ("4", "7", "1", "2")


def test_a_proof_is_never_dated_again(bedside: World) -> None:
    read(bedside)
    with pytest.raises(Exception, match="never dated again"):
        bedside.desk.db.execute("update identity_proof set at = '2026-01-01T00:00:00+00:00'")


def test_a_reading_of_the_morning_serves_a_session_typed_in_the_evening_or_the_next_day(
    bedside: World,
) -> None:
    morning = bedside.desk.today
    read(bedside)
    bedside.clock.advance(hours=8)
    proof = identity.waiting(bedside.desk, bedside.ids[OUCHENE], morning)
    assert proof is not None
    bedside.clock.advance(hours=20)
    assert bedside.desk.today > morning
    late = bedside.visit(OUCHENE, care_date=morning.isoformat())
    assert identity.of_session(bedside.desk, late) == proof


def test_yesterdays_reading_serves_no_session_of_today(bedside: World) -> None:
    """Insurers refuse a reading of another day than the care (error 156)."""
    bedside.clock.go_to(bedside.clock.at.replace(hour=21))
    read(bedside)
    bedside.clock.advance(hours=10)
    assert identity.of_session(bedside.desk, bedside.visit(OUCHENE)) is None


def test_a_reading_serves_one_session_and_comes_free_when_it_is_struck_out(
    bedside: World,
) -> None:
    read(bedside)
    first = bedside.visit(OUCHENE)
    second = bedside.visit(OUCHENE, second_reason="seconde séance")
    assert identity.of_session(bedside.desk, second) is None
    sessions.void(bedside.desk, first, "erreur")
    third = bedside.visit(OUCHENE, second_reason="seconde séance")
    assert identity.of_session(bedside.desk, third) is not None


def test_a_card_read_just_after_its_session_is_given_to_it(bedside: World) -> None:
    recorded = bedside.visit(OUCHENE)
    bedside.clock.advance(minutes=40)
    read(bedside)
    proof = identity.of_session(bedside.desk, recorded)
    assert proof is not None and proof.by_chip
    bedside.clock.advance(minutes=30)
    read(bedside)  # of the next visit: the session just given one keeps it
    assert identity.of_session(bedside.desk, recorded) == proof


def test_a_card_read_long_after_is_not(bedside: World) -> None:
    recorded = bedside.visit(OUCHENE)
    bedside.clock.advance(minutes=61)
    read(bedside)
    assert identity.of_session(bedside.desk, recorded) is None


@pytest.mark.parametrize(
    ("typed", "fault"),
    [
        ({}, ("medium", "missing")),
        ({**BY_HAND, "serial": "12"}, ("serial", "card_number")),
        ({**BY_HAND, "manual_reason": ""}, ("manual_reason", "missing")),
        ({**STICKER, "vignette_reason": "0"}, ("vignette_reason", "missing")),
        ({**BY_HAND, "medium": "2"}, ("medium", "unknown")),
    ],
)
def test_what_insurers_would_refuse_is_not_kept(
    bedside: World, typed: dict[str, str], fault: tuple[str, str]
) -> None:
    with pytest.raises(InvalidForm) as refused:
        identity.declare(bedside.desk, bedside.ids[OUCHENE], typed)
    assert fault in faults(refused.value)
    assert bedside.sql("select count(*) from identity_proof") == 0


def test_nobody_unknown_is_identified(bedside: World) -> None:
    with pytest.raises(NotFound):
        identity.declare(bedside.desk, "nobody", BY_HAND)


def test_the_share_of_chips_is_kept_as_sessions_come_and_go(bedside: World) -> None:
    assert identity.share(bedside.desk) is None
    read(bedside)
    proved = bedside.visit(OUCHENE)
    identity.declare(bedside.desk, bedside.patient(DELVAUX), BY_HAND)
    bedside.visit(DELVAUX)
    bedside.clock.advance(days=1)
    bedside.visit(DELVAUX)
    share = identity.share(bedside.desk)
    assert share is not None
    assert (share.sessions, share.chip, share.by_hand, share.missing) == (3, 1, 1, 2)
    assert today.overview(bedside.desk).proved == share
    assert_kept(bedside.desk.db)
    sessions.void(bedside.desk, proved, "erreur")
    left = identity.share(bedside.desk)
    assert left is not None
    assert (left.sessions, left.chip, left.percent) == (2, 0, 0)
    assert_kept(bedside.desk.db)
    held = bedside.desk.db
    before = held.execute("select * from proof_total").fetchall()
    with held:
        totals.recount(held)
    assert held.execute("select * from proof_total").fetchall() == before


def test_a_session_that_comes_back_or_is_deleted_is_counted_again(bedside: World) -> None:
    read(bedside)
    kept = bedside.visit(OUCHENE)
    db = bedside.desk.db
    db.execute("update session set state = 'Voided' where id = ?", (kept,))
    assert_kept(db)
    db.execute("update session set state = 'Ready' where id = ?", (kept,))
    assert_kept(db)


def test_nothing_is_asked_of_a_french_practice(french_world: World) -> None:
    assert identity.share(french_world.desk) is None


def test_the_proof_shown_before_a_session_is_the_one_it_gets(bedside: World) -> None:
    series = bedside.series[OUCHENE]
    assert sessions.propose(bedside.desk, series).proved_at == ""
    read(bedside)
    told = sessions.propose(bedside.desk, series, place=Place.HOME).proved_at
    proof = identity.of_session(bedside.desk, bedside.visit(OUCHENE))
    assert proof is not None
    assert proof.at.isoformat() == told
