"""The frames of the benchmark are the same each time, and its figures tell right from wrong."""

import numpy as np

from server.app.bench import codes, paper
from server.app.bench.code_faults import KINDS
from server.app.bench.code_frames import frame, frames


def test_fifteen_kinds_are_drawn_the_same_for_the_same_seed() -> None:
    first, again = list(frames(1, 3)), list(frames(1, 3))
    assert [made.kind for made in first] == list(KINDS)
    assert len(KINDS) == 15
    assert all(np.array_equal(a.image, b.image) for a, b in zip(first, again, strict=True))
    assert not np.array_equal(frame("clean", "3-0").image, frame("clean", "4-0").image)


def test_a_reader_is_told_from_one_that_lies() -> None:
    made = list(frames(1, 3))[:4]
    honest = codes.score(lambda _: [made[0].text], made[:1])
    silent = codes.score(lambda _: [], made)
    liar = codes.score(lambda _: ["autre chose"], made)
    assert (honest.rate, honest.wrong) == (100.0, 0)
    assert (silent.rate, silent.wrong) == (0.0, 0)
    assert (liar.rate, liar.wrong) == (0.0, 4)


def test_all_readers_are_measured_beside_each_other() -> None:
    figures = {figure.name: figure for figure in codes.run(each=1)}
    assert figures["codes.wrong_texts"].holds
    assert figures["codes.live_median"].value > 0
    assert figures["codes.live_rate"].limit == figures["codes.bare_rate"].value + 3
    assert figures["codes.live_beside_opencv"].value >= 1


def test_a_scan_is_followed_from_the_wish_to_the_patient_s_file() -> None:
    (figure,) = paper.run(sheets=2, pace=600.0)
    assert (figure.name, figure.limit, figure.unit) == ("paper.ten_pages", 1.5, "×")
    assert figure.value >= 1  # nothing is faster than the scanner
