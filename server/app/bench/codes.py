"""The figures of codes: our reader, live and at leisure, beside three bare libraries.

Every library sees the same 450 seeded frames in the same run, in this one process; time is our own
thread's, so that a busy machine changes neither the times nor what the budgets allow.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from statistics import median
from time import thread_time

from hardware import codes, zbar
from hardware.opencv import cv2
from hardware.pictures import Grey
from server.app.bench.code_frames import Frame, frames
from server.app.bench.figure import Figure
from server.core.codes import CodeRead

EACH, SEED = 30, 2026
Texts = Callable[[Grey], list[str]]


@dataclass(slots=True)
class Score:
    """How a reader did: frames read exactly, texts that were on no frame, milliseconds a frame."""

    right: int = 0
    wrong: int = 0
    times: list[float] = field(default_factory=list)

    @property
    def rate(self) -> float:
        """Percent of the frames read exactly."""
        return 100 * self.right / len(self.times)


def run(each: int = EACH) -> list[Figure]:
    """Measure, on so many frames of each kind."""
    made = list(frames(each, SEED))
    scores = {name: score(read, made) for name, read in _readers().items()}
    bare, live, still = scores["bare"], scores["live"], scores["still"]
    beside = [
        Figure(f"codes.live_beside_{name}", live.rate / max(scores[name].rate, 1), 1, "higher", "×")
        for name in ("pyzbar", "opencv")
        if name in scores
    ]
    return [
        Figure("codes.bare_rate", bare.rate, 85.0, "lower", "%"),
        Figure("codes.live_rate", live.rate, bare.rate + 3, "higher", "%"),
        Figure("codes.still_rate", still.rate, bare.rate + 3, "higher", "%"),
        Figure("codes.wrong_texts", live.wrong + still.wrong, 0, "lower", "texts"),
        Figure("codes.live_median", median(live.times), 5.0, "lower", "ms"),
        *beside,
    ]


def score(read: Texts, made: Iterable[Frame]) -> Score:
    """Let a reader see some frames."""
    total = Score()
    for frame in made:
        start = thread_time()
        texts = read(frame.image)
        total.times.append(1000 * (thread_time() - start))
        total.right += frame.text in texts
        total.wrong += sum(text != frame.text for text in texts)
    return total


def _readers() -> dict[str, Texts]:
    """Name the readers; zbar only where its library is."""
    import zxingcpp

    bare = zxingcpp.BarcodeFormats([zxingcpp.BarcodeFormat.QRCode])
    readers: dict[str, Texts] = {
        "bare": lambda image: [c.text for c in zxingcpp.read_barcodes(image, formats=bare)],
        "opencv": _opencv,
        "live": lambda image: _texts(codes.read_frame(image, thread_time)),
        "still": lambda image: _texts(codes.read_still(image, thread_time)),
    }
    decode = zbar.library()
    if decode is not None:
        readers["pyzbar"] = lambda image: [c.data.decode("utf-8", "replace") for c in decode(image)]
    return readers


def _texts(found: Sequence[CodeRead]) -> list[str]:
    return [code.text for code in found]


def _opencv(image: Grey) -> list[str]:
    try:
        text, _, _ = cv2.QRCodeDetector().detectAndDecode(image)
    except (UnicodeDecodeError, cv2.error):
        return []
    return [text] if text else []
