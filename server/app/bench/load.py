"""Figures: a practice of a million sessions beside the same practice with a hundredth of its past.

Both are served by the real program, each in its own process, and looked at by the real client in
turns. Every page of the product is measured: `_PAGES` names an address for each route, and a route
it does not name is a mistake. The yardsticks are an empty request and the small practice, in the
same run; the work of a day is the same in both.
"""

import os
import shutil
import socket
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import timedelta
from gc import collect
from pathlib import Path
from statistics import quantiles
from tempfile import TemporaryDirectory
from threading import Thread
from time import perf_counter

from server.app.bench import big_practice
from server.app.bench.big_practice import FULL, HUNDREDTH, StillClock
from server.app.bench.big_visitor import Server, Visitor, serving
from server.app.bench.figure import Figure
from server.app.demo_practice import PASSPHRASE
from server.services import lots
from server.services.cabinet import Cabinet

FOLDER = "BESACE_BENCH_FOLDER"
"""Environment: where the two practices are kept as they were made; by default they are not."""

LOOKS, ROUNDS = 20, 8  # at each page; the best round counts, a busy moment touches all alike
DAYS = 12  # of sealing
EMPTY = "frame/awake"
HOURS_WARM, HOURS = 2, 24
_LATER = timedelta(days=3)  # when the day's work begins: after the hours of the memory
_TIMES_EMPTY, _TIMES_SMALL, _SEARCH_MS, _GROWTH = 5.0, 1.5, 20.0, 1.05
TYPED = ("d", "du", "dub", "duboi", "ame", "claes ch", "zoe", "60.01.02", "1955", "A-512")

LISTS: Mapping[str, Sequence[str]] = {
    "today.index": ("today/",),
    "tray.index": ("tray/",),
    "patients.index": ("patients/", "patients/?after={patient}"),
    "patients.show": ("patients/{patient}",),
    "series.show": ("series/{series}",),
    "lots.index": ("lots/", "lots/?before={lot}"),
    "lots.show": ("lots/{lot}",),
    "ledger.index": (
        "ledger/", "ledger/?after={line}", "ledger/?which=paid", "ledger/?which=waiting",
        "ledger/?which=under_way", "ledger/?which=refused",
    ),
    "refusals.index": ("refusals/", "refusals/?after={refused}"),
    "finances.index": ("finances/", "finances/?after={awaited}"),
    "connection.index": ("connection/",),
    "amounts.index": ("amounts/",),
    "addresses.show": ("addresses/{patient}",),
    "alarms.index": ("alarms/",),
    "alarms.show": ("alarms/{patient}",),
    "notes.show": ("notes/{patient}",),
    "particulars.show": ("particulars/{patient}",),
}  # fmt: skip
"""Pages that list: no slower than five empty requests."""

OTHERS: Mapping[str, Sequence[str]] = {
    "billing.index": ("billing/",),  # it rehearses the day's lots: work, not a list
    "billing.sealed": ("billing/sealed?lot={lot}",),
    "cards.arrived": ("cards/arrived?subject={patient}",),
    "cards.choice": ("cards/choice",),
    "cards.cleared": ("cards/cleared",),
    "cards.failed": ("cards/failed?subject=card.unreadable",),
    "cards.index": ("cards/",),
    "cards.namesake": ("cards/namesake?subject={user}",),
    "cards.owner": ("cards/owner?subject=nobody",),
    "codes.camera": ("codes/camera",),
    "codes.drawn": ("codes/reader/code.svg",),
    "codes.found": ("codes/found",),
    "codes.index": ("codes/",),
    "codes.reader": ("codes/reader",),
    "diagnosis.index": ("help/diagnosis/",),
    "finances.recorded": ("finances/recorded?payment={payment}&lot={lot}",),
    "frame.awake": (EMPTY,),
    "frame.lamp": ("frame/lamp",),
    "frame.line": ("frame/line",),
    "help.keys": ("help/keys",),
    "ledger.proof": ("ledger/proof/{letter}",),
    "lots.sent": ("lots/{lot}/sent",),
    "backups.index": ("options/backups/",),
    "journal.index": ("journal/",),
    "mandates.index": ("options/mandates/",),
    "devices.index": ("options/devices/",),
    "tray.folder": ("tray/folder",),
    "tray.mail": ("tray/mail",),
    "options.index": ("options/",),
    "past.show": ("past/{patient}",),
    "patients.edit": ("patients/{patient}/edit",),
    "patients.new": ("patients/new",),
    "refusals.replaced": ("refusals/replaced/{session}",),
    "keycards.index": ("options/card-code/",),
    "scan.index": ("scan/",),
    "scan.progress": ("scan/progress",),
    "safety.index": ("options/security/",),
    "search.index": ("search/",),
    "series.new": ("series/of/{patient}/new",),
    "sessions.document": ("sessions/{session}/document.pdf",),
    "sessions.new": ("sessions/new",),
    "sessions.paper": ("sessions/{session}/paper",),
    "sessions.show": ("sessions/{session}",),
    "sessions.visit": ("sessions/of/{series}",),
    "setup.index": ("options/setup/",),
    "setup.reader": ("options/setup/reader",),
    "users.card": ("options/users/{user}/card",),
    "users.index": ("options/users/",),
    "users.new": ("options/users/new",),
    "users.show": ("options/users/{user}",),
}

UNSEEN: Mapping[str, str] = {
    "static": "files of the program",
    "stream.events": "an answer that never ends",
    "gate.index": "leads elsewhere while the practice is open",
    "gate.card": "before unlocking",
    "gate.door": "before unlocking",
    "gate.new": "before there is a practice",
    "restore.index": "before there is a practice",
    "gate.recovery": "the first run",
    "gate.rekeying": "while the practice is encrypted again",
    "proof.ask": "a form kept until a passphrase is typed",
    "tray.show": "a received document: the practices of this bench have none",
    "tray.picture": "a page of one",
    "tray.original": "the file of one",
    "tray.corrected": "its pages turned and cut",
    "devices.fallen": "the watched folder: none is, where papers are not let in",
    "devices.mailed": "the mailbox for papers: none is, where papers are not let in",
    "codes.frame": "what a camera sees: none is on",
    "demo.index": "the toys of `besace demo`",
    "assessments.index": "of a practice of France",
    "conventions.columns": "of a practice of France",
    "conventions.index": "of a practice of France",
    "conventions.new": "of a practice of France",
    "conventions.reading": "of a practice of France",
    "conventions.show": "of a practice of France",
    "convention_check.index": "of a practice of France",
    "covers.show": "of a practice of France: those of this bench are Belgian",
    "enrolment.index": "of a practice of France",
    "enrolment.letter": "of a practice of France",
    "enrolment.paper": "of a practice of France",
    "file_papers.documents": "of a practice of France",
    "file_papers.letters": "of a practice of France",
    "file_papers.prescriptions": "of a practice of France",
    "french_papers.document": "of a practice of France",
    "french_papers.show": "of a practice of France",
    "french_returns.index": "of a practice of France",
    "french_returns.show": "of a practice of France",
    "invoices.show": "of a practice of France",
    "invoicing.index": "of a practice of France",
    "invoicing.show": "of a practice of France",
    "legal_tables.index": "of a practice of France",
    "notices.index": "of a practice of France",
    "payers.index": "of a practice of France",
    "payers.new": "of a practice of France",
    "payers.show": "of a practice of France",
    "rights.show": "of a practice of France",
    "secure_tp.show": "of a practice of France",
    "signing.show": "of a practice of France",
    "transmission.index": "of a practice of France",
    "transmission.lot": "of a practice of France",
}
"""Routes that are no page of an open practice, and why."""

Times = Mapping[str, Sequence[float]]


def run() -> list[Figure]:
    """Measure; both practices are made first, which takes a few minutes."""
    with _practices() as (small, big):
        return [*_screens(small, big), *_memory(big), *_works(small, big)]


@contextmanager
def _practices() -> Iterator[tuple[Path, Path]]:
    """Give both practices, to be used up by one run."""
    with TemporaryDirectory(prefix="besace-bench-") as mine:
        made = []
        for people in (HUNDREDTH, FULL):
            folder = Path(mine) / f"practice-{people}"
            kept = os.environ.get(FOLDER)
            source = Path(kept) / folder.name if kept else folder
            if not source.exists():
                source.mkdir(mode=0o700, parents=True)
                big_practice.found(source, people)
            if kept:
                shutil.copytree(source, folder)
            made.append(folder)
        yield made[0], made[1]


def _screens(small: Path, big: Path) -> list[Figure]:
    """Look at every page of both practices, in turns."""
    keys = [keys_of(folder) for folder in (small, big)]
    with serving(small) as little, serving(big) as large:
        opening = _openings(little, large)
        for server in (little, large):
            server.order("settle")
        know_every_route(large.routes)
        pages = {**LISTS, **OTHERS}
        looks = {page: _p95s((little, large), keys, texts) for page, texts in pages.items()}
        search = _p95s((little, large), keys, TYPED, Visitor.search)
    empty = looks["frame.awake"][1]
    figures = [Figure("load.empty_request", empty * 1000, 3.0, "lower", "ms"), opening]
    for page in LISTS:
        figures.append(
            Figure(f"load.{page} beside empty", looks[page][1] / empty, _TIMES_EMPTY, "lower", "×")
        )
    for page, (less, more) in looks.items():
        figures.append(Figure(f"load.{page} grown", more / less, _TIMES_SMALL, "lower", "×"))
    figures.append(Figure("load.search", search[1] * 1000, _SEARCH_MS, "lower", "ms"))
    figures.append(Figure("load.search grown", search[1] / search[0], _TIMES_SMALL, "lower", "×"))
    return figures


def know_every_route(routes: Collection[str]) -> None:
    """Raise `LookupError` when a route of the product is measured nowhere."""
    forgotten = {*routes} - {*LISTS, *OTHERS, *UNSEEN}
    if forgotten:
        raise LookupError(f"routes that nothing measures: {', '.join(sorted(forgotten))}")


def _openings(little: Server, large: Server) -> Figure:
    """Unlock both practices several times in turns, and leave them open."""
    taken: list[list[float]] = [[], []]
    for turn in range(DAYS):
        for server, times in zip((little, large), taken, strict=True):
            if turn:
                server.visitor.lock()
            times.append(server.visitor.unlock(PASSPHRASE))
    less, more = (_p95(times[1:]) for times in taken)  # the first loads every screen
    return Figure("load.opening grown", more / less, _TIMES_SMALL, "lower", "×")


def _p95s(
    servers: Sequence[Server],
    keys: Sequence[Mapping[str, str]],
    texts: Sequence[str],
    ask: Callable[[Visitor, str], float] = Visitor.get,
) -> tuple[float, float]:
    """Return the p95 of some addresses of one page in each practice; the best round counts."""
    best = [float("inf"), float("inf")]
    for _ in range(ROUNDS):
        taken: list[list[float]] = [[], []]
        for look in range(LOOKS + 1):
            for text in texts:
                for times, server, named in zip(taken, servers, keys, strict=True):
                    seconds = ask(server.visitor, text.format_map(named))
                    if look:  # the first compiles the page
                        times.append(seconds)
        best = [min(held, _p95(times)) for held, times in zip(best, taken, strict=True)]
    return best[0], best[1]


def _p95(times: Sequence[float]) -> float:
    return quantiles(times, n=20, method="inclusive")[-1]


def keys_of(folder: Path) -> dict[str, str]:
    """Choose the rows that addresses name: the middle of each list."""
    cabinet = big_practice.cabinet_in(folder, StillClock())
    cabinet.unlock(cabinet.logins()[0].id, PASSPHRASE)
    try:
        db = cabinet.desk().db
        found = {}
        for name, text in _CHOSEN.items():
            found[name] = str(db.execute(text).fetchall()[0][0])
        return found
    finally:
        cabinet.lock()


_CHOSEN = {
    "patient": "select max(patient) from treatment where id < '00U'",
    "series": "select max(id) from treatment where id < '00U'",
    "session": "select min(id) from session where state = 'Settled'",
    "lot": "select id from lot where state = 'Settled' order by id limit 1",
    "line": "select id from line where state = 'Paid' order by care_date desc, id desc limit 1",
    "refused": "select id from line where state = 'Rejected' order by care_date, id limit 1",
    "awaited": "select id from lot where state = 'Accepted' order by id limit 1",
    "payment": "select id from payment where matched_cents = 0 order by id limit 1",
    "letter": "select id from letter order by id limit 1",
    "user": "select id from app_user order by id limit 1",
}


def _works(small: Path, big: Path) -> list[Figure]:
    """Bill and seal the same day's work in both, day after day."""
    with _opened(small) as (little, slow), _opened(big) as (large, fast):
        both = ((little, slow), (large, fast))
        billed: list[list[float]] = [[], []]
        sealed: list[list[float]] = [[], []]
        for day in range(DAYS):
            for rank, (cabinet, clock) in enumerate(both):
                if day:
                    _work(cabinet, clock)
                billed[rank].append(_timed(lambda c=cabinet: lots.drafts(c.desk())))  # type: ignore[misc]  # mypy does not see a default
                sealed[rank].append(_timed(lambda c=cabinet: _seal(c)))  # type: ignore[misc]  # as above
    return [
        Figure(f"load.{name} grown", _p95(more) / _p95(less), _TIMES_SMALL, "lower", "×")
        for name, (less, more) in (("billing a day", billed), ("sealing a day", sealed))
    ]


@contextmanager
def _opened(folder: Path) -> Iterator[tuple[Cabinet, StillClock]]:
    clock = StillClock(big_practice.MORNING + _LATER)
    cabinet = big_practice.cabinet_in(folder, clock)
    cabinet.unlock(cabinet.logins()[0].id, PASSPHRASE)
    try:
        yield cabinet, clock
    finally:
        cabinet.lock()


def _work(cabinet: Cabinet, clock: StillClock) -> None:
    """Let a day pass and note a session for each patient of the day."""
    clock.next_day()
    for series in big_practice.open_work(cabinet.desk()):
        big_practice.give(cabinet.desk(), series)


def _seal(cabinet: Cabinet) -> None:
    done, refused = lots.seal_all(cabinet.desk())
    if refused or not done:
        raise RuntimeError(f"{len(refused)} lots were not sealed")


def _timed(work: Callable[[], object]) -> float:
    collect()
    start = perf_counter()
    work()
    return perf_counter() - start


@contextmanager
def _rude_partner() -> Iterator[str]:
    """Answer the line and hang up at once; give the address."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        Thread(target=_hang_up, args=(listener,), daemon=True).start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}/"
        finally:
            listener.shutdown(socket.SHUT_RDWR)


def _hang_up(listener: socket.socket) -> None:
    with suppress(OSError):  # it was closed
        while True:
            listener.accept()[0].close()


def _memory(big: Path) -> list[Figure]:
    """Let 24 hours pass: looks, rounds of the post, and a lock each hour.

    The partner takes each call and hangs up: every round goes its way, and nothing leaves.
    """
    keys = keys_of(big)
    looked = [text for texts in (*LISTS.values(), *OTHERS.values()) for text in texts]
    held = []
    with _rude_partner() as address, serving(big, address) as server:
        for hour in range(HOURS_WARM + HOURS):
            server.visitor.unlock(PASSPHRASE)
            for text in looked:
                server.visitor.get(text.format_map(keys))
            if server.order("round") in ("no_post", "no_round"):
                raise RuntimeError("the post did not go round")
            server.order("advance 3000")
            server.visitor.lock()
            server.order("advance 600")
            if hour >= HOURS_WARM - 1:
                held.append(float(str(server.order("memory"))))
    return [Figure("load.memory after 24 hours", held[-1] / held[0], _GROWTH, "lower", "×")]
