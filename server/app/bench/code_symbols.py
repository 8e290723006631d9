"""Codes to be photographed: fabricated contents of seven kinds, drawn by another library than ours.

`segno` draws the QR codes, so that what zxing-cpp would write in its own favour is not measured;
it is a developers' tool, and a machine without it measures the other parts.
"""

from collections.abc import Callable
from random import Random

import numpy as np

from hardware.pictures import Grey
from server.core.errors import Missing

_QUIET = 4  # modules of white around a code
_NAMES = (
    "Maïté Vanœuvre",
    "Thérèse Boulègue",
    "Aloïs Dûchêne",
    "Inès Grœninck",
    "Côme Pérouzel",
    "Noémie Haeÿs-Lafaÿ",
    "Gaël Œilmont",
    "François Brûlé",
)


def content(draw: Random) -> str:
    """Draw what a code says: fabricated people, numbers that nobody has, French accents."""
    name, digits = draw.choice(_NAMES), "".join(draw.choices("0123456789", k=8))
    return draw.choice(_CONTENTS)(name, digits)


_CONTENTS: tuple[Callable[[str, str], str], ...] = (
    lambda n, d: f"INVENTÉ|ASSURÉ={n}|ADH={d}|AMC=99{d[:6]}|TYPE=TP|CSR={d[:3]}",
    lambda n, d: f"INVENTÉ;{n};{d}{d[:5]};Mutuelle « Hiver » de nulle part;{d}",
    lambda n, d: f"https://mutuelle.invalid/carte/{d}?jour=1974{d[:4]}&inventee=1",
    lambda n, d: f'{{"inventé":true,"qui":"{n}","quoi":"séance n° {d[:2]} – genou"}}',
    lambda n, d: f"{d}{d[::-1]}{d[:5]}",
    lambda n, d: (
        f"Carte inventée {d} au nom de {n} : soins de kinésithérapie à 100 %, 12 × 27 € l’an,"
        f" du 1er janvier au 31 décembre 2026 ; sans valeur. Repère {d}{d[::-1]}"
    ),
    lambda n, d: f"AMC: 99{d[:6]}\nAdhérent: {d}\nAssuré: {n}\nConvention: IS\nCSR: {d[:3]}",
)


def qr(text: str, level: str) -> Grey:
    """Draw a QR code, a pixel a module; `level` is its error correction, "l", "m" or "q"."""
    try:
        import segno
    except ImportError:
        raise Missing(what="segno") from None
    matrix = segno.make(text, error=level, boost_error=False, micro=False).matrix
    return on_white(np.array([list(row) for row in matrix], np.uint8))


def datamatrix(text: str) -> Grey:
    """Draw a DataMatrix, a pixel a module."""
    import zxingcpp

    code = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.DataMatrix)
    drawn = np.array(code.to_image(scale=1, add_quiet_zones=False))
    return on_white((drawn < 128).astype(np.uint8))


def on_white(black: Grey) -> Grey:
    """Turn ones into black, zeros into white, and leave white around."""
    return np.where(np.pad(black, _QUIET) > 0, 0, 255).astype(np.uint8)
