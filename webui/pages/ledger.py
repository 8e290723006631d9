"""The ledger of fate: every line, where it is, and the life of the one opened (W18)."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import Blueprint, Response, render_template, request
from flask.typing import ResponseReturnValue

from server.core.rights import Right
from server.services import agenda, ledger, sightings
from server.services.desk import Desk
from server.services.ledger import Entry, Life, LotView, Queue
from webui.desk import desk
from webui.guards import only
from webui.journey import Step, Stop, steps, stop_of
from webui.ledger_filter import START, Place, matching, walk
from webui.naming import Naming
from webui.proofs import as_file
from webui.trouble import reasons

page = only(Blueprint("ledger", __name__, url_prefix="/ledger"), Right.BILLING)

_MOST = 25


@dataclass(frozen=True, slots=True)
class Asked:
    """What of the ledger is to be shown."""

    which: str  # a name of `ledger.FILTERS`
    words: str  # typed into the filter
    line: str  # the line whose life is opened, "" for the first
    after: str  # last line looked at for the page before, "" for the first page


@dataclass(frozen=True, slots=True)
class Leaf:
    """One page of the ledger."""

    rows: Sequence[tuple[Entry, Stop]]
    more: str  # last line looked at, "" when nothing follows


@dataclass(frozen=True, slots=True)
class OpenLife:
    """The life opened beside the list."""

    life: Life
    stop: Stop
    steps: Sequence[Step]
    lot: LotView | None


@page.get("/")
def index() -> ResponseReturnValue:
    """Show a page of the ledger and one life; nothing typed is ever in the address."""
    return _shown(Asked(_which(), "", request.args.get("line", ""), request.args.get("after", "")))


@page.post("/find")
def find() -> ResponseReturnValue:
    """Show the lines that hold the words typed."""
    typed = request.form
    return _shown(
        Asked(_which(), typed.get("words", ""), typed.get("line", ""), typed.get("after", ""))
    )


@page.get("/proof/<letter_id>")
def proof(letter_id: str) -> Response:
    """Give an answer as it was received."""
    work = desk().work()
    content = ledger.proof(work, letter_id)
    sightings.letter(work, letter_id)
    return as_file(*content)


def _which() -> str:
    wanted = request.values.get("which", "all")
    return wanted if wanted in ledger.FILTERS else "all"


def _shown(asked: Asked) -> str:
    here = desk()
    work = here.work()
    name = Naming.of(work, here.catalogue)
    leaf = _leaf(work, asked, name)
    queue, counts = ledger.queue(work), ledger.counts(work)
    return render_template(
        "ledger/index.html",
        asked=asked,
        leaf=leaf,
        counts=counts,
        filters=tuple(ledger.FILTERS),
        sum_cents=queue.cents,
        sentence=_sentence(queue, counts["waiting"]),
        opened=_opened(work, asked.line or _first(leaf)),
        name=name,
        reason=reasons(here.catalogue),
    )


def _sentence(queue: Queue, unsealed: int) -> tuple[str, int]:
    """Choose the sentence of the screen and its figure: doubt first, then what failed."""
    choices = (
        ("doubtful", queue.doubtful),
        ("failed", queue.failed),
        ("waiting", queue.waiting),
        ("unsealed", unsealed),
    )
    return next(((name, n) for name, n in choices if n), ("calm", 0))


def _leaf(work: Desk, asked: Asked, name: Naming) -> Leaf:
    start = ledger.place(work, asked.after) if asked.after else START

    def page(before: Place, most: int) -> list[Entry]:
        return ledger.entries(work, asked.which, before, most)

    if not asked.words.strip():
        found = page(start, _MOST + 1)
        shown, more = found[:_MOST], found[_MOST - 1].line.id if len(found) > _MOST else ""
    else:
        shown, more = walk(page, start, asked.words, name, _MOST)
        if more and not asked.after:
            shown += _of_namesakes(work, asked, name, ledger.place(work, more))
    return Leaf([(entry, stop_of(entry)) for entry in shown], more)


def _of_namesakes(work: Desk, asked: Asked, name: Naming, before: Place) -> list[Entry]:
    """Give older lines of the patients whom a word begins to name, however long ago."""
    words = [word for word in asked.words.split() if not any(map(str.isdigit, word))]
    states = ledger.FILTERS[asked.which]
    found = ledger.entries_of(work, words, before, _MOST)
    return [e for e in matching(found, asked.words, name) if e.line.state in states]


def _first(leaf: Leaf) -> str:
    """Choose the line to open: one in doubt before the newest."""
    rows = sorted(leaf.rows, key=lambda row: not row[0].doubtful)
    return rows[0][0].line.id if rows else ""


def _opened(work: Desk, key: str) -> OpenLife | None:
    if not key:
        return None
    life = ledger.life(work, key)
    sightings.line(work, key)
    lot = ledger.lot(work, life.entry.lot.id) if life.entry.lot else None
    born = agenda.account(work, life.entry.line.session).passage.recorded_at
    told = steps(born, life.moments, life.entry.line.state)
    return OpenLife(life, stop_of(life.entry), told, lot)
