"""The process that decodes: `python -m hardware.decoding`. Messages in, what was found out.

It holds nothing of the practice, writes no file, and may fall: `hardware.decoder` starts another.
"""

import sys
import time
from collections.abc import Callable
from itertools import islice
from typing import BinaryIO

import numpy as np

from hardware import pictures
from hardware.code_ports import CodeProblem, CodeTrouble, Found
from hardware.codes import STILL_SECONDS, read_frame, read_still
from hardware.confinement import allow_more_time, confine
from hardware.wire import Kind, frame_of, pack_found, read, write
from server.core.codes import CodeRead

UNHURRIED_SECONDS, GLANCE_SECONDS = 4.0, 0.2
"""How long a file is read page by page at leisure, and how long each page after that."""


def main() -> None:
    """Say that it is ready, then answer each message until the input ends."""
    confine()
    write(sys.stdout.buffer, Kind.FOUND, pack_found(Found()))
    serve(sys.stdin.buffer, sys.stdout.buffer, allow_more_time)


def serve(asked: BinaryIO, answers: BinaryIO, before: Callable[[], object]) -> None:
    """Answer each message of a stream; `before` is called ahead of each."""
    while message := read(asked):
        before()
        work = _frame if message.kind is Kind.FRAME else _file
        write(answers, Kind.FOUND, pack_found(work(message.body)))


def _file(body: bytes, clock: Callable[[], float] = time.monotonic) -> Found:
    """Read every page of a file, each by coarse looks first; a page without a code is no harm.

    The first pages are looked at for long. Those after them are glanced at: a thick pile without
    a code would otherwise be stopped, and lose the code of its last page.
    """
    codes: dict[CodeRead, None] = {}
    began = clock()
    try:
        for page in pictures.looks(body):
            hurried = clock() - began > UNHURRIED_SECONDS
            looks = islice(page, 1) if hurried else page
            patience = GLANCE_SECONDS if hurried else STILL_SECONDS
            found = next(filter(None, (read_still(look, clock, patience) for look in looks)), [])
            codes.update(dict.fromkeys(found))
    except CodeTrouble as trouble:
        facts = {name: str(value) for name, value in trouble.facts.items() if name != "problem"}
        return Found(tuple(codes), trouble.problem, facts)
    except MemoryError:
        return Found(tuple(codes), CodeProblem.TOO_HEAVY)
    return _all_of(codes)


def _frame(body: bytes) -> Found:
    width, height, pixels = frame_of(body)
    codes = read_frame(np.frombuffer(pixels, np.uint8).reshape(height, width))
    return _all_of(dict.fromkeys(codes))


def _all_of(codes: dict[CodeRead, None]) -> Found:
    return Found(tuple(codes), None if codes else CodeProblem.NONE_FOUND)


if __name__ == "__main__":
    main()
