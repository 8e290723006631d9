"""The sheets in the feeder: fabricated prescriptions, drawn for the job that scans them."""

import random
from collections.abc import Sequence
from functools import lru_cache
from io import BytesIO

from PIL import Image, ImageDraw, ImageFont

from server.simulators.scanner.judge import Wanted

_LINES: Sequence[str] = (
    "Dr Anne WILLEMS — médecine générale — INAMI 1-99901-16-004",
    "Patient de démonstration, feuille n° {number}",
    "Kinésithérapie : 18 séances, à raison de 3 par semaine",
    "Mobilisation active et passive, renforcement du quadriceps",
    "À domicile : le patient ne peut pas se déplacer",
    "Date : 12/03/2026",
)
_INK, _STAMP = (25, 25, 40), (30, 60, 170)
_QUALITY = 88


@lru_cache(maxsize=32)
def draw(wanted: Wanted, number: int, tilt: float) -> bytes:
    """Return one side of a sheet as the scanner sees it: JPEG, `tilt` degrees askew."""
    size = wanted.width * wanted.dpi // 300, wanted.height * wanted.dpi // 300
    paper = Image.new("RGB", size, "white")
    pen = ImageDraw.Draw(paper)
    unit = wanted.dpi / 10
    for row, line in enumerate(_LINES):
        font = ImageFont.load_default(unit * 1.1)
        pen.text((unit * 6, unit * (10 + 6 * row)), line.format(number=number), _INK, font)
    _stamp(pen, size, unit)
    seen = paper.rotate(tilt, Image.Resampling.BICUBIC, fillcolor="white").convert(wanted.pixels)
    out = BytesIO()
    seen.convert("L" if wanted.pixels == "1" else wanted.pixels).save(
        out, "JPEG", quality=_QUALITY, dpi=(wanted.dpi, wanted.dpi)
    )
    return out.getvalue()


def tilt_of(number: int, seed: int) -> float:
    """Return how askew a sheet went in, degrees: the same for the same seed."""
    return round(random.Random(seed * 1009 + number).uniform(-3.0, 3.0), 2)  # noqa: S311 - paper


def _stamp(pen: ImageDraw.ImageDraw, size: tuple[int, int], unit: float) -> None:
    """Draw the doctor's stamp, in its colour."""
    x, y = size[0] * 0.62, size[1] * 0.72
    pen.ellipse((x, y, x + 22 * unit, y + 12 * unit), outline=_STAMP, width=max(2, int(unit / 4)))
    pen.text(
        (x + 5 * unit, y + 5 * unit), "Dr A. WILLEMS", _STAMP, ImageFont.load_default(unit * 1.1)
    )
