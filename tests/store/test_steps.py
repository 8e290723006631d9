"""No state changes but by an allowed step, from the state it is really in."""

from itertools import product

import apsw
import pytest

from server.core.errors import StateConflict
from server.core.outbox import TRANSITIONS, MessageState
from server.core.states import (
    LINE_STEPS,
    LOT_STEPS,
    SESSION_STEPS,
    LineState,
    LotState,
    SessionState,
)
from server.store import claims, invoices, lives, post, visits
from tests.people import OUCHENE
from tests.world import World


@pytest.fixture
def lot(world: World) -> str:
    world.visit(OUCHENE, copay_collected="2,50")
    return world.seal("100")


def _state(world: World, table: str) -> str:
    return str(world.sql(f"select state from {table}"))  # noqa: S608 - a test's own words


def _put(world: World, table: str, state: str) -> None:
    world.desk.db.execute(f"update {table} set state = ?", (state,))  # noqa: S608 - a test's own words


def test_a_session_takes_allowed_steps_only(world: World, lot: str) -> None:
    key = str(world.sql("select id from session"))
    for old, new in product(SessionState, SessionState):
        _put(world, "session", old)
        if new in SESSION_STEPS[old]:
            visits.move_session(world.desk.db, key, old, new)
            assert _state(world, "session") == new
        else:
            with pytest.raises(StateConflict):
                visits.move_session(world.desk.db, key, old, new)
            assert _state(world, "session") == old


def test_a_line_takes_allowed_steps_only(world: World, lot: str) -> None:
    key = str(world.sql("select id from line"))
    desk = world.desk
    for old, new in product(LineState, LineState):
        _put(world, "line", old)
        if new in LINE_STEPS[old]:
            assert invoices.move_line(desk.db, desk.stamp, 1, key, new, "letter:x") is old
            assert _state(world, "line") == new
            last = lives.steps(desk.db, "line", key)[-1]
            assert (last.from_state, last.to_state, last.evidence) == (old, new, "letter:x")
        else:
            with pytest.raises(StateConflict):
                invoices.move_line(desk.db, desk.stamp, 1, key, new)
            assert _state(world, "line") == old


def test_a_lot_takes_allowed_steps_only(world: World, lot: str) -> None:
    desk = world.desk
    for old, new in product(LotState, LotState):
        _put(world, "lot", old)
        if new in LOT_STEPS[old]:
            assert claims.move_lot(desk.db, desk.stamp, 1, lot, new) is old
            assert _state(world, "lot") == new
        else:
            with pytest.raises(StateConflict):
                claims.move_lot(desk.db, desk.stamp, 1, lot, new)
            assert _state(world, "lot") == old


def test_a_message_takes_allowed_steps_only(world: World, lot: str) -> None:
    db = world.desk.db
    for old, new in product(MessageState, MessageState):
        _put(world, "message", old)
        row = post.of_lot(db, lot)
        assert row is not None
        if new in TRANSITIONS[old]:
            post.move(db, row, new, "why")
            assert _state(world, "message") == new
        else:
            with pytest.raises(StateConflict):
                post.move(db, row, new)
            assert _state(world, "message") == old


def test_a_step_from_a_state_already_left_is_refused(world: World, lot: str) -> None:
    db = world.desk.db
    row = post.of_lot(db, lot)
    assert row is not None
    post.move(db, row, MessageState.READY)
    with pytest.raises(StateConflict):
        post.move(db, row, MessageState.READY)
    key = str(world.sql("select id from session"))
    with pytest.raises(StateConflict):
        visits.move_session(db, key, SessionState.READY, SessionState.BLOCKED)


def test_what_does_not_exist_takes_no_step(world: World) -> None:
    desk = world.desk
    with pytest.raises(StateConflict):
        invoices.move_line(desk.db, desk.stamp, 1, "nothing", LineState.PRICED)
    with pytest.raises(StateConflict):
        claims.move_lot(desk.db, desk.stamp, 1, "nothing", LotState.SEALED)
    with pytest.raises(StateConflict):
        visits.move_session(desk.db, "nothing", SessionState.READY, SessionState.BLOCKED)


def test_a_word_that_is_no_state_is_refused_by_the_file(world: World, lot: str) -> None:
    for table in ("session", "line", "lot", "message", "treatment"):
        with pytest.raises(apsw.ConstraintError, match="CHECK"):
            _put(world, table, "Flying")


@pytest.mark.parametrize(
    "change",
    ["payload = x'00'", "sha256 = 'x'", "reference = 'x'", "target = 'x'", "stream = 'x'"],
)
def test_a_sealed_message_is_never_edited(world: World, lot: str, change: str) -> None:
    with pytest.raises(apsw.ConstraintError, match="sealed message"):
        world.desk.db.execute(f"update message set {change}")  # noqa: S608 - a test's own words


def test_an_act_has_one_live_line(world: World, lot: str) -> None:
    with pytest.raises(apsw.ConstraintError):
        world.desk.db.execute(
            "insert into line select id || 'x', device, seq, ref || 'x', act, session, patient,"
            " predecessor, code, care_date, payer, mutuality, ct1, ct2, bim, fee_cents, oa_cents,"
            " copay_cents, supplement_cents, tariff_version, confidence, quote, lot, paid_cents,"
            " state, amc_cents from line"
        )


def test_a_locked_line_is_not_priced_again_nor_dropped(world: World, lot: str) -> None:
    db = world.desk.db
    (line,) = invoices.lines_of_lot(db, lot)
    with pytest.raises(StateConflict):
        invoices.reprice_line(db, line)
    invoices.drop_line(db, line.id)
    assert invoices.line(db, line.id) == line
    _put(world, "line", "Priced")
    invoices.drop_line(db, line.id)
    assert invoices.line(db, line.id) is not None, "it left in a lot once: its history stays"


def test_a_sending_number_is_given_once(world: World, lot: str) -> None:
    with pytest.raises(apsw.ConstraintError):
        world.desk.db.execute(
            "insert into lot select id || 'x', device, seq, kind, payer, month, number, year,"
            " reference || 'x', file_day, sealed_at, sealed_by, payload_sha256, lines_sha256,"
            " oa_cents, copay_cents, supplement_cents, line_count, invoice_count, predecessor,"
            " state from lot"
        )
