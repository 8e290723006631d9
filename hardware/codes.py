"""From a grey image to the codes it holds: quick looks first, then cleaner and cleaner images.

A wrong text is worse than none: what has neither error correction nor a proof is not given. The
order of the looks and their budgets were measured (`hardware.md` §4, `besace bench hardware`).
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hardware import zbar, zxing
from hardware.opencv import cv2
from server.core.codes import CodeRead, Symbology

if TYPE_CHECKING:
    from hardware.pictures import Grey

LIVE_SECONDS, STILL_SECONDS = 0.060, 1.0
_LARGEST_DOUBLED = 2_500_000  # pixels: a page; in a larger one nothing is too small to be seen
_UNCHECKED = frozenset({Symbology.CODE39, Symbology.ITF, Symbology.CODABAR})

Look = Callable[["Grey"], list[CodeRead]]
Prepare = Callable[["Grey"], "Grey"]


@dataclass(frozen=True, slots=True)
class _Patience:
    """Lets another look begin while it should still end in time, judged by the longest so far."""

    seconds: float
    clock: Callable[[], float]

    def first(self, looks: Sequence[Look], image: "Grey") -> list[CodeRead]:
        began = before = self.clock()
        longest = 0.0
        for look in looks:
            if found := look(image):
                return found
            now = self.clock()
            longest, before = max(longest, now - before), now
            if now - began + longest > self.seconds:
                break
        return []


def read_frame(image: "Grey", clock: Callable[[], float] = time.monotonic) -> list[CodeRead]:
    """Give the codes of one frame of a camera: at most 60 ms, since the next frame is coming."""
    return _Patience(LIVE_SECONDS, clock).first(_LIVE, image)


def read_still(
    image: "Grey", clock: Callable[[], float] = time.monotonic, seconds: float = STILL_SECONDS
) -> list[CodeRead]:
    """Give the codes of a photo or of a page: every kind, for about a second."""
    return _Patience(seconds, clock).first(_STILL, image)


def _hasty(image: "Grey") -> list[CodeRead]:
    return zxing.read(image, hasty=True)


def _all_kinds(image: "Grey") -> list[CodeRead]:
    """Look for everything at once, since a page may hold several codes of several kinds.

    A linear code without a check of its own counts when its text vouches for itself, or when zbar
    saw the same.
    """
    found = zxing.read(image, zxing.EVERYTHING)
    doubtful = [code for code in found if code.symbology in _UNCHECKED]
    doubtful = [code for code in doubtful if not zbar.vouches(code.text)]
    agreed = {code.raw for code in zbar.second_opinion(image, doubtful)} if doubtful else ()
    return [code for code in found if code not in doubtful or code.raw in agreed]


def _evened(image: "Grey") -> "Grey":
    """Take off the speckle of a dark sensor, then bring out what contrast there is."""
    return cv2.createCLAHE(3.0, (8, 8)).apply(cv2.medianBlur(image, 3))


def _sharpened(image: "Grey", radius: float, amount: float) -> "Grey":
    """Undo some blur: add what a wider blur would take away."""
    blurred = cv2.GaussianBlur(image, (0, 0), radius)
    return cv2.addWeighted(image, 1 + amount, blurred, -amount, 0)


def _inked(image: "Grey", around: int, margin: int) -> "Grey":
    """Decide black or white by the neighbourhood: under a reflection or half in the shade."""
    mean = cv2.ADAPTIVE_THRESH_GAUSSIAN_C
    return cv2.adaptiveThreshold(image, 255, mean, cv2.THRESH_BINARY, around, margin)


def _doubled(image: "Grey") -> "Grey":
    if image.size > _LARGEST_DOUBLED:
        return image
    return cv2.resize(image, None, fx=2, fy=2, interpolation=cv2.INTER_CUBIC)


def _opencv(image: "Grey") -> list[CodeRead]:
    """Ask OpenCV's own detector, which sometimes finds a damaged code; QR only.

    It raises on letters it does not know and on corners it does not like, and a large image with
    much in it has taken it a quarter of a minute.
    """
    if image.size > _LARGEST_DOUBLED:
        return []
    try:
        text, _, _ = cv2.QRCodeDetector().detectAndDecode(image)
    except (UnicodeDecodeError, cv2.error):
        return []
    return [CodeRead(Symbology.QR, text, text.encode(), to_verify=True)] if text else []


def _after(prepare: Prepare, *, hasty: bool = False) -> Look:
    return lambda image: zxing.read(prepare(image), hasty=hasty)


_PREPARED: tuple[Prepare, ...] = (
    _evened,
    lambda image: _sharpened(cv2.GaussianBlur(image, (0, 0), 0.8), 4, 6),
    lambda image: _inked(image, 31, 5),
    lambda image: _inked(image, 15, 2),
)
_LIVE: tuple[Look, ...] = (
    _hasty,
    zxing.read,
    *(_after(prepare, hasty=True) for prepare in _PREPARED),  # as good as at length, in a third
)
_STILL: tuple[Look, ...] = (
    _all_kinds,
    *(_after(prepare) for prepare in _PREPARED),
    _after(lambda image: _sharpened(_doubled(image), 8, 6)),
    _after(_doubled),
    lambda image: zbar.second_opinion(image, ()),
    _opencv,  # last: nothing limits the time it takes
)
