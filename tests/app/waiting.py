"""Waiting for what other threads and processes do: short looks, and an end to patience."""

import time
from collections.abc import Callable
from threading import Event
from typing import TypeVar

T = TypeVar("T")


def until(look: Callable[[], T], within: float = 20.0) -> T:
    """Look every 20 ms until something true is seen, and return it; fail after `within` seconds."""
    end = time.monotonic() + within
    while not (seen := look()):
        assert time.monotonic() < end, f"still {seen!r} after {within} s"
        Event().wait(0.02)
    return seen
