"""Sending for somebody else through the whole program: mandates, another's card (E-03, E-07)."""

from dataclasses import replace

import pytest

from server.app.demo import Demo
from server.app.demo_practice import PASSPHRASE
from server.app.post import Post
from server.app.program import Program
from server.core.errors import SendingHeld
from server.services import lots, mandates, users
from server.store import practice as practices
from server.store.practice import User
from server.store.rows import value
from tests.app.test_user_cards import LENOIR, THIERRY, fresh, hands_of, lenoir, tied
from tests.app.waiting import until

__all__ = ["lenoir", "tied"]


def post_of(demo: Demo) -> Post:
    assert demo.program.post is not None
    return demo.program.post


def _main(program: Program) -> User:
    """The main user, whoever sits there."""
    [main] = [user for user in practices.users(program.cabinet.desk().db) if user.is_main]
    return main


@pytest.mark.row("SOFT33-4")
@pytest.mark.scenario("E-07")
def test_a_mandataire_sends_from_the_day_of_his_mandate_and_not_before(opened: Demo) -> None:
    program = opened.program
    key = users.add(fresh(program), program.cabinet.slots(), LENOIR)
    opened.pull_cable(cut=True)
    lots.seal_all(program.cabinet.desk())
    program.gate.lock()
    program.gate.unlock(key, PASSPHRASE)
    opened.pull_cable(cut=False)
    with pytest.raises(SendingHeld) as refused:
        post_of(opened).send_now()
    assert refused.value.facts["reason"] == "mandate"
    assert post_of(opened).state.held == "held.mandate"
    desk = program.cabinet.desk()
    main = replace(desk, user=_main(program), fresh=True)
    today = f"{desk.today:%d/%m/%Y}"
    mandates.give(main, {"user": key, "service": "EFACT", "valid_from": today})
    post_of(opened).send_now()
    sent = "select count(*) from message where state not in ('New', 'Ready', 'RetryWait')"
    until(lambda: value(program.cabinet.desk().db, sent))


@pytest.mark.row("SOFT33-7")
@pytest.mark.scenario("E-03")
def test_with_another_s_card_in_the_reader_nothing_leaves_and_its_sentence_names_him(
    tied: Demo,
) -> None:
    tied.reader.insert(THIERRY)
    until(lambda: hands_of(tied.program).stranger)
    with pytest.raises(SendingHeld) as refused:
        post_of(tied).send_now()
    assert refused.value.facts == {"reason": "card", "name": "Thierry LENOIR"}
    assert post_of(tied).state.held == "held.card"
    assert lots.seal_all(tied.program.cabinet.desk())[0]  # work offline goes on
    tied.reader.remove()
    until(lambda: post_of(tied).state.held == "")
    sent = "select count(*) from message where state not in ('New', 'Ready', 'RetryWait')"
    until(lambda: value(tied.program.cabinet.desk().db, sent))
