"""Codes drawn for the tests: QR by segno, the others by zxing's writer, which is not its reader."""

import io
from typing import Any

import numpy as np
import segno
import zxingcpp
from PIL import Image

from hardware.pictures import Grey
from server.app.bench.code_symbols import on_white


def qr(text: str | bytes, pixels: int = 5, **how: Any) -> Grey:
    """A QR code; `how` goes to segno (encoding, eci…)."""
    matrix = segno.make(text, micro=False, **how).matrix
    return _large(on_white(np.array([list(row) for row in matrix], np.uint8)), pixels)


def other(text: str | bytes, kind: str, pixels: int = 4) -> Grey:
    """A code of any kind zxing writes: "DataMatrix", "Code39"…"""
    code = zxingcpp.create_barcode(text, getattr(zxingcpp.BarcodeFormat, kind))
    drawn = np.array(code.to_image(scale=1, add_quiet_zones=False))
    return _large(on_white((drawn < 128).astype(np.uint8)), pixels)


def on_a_page(*codes: Grey, height: int = 720, width: int = 1280) -> Grey:
    """Codes side by side on white."""
    page = np.full((height, width), 255, np.uint8)
    left = 30
    for code in codes:
        rows, columns = code.shape
        page[40 : 40 + rows, left : left + columns] = code
        left += columns + 30
    return page


def png(image: Grey) -> bytes:
    return saved(Image.fromarray(image), "PNG")


def pdf(*pages: Grey) -> bytes:
    first, *rest = (Image.fromarray(page) for page in pages)
    return saved(first, "PDF", save_all=True, append_images=rest, resolution=150)


def saved(image: Image.Image, kind: str, **how: Any) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **how)
    return out.getvalue()


def _large(image: Grey, pixels: int) -> Grey:
    return image.repeat(pixels, 0).repeat(pixels, 1)
