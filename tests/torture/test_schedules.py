"""L3: thousands of schedules in process, and three senders that fail under the same seeds."""

import pytest

from tests.torture import replay
from tests.torture.faults import MIX
from tests.torture.many import play_many
from tests.torture.schedule import play
from tests.torture.senders import OURS
from tests.torture.summary import Summary
from tests.torture.template import Template

pytestmark = pytest.mark.alone

ENOUGH_FOR_EVERY_FAULT = 1_000
COMPARED = 300  # of the same seeds, from the first


@pytest.mark.scenario("H-02")
@pytest.mark.scenario("H-03")
@pytest.mark.scenario("H-08")
@pytest.mark.scenario("H-14")
def test_nothing_is_lost_doubled_or_stuck_whatever_breaks(
    template: Template, told: list[Summary], request: pytest.FixtureRequest
) -> None:
    count = request.config.getoption("--schedules")
    ours = play_many(template.folder, count)
    told.append(ours)
    assert (ours.lost, ours.doubled, ours.stuck, ours.broken) == (0, 0, 0, 0), str(ours)
    assert ours.schedules == count
    assert ours.waiting == 0
    assert ours.without_fault == 0
    assert ours.after_body_share >= 0.30
    if count >= ENOUGH_FOR_EVERY_FAULT:
        never = {f"{fault.call}: {fault.name}" for fault in MIX} - ours.kinds.keys()
        assert not never


@pytest.mark.parametrize(
    ("sender", "doubled", "lost"),
    [("naive", 0.15, 0.0), ("mark-first", 0.0, 0.15), ("absent-at-once", 0.01, 0.0)],
)
def test_the_same_seeds_catch_who_is_careless(
    template: Template,
    told: list[Summary],
    request: pytest.FixtureRequest,
    sender: str,
    doubled: float,
    lost: float,
) -> None:
    count = min(request.config.getoption("--schedules"), COMPARED)
    careless = play_many(template.folder, count, sender=sender)
    told.append(careless)
    assert careless.schedules == count
    assert careless.doubled >= doubled * careless.lots
    assert careless.lost >= lost * careless.lots


@pytest.mark.parametrize("seed", [3, 7, 65])
def test_a_schedule_replays_step_by_step_from_its_seed(template: Template, seed: int) -> None:
    first: list[str] = []
    again: list[str] = []
    assert play(template, seed, told=first.append) == play(template, seed, told=again.append)
    assert first == again
    assert len(first) > 10


def test_a_replay_prints_its_seed_its_options_and_its_steps(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert replay.main(["65"]) == 0
    printed = capsys.readouterr().out
    assert printed.startswith(f"seed 65, sender {OURS}")
    for word in ("survivals:", "cuts:", "round 0", "send ", "Result(seed=65"):
        assert word in printed


def test_a_replay_of_a_careless_sender_tells_what_it_doubled(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert replay.main(["0", "naive"]) == 1
    assert "processed 2 times" in capsys.readouterr().out


BY_THE_WALL = 1_369  # change it with the mix: `many 10000 --sender by-the-wall` names others


def test_a_clock_set_ahead_catches_who_counts_the_silence_by_the_wall(template: Template) -> None:
    assert play(template, BY_THE_WALL, "by-the-wall").doubled
    assert play(template, BY_THE_WALL).is_good
