"""The assistant: six steps judged from the practice, resumed wherever they were left (SOFT33-2)."""

import pytest

from server.core.errors import Forbidden
from server.core.setup import Reached, Step, StepState
from server.services import practices, setup
from tests.services.people_of import BY_NAME, another, seat
from tests.services.test_mandates import give
from tests.services.test_user_cards import SOPHIE, THIERRY, card_of, tie
from tests.world import DELPORTE, World


def by_step(world: World) -> dict[Step, StepState]:
    return {each.step: each for each in setup.states(world.desk)}


@pytest.mark.row("SOFT33-2")
def test_each_step_is_done_when_the_practice_says_so_and_not_before(world: World) -> None:
    lenoir = another(world, BY_NAME["sender"])
    begun = by_step(world)
    assert list(begun) == list(Step)
    assert begun[Step.USERS].facts == (("names", "Sophie MARCHAL, Thierry LENOIR"),)
    assert begun[Step.USERS].reached is begun[Step.AUTHORISATIONS].reached is Reached.TO_DO
    tie(world, world.desk.user.id, card_of(SOPHIE, world))
    assert by_step(world)[Step.USERS].facts == (("names", "Thierry LENOIR"),)
    tie(world, lenoir.id, card_of(THIERRY, world))
    give(world, lenoir.id, service="EATTEST")
    assert by_step(world)[Step.AUTHORISATIONS].reached is Reached.TO_DO
    give(world, lenoir.id)
    done = by_step(world)
    assert done[Step.USERS].reached is done[Step.AUTHORISATIONS].reached is Reached.DONE


@pytest.mark.row("SOFT33-2")
def test_the_phone_is_the_holder_s_and_its_absence_is_a_step_to_do(world: World) -> None:
    assert by_step(world)[Step.PHONE].facts == (
        ("name", "Sophie MARCHAL"), ("phone", "04/123 45 67")
    )  # fmt: skip
    practices.amend(world.desk, {**DELPORTE, "phone": ""})
    assert by_step(world)[Step.PHONE].reached is Reached.TO_DO


def test_without_a_mandataire_there_is_nothing_to_authorise(world: World) -> None:
    assert by_step(world)[Step.AUTHORISATIONS].reached is Reached.NOTHING


@pytest.mark.row("SOFT33-2")
def test_what_this_version_cannot_do_is_never_called_done(real_world: World) -> None:
    found = by_step(real_world)
    for step in (Step.CREDENTIAL, Step.INSURABILITY, Step.TEST):
        assert found[step].reached is Reached.NOT_YET


@pytest.mark.row("SOFT33-2")
def test_what_must_be_obtained_is_dated_rows_with_their_source(world: World) -> None:
    needs = setup.to_obtain(world.desk)
    assert [need.step for need in needs] == sorted(
        (need.step for need in needs), key=list(Step).index
    )
    assert {need.key for need in needs} >= {"ehealth_certificate", "package_licence", "mandate"}
    assert {need.key for need in needs if need.ours} == {"package_licence", "acceptance"}
    assert all(need.origin.source and need.giver_fr and need.label_nl for need in needs)


def test_with_older_tables_nothing_is_pretended(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server.store.reference.holds", lambda *_: False)
    assert setup.to_obtain(world.desk) == ()


def test_the_assistant_is_the_main_user_s(world: World) -> None:
    seat(world, BY_NAME["holder"])
    with pytest.raises(Forbidden):
        setup.states(world.desk)
