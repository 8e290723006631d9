"""A sheet made straight, clean and small: pixels in, pixels out, no file and no device.

Order and reasons: `hardware.md` §5.5. Runs only where pictures from outside may be decoded. Arrays
are height × width (grey) or height × width × 3 (RGB), 8 bits.
"""

from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from hardware.opencv import cv2

Pixels: TypeAlias = npt.NDArray[np.uint8]

_WIDEST_TILT = 8.0  # degrees; a sheet further askew went in the wrong way
_STRAIGHT = 0.15  # degrees that nobody sees, and that turning would only blur
_COARSE, _FINE = 1.0, 0.05
_LOOKED_AT = 900  # pixels of width on which tilt is judged
_COLOURED = 48  # distance between the strongest and the weakest light of a coloured pixel
_ENOUGH_COLOUR = 0.0008  # share of a sheet that a stamp or a signature covers
_A4 = 297 / 210
_PAPER = 245  # grey that paper is brought to


@dataclass(frozen=True, slots=True)
class Quality:
    """How readable a sheet is: 0 to 100, and what to do better."""

    score: int
    advice: tuple[str, ...]  # codes: "blurred", "pale", "coarse", "dark"


def tilt(pixels: Pixels) -> float:
    """Return how many degrees the lines of a sheet rise to the right; 0.0 for an empty one.

    The right turn makes the ink of lines fall into the same rows: their profile is sharpest there.
    """
    grey = in_grey(pixels)
    scale = min(1.0, _LOOKED_AT / grey.shape[1])
    small = cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    _, ink = cv2.threshold(small, 0, 1, cv2.THRESH_BINARY_INV | cv2.THRESH_OTSU)
    edge = max(2, int(min(ink.shape) * 0.03))  # shadows of the edge are no lines
    rows, columns = np.nonzero(ink[edge:-edge, edge:-edge])
    if not 50 <= len(rows) <= ink.size // 3:
        return 0.0
    coarse = _sharpest(rows, columns, np.arange(-_WIDEST_TILT, _WIDEST_TILT + 0.5, _COARSE))
    fine = _sharpest(rows, columns, coarse + np.arange(-1.0, 1.0 + _FINE / 2, _FINE))
    return round(float(fine), 2)


def scaled(pixels: Pixels, by: float) -> Pixels:
    """Make a picture smaller; the same when it already is."""
    if by >= 1.0:
        return pixels
    return _as_pixels(cv2.resize(pixels, None, fx=by, fy=by, interpolation=cv2.INTER_AREA))


def straightened(pixels: Pixels) -> Pixels:
    """Turn a sheet by its tilt, paper in the corners."""
    angle = tilt(pixels)
    if abs(angle) < _STRAIGHT:
        return pixels
    height, width = pixels.shape[:2]
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), -angle, 1.0)
    return _as_pixels(
        cv2.warpAffine(
            pixels, turn, (width, height), flags=cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_CONSTANT, borderValue=(255, 255, 255),
        )
    )  # fmt: skip


def cut_out(pixels: Pixels) -> Pixels:
    """Cut the sheet out of a photo by its four corners; the photo itself when there are none.

    A sheet is the largest light shape with four corners, over a quarter of the picture.
    """
    corners = _corners(pixels)
    if corners is None:
        return pixels
    width = int(max(_length(corners, 0, 1), _length(corners, 3, 2)))
    height = int(max(_length(corners, 0, 3), _length(corners, 1, 2)))
    if abs(height / width - _A4) < 0.12:  # what a lens makes of it is no reason to keep it so
        height = round(width * _A4)
    target = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    warp = cv2.getPerspectiveTransform(corners, target)
    return _as_pixels(cv2.warpPerspective(pixels, warp, (width, height)))


def cleaned(pixels: Pixels) -> Pixels:
    """Bring the paper to one even white, what is written staying as it is.

    The light of the paper is what remains when the ink is closed over; dividing by it takes away
    shadows and yellow.
    """
    scale = max(1, min(pixels.shape[:2]) // 400)
    small = cv2.resize(pixels, None, fx=1 / scale, fy=1 / scale, interpolation=cv2.INTER_AREA)
    kernel = np.ones((15, 15), np.uint8)
    light = cv2.medianBlur(cv2.morphologyEx(small, cv2.MORPH_CLOSE, kernel), 21)
    paper = cv2.resize(light, (pixels.shape[1], pixels.shape[0]), interpolation=cv2.INTER_LINEAR)
    return _as_pixels(cv2.divide(pixels, np.maximum(paper, 1), scale=_PAPER))


def without_idle_colour(pixels: Pixels) -> Pixels:
    """Return grey unless colour tells something: a stamp, a signature, a highlighted word."""
    if pixels.ndim == 2:
        return pixels
    coloured = pixels.max(axis=2) - pixels.min(axis=2) > _COLOURED
    return pixels if coloured.mean() > _ENOUGH_COLOUR else in_grey(pixels)


def quality(pixels: Pixels, dpi: int) -> Quality:
    """Judge a sheet as it came, before it was cleaned.

    Sharpness is the spread of the second derivative along written edges, contrast the distance
    from ink to paper; both are what somebody who cannot read a scan complains of.
    """
    grey = in_grey(pixels)
    ink, paper = (float(each) for each in np.percentile(grey, (0.1, 80)))
    contrast = paper - ink
    sharp = float(cv2.Laplacian(grey, cv2.CV_64F).std()) / max(contrast, 1.0)
    marks = {
        "coarse": min(1.0, dpi / 150),
        "dark": min(1.0, paper / 150),
        "pale": min(1.0, contrast / 90),
        "blurred": min(1.0, sharp / 0.05) if contrast >= 20 else 1.0,
    }
    advice = tuple(name for name, mark in marks.items() if mark < 0.7)
    return Quality(round(100 * min(marks.values())), advice)


def _sharpest(
    rows: npt.NDArray[Any], columns: npt.NDArray[Any], angles: npt.NDArray[np.float64]
) -> float:
    """Return the angle whose profile of rows has the greatest jumps."""
    best, score = 0.0, -1.0
    for angle in angles:
        turned = rows + columns * np.tan(np.radians(angle))
        profile = np.bincount((turned - turned.min()).astype(np.int64))
        jumps = float((np.diff(profile.astype(np.float64)) ** 2).sum())
        if jumps > score:
            best, score = float(angle), jumps
    return best


def _corners(pixels: Pixels) -> npt.NDArray[np.float32] | None:
    """Return the corners of a sheet: top left, top right, bottom right, bottom left."""
    grey = in_grey(pixels)
    scale = min(1.0, _LOOKED_AT / max(grey.shape))
    small = cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    blurred = cv2.GaussianBlur(small, (5, 5), 0)
    _, light = cv2.threshold(blurred, 0, 255, cv2.THRESH_BINARY | cv2.THRESH_OTSU)
    closed = cv2.morphologyEx(light, cv2.MORPH_CLOSE, np.ones((9, 9), np.uint8))
    shapes, _ = cv2.findContours(closed, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    if not shapes:
        return None
    largest = max(shapes, key=cv2.contourArea)
    outline = cv2.approxPolyDP(largest, 0.02 * cv2.arcLength(largest, True), True)
    share = cv2.contourArea(outline) / small.size
    if len(outline) != 4 or not cv2.isContourConvex(outline) or not 0.25 < share < 0.97:
        return None
    points = outline.reshape(4, 2).astype(np.float32) / scale
    sums, differences = points.sum(axis=1), np.diff(points, axis=1).ravel()
    order = [sums.argmin(), differences.argmin(), sums.argmax(), differences.argmax()]
    corners: npt.NDArray[np.float32] = points[order]
    return corners


def _length(corners: npt.NDArray[np.float32], one: int, other: int) -> float:
    return float(np.linalg.norm(corners[one] - corners[other]))


def in_grey(pixels: Pixels) -> Pixels:
    """Give a sheet in grey; the same when it already is."""
    return pixels if pixels.ndim == 2 else _as_pixels(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY))


def _as_pixels(array: Any) -> Pixels:
    """Name what OpenCV returns: the type of its arrays is not told to a type checker."""
    pixels: Pixels = array
    return pixels
