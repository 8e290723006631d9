"""The memory the process takes from the system, where the C library keeps it (glibc).

The store frees all it held each time a practice is locked. With one heap for each of some twenty
threads, as glibc has it by itself, what was freed in one is no use to another and never leaves: a
program that was locked each hour of a day tripled. What is given back cannot be read later either.

Python looks for waste again and again through all that lives, and most of what lives is the program
itself, which stays: a page waited milliseconds for a search that could find nothing.
"""

import gc
from functools import cache
from typing import Any

_ARENA_MAX = -8  # mallopt(3)


@cache
def _library() -> Any:
    """Return the C library when it is one that can be told; None elsewhere."""
    import ctypes  # not for every command

    try:
        found = ctypes.CDLL(None)
    except (OSError, TypeError):  # another system: its own library does as it does
        return None
    return found if hasattr(found, "mallopt") and hasattr(found, "malloc_trim") else None


def share() -> None:
    """Let all threads take from one heap; call it before they begin."""
    library = _library()
    if library is not None:
        library.mallopt(_ARENA_MAX, 1)


def settle() -> None:
    """Search for waste once more, then leave what lives out of every later search.

    Call it once the screens are loaded; `give_back` takes all of it into account again.
    """
    gc.unfreeze()
    gc.collect()
    gc.freeze()


def give_back() -> None:
    """Return to the system what nobody holds any more, rings of objects included."""
    gc.unfreeze()
    gc.collect()
    library = _library()
    if library is not None:
        library.malloc_trim(0)
