"""The search itself finds what is hidden: a search that finds nothing proves nothing."""

import base64
import json
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import quote

import pytest

from tests.app.leaks import Search, leaks_of_process, leaks_on_disk

NAME, NISS = "Éloïse Zwartmarkerbeek", "50010199730"
BLOB = bytes(range(40, 72))
SEARCH = Search([NAME, NISS], {"card": BLOB})
needs_linux = pytest.mark.skipif(sys.platform != "linux", reason="asks the Linux kernel")


@pytest.mark.parametrize(
    "written",
    [
        NAME.encode(),
        NAME.upper().encode(),
        NAME.encode("utf-16-le"),
        NAME.upper().encode("utf-16-be"),
        NAME.encode("latin-1"),
        json.dumps(NAME).encode(),
        quote(NAME).encode(),
        base64.b64encode(b"xy" + NAME.encode() + b"z"),
        base64.b64encode(b"x" + NISS.encode()),
        b"50.01.01-997.30",
        b"500101 997 30",
        BLOB,
        BLOB.hex().encode(),
        base64.urlsafe_b64encode(b"x" + BLOB),
    ],
)
def test_every_spelling_is_found_in_the_middle_of_anything(written: bytes) -> None:
    assert SEARCH.named_in(b"\0\1before" + written + b"after\xff")


def test_what_is_not_there_is_not_found(tmp_path: Path) -> None:
    assert SEARCH.named_in(b"Eloise 50010199731 " + bytes(100)) == set()
    assert leaks_on_disk(SEARCH, [tmp_path / "gone"]) == []


def test_a_file_is_found_by_its_name_and_by_its_content(tmp_path: Path) -> None:
    (tmp_path / "x").write_text(f"a {NISS} b")
    (tmp_path / f"{NISS}.pdf").write_text("")
    assert len(leaks_on_disk(SEARCH, tmp_path.iterdir())) == 2


def deleted(tmp_path: Path) -> int:
    handle = os.open(tmp_path / "spool", os.O_RDWR | os.O_CREAT)
    (tmp_path / "spool").unlink()
    return handle


def nameless(_: Path) -> int:
    return os.memfd_create("pages")


@pytest.fixture(params=[deleted, nameless])
def handle(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[int]:
    make: Callable[[Path], int] = request.param
    made = make(tmp_path)
    yield made
    os.close(made)


@needs_linux
def test_a_deleted_and_a_nameless_open_file_are_found(handle: int) -> None:
    assert leaks_of_process(SEARCH) == []
    os.write(handle, NAME.encode())
    assert len(leaks_of_process(SEARCH)) == 1
