"""Rows 19 and 20: images and PDF files made to harm, given to the real decoding process."""

import io
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pypdfium2
import pytest
from PIL import Image
from pypdf import PdfWriter
from pypdf.actions import JavaScript
from pypdf.generic import NameObject, StreamObject

from hardware import decoder as program_side
from hardware.code_ports import CodeProblem, Found
from hardware.decoder import Decoder
from tests.hardware.drawn import on_a_page, pdf, png, qr, saved

PAGE = on_a_page(qr("inventé"))
MEGABYTE = 1_000_000
IMAGE_MEMORY, IMAGE_SECONDS = 300 * MEGABYTE, 3.0


@pytest.fixture
def decoder() -> Iterator[Decoder]:
    with Decoder() as decoder:
        decoder.start()
        yield decoder


def peak(decoder: Decoder) -> int:
    """The most memory the decoding process ever held, in bytes."""
    assert decoder._process is not None
    status = Path(f"/proc/{decoder._process.pid}/status")
    if not status.exists():
        pytest.skip("this system does not tell the memory of a process in /proc")
    (line,) = [line for line in status.read_text().splitlines() if line.startswith("VmHWM")]
    return int(line.split()[1]) * 1024


def jpeg_that_claims(side: int) -> bytes:
    """A small JPEG whose header says it is a giant."""
    data = bytearray(saved(Image.new("L", (16, 16)), "JPEG"))
    start = data.index(b"\xff\xc0") + 5
    data[start : start + 4] = side.to_bytes(2, "big") * 2
    return bytes(data)


def giant(side: int, mode: str = "1") -> bytes:
    return saved(Image.new(mode, (side, side)), "PNG")


def animated() -> bytes:
    frames = [Image.new("P", (200, 200), n % 250) for n in range(1500)]
    return saved(frames[0], "GIF", save_all=True, append_images=frames[1:])


HARMFUL = {
    "a bomb of 20 032 by 20 032": (giant(20_032), CodeProblem.TOO_LARGE),
    "a header of 65 535 by 65 535": (jpeg_that_claims(65_535), CodeProblem.TOO_LARGE),
    "a hundred megapixels": (giant(10_000, "L"), CodeProblem.TOO_LARGE),
    "forty megapixels in colours": (giant(6_400, "RGB"), CodeProblem.TOO_LARGE),
    "the largest that is taken, in colours": (giant(5_400, "RGB"), CodeProblem.NONE_FOUND),
    "the same, transparent": (giant(5_400, "RGBA"), CodeProblem.NONE_FOUND),
    "the largest that is taken, in grey": (giant(7_000, "L"), CodeProblem.NONE_FOUND),
    "a photo of fifty megapixels": (
        saved(Image.new("RGB", (7_000, 7_000)), "JPEG"),
        CodeProblem.NONE_FOUND,
    ),
    "an animation": (animated(), CodeProblem.NONE_FOUND),
    "an image cut short": (png(PAGE)[:-300], CodeProblem.DAMAGED),
    "an image that is also a page of the web": (
        png(PAGE) + b"<html><script>fetch('http://127.0.0.1')</script>",
        None,
    ),
    "an image that is also a PDF": (png(PAGE) + pdf(255 - 0 * PAGE), None),
    "a script that claims to be an image": (b"<svg onload='x()'/>", CodeProblem.NOT_AN_IMAGE),
    "bytes": (np.random.default_rng(1).bytes(100_000), CodeProblem.NOT_AN_IMAGE),
}


@pytest.mark.parametrize("name", HARMFUL)
def test_row_19_a_harmful_image_costs_little_and_one_sentence(decoder: Decoder, name: str) -> None:
    data, expected = HARMFUL[name]
    start = time.monotonic()
    found = decoder.read_file(data)
    assert time.monotonic() - start < IMAGE_SECONDS
    assert peak(decoder) < IMAGE_MEMORY
    assert found.problem is expected
    assert [code.text for code in found.codes] == ([] if expected else ["inventé"])


def test_row_19_an_image_that_takes_too_long_is_given_up(
    decoder: Decoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(program_side, "IMAGE_SECONDS", 0.02)
    noise = np.random.default_rng(1).integers(0, 256, (2000, 3000)).astype(np.uint8)
    assert decoder.read_file(png(noise)).problem is CodeProblem.TOO_LONG


def written(writer: PdfWriter) -> bytes:
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def begun() -> PdfWriter:
    return PdfWriter(clone_from=io.BytesIO(pdf(PAGE)))


def with_image(filter_name: str, data: bytes) -> bytes:
    """A page whose picture is in a form we did not choose."""
    writer = begun()
    image = writer.pages[0]["/Resources"]["/XObject"].values()  # type: ignore[index]  # of pypdf
    stream = next(iter(image)).get_object()
    assert isinstance(stream, StreamObject)
    stream[NameObject("/Filter")] = NameObject(filter_name)
    stream._data = data
    return written(writer)


def many_pages() -> bytes:
    writer = PdfWriter()
    for _ in range(10_000):
        writer.add_blank_page(100, 100)
    return written(writer)


def nested(depth: int) -> bytes:
    """A PDF whose catalogue holds arrays in arrays."""
    body = b"%PDF-1.4\n1 0 obj\n<< /Type /Catalog /Pages 2 0 R /X " + b"[" * depth + b"]" * depth
    body += b" >>\nendobj\n2 0 obj\n<< /Type /Pages /Kids [] /Count 0 >>\nendobj\n"
    return body + b"trailer << /Root 1 0 R >>\n%%EOF\n"


def locked() -> bytes:
    writer = begun()
    writer.encrypt("secret", algorithm="RC4-128")
    return written(writer)


def busy(lines: int) -> bytes:
    """A page that asks for more drawing than any page does."""
    writer = PdfWriter()
    page = writer.add_blank_page(595, 842)
    content = StreamObject()
    content._data = b"0 0 m 500 800 500 10 9 700 c S 3 w\n" * lines
    page[NameObject("/Contents")] = writer._add_object(content)
    return written(writer)


def outcome(found: Found) -> object:
    return found.problem or [code.text for code in found.codes]


def test_row_20_ten_thousand_pages_are_too_many(decoder: Decoder) -> None:
    assert outcome(decoder.read_file(many_pages())) is CodeProblem.TOO_MANY_PAGES


@pytest.mark.parametrize("depth", [100, 100_000, 3_000_000])
def test_row_20_arrays_in_arrays_cost_a_sentence(decoder: Decoder, depth: int) -> None:
    found = decoder.read_file(nested(depth))
    assert found.codes == ()
    assert found.problem is not None


@pytest.mark.parametrize("kind", ["/JBIG2Decode", "/JPXDecode", "/CCITTFaxDecode", "/DCTDecode"])
def test_row_20_pictures_of_rare_kinds_break_nothing(decoder: Decoder, kind: str) -> None:
    found = decoder.read_file(with_image(kind, np.random.default_rng(3).bytes(50_000)))
    assert found.codes == ()
    assert outcome(decoder.read_file(png(PAGE))) == ["inventé"]


def test_row_20_no_script_runs_and_nothing_is_called(decoder: Decoder) -> None:
    assert not set(pypdfium2.PDFIUM_INFO.flags) & {"V8", "XFA"}
    with socket.create_server(("127.0.0.1", 0)) as canary:
        canary.settimeout(0.2)
        address = f"http://127.0.0.1:{canary.getsockname()[1]}/"
        writer = begun()
        writer.add_open_action(
            JavaScript(f"app.launchURL('{address}'); this.submitForm('{address}')")
        )
        writer.add_attachment("contrat.exe", b"MZ" * 1000)
        assert outcome(decoder.read_file(written(writer))) == ["inventé"]
        with pytest.raises(TimeoutError):
            canary.accept()


def test_row_20_a_locked_pdf_is_said_to_be_locked(decoder: Decoder) -> None:
    assert outcome(decoder.read_file(locked())) is CodeProblem.LOCKED_PDF


def test_row_20_a_page_that_takes_too_long_is_given_up(
    decoder: Decoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(program_side, "PAGES_SECONDS", 0.5)
    assert decoder.read_file(busy(400_000)).problem is CodeProblem.TOO_LONG
    assert outcome(decoder.read_file(png(PAGE))) == ["inventé"]
