"""The process that holds a camera: `python -m hardware.filming DEVICE`. Codes and a preview out.

A camera's driver may block or fall; here it takes nothing with it, and killing the process lets the
camera go at once (`hardware.md` §4.3). A thread takes every frame and keeps the last; twelve a
second at most are read. DEVICE is a number, or the path of a film.
"""

import sys
import threading
import time
from collections.abc import Callable
from typing import BinaryIO

from hardware.code_ports import CodeProblem, Found
from hardware.codes import read_frame
from hardware.confinement import confine
from hardware.opencv import cv2
from hardware.pictures import Grey
from hardware.wire import Kind, pack_found, write

MOST_FRAMES = 12  # a second
PREVIEW_WIDTH, PREVIEW_QUALITY = 640, 60
_WIDE, _HIGH = 1280, 720  # asked of the camera, which may not heed it
_BACKENDS = {
    "win32": cv2.CAP_DSHOW,
    "darwin": cv2.CAP_AVFOUNDATION,
    "linux": cv2.CAP_V4L2,
}


def main() -> None:
    """Film until the camera ends or nobody listens."""
    confine()
    device = sys.argv[1]
    capture = opened(device)
    pause = 0.0 if device.isdecimal() else 1 / (capture.get(cv2.CAP_PROP_FPS) or MOST_FRAMES)
    try:
        film(capture, sys.stdout.buffer, time.monotonic, time.sleep, pause)
    except OSError:
        return  # nobody listens any more


def opened(device: str, platform: str = sys.platform) -> cv2.VideoCapture:
    """Open a camera by its number, or a film by its path."""
    if not device.isdecimal():
        return cv2.VideoCapture(device)
    capture = cv2.VideoCapture(int(device), _BACKENDS.get(platform, cv2.CAP_ANY))
    capture.set(cv2.CAP_PROP_FRAME_WIDTH, _WIDE)
    capture.set(cv2.CAP_PROP_FRAME_HEIGHT, _HIGH)
    return capture


class LastFrame:
    """The newest frame of a camera, taken by a thread of its own: what came before is dropped.

    `pause` is the seconds between two frames of a film: a file gives them all at once.
    """

    def __init__(self, capture: cv2.VideoCapture, pause: float = 0.0) -> None:
        self._capture = capture
        self._pause = pause
        self._frame: Grey | None = None
        self._ended = False
        self._changed = threading.Condition()
        self._thread = threading.Thread(target=self._grab, name="camera", daemon=True)
        self._thread.start()

    def take(self) -> Grey | None:
        """Wait for a frame not taken yet; None when the camera gives no more."""
        with self._changed:
            self._changed.wait_for(lambda: self._frame is not None or self._ended)
            frame, self._frame = self._frame, None
            return frame

    def _grab(self) -> None:
        while True:
            went, frame = self._capture.read()
            time.sleep(self._pause)
            with self._changed:
                if went:
                    self._frame = frame
                else:
                    self._ended = True
                self._changed.notify()
            if not went:
                return


def film(
    capture: cv2.VideoCapture,
    out: BinaryIO,
    clock: Callable[[], float],
    sleep: Callable[[float], None],
    pause: float = 0.0,
) -> None:
    """Tell what each frame shows, and end by telling why there are no more."""
    if not capture.isOpened():
        _tell(out, CodeProblem.NO_CAMERA)
        return
    last = LastFrame(capture, pause)
    while True:
        began = clock()
        frame = last.take()
        if frame is None:
            _tell(out, CodeProblem.CAMERA_GONE)
            return
        grey = cv2.cvtColor(frame, cv2.COLOR_BGR2GRAY) if frame.ndim == 3 else frame
        write(out, Kind.PREVIEW, preview(frame))
        codes = read_frame(grey)
        if codes:
            write(out, Kind.FOUND, pack_found(Found(tuple(codes))))
        sleep(max(0.0, began + 1 / MOST_FRAMES - clock()))


def preview(frame: Grey) -> bytes:
    """Write a small JPEG of a frame."""
    height = round(frame.shape[0] * PREVIEW_WIDTH / frame.shape[1])
    small = cv2.resize(frame, (PREVIEW_WIDTH, height), interpolation=cv2.INTER_AREA)
    _, written = cv2.imencode(".jpg", small, [cv2.IMWRITE_JPEG_QUALITY, PREVIEW_QUALITY])
    return written.tobytes()


def _tell(out: BinaryIO, problem: CodeProblem) -> None:
    write(out, Kind.FOUND, pack_found(Found(problem=problem)))


if __name__ == "__main__":
    main()
