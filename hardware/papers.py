"""Paper made ready by a process of its own: pages out of sheets and files, a PDF out of pages."""

from collections.abc import Sequence
from dataclasses import dataclass

from hardware.child import command
from hardware.code_ports import CodeProblem, Found
from hardware.framing import Garbled
from hardware.page_wire import (
    How,
    Page,
    pack_bundle,
    pack_revision,
    pack_sheet,
    unpack_page,
)
from hardware.warm import WarmChild
from hardware.wire import MOST_BYTES, MOST_SHEET, Kind
from server.core.leaves import Leaf
from server.core.sheets import Sheet

SHEET_SECONDS, FILE_SECONDS, BIND_SECONDS = 20.0, 20.0, 20.0


@dataclass(frozen=True, slots=True)
class Made:
    """What was made of a sheet or a file; without pages, `found` says why."""

    pages: tuple[Page, ...]
    found: Found


@dataclass(frozen=True, slots=True, repr=False)
class Revised:
    """What a file is when its pages are seen otherwise: those, and all as one PDF."""

    pages: tuple[Page, ...]
    pdf: bytes
    found: Found


class Papers(WarmChild):
    """Makes paper ready. Safe to use from several threads, one at a time."""

    def __init__(self, asked: Sequence[str] = ()) -> None:
        super().__init__(asked or command("hardware.preparing"))

    def ready(self, sheet: Sheet, *, photo: bool = False) -> Made:
        """Make one sheet straight, clean and small; a photo is cut out by its corners first."""
        if len(sheet.data) > MOST_SHEET - 16:
            return Made((), Found(problem=CodeProblem.TOO_HEAVY))
        how = pack_sheet(How(sheet.dpi, photo))
        return self._made(SHEET_SECONDS, Kind.SHEET, how, sheet.data)

    def pages(self, data: bytes) -> Made:
        """Draw each page of a received file as it is, for a screen."""
        if len(data) > MOST_BYTES:
            return Made((), Found(problem=CodeProblem.TOO_HEAVY))
        return self._made(FILE_SECONDS, Kind.FILE, data)

    def legible(self, data: bytes) -> Sequence[bytes]:
        """Draw the first pages of a received file large and grey: JPEGs, none when it cannot be."""
        if len(data) > MOST_BYTES:
            return ()
        return [page.jpeg for page in self._made(FILE_SECONDS, Kind.LEGIBLE, data).pages]

    def revised(self, data: bytes, leaves: Sequence[Leaf]) -> Revised:
        """Draw the pages of a received file turned and cut; without a PDF, `found` says why."""
        heard = self._ask(FILE_SECONDS, Kind.REVISE, pack_revision(leaves), data)
        pdf = b"".join(piece.body for piece in heard.pieces if piece.kind is Kind.BOUND)
        shown = [piece.body for piece in heard.pieces if piece.kind is Kind.PAGE]
        try:
            pages = tuple(map(unpack_page, shown))
        except Garbled:
            return Revised((), b"", Found(problem=CodeProblem.TOO_HEAVY))
        if not pdf.startswith(b"%PDF-"):
            return Revised((), b"", heard.found)
        return Revised(pages, pdf, heard.found)

    def bound(self, jpegs: Sequence[bytes]) -> bytes:
        """Join pages made ready into one PDF; b"" when they cannot be."""
        heard = self._ask(BIND_SECONDS, Kind.BIND, pack_bundle(jpegs))
        found = [piece.body for piece in heard.pieces if piece.kind is Kind.BOUND]
        return found[0] if found and found[0].startswith(b"%PDF-") else b""

    def _made(self, seconds: float, kind: Kind, *parts: bytes) -> Made:
        heard = self._ask(seconds, kind, *parts)
        try:
            pages = tuple(unpack_page(piece.body) for piece in heard.pieces)
        except Garbled:
            return Made((), Found(problem=CodeProblem.TOO_HEAVY))
        return Made(pages, heard.found)
