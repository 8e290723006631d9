"""The whole day on the real program and the simulator's process: no line, three cards, the line."""

from datetime import timedelta

import pytest

from server.app.demo import Demo
from server.app.demo_people import PEOPLE
from server.app.program import Program
from server.services import ledger, lots, patients, payments, refusals, sessions, treatments
from server.services.desk import Desk
from sync.line import STAMPEDE_SECONDS
from tests.app.insurers_books import break_line, received
from tests.app.waiting import until

STAMPEDE = timedelta(seconds=STAMPEDE_SECONDS + 1)
OUCHENE, DELVAUX, LAMBIOTTE, PIRSON = 0, 1, 2, 5


@pytest.fixture
def program(opened: Demo) -> Program:
    return opened.program


def desk(program: Program) -> Desk:
    return program.cabinet.desk()


def states(program: Program) -> dict[str, str]:
    """Each lot's state, by insurer."""
    return {told.lot.payer: str(told.lot.state) for told in ledger.lots(desk(program))}


def visit_by_card(demo: Demo, card: int) -> str:
    """Insert a card, wait for its file, record a session at the bedside, take the card out."""
    hands = demo.program.hands
    assert hands
    demo.insert(str(card))
    patient = until(lambda: hands.holder)
    [series] = treatments.of_patient(desk(demo.program), patient)
    price = sessions.propose(desk(demo.program), series.treatment.id)
    paid = f"{price.copay_cents // 100},{price.copay_cents % 100:02d}"
    form = {"copay_collected": paid, "payment_means": "CASH"}
    sessions.record(desk(demo.program), series.treatment.id, form)
    demo.remove()
    until(lambda: not hands.holder)
    return patient


def seal_everything(program: Program) -> set[str]:
    sealed, refused = lots.seal_all(desk(program))
    assert not refused
    return {each.reference for each in sealed}


def settle(demo: Demo) -> None:
    """Press « les réponses arrivent » until every lot has its settlement."""

    def settled() -> bool:
        return set(states(demo.program).values()) <= {"PartlySettled", "Settled"}

    for _ in range(4):
        before = demo.program.post and demo.program.post.last
        demo.answer_now()
        until(lambda: demo.program.post and demo.program.post.last is not before)  # noqa: B023
        if settled():
            return
    until(settled)


@pytest.mark.scenario("H-01")
def test_an_offline_day_ends_with_every_line_paid_or_explained(opened: Demo) -> None:
    program = opened.program
    opened.pull_cable(cut=True)
    for card in (OUCHENE, DELVAUX, LAMBIOTTE):
        visit_by_card(opened, card)
    sent = seal_everything(program)
    assert states(program) == dict.fromkeys(("100", "300", "500"), "Queued")
    assert received(opened) == []

    opened.pull_cable(cut=False)
    opened.clock.advance(STAMPEDE)  # a line that returns is used at a random moment of these
    assert program.post
    program.post.wake()
    until(lambda: set(states(program).values()) == {"Sent"})
    assert {each["reference"] for each in received(opened)} == sent
    settle(opened)

    [line] = refusals.lines(desk(program))
    assert (line.patient.last_name, line.told[0].code) == ("Lambiotte", "500522")
    assert line.told[0].explanation.sentence
    for expected in payments.expected(desk(program)):
        amount = f"{expected.due_cents // 100},{expected.due_cents % 100:02d}"
        typed = {
            "payer": expected.lot.payer,
            "reference": expected.payment_reference,
            "amount": amount,
        }
        assert payments.record(desk(program), typed).unmatched_cents == 0
    counts = ledger.counts(desk(program))
    assert counts["waiting"] == counts["under_way"] == 0
    assert counts["refused"] == 1
    assert counts["paid"] == counts["all"] - 1


def test_a_card_nobody_knows_drafts_its_patient(opened: Demo, program: Program) -> None:
    hands = program.hands
    assert hands
    opened.insert(str(PIRSON))
    patient = until(lambda: hands.holder)
    held = patients.open_file(desk(program), patient).patient
    assert (held.draft, held.niss) == (True, PEOPLE[PIRSON].person.niss)


@pytest.mark.scenario("H-03")
def test_an_answer_lost_on_the_way_back_is_asked_for_and_the_file_is_received_once(
    opened: Demo, program: Program
) -> None:
    break_line(opened, kind="cut-after", operation="post", nth=[1])
    visit_by_card(opened, DELVAUX)
    sent = seal_everything(program)
    assert program.post
    program.post.send_now()
    until(lambda: "Unknown" in states(program).values())
    opened.answer_now()
    until(lambda: "Unknown" not in states(program).values())
    assert "Queued" not in states(program).values()
    files = received(opened)
    assert {each["reference"] for each in files} == sent
    assert [each["times_processed"] for each in files] == [1] * len(sent)


def test_pulling_the_cable_is_told_and_lets_nothing_leave(opened: Demo, program: Program) -> None:
    post = program.post
    assert post
    until(lambda: post.state.online)
    opened.pull_cable(cut=True)
    assert post.state.online is False
    visit_by_card(opened, DELVAUX)
    seal_everything(program)
    post.send_now()
    until(lambda: not post.line.look_due())
    assert set(states(program).values()) == {"Queued"}
    assert received(opened) == []


def test_locking_stops_the_post_and_the_readers(opened: Demo, program: Program) -> None:
    visit_by_card(opened, DELVAUX)
    hands = program.hands
    opened.pull_cable(cut=True)
    seal_everything(program)
    program.gate.lock()
    opened.pull_cable(cut=False)
    opened.insert(str(OUCHENE))
    assert (program.post, program.hands) == (None, None)
    assert received(opened) == []
    assert hands
    assert hands.holder == ""


def test_the_night_passes_here_and_received(opened: Demo, program: Program) -> None:
    before = desk(program).today
    opened.next_morning()
    now = desk(program)
    assert (now.today - before).days == 1
    assert now.stamp.trust in ("PLAUSIBLE", "SYNCED")  # a partner may have told the time


def test_insurers_that_die_are_an_unreachable_line_then_are_revived(
    opened: Demo, program: Program
) -> None:
    post = program.post
    assert post
    endpoint = opened.simulator.endpoint
    visit_by_card(opened, DELVAUX)
    opened.simulator.stop()
    sent = seal_everything(program)
    post.send_now()
    until(lambda: post.state.online is False)
    assert set(states(program).values()) <= {"Queued", "Retrying"}
    opened.answer_now()
    assert opened.simulator.endpoint == endpoint
    until(lambda: set(states(program).values()) <= {"Sent", "Acknowledged"})
    assert {each["reference"] for each in received(opened)} == sent
