"""Words on a page by tesseract, where it is: a child with limits that nothing of ours waits for."""

import io
import os
import stat
import sys
from pathlib import Path

import pytest
from PIL import Image, ImageDraw, ImageFont

from hardware import ocr
from hardware.ocr import Ocr
from hardware.papers import Papers


def page(*lines: str) -> bytes:
    """A page of A4 at 200 dots an inch with these lines on it, as a JPEG."""
    image = Image.new("L", (1654, 2339), 255)
    draw, font = ImageDraw.Draw(image), ImageFont.load_default(46)
    for rank, line in enumerate(lines):
        draw.text((150, 200 + 110 * rank), line, fill=0, font=font)
    out = io.BytesIO()
    image.save(out, "JPEG", quality=80, dpi=(200, 200))
    return out.getvalue()


def pretended(folder: Path, does: str) -> Ocr:
    """A program in place of tesseract."""
    program = folder / "tesseract"
    program.write_text(f"#!{sys.executable}\nimport os, sys, time\n{does}\n")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    return Ocr(find=lambda _: str(program))


LISTS = "if '--list-langs' in sys.argv: print('List:\\nfra\\nnld\\nosd'); sys.exit()\n"


@pytest.mark.device
def test_the_words_of_a_page_are_read_by_the_real_program() -> None:
    real = Ocr()
    if "fra" not in real.languages:
        pytest.skip("the packages tesseract-ocr and tesseract-ocr-fra are not installed")
    with Papers() as papers:
        (drawn,) = papers.legible(page("Dr Anne Willems", "18 séances de kinésithérapie"))
    text = real.words(drawn)
    assert "Anne Willems" in text
    assert "18" in text


def test_without_the_program_there_are_no_words(tmp_path: Path) -> None:
    absent = Ocr(find=lambda _: None)
    assert (absent.installed, absent.languages, absent.words(b"x")) == (False, [], "")
    broken = tmp_path / "tesseract"
    broken.touch(0o600)
    assert Ocr(find=lambda _: str(broken)).languages == []


def test_a_program_without_our_languages_reads_nothing(tmp_path: Path) -> None:
    english = pretended(tmp_path, "print('List:\\neng')")
    assert (english.installed, english.languages, english.words(b"x")) == (True, [], "")


def test_the_picture_goes_in_by_its_input_and_both_languages_are_asked(tmp_path: Path) -> None:
    told = pretended(tmp_path, LISTS + "print(sys.argv[1:], len(sys.stdin.buffer.read()))")
    text = told.words(b"x" * 300_000)
    assert "'stdin', 'stdout', '-l', 'fra+nld'" in text
    assert "300000" in text


def test_a_program_that_tarries_is_ended_and_what_it_said_before_counts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ocr, "PAGE_SECONDS", 0.3)
    slow = pretended(tmp_path, LISTS + "print('un mot', flush=True); time.sleep(60)")
    assert slow.words(b"x").strip() == "un mot"


def test_a_program_that_never_stops_talking_is_cut_off(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ocr, "MOST_TEXT", 1000)
    endless = pretended(tmp_path, LISTS + "\nwhile True: print('mot ' * 100)")
    assert len(endless.words(b"x")) == 1000


@pytest.mark.skipif(sys.platform != "linux", reason="these limits are Linux's")
def test_the_child_keeps_to_limits_of_memory_and_files(tmp_path: Path) -> None:
    does = LISTS + (
        "import resource as r\nsys.stdin.buffer.read()\n"
        "print(r.getrlimit(r.RLIMIT_DATA)[0], r.getrlimit(r.RLIMIT_FSIZE)[0], len(os.environ))"
    )
    data, files, variables = pretended(tmp_path, does).words(b"x").split()
    assert (int(data), int(files)) == (ocr.MEMORY, 0)
    assert int(variables) < len(os.environ) + 8


def test_a_file_that_is_no_paper_has_no_page_to_read() -> None:
    with Papers() as papers:
        assert list(papers.legible(b"no paper")) == []
        assert len(papers.legible(page("un")) or ()) == 1
