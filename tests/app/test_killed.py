"""A program killed between the lease of a lot and its answer: asked about, never sent twice."""

import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from server.app.clocks import ShiftedClock
from server.app.demo import Demo
from server.app.demo_practice import PASSPHRASE
from server.app.program import Program
from server.core.outbox import MessageState
from server.services import ledger
from server.settings import Settings
from server.store import post
from tests.app.insurers_books import break_line, received
from tests.app.running import quiet
from tests.app.waiting import until

NOT_YET = {"Queued", "Sending", "Unknown"}
ROOT = Path(__file__).parents[2]


@pytest.fixture
def furnished(tmp_path: Path) -> Iterator[Demo]:
    """A demo practice with sessions ready to leave, its program not started."""
    made = Demo(tmp_path)
    yield made
    made.simulator.stop()


@pytest.mark.scenario("H-03")
def test_a_program_killed_while_sending_asks_at_its_next_start_and_sends_nothing_twice(
    furnished: Demo,
) -> None:
    folder, endpoint = furnished.program.settings.practice, furnished.simulator.endpoint
    break_line(furnished, kind="slow", operation="post", seconds=2, nth=[1, 2, 3])
    child = subprocess.Popen(
        [sys.executable, "-m", "tests.app.killed_child", str(folder), endpoint],
        cwd=ROOT, env=quiet(), stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert child.stdout
    assert child.stdout.readline() == "leaving\n"
    child.kill()
    child.communicate()

    clock = ShiftedClock()
    program = Program(Settings(folder, endpoint=endpoint, cards=False), clock)
    program.start()
    try:
        program.gate.unlock(program.gate.users()[0].id, PASSPHRASE)
        assert until(lambda: _doubted(program))
        until(lambda: _all_sent(program, clock))
    finally:
        program.stop()
    assert [each["times_processed"] for each in received(furnished)] == [1] * 3


def _all_sent(program: Program, clock: ShiftedClock) -> bool:
    """Let half a minute pass, press « Envoyer maintenant », and see whether every lot has left."""
    clock.advance(timedelta(seconds=30))
    assert program.post
    program.post.send_now()
    return not {str(told.lot.state) for told in ledger.lots(program.cabinet.desk())} & NOT_YET


def _doubted(program: Program) -> list[str]:
    """The messages whose fate is unknown."""
    rows = post.open_rows(program.cabinet.desk().db)
    return [row.id for row in rows if row.state is MessageState.UNKNOWN]
