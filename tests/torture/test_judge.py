"""The judge and the mix themselves: what they would say of a broken promise."""

from collections import Counter

from tests.torture.faults import CHANCE, MIX, Call, described
from tests.torture.schedule import Result
from tests.torture.summary import Summary


def test_the_sums_name_each_failing_schedule_by_its_seed() -> None:
    good, bad = Result(1, lots=2, faults=3, after_body=1), Result(2, lots=1, lost=["ref: gone"])
    summary = Summary.together([Summary.of("ours", [good]), Summary.of("ours", [bad])], 2.0, 1.0)
    assert (summary.schedules, summary.lots, summary.lost, summary.is_good) == (2, 3, 1, False)
    assert summary.without_fault == 1
    assert "seed 2: ref: gone" in str(summary)
    assert Summary.read(summary.as_json()) == summary


def test_what_worked_is_told_without_a_seed() -> None:
    result = Result(1, lots=1, faults=2, after_body=1, kinds=Counter({"send: lost": 2}))
    summary = Summary.of("ours", [result])
    assert summary.is_good
    assert "seed" not in str(summary)
    assert summary.after_body_share == 0.5


def test_the_mix_is_printed_whole_and_strikes_after_the_body_often() -> None:
    printed = described()
    for fault in MIX:
        assert fault.name in printed
    sends = [fault for fault in MIX if fault.call is Call.SEND]
    after = sum(fault.weight for fault in sends if fault.body_left)
    assert after / sum(fault.weight for fault in sends) > 0.8
    assert CHANCE[Call.SEND] >= 0.5
