"""What spoils the image of a code, one function a kind (`hardware.md` §4.1).

Each takes a shot as laid on the desk and changes its pixels; lengths are in modules of the code,
since that is what a reader feels.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from hardware.opencv import cv2
from hardware.pictures import Grey

WIDTH, HEIGHT = 1280, 720


@dataclass(slots=True)
class Shot:
    """A frame in the making: pixels as numbers, and where the code lies in them."""

    draw: np.random.Generator
    pixels: Grey
    module: float  # pixels
    centre: tuple[float, float]
    side: float  # of the code, in pixels

    def between(self, low: float, high: float) -> float:
        """Draw a number."""
        return float(self.draw.uniform(low, high))

    def noise(self, deviation: float) -> None:
        """Add the noise of a sensor."""
        self.pixels = self.pixels + self.draw.normal(0, deviation, self.pixels.shape)

    def soften(self, modules: float) -> None:
        """Put the lens out of focus by so much."""
        self.pixels = cv2.GaussianBlur(self.pixels, (0, 0), modules * self.module)

    def compress(self, quality: int) -> None:
        """Write and read the frame as a JPEG."""
        whole = np.clip(self.pixels, 0, 255).astype(np.uint8)
        _, written = cv2.imencode(".jpg", whole, [cv2.IMWRITE_JPEG_QUALITY, quality])
        again = cv2.imdecode(written, cv2.IMREAD_GRAYSCALE)
        if again is not None:
            self.pixels = again


def _grid() -> tuple[Grey, Grey]:
    """Give the column and the row of each pixel."""
    rows, columns = np.mgrid[0:HEIGHT, 0:WIDTH].astype(np.float32)
    return columns, rows


def _none(shot: Shot) -> None:
    """Leave the shot as it lies: its pose, or a stain drawn before, is all its difficulty."""


def _blur(shot: Shot) -> None:
    shot.soften(shot.between(0.34, 0.66))


def _motion(shot: Shot) -> None:
    length = max(3, int(shot.module * shot.between(0.8, 1.8)))
    line = np.zeros((length, length), np.float32)
    line[length // 2] = 1.0
    centre = (length / 2 - 0.5, length / 2 - 0.5)
    turn = cv2.getRotationMatrix2D(centre, shot.between(0, 180), 1)
    path = cv2.warpAffine(line, turn, (length, length))
    shot.pixels = cv2.filter2D(shot.pixels, -1, path / path.sum())


def _noise(shot: Shot) -> None:
    shot.noise(shot.between(30, 75))


def _low_light(shot: Shot) -> None:
    shot.pixels = shot.pixels * shot.between(0.05, 0.14)
    shot.noise(shot.between(2, 6))


def _low_contrast(shot: Shot) -> None:
    shot.pixels = 110 + (shot.pixels - 128) * shot.between(0.06, 0.16)


def _glare(shot: Shot) -> None:
    """Put a lamp's reflection somewhere on the code."""
    columns, rows = _grid()
    x = shot.centre[0] + shot.between(-0.5, 0.5) * shot.side
    y = shot.centre[1] + shot.between(-0.5, 0.5) * shot.side
    stretch, reach = shot.between(0.6, 1.6), shot.side * shot.between(0.12, 0.34)
    away = np.hypot(columns - x, (rows - y) * stretch) / reach
    shot.pixels = shot.pixels + 420 * np.exp(-(away**2))


def _shadow(shot: Shot) -> None:
    """Put half of the code in the shade."""
    columns, rows = _grid()
    angle, softness = shot.between(0, 6.3), shot.between(3, 40)
    depth = (columns - shot.centre[0]) * np.cos(angle) + (rows - shot.centre[1]) * np.sin(angle)
    shot.pixels = shot.pixels * (shot.between(0.3, 0.5) + 0.6 / (1 + np.exp(-depth / softness)))


def _curl(shot: Shot) -> None:
    """Let the paper wave in both directions."""
    columns, rows = _grid()
    height, length = shot.module * shot.between(0.3, 1.15), shot.side * shot.between(0.8, 1.6)
    wave = 2 * np.pi / length
    across = columns + height * np.sin(wave * rows + shot.between(0, 6))
    along = rows + height * np.sin(wave * columns + shot.between(0, 6))
    bent = across.astype(np.float32), along.astype(np.float32)
    shot.pixels = cv2.remap(shot.pixels, *bent, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)


def _jpeg(shot: Shot) -> None:
    shot.compress(int(shot.between(8, 22)))


def _mixed(shot: Shot) -> None:
    """Take a photo as people do: turned, out of focus, half in the shade, and compressed."""
    shot.soften(shot.between(0.25, 0.55))
    _shadow(shot)
    shot.pixels = shot.pixels * 0.8
    shot.noise(shot.between(4, 14))
    shot.compress(55)


KINDS: Mapping[str, Callable[[Shot], None]] = {
    "clean": _none,
    "rotation": _none,
    "perspective": _none,
    "small": _none,
    "blur": _blur,
    "motion": _motion,
    "noise": _noise,
    "low_light": _low_light,
    "low_contrast": _low_contrast,
    "glare": _glare,
    "shadow": _shadow,
    "damage": _none,
    "curl": _curl,
    "jpeg": _jpeg,
    "mixed": _mixed,
}
