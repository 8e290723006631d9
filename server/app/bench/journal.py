"""What the chained journal costs: a row added, and a row verified, beside what no chain would do.

The yardstick of adding is the same finished rows, inserted one by one into the same encrypted
file; that of verifying is a walk over the same rows that hashes and marks the bare text of each.
"""

import hashlib
import hmac
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from server.app.bench.figure import Figure, best_of
from server.app.bench.seal_practice import found, open_copy
from server.services.desk import Desk
from server.store import journal
from server.store.journal import Deed

ROWS = 20_000
ROUNDS = 3
_ALL = "select * from journal where seq > ? order by seq"
_INSERT = "insert into journal values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
_ADD_TIMES, _VERIFY_TIMES = 6.0, 3.0
_ADD_MICROSECONDS, _VERIFY_MICROSECONDS = 250.0, 100.0  # an act and its row go unnoticed


class _Undone(Exception):
    """What was tried is taken back, so that each round adds the same rows."""


def run() -> Sequence[Figure]:
    """Add and verify some thousand rows; return both beside their yardstick, and per row."""
    with TemporaryDirectory(prefix="besace-bench-") as scratch:
        folder = Path(scratch) / "cabinet"
        folder.mkdir(mode=0o700)
        found(folder, 7, 1)
        cabinet = open_copy(folder)
        try:
            desk = cabinet.desk()
            ready = _finished(desk)
            added = best_of(
                ROUNDS,
                {
                    "ours": lambda: _undone(desk, lambda: _add(desk)),
                    "bare": lambda: _undone(desk, lambda: _insert(desk, ready)),
                },
            )
            with desk.db:
                _add(desk)
            rows = journal.count(desk.db)
            verified = best_of(ROUNDS, {"ours": lambda: _verify(desk), "bare": lambda: _walk(desk)})
        finally:
            cabinet.lock()
    return (
        *_figures("add", added, ROWS, _ADD_TIMES, _ADD_MICROSECONDS),
        *_figures("verify", verified, rows, _VERIFY_TIMES, _VERIFY_MICROSECONDS),
    )


def _figures(
    name: str, taken: dict[str, float], rows: int, times: float, microseconds: float
) -> tuple[Figure, Figure]:
    return (
        Figure(f"journal.{name}", taken["ours"] / taken["bare"], times, "lower", "×"),
        Figure(f"journal.{name}_a_row", taken["ours"] / rows * 1e6, microseconds, "lower", "µs"),
    )


def _add(desk: Desk) -> None:
    """Add the rows of as many acts, as services do, in the caller's transaction."""
    for n in range(ROWS):
        deed = Deed("session.recorded", "session", f"{n:026d}", after={"n": n}, right="clinical")
        journal.append(desk.db, desk.stamp, deed)


def _undone(desk: Desk, work: Callable[[], object]) -> None:
    """Do something in one transaction that is then taken back."""
    with suppress(_Undone), desk.db:
        work()
        raise _Undone


def _finished(desk: Desk) -> list[tuple[Any, ...]]:
    """Give the rows of those acts as they end up in the file."""
    tip = journal.tip(desk.db, desk.device.id)
    rows: list[tuple[Any, ...]] = []

    def look() -> None:
        _add(desk)
        rows.extend(desk.db.execute(_ALL, (tip.seq if tip else 0,)))

    _undone(desk, look)
    return rows


def _insert(desk: Desk, rows: Sequence[tuple[Any, ...]]) -> None:
    for row in rows:
        desk.db.execute(_INSERT, row)


def _verify(desk: Desk) -> None:
    flaws = list(journal.flaws(desk.db, desk.stamp.mac_key))
    if flaws:
        raise RuntimeError(f"{len(flaws)} rows do not hold")


def _walk(desk: Desk) -> None:
    for row in desk.db.execute(_ALL, (0,)):
        digest = hashlib.sha256("\n".join(map(str, row)).encode()).hexdigest()
        hmac.new(desk.stamp.mac_key, digest.encode(), hashlib.sha256).hexdigest()
