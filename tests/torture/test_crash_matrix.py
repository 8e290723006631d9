"""Dead at every commit and at every call of a lot's life: processed once, nothing stuck."""

import pytest

from tests.torture.disk import Survival
from tests.torture.faults import MIX, Call, Fault, Reach
from tests.torture.matrix import DEATHS, Life, live
from tests.torture.template import Template

STEPS = {
    "session.recorded",
    "lot.sealed",
    "message.ready",
    "message.leased",
    "answer.kept",
    "message.done",
    "post.kept",
    "letter.received",
    "letter.applied",
    "post.confirmed",
}
"""What the journal ends with, at one start or another: each is a step after which we died."""


@pytest.fixture(scope="module")
def peace(template: Template) -> Life:
    return live(template)


def test_a_life_in_peace_settles_its_lot(peace: Life) -> None:
    assert peace.result.is_good
    assert peace.result.deaths == 0
    assert min(peace.calls.values()) >= 1


@pytest.mark.scenario("H-02")
@pytest.mark.scenario("H-03")
@pytest.mark.parametrize("survival", [Survival.NONE, Survival.TORN, Survival.ALL])
def test_dead_at_every_sync_the_lot_is_processed_once(
    template: Template, peace: Life, survival: Survival
) -> None:
    seen: set[str] = set()
    for cut in range(1, peace.syncs + 1):
        life = live(template, cut=cut, survival=survival)
        assert life.result.is_good, (cut, survival, life.result)
        assert life.result.deaths == 1, cut
        seen.update(life.found_on_disk[1:])
    assert STEPS - seen == set()


@pytest.mark.scenario("H-03")
@pytest.mark.parametrize("fault", DEATHS, ids=lambda fault: f"{fault.call}, {fault.name}")
def test_dead_at_every_call_the_lot_is_processed_once(
    template: Template, peace: Life, fault: Fault
) -> None:
    for at in range(1, peace.calls[fault.call] + 1):
        life = live(template, fault=fault, at=at)
        assert life.result.is_good, (at, life.result)
        assert life.result.deaths == 1, at
        assert not life.result.waiting


def test_every_kind_of_call_is_died_at_before_and_after() -> None:
    for call in Call:
        reaches = {fault.reach for fault in DEATHS if fault.call is call}
        assert {Reach.NEVER, Reach.NOW} <= reaches


@pytest.mark.scenario("H-14")
@pytest.mark.parametrize(
    "fault", [f for f in MIX if f not in DEATHS], ids=lambda fault: f"{fault.call}, {fault.name}"
)
def test_every_fault_of_the_mix_alone_ends_well(template: Template, fault: Fault) -> None:
    life = live(template, fault=fault, at=1)
    assert life.result.is_good, life.result
    assert life.result.faults == 1
