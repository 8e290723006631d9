"""Figures of conventions: a table imported beside the bare csv module, a large one, and matching.

The yardstick reads the same bytes with `csv` and writes them by one `executemany` into a bare table
of the same encrypted file: it judges nothing, compares nothing and cannot be undone.
"""

import csv
import io
import secrets
import sys
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from gc import collect
from itertools import count
from pathlib import Path
from subprocess import run as start
from tempfile import TemporaryDirectory
from time import perf_counter, thread_time

import apsw

from server.app import reference
from server.app.bench import convention_rows
from server.app.bench.figure import Figure
from server.app.bench.seal_practice import Evening
from server.app.demo_france import FORM
from server.countries.france.convention_match import Need
from server.services.cabinet import Cabinet
from server.services.convention_import import confirm, pieces_of, read, sweep
from server.services.convention_search import find
from server.services.doorstep import REFERENCE
from server.store.keys import Cost

USUAL_BYTES, LARGE_BYTES = 400_000, 100_000_000
MANY_ROWS, LOOKS = 50_000, 2_000
_ROUNDS = 9
_NAMES = ", ".join(f"c{n}" for n in range(22))
_MARKS = ", ".join("?" * 22)
_CHEAP = Cost(19 * 1024, 2, 1)
_BUILT_ON = date(2026, 2, 1)
_DAY = date(2026, 3, 10)


def run(large: int = LARGE_BYTES) -> list[Figure]:
    """Measure: the usual table in turns with its yardstick, then the large one, then matching."""
    with TemporaryDirectory(prefix="besace-bench-") as folder:
        cabinet = found(Path(folder))
        try:
            ours, bare = usual(cabinet)
            looks = matching(cabinet)
        finally:
            cabinet.lock()
    return [
        Figure("conventions.usual_import", ours / bare, 2.5, "lower", "×"),
        Figure("conventions.usual_seconds", ours, 2.0, "lower", "s"),
        Figure("conventions.large_memory", memory_of(large), 120.0, "lower", "MB"),
        Figure("conventions.match_p95", looks, 1.0, "lower", "ms"),
    ]


def found(folder: Path) -> Cabinet:
    """Make and open a fabricated French practice in an empty folder."""
    reference.build(folder / REFERENCE, demo=True)
    cabinet = Cabinet(folder, Evening(), secrets.token_bytes, _BUILT_ON, _CHEAP)
    cabinet.create(FORM)
    cabinet.unlock(cabinet.logins()[0].id, FORM.passphrase)
    return cabinet


def usual(cabinet: Cabinet, rounds: int = _ROUNDS) -> tuple[float, float]:
    """Return the best seconds of an import confirmed, and of the bare one, the disk included.

    What is swept away afterwards is counted for neither.
    """
    content, turn = _of_size(USUAL_BYTES), count(1)
    db = cabinet.desk().db
    db.execute(f"create table bench_bare ({_NAMES})")
    works: Mapping[str, tuple[Callable[[], object], Callable[[], object]]] = {
        "bare": (lambda: _plainly(db, content), lambda: db.execute("delete from bench_bare")),
        "ours": (
            lambda: _imported(cabinet, content, next(turn)),
            lambda: sweep(cabinet.desk()),
        ),
    }
    best = dict.fromkeys(works, float("inf"))
    for _ in range(rounds):
        for name, (work, clear) in works.items():
            collect()
            began = perf_counter()
            work()
            best[name] = min(best[name], perf_counter() - began)
            clear()
    return best["ours"], best["bare"]


def matching(cabinet: Cabinet, rows: int = MANY_ROWS, looks: int = LOOKS) -> float:
    """Return the milliseconds under which nineteen looks of twenty stay, among so many rows."""
    _confirmed(cabinet, "C-Bench beaucoup.csv", convention_rows.table(rows))
    desk, times = cabinet.desk(), []
    for look in range(looks):
        rank = look * (rows // looks)
        need = Need(_DAY, "RO", "T", convention_rows.body(rank))
        if look % 2:
            need = replace(need, type="OC", number=str(100_000_000 + 7 * rank))
        began = thread_time()  # ours alone: a busy machine changes nothing
        find(desk, need)
        times.append(1_000 * (thread_time() - began))
    return sorted(times)[int(0.95 * len(times))]


def memory_of(size: int) -> float:
    """Return the megabytes a process of its own takes at most while it imports a large table."""
    done = start(  # noqa: S603 - our own interpreter, our own module
        [sys.executable, "-m", "server.app.bench.convention_memory", str(size)],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    return float(done.stdout)


def _confirmed(cabinet: Cabinet, name: str, content: bytes) -> None:
    confirm(cabinet.desk(), read(cabinet.desk(), name, pieces_of(content)).id)


def _imported(cabinet: Cabinet, content: bytes, turn: int) -> None:
    """Import a table that differs from the last in one row, as a real one does in a few."""
    fresh = convention_rows.line(1_000_000 + turn).encode("latin-1") + b"\r\n"
    _confirmed(cabinet, "C-Bench.csv", content + fresh)


def _plainly(db: apsw.Connection, content: bytes) -> None:
    rows = csv.reader(io.StringIO(content.decode("latin-1"), newline=""), delimiter=";")
    with db:
        db.executemany(f"insert into bench_bare values ({_MARKS})", rows)  # noqa: S608 - marks


def _of_size(size: int) -> bytes:
    rows = size * 1_000 // len(convention_rows.table(1_000))
    return convention_rows.table(rows)
