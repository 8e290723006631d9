"""Row 21: what a hostile code says is text to look at, whatever it pretends to be."""

import numpy as np
import pytest

from hardware.codes import read_still
from server.core.codes import CodeRead, visible
from tests.hardware.drawn import on_a_page, other, qr


def read(code: str | bytes) -> CodeRead:
    drawn = qr(code, 2) if len(code) > 900 else other(code, "DataMatrix")
    page = on_a_page(drawn, height=drawn.shape[0] + 80, width=max(1280, drawn.shape[1] + 80))
    (found,) = read_still(page)
    return found


def test_row_21_three_thousand_bytes_are_kept_and_shown_as_one_harmless_line() -> None:
    raw = np.random.default_rng(5).bytes(2900)
    found = read(raw)
    assert found.raw == raw
    assert found.to_verify
    assert visible(found.text).isprintable()


@pytest.mark.parametrize(
    "text",
    [
        "\x1b]0;titre\x07\x1b[2J",
        "AMC=1\r\nADH=2\x00",
        "12\u202e34",
        "a\x1db",
        "n\ufeffé",
        "a\u2028b",
    ],
)
def test_row_21_control_characters_are_shown_as_signs(text: str) -> None:
    found = read(text)
    assert found.text == text
    assert visible(found.text).isprintable()
    assert visible(found.text) != text
