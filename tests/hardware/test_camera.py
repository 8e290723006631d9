"""A camera fed from a film: codes, a preview, and an end at the first confirmed read."""

import io
import queue
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest

from hardware.camera import Camera, Confirmation
from hardware.code_ports import CodeDone, CodeEvent, CodeFailed, CodeProblem, Source, SourceReady
from hardware.filming import LastFrame, film, opened, preview
from hardware.opencv import cv2
from hardware.pictures import Grey
from hardware.wire import Kind, read, unpack_found
from server.core.codes import CodeRead, Symbology
from tests.hardware.drawn import on_a_page, qr

PATIENCE = 30.0
CARD = on_a_page(qr("carte inventée", 8))
DESK = np.full((720, 1280), 90, np.uint8)


def shot(path: Path, *frames: Grey) -> str:
    """A film in a file, as a camera would give it."""
    film = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), 12, (1280, 720))
    for frame in frames:
        film.write(cv2.cvtColor(frame, cv2.COLOR_GRAY2BGR))
    film.release()
    return str(path)


def watched(
    film: str, known: Callable[[str], bool], command: Sequence[str] = ()
) -> tuple[Camera, "queue.Queue[CodeEvent]"]:
    events: queue.Queue[CodeEvent] = queue.Queue()
    camera = Camera(events.put, known, film, command)
    camera.start()
    return camera, events


def test_a_code_held_before_the_camera_is_read_and_the_camera_stops(tmp_path: Path) -> None:
    film = shot(tmp_path / "film.avi", *[DESK] * 2, *[CARD] * 120)
    camera, events = watched(film, lambda text: text == "carte inventée")
    assert events.get(timeout=PATIENCE) == SourceReady(Source.CAMERA)
    done = events.get(timeout=PATIENCE)
    assert isinstance(done, CodeDone)
    assert (done.source, done.code.text) == (Source.CAMERA, "carte inventée")
    camera._thread.join(PATIENCE)
    assert camera._process is not None and camera._process.poll() is not None
    assert camera.preview is not None and camera.preview.startswith(b"\xff\xd8")
    assert events.empty()


def test_a_camera_that_ends_or_is_not_there_is_said(tmp_path: Path) -> None:
    _, events = watched(shot(tmp_path / "film.avi", *[DESK] * 3), lambda _: False)
    assert events.get(timeout=PATIENCE) == SourceReady(Source.CAMERA)
    assert events.get(timeout=PATIENCE) == CodeFailed(Source.CAMERA, CodeProblem.CAMERA_GONE)
    _, events = watched("/nowhere.avi", lambda _: False)
    assert events.get(timeout=PATIENCE) == CodeFailed(Source.CAMERA, CodeProblem.NO_CAMERA)


@pytest.mark.parametrize("spoken", [b"", b"\x09bonjour"])
def test_a_process_that_falls_or_speaks_nonsense_is_a_camera_gone(spoken: bytes) -> None:
    command = [sys.executable, "-c", f"import sys; sys.stdout.buffer.write({spoken!r})"]
    _, events = watched("", lambda _: False, command)
    assert events.get(timeout=PATIENCE) == CodeFailed(Source.CAMERA, CodeProblem.CAMERA_GONE)


def test_a_stopped_camera_says_nothing_more() -> None:
    command = [sys.executable, "-c", "import time; time.sleep(60)"]
    camera, events = watched("", lambda _: False, command)
    camera.stop()
    assert not camera._thread.is_alive()
    assert events.empty()
    Camera(events.put, lambda _: False).stop()  # never started


def code(text: str) -> CodeRead:
    return CodeRead(Symbology.QR, text, text.encode())


def test_a_text_is_believed_when_it_makes_sense_or_is_seen_twice() -> None:
    confirmation = Confirmation(lambda text: text == "connu")
    assert confirmation.of([code("autre")]) is None
    assert confirmation.of([]) is None
    assert confirmation.of([code("vu"), code("connu")]) == code("connu")
    assert confirmation.of([code("autre")]) == code("autre")


class Lens:
    """A camera in this process: gives its frames, then ends."""

    def __init__(self, *frames: Grey) -> None:
        self.frames = list(frames)

    def isOpened(self) -> bool:  # noqa: N802 - the name OpenCV gave it
        return True

    def read(self) -> tuple[bool, Grey | None]:
        return (True, self.frames.pop(0)) if self.frames else (False, None)


def test_only_the_last_frame_is_kept_and_twelve_a_second_are_read() -> None:
    lens = Lens(DESK, DESK, CARD)
    last = LastFrame(lens)  # type: ignore[arg-type]  # what it asks of a camera
    last._thread.join(PATIENCE)
    kept = last.take()
    assert kept is not None and np.array_equal(kept, CARD)
    assert last.take() is None


def test_each_frame_is_shown_and_told_at_its_pace() -> None:
    out = io.BytesIO()
    slept: list[float] = []
    film(Lens(CARD), out, lambda: 10.0, slept.append)  # type: ignore[arg-type]  # as above
    out.seek(0)
    messages = list(iter(lambda: read(out), None))
    assert [message.kind for message in messages] == [Kind.PREVIEW, Kind.FOUND, Kind.FOUND]
    assert unpack_found(messages[1].body).codes[0].text == "carte inventée"
    assert unpack_found(messages[2].body).problem is CodeProblem.CAMERA_GONE
    assert slept == [pytest.approx(1 / 12)]


def test_a_preview_is_small_and_a_camera_is_opened_by_its_number() -> None:
    small = cv2.imdecode(np.frombuffer(preview(CARD), np.uint8), cv2.IMREAD_GRAYSCALE)
    assert small is not None and small.shape == (360, 640)
    assert not opened("97", "linux").isOpened()
