"""The second opinion: zbar, asked where zxing-cpp was not sure, and believed only with a proof.

zbar takes Latin letters for Japanese without a word (`Gaëlle` → `Ga螔le`), so nothing but plain
ASCII is heard from it, and only a text that vouches for itself or that zxing also saw
(`hardware.md` §0, §4.2). Its library may be absent: then there is no second opinion.
"""

from collections.abc import Callable, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

from server.core.codes import CodeRead, Symbology
from server.core.errors import InvalidNumber
from server.core.identifiers import Niss

if TYPE_CHECKING:
    from hardware.pictures import Grey

_SYMBOLOGIES = {
    "QRCODE": Symbology.QR,
    "CODE128": Symbology.CODE128,
    "CODE39": Symbology.CODE39,
    "I25": Symbology.ITF,
    "CODABAR": Symbology.CODABAR,
}

Decode = Callable[..., Sequence[Any]]


@cache
def library() -> Decode | None:
    """Load zbar; None where its library is not installed."""
    try:
        from pyzbar.pyzbar import decode
    except (ImportError, OSError):  # OSError: a library that is there but cannot be loaded
        return None
    found: Decode = decode
    return found


def second_opinion(image: "Grey", doubtful: Sequence[CodeRead]) -> list[CodeRead]:
    """Give what zbar reads and may be believed, to be verified by eye all the same."""
    decode = library()
    if decode is None:
        return []
    from pyzbar.pyzbar import ZBarSymbol

    seen = {code.raw for code in doubtful}
    found = decode(image, symbols=[ZBarSymbol[name] for name in _SYMBOLOGIES])
    return [
        CodeRead(_SYMBOLOGIES[code.type], code.data.decode(), code.data, to_verify=True)
        for code in found
        if code.data.isascii() and (code.data in seen or vouches(code.data.decode()))
    ]


def vouches(text: str) -> bool:
    """Tell whether a text carries check digits that hold: a Belgian national number, alone."""
    try:
        return Niss.parse(text).digits == text
    except InvalidNumber:
        return False
