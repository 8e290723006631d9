"""The decoding process seen from the program: codes of frames and files, or a sentence."""

from collections.abc import Sequence
from pathlib import Path

from hardware.child import command
from hardware.code_ports import CodeProblem, Found
from hardware.warm import WarmChild
from hardware.wire import MOST_BYTES, Kind, frame_size

IMAGE_SECONDS, PAGES_SECONDS, FRAME_SECONDS = 3.0, 20.0, 3.0
_MANY_PAGES = (b"%PDF-", b"II*\x00", b"MM\x00*")  # PDF and TIFF, within the first bytes
_HEADER = 1024


class Decoder(WarmChild):
    """Reads the codes of frames and files. Safe to use from several threads, one at a time."""

    def __init__(self, asked: Sequence[str] = ()) -> None:
        super().__init__(asked or command("hardware.decoding"))

    def read_frame(self, width: int, height: int, pixels: bytes | memoryview) -> Found:
        """Give the codes of one grey frame."""
        return self._ask(FRAME_SECONDS, Kind.FRAME, frame_size(width, height), pixels).found

    def read_path(self, path: Path) -> Found:
        """Give the codes of an image or PDF file; raises OSError when it cannot be read."""
        with path.open("rb") as file:
            return self.read_file(file.read(MOST_BYTES + 1))

    def read_file(self, data: bytes) -> Found:
        """Give the codes of an image or PDF, page after page."""
        if len(data) > MOST_BYTES:
            return Found(problem=CodeProblem.TOO_HEAVY)
        many = any(mark in data[:_HEADER] for mark in _MANY_PAGES)
        return self._ask(PAGES_SECONDS if many else IMAGE_SECONDS, Kind.FILE, data).found
