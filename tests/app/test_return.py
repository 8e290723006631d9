"""A practice that comes back sends nothing twice, on the real program and the real simulator."""

import secrets
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from server.app.demo import Demo
from server.app.demo_practice import PASSPHRASE
from server.app.program import Program
from server.services import backups, homecomings, lots, payments, restoring
from server.services.cabinet import Cabinet
from server.services.restoring import Ground
from server.settings import BUILT_ON, Settings
from tests.app.insurers_books import received
from tests.app.test_offline_day import DELVAUX, LAMBIOTTE, OUCHENE, states, visit_by_card
from tests.app.waiting import until
from tests.world import CHEAP

QUARTER = timedelta(minutes=16)


def seal_three(demo: Demo) -> set[str]:
    """Three visits without a line, three lots in the queue."""
    demo.pull_cable(cut=True)
    for card in (OUCHENE, DELVAUX, LAMBIOTTE):
        visit_by_card(demo, card)
    sealed, refused = lots.seal_all(demo.program.cabinet.desk())
    assert not refused
    assert len(sealed) == 3
    return {each.reference for each in sealed}


def send_all(demo: Demo) -> None:
    """Put the line back and let the three lots leave; their answers wait in the mailbox."""
    demo.pull_cable(cut=False)
    assert demo.program.post
    demo.program.post.send_now()
    until(lambda: len(received(demo)) == 3)
    until(lambda: set(states(demo.program).values()) == {"Sent"})


@pytest.fixture
def back_up(opened: Demo, tmp_path: Path) -> Iterator[Path]:
    """The folder of the copy made while the three lots waited; the lots left afterwards."""
    seal_three(opened)
    made = backups.back_up(opened.program.cabinet.vault(), "ASKED", to=tmp_path / "stick")
    assert made.is_good
    send_all(opened)
    opened.program.gate.lock()
    yield made.path


def come_back(demo: Demo, copy: Path, folder: Path) -> Program:
    """Bring the copy back into a new folder, and open it there on the same line."""
    ground = Ground(demo.clock, secrets.token_bytes, BUILT_ON)
    back = restoring.restore(copy, folder, PASSPHRASE, ground)
    assert back.doubtful == 3
    settings = Settings(folder, endpoint=demo.simulator.endpoint, cards=False)
    program = Program(settings, demo.clock, cable=demo.cable, cost=CHEAP)
    program.start()
    return program


def reasons(cabinet: Cabinet) -> list[tuple[str, str]]:
    rows = cabinet.desk().db.execute("select state, reason from message order by id").fetchall()
    return [(str(state), str(reason)) for state, reason in rows]


def settle(demo: Demo, program: Program) -> None:
    """Let quarters of an hour pass, here and at the insurers', until every lot has its fate."""

    def pass_by() -> None:
        demo.clock.advance(QUARTER)
        demo.simulator.advance(QUARTER)

    def settled() -> bool:
        return set(states(program).values()) <= {"PartlySettled", "Settled"}

    for _ in range(5):
        assert program.post
        before = program.post.last
        demo.simulator.answer_now()
        program.post.between_runs(pass_by)
        program.post.send_now()
        until(lambda: program.post and program.post.last is not before)  # noqa: B023
        if settled():
            return
    until(settled)


@pytest.mark.scenario("H-03")
def test_three_lots_sent_after_the_copy_are_asked_about_and_none_is_sent_again(
    opened: Demo, back_up: Path, tmp_path: Path
) -> None:
    program = come_back(opened, back_up, tmp_path / "back" / "cabinet")
    try:
        opened.pull_cable(cut=True)
        program.gate.unlock(program.gate.users()[0].id, PASSPHRASE)
        assert set(reasons(program.cabinet)) == {("Unknown", homecomings.RESTORED)}
        assert set(states(program).values()) == {"Unknown"}
        opened.pull_cable(cut=False)
        settle(opened, program)
        files = received(opened)
        assert [each["times_posted"] for each in files] == [1, 1, 1]
        assert [each["times_processed"] for each in files] == [1, 1, 1]
        assert {state for state, _ in reasons(program.cabinet)} == {"Done"}
        assert payments.expected(program.cabinet.desk())
    finally:
        program.stop()


def test_where_the_lost_life_emptied_the_mailbox_silence_sends_nothing_and_a_word_ends_it(
    opened: Demo, tmp_path: Path
) -> None:
    seal_three(opened)
    copy = backups.back_up(opened.program.cabinet.vault(), "ASKED", to=tmp_path / "stick").path
    send_all(opened)
    settle(opened, opened.program)
    opened.program.gate.lock()
    program = come_back(opened, copy, tmp_path / "back" / "cabinet")
    try:
        program.gate.unlock(program.gate.users()[0].id, PASSPHRASE)
        for _ in range(3):
            assert program.post
            before = program.post.last
            program.post.between_runs(lambda: opened.clock.advance(QUARTER))
            opened.simulator.advance(QUARTER)
            program.post.send_now()
            until(lambda: program.post and program.post.last is not before)  # noqa: B023
        assert set(reasons(program.cabinet)) == {("Unknown", homecomings.RESTORED)}
        assert [each["times_posted"] for each in received(opened)] == [1, 1, 1]
        program.cabinet.confirm(PASSPHRASE)  # asked again: quarters of an hour have passed
        for lot in homecomings.lots_in_doubt(program.cabinet.desk()):
            homecomings.settle(program.cabinet.desk(), lot.id, arrived=True, word="décompte reçu")
        assert set(states(program).values()) == {"Sent"}
        assert [each["times_posted"] for each in received(opened)] == [1, 1, 1]
    finally:
        program.stop()
