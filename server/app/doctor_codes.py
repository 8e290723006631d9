"""What the doctor finds of codes: the libraries, the second opinion, the camera, serial readers."""

import io
import queue
from collections.abc import Iterator
from importlib.metadata import distributions

from hardware import zbar
from hardware.code_ports import CodeEvent, SourceReady
from hardware.decoder import Decoder
from server.app.findings import Finding, Grade

_ONLY_OPENCV = {"opencv-python-headless"}
_CAMERA_SECONDS = 10.0
_TRIED = "né 100 %"


def look_at_codes() -> Iterator[Finding]:
    """Read codes drawn for the occasion, and look for what may give others."""
    yield _opencv()
    yield _reading()
    yield Finding("codes.second") if zbar.library() else Finding("codes.no_second", Grade.LACK)
    yield _words()
    yield _camera()
    yield from _hand_readers()


def _opencv() -> Finding:
    """Want the headless OpenCV alone: its four flavours are one module, the last installed wins."""
    names = {str(found.metadata["Name"]).lower().replace("_", "-") for found in distributions()}
    held = {name for name in names if name.startswith("opencv-")}
    if held == _ONLY_OPENCV:
        return Finding("codes.opencv")
    return Finding("codes.opencv_other", Grade.LACK, {"found": ", ".join(sorted(held)) or "–"})


def _reading() -> Finding:
    """Have a QR code and a DataMatrix read by the process that reads all others."""
    try:
        drawn = [_drawn(kind) for kind in ("QRCode", "DataMatrix")]
    except ImportError:
        return Finding("codes.no_library", Grade.LACK)
    with Decoder() as decoder:
        texts = [[code.text for code in decoder.read_file(image).codes] for image in drawn]
    if texts == [[_TRIED]] * 2:
        return Finding("codes.ok")
    return Finding("codes.wrong", Grade.LACK)


def _drawn(kind: str) -> bytes:
    import zxingcpp
    from PIL import Image

    code = zxingcpp.create_barcode(_TRIED, getattr(zxingcpp.BarcodeFormat, kind))
    out = io.BytesIO()
    Image.fromarray(code.to_image(scale=6)).save(out, "PNG")
    return out.getvalue()


def _words() -> Finding:
    """Look for what reads words on scanned papers; it is a convenience, and its lack no fault."""
    from hardware.ocr import Ocr

    languages = Ocr().languages
    if languages:
        return Finding("words.ok", facts={"languages": ", ".join(languages)})
    return Finding("words.absent", tried=False)


def _camera() -> Finding:
    """Open the first camera for a moment; a practice may well have none."""
    from hardware.camera import Camera

    events: queue.Queue[CodeEvent] = queue.Queue()
    camera = Camera(events.put, known=lambda _: False)
    camera.start()
    try:
        event = events.get(timeout=_CAMERA_SECONDS)
    except queue.Empty:
        return Finding("camera.silent")
    finally:
        camera.stop()
    return Finding("camera.ok" if isinstance(event, SourceReady) else "camera.none")


def _hand_readers() -> Iterator[Finding]:
    """Name the serial ports a hand reader may be on; most readers type and need none."""
    from hardware.hand_reader import ports

    found = ports()
    if found:
        names = ", ".join(f"{name} ({maker})" if maker else name for name, maker in found)
        yield Finding("serial.ports", facts={"ports": names})
