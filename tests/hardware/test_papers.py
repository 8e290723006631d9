"""Paper made ready by its process: pages, one PDF, and a sentence for the rest."""

import io
import sys
from collections.abc import Iterator

import pypdfium2
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from hardware.code_ports import CodeProblem, Found
from hardware.framing import Garbled
from hardware.page_wire import (
    ADVICE,
    How,
    Page,
    pack_bundle,
    pack_page,
    pack_sheet,
    unpack_bundle,
    unpack_page,
    unpack_sheet,
)
from hardware.papers import Papers
from hardware.preparing import serve
from hardware.wire import MOST_BYTES, Kind, pack_found, write
from server.core.leaves import Leaf
from server.core.sheets import Sheet
from server.simulators.scanner.judge import Wanted
from server.simulators.scanner.sheets import draw


def sheet(pixels: str = "RGB", tilt: float = 2.0, dpi: int = 150, number: int = 1) -> Sheet:
    return Sheet(draw(Wanted(True, pixels, dpi, 2480, 3508, False), number, tilt), dpi)


@pytest.fixture(scope="module")
def papers() -> Iterator[Papers]:
    with Papers() as made:
        yield made


def test_a_sheet_is_made_ready_in_its_colours(papers: Papers) -> None:
    made = papers.ready(sheet())
    assert made.found == Found()
    page = Image.open(io.BytesIO(made.pages[0].jpeg))
    assert (page.mode, page.size) == ("RGB", (1240, 1754))
    assert made.pages[0].score >= 80


def test_grey_paper_stays_grey_and_fine_scans_are_made_smaller(papers: Papers) -> None:
    made = papers.ready(sheet("L", dpi=300))
    page = Image.open(io.BytesIO(made.pages[0].jpeg))
    assert (page.mode, page.size) == ("L", (1653, 2339))
    assert len(made.pages[0].jpeg) < 300_000


def test_a_sheet_of_the_system_s_scanners_is_read_too(papers: Papers) -> None:
    raw = io.BytesIO()
    Image.open(io.BytesIO(sheet().data)).save(raw, "PPM")
    assert papers.ready(Sheet(raw.getvalue(), 150)).pages


def test_a_photo_is_cut_out(papers: Papers) -> None:
    paper = Image.open(io.BytesIO(sheet(tilt=0.0).data))
    table = Image.new("RGB", (1700, 2200), (60, 50, 40))
    table.paste(paper, (220, 210))
    photo = io.BytesIO()
    table.save(photo, "JPEG")
    made = papers.ready(Sheet(photo.getvalue(), 200), photo=True)
    width, height = Image.open(io.BytesIO(made.pages[0].jpeg)).size
    assert abs(width - paper.width) < 25
    assert abs(height - paper.height) < 40


@pytest.mark.row("MAIIA-34")
def test_pages_become_one_small_pdf_that_holds_their_very_bytes(papers: Papers) -> None:
    jpegs = [papers.ready(sheet(number=n)).pages[0].jpeg for n in (1, 2, 3)]
    bound = papers.bound(jpegs)
    assert len(bound) < sum(map(len, jpegs)) * 1.05
    assert all(jpeg[2:] in bound for jpeg in jpegs)
    assert papers.bound(jpegs) == bound
    document = pypdfium2.PdfDocument(bound)
    width, height = document[0].get_size()
    assert (len(document), round(width), round(height)) == (3, 595, 842)
    shown = papers.pages(bound)
    assert (len(shown.pages), shown.found) == (3, Found())


@pytest.mark.row("MAIIA-34")
def test_a_page_is_turned_then_cut_and_joined_again(papers: Papers) -> None:
    bound = papers.bound([papers.ready(sheet(number=n)).pages[0].jpeg for n in (1, 2)])
    leaves = [Leaf(1), Leaf(2, 90, (0, 0, 500, 1000))]
    drawn = papers.revised(bound, leaves)
    assert drawn.found == Found()
    sizes = [Image.open(io.BytesIO(page.jpeg)).size for page in drawn.pages]
    assert sizes[0][0] < sizes[0][1]
    document = pypdfium2.PdfDocument(drawn.pdf)
    assert [tuple(map(round, page.get_size())) for page in document] == [(595, 842), (421, 595)]


def test_a_page_that_is_not_there_cannot_be_seen_otherwise(papers: Papers) -> None:
    bound = papers.bound([papers.ready(sheet()).pages[0].jpeg])
    drawn = papers.revised(bound, [Leaf(2)])
    assert (drawn.pdf, drawn.found.problem) == (b"", CodeProblem.DAMAGED)


def test_what_is_no_page_is_not_bound(papers: Papers) -> None:
    assert papers.bound([b"no jpeg"]) == b""


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"MZ", CodeProblem.NOT_AN_IMAGE),
        (b"%PDF-1.7 broken", CodeProblem.DAMAGED_PDF),
        (bytes(MOST_BYTES + 1), CodeProblem.TOO_HEAVY),
    ],
)
def test_a_file_that_cannot_be_shown_says_why(
    papers: Papers, data: bytes, problem: CodeProblem
) -> None:
    made = papers.pages(data)
    assert (made.pages, made.found.problem) == ((), problem)


def test_a_process_that_falls_or_lies_is_a_sentence() -> None:
    hello = io.BytesIO()
    write(hello, Kind.FOUND, pack_found(Found()))
    lie = io.BytesIO()
    write(lie, Kind.PAGE, b"\x65\x00no picture")
    write(lie, Kind.FOUND, pack_found(Found()))
    for word, problem in ((lie.getvalue(), CodeProblem.TOO_HEAVY), (b"", CodeProblem.TOO_HEAVY)):
        work = (
            f"import sys; out = sys.stdout.buffer; out.write({hello.getvalue()!r}); out.flush()\n"
            f"sys.stdin.buffer.read(5); out.write({word!r}); out.flush()"
        )
        with Papers([sys.executable, "-c", work]) as liar:
            assert liar.pages(b"%PDF-").found.problem is problem


def test_a_stream_of_questions_is_answered_in_its_own_process_too() -> None:
    """The loop of the process, run here so that it is measured."""
    asked, answers = io.BytesIO(), io.BytesIO()
    one = sheet()
    write(asked, Kind.SHEET, pack_sheet(How(one.dpi, photo=True)), one.data)
    write(asked, Kind.FILE, one.data)
    write(asked, Kind.FILE, b"MZ")
    write(asked, Kind.BIND, pack_bundle([one.data]))
    asked.seek(0)
    serve(asked, answers, lambda: None)
    assert answers.getvalue().count(b'"problem": null') == 3


@given(st.integers(0, 100), st.sets(st.sampled_from(ADVICE)), st.binary())
def test_a_page_comes_through_as_it_was(score: int, advice: set[str], tail: bytes) -> None:
    page = Page(b"\xff\xd8" + tail, score, tuple(word for word in ADVICE if word in advice))
    assert unpack_page(pack_page(page)) == page


@given(st.binary(max_size=20))
def test_a_stranger_s_page_is_a_page_or_garbled(body: bytes) -> None:
    try:
        page = unpack_page(body)
    except Garbled:
        return
    assert pack_page(page) == body


@given(st.lists(st.binary()), st.integers(1, 1200), st.booleans())
def test_bundles_and_sheets_come_through_as_they_were(
    pages: list[bytes], dpi: int, photo: bool
) -> None:
    assert unpack_bundle(pack_bundle(pages)) == pages
    assert unpack_sheet(pack_sheet(How(dpi, photo)) + b"x") == (How(dpi, photo), b"x")
