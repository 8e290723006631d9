"""The reader we believe: zxing-cpp, asked for the codes of the trade, its letters judged again.

The only module that imports `zxingcpp`. Facts measured are in `hardware.md` §4.1.
"""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import zxingcpp
from zxingcpp import BarcodeFormat as Kind

from server.core.codes import CodeRead, Symbology

if TYPE_CHECKING:
    from hardware.pictures import Grey

MATRIX = (Kind.QRCodeModel2, Kind.DataMatrix)
"""Micro QR, which zxing counts among QR codes, only detects errors: clutter was read as one."""

EVERYTHING = (
    *(*MATRIX, Kind.AztecCode, Kind.PDF417),
    *(Kind.Code128, Kind.Code39Std, Kind.ITF, Kind.Codabar),
)

_SYMBOLOGIES = {
    Kind.QRCode: Symbology.QR,
    Kind.DataMatrix: Symbology.DATAMATRIX,
    Kind.Aztec: Symbology.AZTEC,
    Kind.PDF417: Symbology.PDF417,
    Kind.Code128: Symbology.CODE128,
    Kind.Code39: Symbology.CODE39,
    Kind.ITF: Symbology.ITF,
    Kind.Codabar: Symbology.CODABAR,
}
_CORRECTED = frozenset({Symbology.QR, Symbology.DATAMATRIX, Symbology.AZTEC, Symbology.PDF417})


def read(image: "Grey", kinds: Sequence[Kind] = MATRIX, *, hasty: bool = False) -> list[CodeRead]:
    """Give every code of an image, in the order found; `hasty` looks at it upright only.

    Codes without error correction are given as `to_verify`.
    """
    found = zxingcpp.read_barcodes(
        image,
        formats=zxingcpp.BarcodeFormats(list(kinds)),
        try_rotate=not hasty,
        try_downscale=not hasty,
        try_invert=not hasty,
        text_mode=zxingcpp.TextMode.Plain,
    )
    return list(dict.fromkeys(_reads(found)))


def _reads(found: "Iterable[zxingcpp.Barcode]") -> Iterable[CodeRead]:
    for code in found:
        symbology = _SYMBOLOGIES.get(code.format)
        if symbology is not None and code.text:
            text, sure = letters(code.text, code.bytes)
            yield CodeRead(symbology, text, code.bytes, not sure or symbology not in _CORRECTED)


def letters(text: str, raw: bytes) -> tuple[str, bool]:
    """Choose the letters of the bytes of a code, and say whether there was no choice.

    Without a declared character set zxing guesses: it leaves the letters of cp1252 as control
    characters, and takes some French words for Japanese. Ours are Latin: what cannot be is read
    again as cp1252. ISO-8859-15 cannot be told from its neighbours, so all of these are unsure.
    """
    if text.isascii() or raw == text.encode("utf-8", "replace"):
        return text, True
    if not all(map(_is_ours, text)):
        text = raw.decode("cp1252", "replace")
    return text, False


def _is_ours(character: str) -> bool:
    """Tell the characters of Western Europe, C1 control characters left out."""
    number = ord(character)
    if number < 0x80:
        return True
    try:
        return number >= 0xA0 and bool(character.encode("cp1252"))
    except UnicodeEncodeError:
        return False
