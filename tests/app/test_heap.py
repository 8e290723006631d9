import ctypes
import gc
import subprocess
import sys
import weakref
from pathlib import Path

import pytest

from server.app import heap

ROOT = Path(__file__).parents[2]
CHILD = """
from pathlib import Path
from server.app import heap
def held():
    told = Path("/proc/self/statm").read_text().split()
    return int(told[1]) * 4096 >> 20
heap.share()
blocks = [bytes(2000) for _ in range(30_000)]
full = held()
blocks = blocks[::200]
heap.give_back()
print(full - held())
"""


@pytest.mark.skipif(not hasattr(ctypes.CDLL(None), "malloc_trim"), reason="another C library")
def test_what_nobody_holds_any_more_leaves_the_process() -> None:
    done = subprocess.run(
        [sys.executable, "-c", CHILD], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert int(done.stdout) > 30, "of sixty megabytes, all but one block in two hundred was freed"


class Ring:
    """An object only a search for waste can free: it holds itself."""

    def __init__(self) -> None:
        self.me = self


def test_what_lives_is_searched_no_more_until_the_practice_closes() -> None:
    ring = Ring()
    seen = weakref.ref(ring)
    heap.settle()
    try:
        assert gc.get_freeze_count() > 10_000
        del ring
        gc.collect()
        assert seen() is not None
    finally:
        heap.give_back()
    assert seen() is None
    assert gc.get_freeze_count() == 0


@pytest.mark.parametrize("library", [object(), None])
def test_a_library_that_cannot_be_told_is_left_alone(
    library: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    def load(_: None) -> object:
        if library is None:
            raise OSError
        return library

    heap._library.cache_clear()
    monkeypatch.setattr(ctypes, "CDLL", load)
    try:
        heap.share()
        heap.give_back()
        assert heap._library() is None
    finally:
        heap._library.cache_clear()
