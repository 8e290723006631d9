"""What a code on paper or on a screen says: the text, the bytes it stands for, and how sure it is.

A text read from outside is material to look at: it is shown through `visible`, and nothing here or
above opens it, whatever address it looks like (`reliability-security.md` §6, row 21).
"""

import unicodedata
from dataclasses import dataclass
from enum import StrEnum


class Symbology(StrEnum):
    """The kinds of code we read; the values are those of `besace inspect` (`code.qr`)."""

    QR = "qr"
    DATAMATRIX = "datamatrix"
    AZTEC = "aztec"
    PDF417 = "pdf417"
    CODE128 = "code128"
    CODE39 = "code39"
    ITF = "itf"
    CODABAR = "codabar"
    TYPED = "typed"  # by a hand reader that is a keyboard or a serial line: it does not say


@dataclass(frozen=True, slots=True)
class CodeRead:
    """One code read.

    `to_verify`: the text may differ from what was printed (its letters were guessed, or only a weak
    check stands behind it): it is compared by eye with the paper before it is used.
    """

    symbology: Symbology
    text: str
    raw: bytes  # as the code holds them, before any choice of letters
    to_verify: bool = False


def visible(text: str) -> str:
    """Write a text so that it can be looked at: what would act or hide is shown as a sign.

    Line ends and tabulations are part of attestations and become signs too: a text stays one line.
    """
    return "".join(map(_shown, text))


def _shown(character: str) -> str:
    number = ord(character)
    if number < 0x20:
        return chr(0x2400 + number)  # Unicode has a picture of each
    if number == 0x7F:
        return "␡"
    if character != " " and unicodedata.category(character)[0] in "CZ":
        return f"⟨{number:04X}⟩" if character != "\N{NO-BREAK SPACE}" else " "
    return character
