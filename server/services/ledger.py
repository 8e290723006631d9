"""The ledger of fate: every line has one visible life, told with its times and its proof files."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from server.core.errors import NotFound
from server.core.rights import Right
from server.core.states import LineState, LotState
from server.services.desk import Desk, needs
from server.services.unsealing import can_unseal
from server.services.verdicts import Told, of_line
from server.store import claims, invoices, lives, money, patients, post, totals
from server.store.claims import Lot, LotLine
from server.store.invoices import Line
from server.store.lives import Step
from server.store.money import Payment, Settlement
from server.store.patients import Patient
from server.store.post import Attempt, LetterRow, Row

WAITING = (LineState.PRICED, LineState.LOCKED)
UNDER_WAY = (LineState.SENT, LineState.ACCEPTED, LineState.PART_PAID)
REFUSED = (LineState.REJECTED,)
NAMESAKES = 20
Inside = tuple[LotLine, Line, Patient]
"""One line of a lot: as it left, as it is now, and whose it is."""

_LOT_NAME = re.compile(r"(?:[A-Za-z]-?)?(?P<number>\d{1,3})(?:/(?P<payer>\d{3}))?", re.ASCII)
FILTERS: dict[str, tuple[LineState, ...]] = {
    "all": tuple(LineState),
    "waiting": WAITING,
    "under_way": UNDER_WAY,
    "refused": REFUSED,
    "paid": (LineState.PAID,),
}


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the ledger."""

    line: Line
    patient: Patient
    lot: Lot | None
    doubtful: bool  # its lot left and nobody knows whether it arrived


@dataclass(frozen=True, slots=True)
class Moment:
    """One moment of a life: a step of the line or of its lot, or an attempt to send it."""

    at: datetime
    kind: str  # "line", "lot" or "attempt"
    state: str  # state reached, or verdict of the attempt
    reason: str
    letter: str  # id of the proof letter, "" when none
    payment: str  # id of the payment, "" when none


@dataclass(frozen=True, slots=True)
class Life:
    """The whole life of one line."""

    entry: Entry
    moments: Sequence[Moment]
    told: Sequence[Told]
    payments: Sequence[Payment]
    predecessor: Line | None
    successor: Line | None


class LotView:
    """One lot with what travelled and what came back, each read when it is looked at."""

    def __init__(self, desk: Desk, lot: Lot) -> None:
        self._desk = desk
        self.lot = lot

    @cached_property
    def message(self) -> Row | None:
        """The message that carries it."""
        return post.of_lot(self._desk.db, self.lot.id)

    @cached_property
    def lines(self) -> Sequence[Inside]:
        """Every line as it left, in file order; none for who may see sums only."""
        return inside(self._desk, self.lot.id)

    @cached_property
    def steps(self) -> Sequence[Step]:
        """Its life, oldest step first."""
        return lives.steps(self._desk.db, "lot", self.lot.id)

    @cached_property
    def attempts(self) -> Sequence[Attempt]:
        """The attempts to send it."""
        return post.attempts(self._desk.db, self.message.id) if self.message else ()

    @cached_property
    def letters(self) -> Sequence[LetterRow]:
        """What the insurer answered."""
        return post.letters_of_lot(self._desk.db, self.lot.id)

    @cached_property
    def settlements(self) -> Sequence[Settlement]:
        """What was announced for it, totals last."""
        return money.settlements(self._desk.db, self.lot.id)

    @property
    def waits_for_day(self) -> bool:
        """Whether another file of this insurer took its day."""
        later = self.message is not None and self.message.not_before is not None
        return later and self.lot.file_day > self._desk.today

    @property
    def can_unseal(self) -> bool:
        """Whether nothing of it was ever attempted."""
        return can_unseal(self.lot, self.message)


Queue = post.Standing
"""The outbox in figures: what the pill at the top says."""


@needs(Right.BILLING)
def entries(
    desk: Desk, which: str = "all", before: tuple[str, str] = ("9999", "~"), most: int = 50
) -> list[Entry]:
    """Return a page of the ledger, newest care first; `before` is the last (day, id) shown."""
    states = FILTERS.get(which, FILTERS["all"])
    return desk.once(
        lambda: _entries(desk, invoices.page_of_lines(desk.db, states, before, most)),
        "entries", which, *before, str(most),
    )  # fmt: skip


@needs(Right.BILLING)
def entries_of(
    desk: Desk, words: Sequence[str], before: tuple[str, str] = ("9999", "~"), most: int = 50
) -> list[Entry]:
    """Return a page of the lines of the patients that any of some words begins to name.

    Newest care first; no more than `NAMESAKES` patients are looked at for each word.
    """
    named = [patients.with_words(desk.db, word, NAMESAKES) for word in words]
    found = list(dict.fromkeys(key for keys in named for key in keys))
    return _entries(desk, invoices.lines_of_patients(desk.db, found, before, most))


@needs(Right.BILLING)
def place(desk: Desk, line_id: str) -> tuple[str, str]:
    """Return where a line stands in the ledger, for the page that follows it."""
    line = invoices.line(desk.db, line_id)
    if line is None:
        raise NotFound(kind="line")
    return line.care_date.isoformat(), line.id


@needs(Right.AMOUNTS)
def counts(desk: Desk) -> dict[str, int]:
    """Return how many lines each filter holds."""
    kept = totals.lines(desk.db)
    return {
        name: sum(kept.get(str(s), (0, 0))[0] for s in states) for name, states in FILTERS.items()
    }


@needs(Right.BILLING)
def life(desk: Desk, line_id: str) -> Life:
    """Return the life of one line, from its price to its payment."""
    return desk.once(lambda: _life(desk, line_id), "life", line_id)


def _life(desk: Desk, line_id: str) -> Life:
    line = invoices.line(desk.db, line_id)
    if line is None:
        raise NotFound(kind="line")
    return Life(
        _entries(desk, [line])[0],
        _moments(desk, line),
        of_line(desk, line.id),
        money.payments_of_line(desk.db, line.id),
        invoices.line(desk.db, line.predecessor) if line.predecessor else None,
        invoices.successor(desk.db, line.id),
    )


@needs(Right.AMOUNTS)
def lots(desk: Desk, before: str = "~", most: int = 50) -> list[LotView]:
    """Return a page of lots, newest first."""
    return [LotView(desk, lot) for lot in claims.lots(desk.db, before, most)]


@needs(Right.AMOUNTS)
def numbered(desk: Desk, text: str, most: int = 5) -> list[Lot]:
    """Return the lots a sending number names (`A-017/300`, `17/300`, `a-17`), newest first."""
    named = _LOT_NAME.fullmatch(text.strip())
    if named is None:
        return []
    return claims.numbered(desk.db, int(named["number"]), named["payer"] or "", most)


@needs(Right.AMOUNTS)
def successors(desk: Desk, lot_id: str) -> list[Lot]:
    """Return the lots in which lines of one left again; none for who may see sums only."""
    billing = desk.user.may(Right.BILLING)
    return claims.successor_lots(desk.db, lot_id) if billing else []


@needs(Right.AMOUNTS)
def payers(desk: Desk) -> list[str]:
    """Return every insurer ever billed."""
    return claims.payers(desk.db)


@needs(Right.AMOUNTS)
def inside(desk: Desk, lot_id: str, after: int = 0, most: int = -1) -> list[Inside]:
    """Return a page of the lines of a lot as they left, after a record of its file.

    None for who may see sums only; at most so many, all when negative.
    """
    if not desk.user.may(Right.BILLING):
        return []
    return desk.once(
        lambda: _inside(desk, lot_id, after, most), "inside", lot_id, str(after), str(most)
    )


def _inside(desk: Desk, lot_id: str, after: int, most: int) -> list[Inside]:
    rows = claims.page_of_lot(desk.db, lot_id, after, most)
    now = {line.id: line for line in invoices.lines(desk.db, [row.line for row in rows])}
    people = patients.some(desk.db, [line.patient for line in now.values()])
    return [(row, now[row.line], people[now[row.line].patient]) for row in rows]


@needs(Right.AMOUNTS)
def lot(desk: Desk, lot_id: str) -> LotView:
    """Return one lot."""
    held = desk.once(lambda: claims.lot(desk.db, lot_id), "lot", lot_id)
    if held is None:
        raise NotFound(kind="lot")
    return LotView(desk, held)


def queue(desk: Desk) -> Queue:
    """Return the outbox in figures."""
    return desk.once(lambda: post.standing(desk.db), "queue")


@needs(Right.BILLING)
def proof(desk: Desk, letter_id: str) -> tuple[str, bytes]:
    """Return an answer as received, with the name of its file."""
    row = post.letter(desk.db, letter_id)
    if row is None:
        raise NotFound(kind="letter")
    return f"{row.format.removeprefix('efact.') or 'accuse'}-{row.id[-6:]}.txt", post.letter_bytes(
        desk.db, letter_id
    )


@needs(Right.BILLING)
def sent_file(desk: Desk, lot_id: str) -> tuple[str, bytes]:
    """Return the file of a lot as it was sealed."""
    view = lot(desk, lot_id)
    if view.message is None:
        raise NotFound(kind="message")
    return f"920000-{view.lot.reference}.txt", post.payload(desk.db, view.message.id)


@needs(Right.BILLING)
def set_aside(desk: Desk, most: int = -1) -> list[LetterRow]:
    """Return the answers received that could not be understood, oldest first.

    At most so many, all when negative.
    """
    return post.letters_in(desk.db, "Quarantined", most)


@needs(Right.BILLING)
def count_set_aside(desk: Desk) -> int:
    """Count the answers received that could not be understood."""
    return desk.once(lambda: post.count_letters(desk.db, "Quarantined"), "set_aside")


def _entries(desk: Desk, lines: Sequence[Line]) -> list[Entry]:
    """Gather what hangs on some lines, in two queries however many they are."""
    people = patients.some(desk.db, [line.patient for line in lines])
    held = claims.some_lots(desk.db, [line.lot for line in lines if line.lot])
    found = []
    for line in lines:
        lot = held.get(line.lot or "")
        doubtful = lot is not None and lot.state is LotState.UNKNOWN
        found.append(Entry(line, people[line.patient], lot, doubtful))
    return found


def _moments(desk: Desk, line: Line) -> list[Moment]:
    found = [_moment("line", s) for s in lives.steps(desk.db, "line", line.id)]
    for key in invoices.lots_of_line(desk.db, line.id):
        found += [
            _moment("lot", s)
            for s in lives.steps(desk.db, "lot", key)
            if s.to_state in ("Sending", "Unknown", "Queued", "Refused", "Settled")
        ]
        row = post.of_lot(desk.db, key)
        for a in post.attempts(desk.db, row.id) if row else ():
            if a.verdict not in ("done", ""):
                found.append(Moment(a.at, "attempt", a.verdict, a.reason, "", ""))
    return sorted(found, key=lambda m: m.at)


def _moment(kind: str, step: Step) -> Moment:
    what, _, key = step.evidence.partition(":")
    return Moment(
        step.at, kind, step.to_state, "", key if what == "letter" else "",
        key if what == "payment" else "",
    )  # fmt: skip
