"""The decoding process: kept warm, killed when it tarries, replaced when it falls."""

import io
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from hardware import decoder as decoding_seen_from_outside
from hardware.code_ports import CodeProblem, Found
from hardware.decoder import Decoder
from hardware.decoding import _file, serve
from hardware.wire import MOST_BYTES, Kind, frame_size, pack_found, read, unpack_found, write
from tests.hardware.drawn import on_a_page, other, pdf, png, qr

PAGE = on_a_page(qr("inventé"))


@pytest.fixture(scope="module")
def decoder() -> Iterator[Decoder]:
    with Decoder() as decoder:
        yield decoder


def texts(found: Found) -> list[str]:
    return [code.text for code in found.codes]


def test_frames_files_and_paths_are_read(decoder: Decoder, tmp_path: Path) -> None:
    height, width = PAGE.shape
    assert texts(decoder.read_frame(width, height, PAGE.tobytes())) == ["inventé"]
    assert texts(decoder.read_file(pdf(PAGE, on_a_page(other("deux", "DataMatrix"))))) == [
        "inventé",
        "deux",
    ]
    path = tmp_path / "code.png"
    path.write_bytes(png(PAGE))
    assert texts(decoder.read_path(path)) == ["inventé"]


def test_an_image_without_code_and_a_file_that_is_none_say_so(decoder: Decoder) -> None:
    assert decoder.read_file(png(255 - 0 * PAGE)) == Found(problem=CodeProblem.NONE_FOUND)
    assert decoder.read_file(b"bonjour").problem is CodeProblem.NOT_AN_IMAGE


def test_facts_come_with_the_problem(decoder: Decoder) -> None:
    found = decoder.read_file(pdf(*[PAGE] * 31))
    assert (found.problem, found.facts) == (
        CodeProblem.TOO_MANY_PAGES,
        {"pages": "31", "limit": "30"},
    )


def test_the_same_process_serves_until_it_is_closed(decoder: Decoder) -> None:
    decoder.start()
    first = decoder._process
    decoder.read_file(b"bonjour")
    assert first is not None and decoder._process is first


def test_a_mountain_is_not_even_sent() -> None:
    decoder = Decoder(["/nowhere"])
    assert decoder.read_file(bytes(MOST_BYTES + 1)).problem is CodeProblem.TOO_HEAVY


def a_child(work: str) -> Decoder:
    """A decoder whose process greets as it should, then does what it likes."""
    hello = io.BytesIO()
    write(hello, Kind.FOUND, pack_found(Found()))
    greet = (
        f"import sys, time; out = sys.stdout.buffer; out.write({hello.getvalue()!r}); out.flush()"
    )
    return Decoder([sys.executable, "-c", f"{greet}\n{work}"])


def test_a_process_that_tarries_is_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decoding_seen_from_outside, "IMAGE_SECONDS", 0.1)
    decoder = a_child("sys.stdin.buffer.read()")
    decoder.start()
    process = decoder._process
    assert decoder.read_file(b"x").problem is CodeProblem.TOO_LONG
    assert process is not None and process.poll() is not None


@pytest.mark.parametrize(
    "work",
    [
        "sys.exit(86)",
        "sys.stdin.buffer.read(6); out.write(b'bonjour'); out.flush()",
        "sys.stdin.buffer.read(6); out.write(bytes([3, 0, 0, 0, 2]) + b'{}'); out.flush()",
    ],
)
def test_a_process_that_falls_or_speaks_nonsense_costs_a_sentence(work: str) -> None:
    decoder = a_child(work)
    assert decoder.read_file(bytes(200_000)).problem is CodeProblem.TOO_HEAVY
    assert decoder._process is None


def test_after_a_fall_another_is_started() -> None:
    with Decoder() as decoder:
        decoder.start()
        assert decoder._process is not None
        decoder._process.kill()
        assert decoder.read_file(png(PAGE)).problem is CodeProblem.TOO_HEAVY
        assert texts(decoder.read_file(png(PAGE))) == ["inventé"]


def test_a_process_that_does_not_come_up_means_no_codes_here() -> None:
    decoder = Decoder([sys.executable, "-c", "raise SystemExit(1)"])
    assert decoder.read_file(b"x").problem is CodeProblem.NO_SUPPORT


def test_the_process_answers_until_its_input_ends() -> None:
    asked, answers = io.BytesIO(), io.BytesIO()
    height, width = PAGE.shape
    write(asked, Kind.FRAME, frame_size(width, height), PAGE.tobytes())
    write(asked, Kind.FILE, png(PAGE))
    write(asked, Kind.FILE, png(PAGE)[:-200])
    asked.seek(0)
    serve(asked, answers, lambda: None)
    answers.seek(0)
    heard = [unpack_found(message.body) for message in iter(lambda: read(answers), None)]
    assert [texts(found) for found in heard] == [["inventé"], ["inventé"], []]
    assert heard[2].problem is CodeProblem.DAMAGED


def test_memory_that_runs_out_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    def runs_out(_: bytes) -> None:
        raise MemoryError

    monkeypatch.setattr("hardware.pictures.looks", runs_out)
    asked, answers = io.BytesIO(), io.BytesIO()
    write(asked, Kind.FILE, b"x")
    asked.seek(0)
    serve(asked, answers, lambda: None)
    assert CodeProblem.TOO_HEAVY.encode() in answers.getvalue()


def test_of_a_thick_pile_the_last_page_is_still_glanced_at() -> None:
    """Each look at the clock is a second: the pages at the front have used their time up."""
    seconds = iter(range(10_000))
    blank = on_a_page()
    pile = pdf(*[blank] * 11, PAGE)
    assert texts(_file(pile, lambda: float(next(seconds)))) == ["inventé"]
    assert next(seconds) < 60
