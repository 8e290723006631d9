"""The process that makes pages ready: `python -m hardware.preparing`. Sheets in, pages out.

Like `hardware.decoding` it holds nothing of the practice, writes no file, and may fall. A sheet of
a scanner is made straight, clean and small; a file that came in is shown as it is. Source:
`hardware.md` §5.5.
"""

import io
import sys
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import BinaryIO

import img2pdf
import numpy as np
from PIL import Image

from hardware import flatten, pictures
from hardware.code_ports import CodeProblem, CodeTrouble, Found
from hardware.confinement import allow_more_time, confine
from hardware.flatten import Pixels
from hardware.page_wire import (
    How,
    Page,
    pack_page,
    unpack_bundle,
    unpack_revision,
    unpack_sheet,
)
from hardware.wire import Kind, pack_found, read, write
from server.core.leaves import Leaf

_JPEG = 75
_DPI = 200  # of a page kept; finer tells nothing more and weighs four times as much
_LARGE, _WORDS_ON = 2400, 2  # pixels of height, and how many pages: those of a prescription
_SHOWN = 1600  # pixels of height of a page of a file, for a screen


def main() -> None:
    """Say that it is ready, then answer each message until the input ends."""
    confine()
    write(sys.stdout.buffer, Kind.FOUND, pack_found(Found()))
    serve(sys.stdin.buffer, sys.stdout.buffer, allow_more_time)


def serve(asked: BinaryIO, answers: BinaryIO, before: Callable[[], object]) -> None:
    """Answer each message of a stream, after `before`: pieces, then how it ended."""
    work = {
        Kind.SHEET: _sheet,
        Kind.BIND: _bound,
        Kind.FILE: _shown,
        Kind.REVISE: _revised,
        Kind.LEGIBLE: _legible,
    }
    while message := read(asked):
        before()
        ended = Found()
        try:
            for kind, piece in work[message.kind](message.body):
                write(answers, kind, piece)
        except CodeTrouble as trouble:
            facts = {name: str(value) for name, value in trouble.facts.items() if name != "problem"}
            ended = Found(problem=trouble.problem, facts=facts)
        except MemoryError:
            ended = Found(problem=CodeProblem.TOO_HEAVY)
        write(answers, Kind.FOUND, pack_found(ended))


def _sheet(body: bytes) -> Iterator[tuple[Kind, bytes]]:
    """Make one sheet ready; a photo is cut out first."""
    how, data = unpack_sheet(body)
    for pixels in pictures.sheets(data):
        came = flatten.cut_out(_whole(pixels)) if how.photo else _whole(pixels)
        judged = flatten.quality(came, how.dpi)
        ready = flatten.without_idle_colour(
            flatten.cleaned(flatten.straightened(_small(came, how)))
        )
        dpi = min(how.dpi, _DPI)
        yield Kind.PAGE, pack_page(Page(_jpeg(ready, dpi), judged.score, judged.advice))


def _shown(body: bytes) -> Iterator[tuple[Kind, bytes]]:
    """Draw each page of a file as it is, for the screen."""
    for pixels in pictures.sheets(body):
        yield Kind.PAGE, _for_the_screen(_whole(pixels))


def _legible(body: bytes) -> Iterator[tuple[Kind, bytes]]:
    """Draw the first pages of a file large and grey."""
    for pixels in islice(pictures.sheets(body), _WORDS_ON):
        page = flatten.scaled(_whole(pixels), min(1.0, _LARGE / pixels.shape[0]))
        yield Kind.PAGE, pack_page(Page(_jpeg(flatten.in_grey(page), _DPI), 0, ()))


def _revised(body: bytes) -> Iterator[tuple[Kind, bytes]]:
    """Draw the pages of a file as they are to be seen, each for the screen, and all as one PDF."""
    leaves, data = unpack_revision(body)
    shown: dict[Leaf, bytes] = {}
    kept: dict[Leaf, bytes] = {}
    for number, pixels in enumerate(pictures.sheets(data), 1):
        for leaf in leaves:
            if leaf.page == number:
                page = flatten.without_idle_colour(_part(_whole(pixels), leaf))
                shown[leaf], kept[leaf] = _for_the_screen(page), _jpeg(page, _DPI)
    if set(shown) != set(leaves):
        raise CodeTrouble(CodeProblem.DAMAGED)
    for leaf in leaves:
        yield Kind.PAGE, shown[leaf]
    yield Kind.BOUND, _one_pdf([io.BytesIO(kept[leaf]) for leaf in leaves])


def _part(pixels: Pixels, leaf: Leaf) -> Pixels:
    """Turn a page, then cut it."""
    turned = np.rot90(pixels, -leaf.turn // 90)
    height, width = turned.shape[:2]
    left, top, right, bottom = leaf.box
    rows = slice(height * top // 1000, max(height * bottom // 1000, height * top // 1000 + 1))
    columns = slice(width * left // 1000, max(width * right // 1000, width * left // 1000 + 1))
    return np.ascontiguousarray(turned[rows, columns])


def _for_the_screen(page: Pixels) -> bytes:
    judged = flatten.quality(page, _DPI)
    shown = _jpeg(flatten.scaled(page, min(1.0, _SHOWN / page.shape[0])), _DPI)
    return pack_page(Page(shown, judged.score, judged.advice))


def _bound(body: bytes) -> Iterator[tuple[Kind, bytes]]:
    """Join JPEGs into one PDF; their bytes are taken as they are."""
    pages = [io.BytesIO(page) for page in unpack_bundle(body)]
    try:
        yield Kind.BOUND, _one_pdf(pages)
    except (img2pdf.ImageOpenError, ValueError):
        raise CodeTrouble(CodeProblem.NOT_AN_IMAGE) from None


def _one_pdf(pages: Sequence[BinaryIO]) -> bytes:
    """Join pages without a date or a number drawn: the same sheets are the same bytes (H-16)."""
    return bytes(
        img2pdf.convert(
            pages, rotation=img2pdf.Rotation.ifvalid, nodate=True, engine=img2pdf.Engine.internal
        )
    )


def _small(pixels: Pixels, how: How) -> Pixels:
    return flatten.scaled(pixels, min(1.0, _DPI / how.dpi))


def _whole(pixels: pictures.Coloured) -> Pixels:
    return np.ascontiguousarray(pixels, dtype=np.uint8)


def _jpeg(pixels: Pixels, dpi: int) -> bytes:
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, "JPEG", quality=_JPEG, dpi=(dpi, dpi), optimize=True)
    return out.getvalue()


if __name__ == "__main__":
    main()
