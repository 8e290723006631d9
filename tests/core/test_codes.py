import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.core.codes import CodeRead, Symbology, visible


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Noël 100 %", "Noël 100 %"),
        ("AMC=1\r\nADH=2", "AMC=1␍␊ADH=2"),
        ("a\x1db\x00\x7f", "a␝b␀␡"),
        ("\x1b[2J", "␛[2J"),
        ("12\u202e34", "12⟨202E⟩34"),
        ("a\u200bb\x9bc", "a⟨200B⟩b⟨009B⟩c"),
        ("100\u00a0%", "100 %"),
    ],
)
def test_what_would_act_or_hide_is_shown_as_a_sign(text: str, shown: str) -> None:
    assert visible(text) == shown


@given(st.text())
def test_a_shown_text_is_one_printable_line(text: str) -> None:
    assert all(character.isprintable() for character in visible(text))


def test_a_read_is_sure_unless_it_says_otherwise() -> None:
    assert not CodeRead(Symbology.QR, "x", b"x").to_verify
