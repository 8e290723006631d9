"""Figure: a thousand sessions sealed into lots, beside the bare formatting and inserts.

The yardstick is taken from what a first sealing wrote: the same records from `%` templates on
ready mappings with their control digits, the same rows by `executemany`, one transaction per lot,
in a copy of the same encrypted file. It reads nothing and checks nothing.
"""

import shutil
from collections.abc import Callable, Sequence
from gc import collect
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

from server.app.bench.figure import Figure
from server.app.bench.plain_lots import PlainLot, plain_lots, write_plainly
from server.app.bench.seal_practice import found, open_copy
from server.services import lots, today
from server.services.cabinet import Cabinet

PEOPLE, VISITS = 100, 10
_ROUNDS = 5


def run() -> list[Figure]:
    """Measure; the two works take turns, each on a fresh copy, and the best of each counts."""
    with TemporaryDirectory(prefix="besace-bench-") as folder:
        made = Path(folder) / "made"
        made.mkdir()
        found(made, PEOPLE, VISITS)
        plain = _sealed_once(made)
        bare, ours, first = float("inf"), float("inf"), float("inf")
        for _ in range(_ROUNDS):
            bare = min(bare, _timed(made, lambda cabinet: write_plainly(cabinet.desk().db, plain)))
            ours = min(ours, _timed(made, lambda cabinet: lots.seal_all(cabinet.desk())))
            first = min(first, _timed(made, lambda cabinet: today.overview(cabinet.desk())))
    return [
        Figure("seal.thousand_sessions", ours / bare, 3.0, "lower", "×"),
        Figure("seal.today_screen", first * 1000, 300, "lower", "ms"),
    ]
