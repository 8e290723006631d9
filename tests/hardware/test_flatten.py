"""Sheets are made straight, clean and small, and judged as somebody who must read them would."""

from io import BytesIO

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from hardware.flatten import (
    Pixels,
    cleaned,
    cut_out,
    quality,
    straightened,
    tilt,
    without_idle_colour,
)
from server.simulators.scanner.judge import Wanted
from server.simulators.scanner.sheets import draw


def sheet(angle: float = 0.0, pixels: str = "RGB", dpi: int = 100, number: int = 1) -> Pixels:
    data = draw(Wanted(True, pixels, dpi, 2480, 3508, False), number, angle)
    return np.asarray(Image.open(BytesIO(data)))


def noisy(pixels: Pixels, seed: int, spread: float = 12.0) -> Pixels:
    noise = np.random.default_rng(seed).normal(0, spread, pixels.shape)
    return np.clip(pixels + noise, 0, 255).astype(np.uint8)


@settings(max_examples=25, deadline=None)
@given(st.floats(-7.5, 7.5), st.integers(0, 99))
def test_the_tilt_of_a_noisy_sheet_is_found_within_a_fifth_of_a_degree(
    angle: float, seed: int
) -> None:
    assert tilt(noisy(sheet(round(angle, 2)), seed)) == pytest.approx(angle, abs=0.2)


@pytest.mark.parametrize("angle", [-6.0, -0.4, 3.3])
def test_a_straightened_sheet_is_straight(angle: float) -> None:
    assert abs(tilt(straightened(sheet(angle)))) <= 0.15


def test_a_straight_sheet_is_left_as_it_is() -> None:
    upright = sheet()
    assert straightened(upright) is upright


@pytest.mark.parametrize("shade", [0, 128, 255])
def test_an_empty_sheet_has_no_tilt(shade: int) -> None:
    assert tilt(np.full((877, 620), shade, np.uint8)) == 0.0


def test_shadow_and_yellow_go_and_ink_stays() -> None:
    paper = sheet(pixels="L").astype(np.float64)
    shadow = np.linspace(0.55, 1.0, paper.shape[1])
    before = (paper * shadow).astype(np.uint8)
    after = cleaned(before)
    lit = paper > 250
    assert after[lit].std() < before[lit].std() / 4
    assert np.median(after[lit]) >= 240
    assert np.percentile(after[paper < 80], 50) < 140


def test_a_stamp_keeps_its_colour_and_plain_text_loses_its_own() -> None:
    stamped = sheet()
    assert without_idle_colour(stamped).ndim == 3
    plain = cv2.cvtColor(sheet(pixels="L"), cv2.COLOR_GRAY2RGB)
    tinted = np.clip(plain.astype(np.int16) - (0, 4, 12), 0, 255).astype(np.uint8)
    assert without_idle_colour(tinted).ndim == 2
    assert without_idle_colour(sheet(pixels="L")).ndim == 2


def test_a_sheet_is_cut_out_of_a_photo_by_its_corners() -> None:
    paper = sheet(dpi=75)
    table = np.full((1200, 1000, 3), 70, np.uint8)
    height, width = paper.shape[:2]
    source = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    seen = np.array([[180, 150], [840, 190], [800, 1080], [150, 1040]], np.float32)
    warp = cv2.getPerspectiveTransform(source, seen)
    cv2.warpPerspective(paper, warp, (1000, 1200), dst=table, borderMode=cv2.BORDER_TRANSPARENT)
    cut = cut_out(table)
    ratio = cut.shape[0] / cut.shape[1]
    assert ratio == pytest.approx(height / width, abs=0.06)
    assert cut.mean() > 220
    assert abs(tilt(cut)) < 1.0


def test_a_scan_without_corners_is_not_cut() -> None:
    whole = sheet()
    assert cut_out(whole) is whole


def test_a_good_sheet_has_nothing_to_be_said_of() -> None:
    judged = quality(sheet(dpi=200), 200)
    assert judged.advice == ()
    assert judged.score >= 90


@pytest.mark.parametrize("advice", ["blurred", "pale", "coarse", "dark"])
def test_a_bad_sheet_is_told_what_to_do_better(advice: str) -> None:
    good = sheet(dpi=200)
    spoiled: dict[str, tuple[Pixels, int]] = {
        "blurred": (np.asarray(cv2.GaussianBlur(good, (31, 31), 9)), 200),
        "pale": ((255 - (255 - good.astype(np.int16)) // 6).astype(np.uint8), 200),
        "coarse": (good, 75),
        "dark": ((good * 0.3).astype(np.uint8), 200),
    }
    judged = quality(*spoiled[advice])
    assert advice in judged.advice
    assert judged.score < 70
