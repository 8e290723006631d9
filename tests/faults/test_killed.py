"""Level L4: a real process killed at each system call of each act loses nothing it acknowledged.

`reliability-security.md` §1 R3, §4 L4; scenarios H-02, H-03.
"""

import hashlib
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from server.core.errors import WrongKey
from server.core.outbox import MessageState
from server.services import ledger, payments, sessions
from server.services.cabinet import Cabinet
from server.services.doorstep import REFERENCE
from server.simulators.mycarenet.config import Config, Delays, Duplicates
from server.simulators.mycarenet.service import Running, serve
from server.store import post
from tests.faults import strace
from tests.faults.killed_child import ACTS, OTHER, Child
from tests.faults.long import SEED, sample
from tests.faults.soundness import nothing_without_its_act, opened_whole
from tests.people import LAMBIOTTE, OUCHENE
from tests.world import (
    BUILT_ON,
    CHEAP,
    PASSPHRASE,
    START,
    FixedClock,
    World,
    open_cabinet,
    seeded,
)

CHILD = "tests.faults.killed_child"
DAILY = 4  # kills of each act
FACTS = ("patient", "treatment", "session", "line", "lot", "message", "letter", "payment")


@pytest.fixture
def folder(world: World) -> Path:
    """A practice with two sessions ready to be sealed, closed."""
    world.cabinet.prove()
    world.visit(LAMBIOTTE)
    world.visit(OUCHENE)
    world.cabinet.lock()
    return world.folder


def hub() -> Running:
    """A fresh hub of the insurers, at which a repeat is a second claim."""
    at = FixedClock(START)
    at.advance(days=1)
    return serve(
        Config(
            unsigned=True, poll_seconds=0, delays=Delays(0, 0, 0, 0),
            duplicates=Duplicates.PROCESS, clock=at.now,
        )
    )  # fmt: skip


@dataclass
class Stage:
    """Where an act is played again and again: one folder, made anew each time."""

    start: Path
    place: Path
    act: str
    hub: Running | None = None

    def fresh(self) -> None:
        """Put the folder and the hub back to the moment before the act."""
        if self.hub is not None:
            self.hub.stop()
        shutil.rmtree(self.place, ignore_errors=True)
        shutil.rmtree(f"{self.place}-sauvegardes", ignore_errors=True)
        shutil.copytree(self.start, self.place)
        self.hub = hub() if self.act in ("send", "fetch") else None
        if self.act == "fetch":
            Child(self.place, self.endpoint).send()

    @property
    def endpoint(self) -> str:
        return self.hub.endpoint if self.hub else ""

    def play(self, inject: str = "") -> strace.Ended:
        return strace.run_once_loaded(self.place, CHILD, self.act, self.endpoint, inject=inject)

    def close(self) -> None:
        if self.hub is not None:
            self.hub.stop()


def before(folder: Path, act: str, aside: Path) -> Path:
    """The folder as it must be when the act begins."""
    start = aside / "start"
    if act == "create":
        start.mkdir()
        shutil.copy(next(folder.glob("reference-*")), start / REFERENCE)
        return start
    shutil.copytree(folder, start)
    if act in ("send", "fetch"):
        Child(start, "").seal()
    if act == "paid":
        settled(start)
    return start


def settled(start: Path) -> None:
    """Let a lot be sealed, sent, answered and settled."""
    insurers = hub()
    child = Child(start, insurers.endpoint)
    child.seal()
    child.send()
    child.fetch()
    insurers.stop()


def whole(stage: Stage, ended: strace.Ended) -> None:
    """What must hold after any kill."""
    if not (stage.place / "besace.db").exists():
        assert stage.act == "create"
        assert ended.after("done") == []
        return
    if stage.act == "passphrase":
        put_back_its_passphrase(stage, ended)
    cabinet = opened_whole(stage.place)
    nothing_without_its_act(cabinet, FACTS)
    lots_are_whole(cabinet)
    kept = ended.after("done")
    if kept:
        acknowledged(stage.act, cabinet, kept[0])
    cabinet.lock()


def lots_are_whole(cabinet: Cabinet) -> None:
    """A lot has its number, its lines and one message with the sealed bytes, or is not there."""
    db = cabinet.desk().db
    for view in ledger.lots(cabinet.desk()):
        assert view.message is not None
        held = post.payload(db, view.message.id)
        assert hashlib.sha256(held).hexdigest() == view.message.sha256
        assert view.lines
        assert {line.lot for _, line, _ in view.lines} == {view.lot.id}
    numbers = db.execute("select count(*), count(distinct number) from lot").fetchall()[0]
    assert numbers[0] == numbers[1]
    stray = "select count(*) from line where lot is not null and lot not in (select id from lot)"
    assert db.execute(stray).fetchall() == [(0,)]


def acknowledged(act: str, cabinet: Cabinet, what: str) -> None:
    """What was said to be done is done."""
    desk = cabinet.desk()
    tables = {"patient": "patient", "lock": "patient", "series": "treatment", "seal": "lot"}
    if act in tables:
        found = desk.db.execute(f"select 1 from {tables[act]} where id = ?", (what,))  # noqa: S608 - our own names
        assert found.fetchall() == [(1,)]
    if act == "session":
        view = sessions.view(desk, what)
        assert view.lines
        assert view.session.copay_collected_cents == 250
    if act == "send":
        assert all(row.state is not MessageState.LEASED for row in post.open_rows(desk.db))
    if act == "paid":
        assert payments.expected(desk) == []
    if act == "setting":
        assert desk.user.locale == "nl"
    if act == "tariff":
        assert cabinet.reference.name == what
    if act in ("recover", "reencrypt"):
        cabinet.recover(what, desk.user.id, PASSPHRASE)


def put_back_its_passphrase(stage: Stage, ended: strace.Ended) -> None:
    """Either the old passphrase opens or the new one, which it is when that was said."""
    cabinet = Cabinet(stage.place, FixedClock(), seeded(), BUILT_ON, CHEAP)
    [login] = cabinet.logins()
    try:
        cabinet.unlock(login.id, PASSPHRASE)
        assert ended.after("done") == []
    except WrongKey:
        cabinet.unlock(login.id, OTHER)
        cabinet.change_passphrase(OTHER, PASSPHRASE)
    cabinet.lock()


def goes_on(stage: Stage) -> None:
    """The act can be done after the restart, and has then been done once."""
    if stage.act == "create":
        if not (stage.place / "besace.db").exists():  # the page builds the tables again
            shutil.copy(next(stage.start.glob("reference*")), stage.place / REFERENCE)
            Child(stage.place, "", hour=1).create()
        open_cabinet(stage.place, FixedClock()).lock()
        return
    cabinet = opened_whole(stage.place)
    if stage.act == "seal" and ledger.lots(cabinet.desk()):
        assert len(ledger.lots(cabinet.desk())) == 1
    elif stage.act == "paid" and not payments.expected(cabinet.desk()):
        assert cabinet.desk().db.execute("select count(*) from payment").fetchall() == [(1,)]
    elif stage.act in ("send", "fetch"):
        _until_known(stage, cabinet)
    else:
        cabinet.lock()
        ACTS[stage.act](Child(stage.place, stage.endpoint, hour=1))
        return
    cabinet.lock()


def _until_known(stage: Stage, cabinet: Cabinet) -> None:
    """Restart the post: what was in doubt is asked about, and the hub processed each file once."""
    assert stage.hub
    child = Child(stage.place, stage.endpoint)
    child.clock = cabinet.clock  # type: ignore[assignment]  # a clock that is moved by hand
    engine = child.engine(cabinet)
    for _ in range(5):
        child.clock.advance(minutes=16)
        engine.run_once(manual=True)
    assert [file.times_processed for file in stage.hub.received()] == [1]
    assert {str(view.lot.state) for view in ledger.lots(cabinet.desk())} <= SEEN


SEEN = {"Sent", "Acknowledged", "Accepted", "PartlySettled", "Settled"}


@pytest.mark.scenario("H-02")
@pytest.mark.scenario("H-03")
@pytest.mark.parametrize("act", ACTS)
def test_an_act_killed_at_any_system_call_is_done_or_not_done(
    folder: Path, tmp_path: Path, act: str
) -> None:
    if not strace.available():
        pytest.skip("strace ne peut pas suivre de processus ici")
    stage = Stage(before(folder, act, tmp_path), tmp_path / "again", act)
    try:
        stage.fresh()
        ended = stage.play()
        assert ended.after("done"), ended.errors
        points = strace.points(ended)
        tried = sample(points, DAILY, act)
        killed = 0
        for call, number in tried:
            stage.fresh()
            ended = stage.play(f"{call}:signal=SIGKILL:when={number}")
            killed += ended.killed
            whole(stage, ended)
            goes_on(stage)
        sys.stdout.write(f"seed {SEED}: {act}: {killed} kills of {len(points)} boundaries\n")
        assert killed >= len(tried) * 0.9
    finally:
        stage.close()


def test_a_child_that_lies_about_what_is_kept_is_found_out(folder: Path, tmp_path: Path) -> None:
    """The negative control: an acknowledgement without its commit is a loss."""
    stage = Stage(folder, tmp_path / "again", "patient")
    stage.fresh()
    liar = strace.Ended(("done 01JNOBODY",), killed=True, errors="", trace="")
    with pytest.raises(AssertionError):
        whole(stage, liar)
