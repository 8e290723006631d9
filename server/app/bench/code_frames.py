"""Frames a camera might give of a code: fifteen ways to be hard, seeded (`hardware.md` §4.1).

A frame is 1280×720, grey, with a desk's clutter around the code and a sensor's noise over all.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from random import Random

import numpy as np

from hardware.opencv import cv2
from hardware.pictures import Grey
from server.app.bench.code_faults import HEIGHT, KINDS, WIDTH, Shot
from server.app.bench.code_symbols import content, qr

Symbol = Callable[[str, str], Grey]  # text and level of error correction to a pixel a module


@dataclass(frozen=True, slots=True)
class Frame:
    """One image and the text it holds."""

    kind: str
    text: str
    image: Grey


@dataclass(frozen=True, slots=True)
class Pose:
    """How the code is held: degrees, bend of its corners, pixels a module; a range of each."""

    angle: tuple[float, float] = (-8, 8)
    bend: tuple[float, float] = (0.01, 0.02)
    module: tuple[float, float] = (4, 7)


_POSES = {
    "rotation": Pose(angle=(0, 360)),
    "perspective": Pose(bend=(0.08, 0.2)),
    "small": Pose(module=(2, 3.2)),
    "mixed": Pose(angle=(0, 360), bend=(0.05, 0.08), module=(3.2, 5)),
}


def frames(each: int, seed: int) -> Iterator[Frame]:
    """Give so many frames of each kind; the same for the same seed."""
    for kind in KINDS:
        for number in range(each):
            yield frame(kind, f"{seed}-{number}")


def frame(kind: str, seed: str, symbol: Symbol = qr) -> Frame:
    """Make one frame."""
    chosen = Random(f"{kind}-{seed}")  # noqa: S311 - an image to measure with, not a secret
    text = content(chosen)
    code = symbol(text, chosen.choice("lmq"))
    draw = np.random.default_rng(chosen.getrandbits(60))
    if kind == "damage":
        _stain(code, draw)
    shot = _laid(code, _POSES.get(kind, Pose()), draw)
    KINDS[kind](shot)
    noisy = shot.pixels + draw.normal(0, 1.8, shot.pixels.shape)
    return Frame(kind, text, _bytes(noisy))


def _bytes(pixels: Grey) -> Grey:
    return np.clip(pixels, 0, 255).astype(np.uint8)


def _stain(code: Grey, draw: np.random.Generator) -> None:
    """Cover one to three squares of the code, in black or white."""
    size = code.shape[0]
    for _ in range(int(draw.integers(1, 4))):
        across = max(1, int((size - 8) * draw.uniform(0.05, 0.14)))
        x, y = draw.integers(4, size - 4, 2)
        code[y : y + across, x : x + across] = draw.integers(0, 2) * 255


def _laid(code: Grey, pose: Pose, draw: np.random.Generator) -> Shot:
    """Lay a code on a cluttered desk, seen from where the pose says."""
    side = min(code.shape[0] * draw.uniform(*pose.module), 640.0)
    room = np.maximum(0, (np.array([WIDTH, HEIGHT]) - side * 1.45) / 2)
    centre = np.array([WIDTH, HEIGHT]) / 2 + draw.uniform(-1, 1, 2) * room
    angle = np.deg2rad(draw.uniform(*pose.angle))
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    bend = draw.uniform(*pose.bend)
    corners = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]]) * side / 2
    corners = corners * (1 + draw.uniform(-bend, bend, (4, 2))) @ turn.T + centre
    module = side / code.shape[0]
    pixels = _printed(code, corners.astype(np.float32), module, _desk(draw))
    return Shot(draw, pixels, module, (float(centre[0]), float(centre[1])), side)


def _printed(code: Grey, corners: Grey, module: float, desk: Grey) -> Grey:
    """Put the code in its place; an edge is as soft as the lens makes it."""
    fine = 8
    large = cv2.resize(code, None, fx=fine, fy=fine, interpolation=cv2.INTER_NEAREST)
    large = cv2.GaussianBlur(large, (0, 0), 0.45 * max(1.0, fine / module))
    end = large.shape[0]
    square = np.array([[0, 0], [end, 0], [end, end], [0, end]], np.float32)
    seen = cv2.getPerspectiveTransform(square, corners)
    paper = cv2.warpPerspective(np.full_like(large, 255), seen, (WIDTH, HEIGHT)) / 255.0
    return desk * (1 - paper) + cv2.warpPerspective(large, seen, (WIDTH, HEIGHT)) * paper


def _desk(draw: np.random.Generator) -> Grey:
    """Draw soft light, things with edges, and lines of print."""
    light = draw.integers(90, 220, (9, 16)).astype(np.uint8)
    desk = cv2.resize(light, (WIDTH, HEIGHT), interpolation=cv2.INTER_CUBIC)
    for _ in range(25):
        x, y = int(draw.integers(WIDTH)), int(draw.integers(HEIGHT))
        end = x + int(draw.integers(10, 260)), y + int(draw.integers(4, 90))
        ink, thick = int(draw.integers(20, 250)), int(draw.integers(-1, 5)) or 2
        if draw.random() < 0.5:
            cv2.rectangle(desk, (x, y), end, ink, thick)
        else:
            cv2.line(desk, (x, y), end, ink, abs(thick))
    for _ in range(14):
        at = int(draw.integers(WIDTH - 200)), int(draw.integers(20, HEIGHT))
        line = "".join(map(chr, draw.integers(65, 91, int(draw.integers(8, 26)))))
        ink, size = int(draw.integers(90)), float(draw.uniform(0.4, 0.9))
        cv2.putText(desk, line, at, cv2.FONT_HERSHEY_SIMPLEX, size, ink, 1, cv2.LINE_AA)
    return desk
