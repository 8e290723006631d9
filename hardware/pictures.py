"""Files from outside as pixels: images by Pillow, pages of a PDF by pdfium.

Runs in the decoding process only, under its limits (`hardware.confinement`); what is refused here
is refused before it is decoded. Rules: `reliability-security.md` §6, rows 19 and 20.
"""

import io
import warnings
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pypdfium2
from PIL import ExifTags, Image

from hardware.code_ports import CodeProblem, CodeTrouble
from hardware.opencv import MOST_PIXELS, cv2

if TYPE_CHECKING:
    from pypdfium2 import PdfPage

Grey: TypeAlias = npt.NDArray[np.integer[Any] | np.floating[Any]]
"""Rows of bytes, 0 black to 255 white; OpenCV's own stubs promise no more of what they return."""

Coloured: TypeAlias = Grey
"""The same with three bytes a pixel: red, green, blue."""

MOST_IN_COLOURS = 30_000_000
"""The same where every pixel takes four bytes, so that no image takes more than 300 MB."""

MOST_PAGES = 30
_KINDS = ("PNG", "JPEG", "TIFF", "WEBP", "BMP", "GIF", "PPM")
_ONE_BYTE = ("1", "L", "P")
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}  # what a camera says of how it was held
_ENOUGH = 9_000_000  # pixels: a code on a page or photo is no sharper beyond
_RESOLUTIONS = (200, 300)  # dots an inch: the second when the first shows no code
_POINTS = 72  # of a PDF, an inch
_PDF = b"%PDF-"
_HEADER = 1024  # a PDF may begin after some bytes of a mailer
_WRONG_PASSWORD = 4  # FPDF_ERR_PASSWORD

Image.MAX_IMAGE_PIXELS = MOST_PIXELS


def looks(data: bytes) -> Iterator[Iterator[Grey]]:
    """Give each page of a file as one or more looks at it, coarse first.

    An image is a page; so is each frame of a TIFF, but an animation is its first frame. Raises
    `CodeTrouble`.
    """
    if _PDF in data[:_HEADER] and not _is_image(data):
        yield from _pages(data)
    else:
        yield from (iter([look]) for look in _frames(data, "L"))


def sheets(data: bytes) -> Iterator[Coloured]:
    """Give each page of a file once, in its colours, as a screen shows it. Raises `CodeTrouble`."""
    if _PDF in data[:_HEADER] and not _is_image(data):
        with _document(data) as document:
            for number in range(len(document)):
                yield _drawn(document, number)
    else:
        yield from _frames(data, "RGB")


def _is_image(data: bytes) -> bool:
    """Tell a file that begins as an image, whatever it pretends to be further on."""
    try:
        _open(data).close()
    except CodeTrouble as trouble:
        return trouble.problem is CodeProblem.TOO_LARGE
    return True


def _open(data: bytes, mode: str = "L") -> Image.Image:
    """Read the header alone, and refuse what is too large before a pixel is decoded.

    A JPEG is asked for its grey at once, where grey is wanted and it has one apart.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            image = Image.open(io.BytesIO(data), formats=_KINDS)
        image.draft(mode, image.size)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise _too_large(MOST_PIXELS) from None
    except Exception:  # noqa: BLE001 - its decoders raise what they like on bytes they dislike
        raise CodeTrouble(CodeProblem.NOT_AN_IMAGE) from None
    small = image.mode in _ONE_BYTE and not image.has_transparency_data
    if not small and image.width * image.height > MOST_IN_COLOURS:
        raise _too_large(MOST_IN_COLOURS)
    return image


def _too_large(pixels: int) -> CodeTrouble:
    return CodeTrouble(CodeProblem.TOO_LARGE, limit=str(pixels // 1_000_000))


def _frames(data: bytes, mode: str) -> Iterator[Grey]:
    with _open(data, mode) as image:
        frames = getattr(image, "n_frames", 1) if image.format == "TIFF" else 1
        _check_pages(frames)
        for number in range(frames):
            try:
                image.seek(number)
                frame = _upright(image, mode)
            except (OSError, ValueError, SyntaxError, EOFError, Image.DecompressionBombError):
                raise CodeTrouble(CodeProblem.DAMAGED) from None
            yield _useful(np.asarray(frame))


def _upright(image: Image.Image, mode: str) -> Image.Image:
    """Decode one frame into grey or colours, on white where it is transparent, upright."""
    turn = _TURNS.get(image.getexif().get(ExifTags.Base.Orientation, 1))
    clear = None
    if image.has_transparency_data:
        image = image if image.mode in ("LA", "RGBA") else image.convert("RGBA")
        clear = image.getchannel("A")
    frame = image.convert(mode)
    if clear is not None:
        paper = Image.new(mode, frame.size, "white")
        paper.paste(frame, mask=clear)
        frame = paper
    return frame.transpose(turn) if turn is not None else frame


def _useful(pixels: Grey) -> Grey:
    size = pixels.shape[0] * pixels.shape[1]
    if size <= _ENOUGH:
        return pixels
    scale = (_ENOUGH / size) ** 0.5
    return cv2.resize(pixels, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)


def _pages(data: bytes) -> Iterator[Iterator[Grey]]:
    with _document(data) as document:
        for number in range(len(document)):
            yield _renderings(document, number)


@contextmanager
def _document(data: bytes) -> Iterator[pypdfium2.PdfDocument]:
    """Open a PDF of not too many pages; raise `CodeTrouble`."""
    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        locked = getattr(error, "err_code", None) == _WRONG_PASSWORD
        problem = CodeProblem.LOCKED_PDF if locked else CodeProblem.DAMAGED_PDF
        raise CodeTrouble(problem) from None
    with closing(document):
        _check_pages(len(document))
        yield document


def _renderings(document: pypdfium2.PdfDocument, number: int) -> Iterator[Grey]:
    try:
        with closing(document[number]) as page:
            for resolution in _RESOLUTIONS:
                yield _rendered(page, resolution)
    except pypdfium2.PdfiumError:
        raise CodeTrouble(CodeProblem.DAMAGED_PDF) from None


def _drawn(document: pypdfium2.PdfDocument, number: int) -> Coloured:
    try:
        with closing(document[number]) as page:
            return _rendered(page, _RESOLUTIONS[0], grey=False)
    except pypdfium2.PdfiumError:
        raise CodeTrouble(CodeProblem.DAMAGED_PDF) from None


def _rendered(page: "PdfPage", resolution: int, *, grey: bool = True) -> Grey:
    """Draw a page without its forms; a giant page is drawn smaller."""
    width, height = page.get_size()
    wanted = resolution / _POINTS
    most = (_ENOUGH / max(width * height, 1)) ** 0.5
    drawing = page.render(
        min(wanted, most), grayscale=grey, may_draw_forms=False, rev_byteorder=True
    )
    with closing(drawing) as bitmap:
        pixels = np.array(bitmap.to_numpy())
        return pixels.reshape(bitmap.height, bitmap.width) if grey else pixels[:, :, :3]


def _check_pages(pages: int) -> None:
    if pages > MOST_PAGES:
        limit = str(MOST_PAGES)
        raise CodeTrouble(CodeProblem.TOO_MANY_PAGES, pages=str(pages), limit=limit)
