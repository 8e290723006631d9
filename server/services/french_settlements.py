"""What French payers paid, beside what was asked: returns, lines tied to nothing, what is due.

Nothing is created by guess: a loose line is tied by a person, and a difference is shown. Sources:
`fr-sesam-vitale.md` §6, MAIIA-71, cases K8, K9, K18 and scenario G-08.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from server.core.errors import NotFound, StateConflict
from server.core.money import parse_cents
from server.core.rights import Right
from server.core.teletransmission import LineKind, Origin
from server.countries.france import settlement
from server.countries.france.numbers import bare
from server.countries.france.settlement import Fate, Owed, Totals
from server.countries.switches import switch_value
from server.services import complementaries, french_returns
from server.services.desk import Desk, needs
from server.services.forms import Form
from server.services.french_rules import rulebook
from server.store import french_documents, patients
from server.store import french_returns as store
from server.store.french_documents import DocumentRow
from server.store.french_returns import BankRow, LineRow, ReturnRow, TieRow
from server.store.patients import Patient

LATE_DAYS = "return.late_days"
"""Key of `fr_settings`."""

MOST = 50  # rows of one list shown at once
_NUMBERS = 999_999_999


@dataclass(frozen=True, slots=True)
class Listed:
    """One return, its lines added up and what the bank shows of it."""

    row: ReturnRow
    bank: BankRow | None
    name: str = ""  # of a complementary the list knows; a caisse goes by its number

    @property
    def lines(self) -> Totals:
        """The transfer beside its lines (K9)."""
        return Totals(self.row.payment_cents, self.row.lines_cents)

    @property
    def banked(self) -> Totals | None:
        """The transfer beside the bank (K18); None while nobody looked."""
        return settlement.of_bank(self.row.payment_cents, self.bank.cents) if self.bank else None


@dataclass(frozen=True, slots=True)
class Due:
    """One document, whose patient it is, and what is still to come of it."""

    document: DocumentRow
    owed: Owed
    patient: Patient | None = None


@dataclass(frozen=True, slots=True)
class Told:
    """One line of a return: what it is tied to, and what it made of it."""

    line: LineRow
    due: Due | None  # as it stood once the line was counted
    fate: Fate
    tie: TieRow | None
    is_loose: bool

    @property
    def is_payment(self) -> bool:
        """Whether it pays an invoice: a recovery or an aid does not (K17)."""
        return self.line.kind in (LineKind.INVOICE, LineKind.REGULARISATION)


@dataclass(frozen=True, slots=True)
class Whole:
    """One return, line by line."""

    listed: Listed
    lines: Sequence[Told]


@dataclass(frozen=True, slots=True)
class Loose:
    """A line of an invoice nobody knows, and the return it came in."""

    line: LineRow
    row: ReturnRow
    name: str = ""  # of its payer, as in `Listed`


@needs(Right.BILLING)
def listed(desk: Desk, before: str = "", most: int = MOST) -> Sequence[Listed]:
    """Return a page of returns, the newest first, after the one of an id."""
    held = store.get(desk.db, before) if before else None
    place = (held.at.isoformat(), held.id) if held else None
    rows = store.page(desk.db, place, most)
    banks = store.banks(desk.db, [row.id for row in rows])
    names = _names(desk, rows)
    return [Listed(row, banks.get(row.id), names.get(row.id, "")) for row in rows]


@needs(Right.BILLING)
def whole(desk: Desk, return_id: str) -> Whole:
    """Return one return with what each line did; raise `NotFound`."""
    row = store.get(desk.db, return_id)
    if row is None:
        raise NotFound(kind="return")
    lines = store.lines(desk.db, row.id)
    ties = store.ties(desk.db, [line.id for line in lines])
    keys = sorted({line.document for line in lines if line.document})
    held = {each.id: each for each in french_documents.some(desk.db, keys)}
    known = store.of_documents(desk.db, keys)
    people = patients.some(desk.db, [each.patient for each in held.values()])
    told = []
    for line in lines:
        document, tie = held.get(line.document or ""), ties.get(line.id)
        due = _after(document, known[document.id], line, people) if document else None
        fate = settlement.fate(line.value, due.owed) if due else Fate.NOTHING
        told.append(Told(line, due, fate, tie, store.is_loose(desk.db, line.id)))
    bank, name = store.banks(desk.db, [row.id]).get(row.id), _names(desk, [row]).get(row.id, "")
    return Whole(Listed(row, bank, name), told)


@needs(Right.BILLING)
def loose(desk: Desk, most: int = MOST) -> Sequence[Loose]:
    """Return the lines that nobody tied to an invoice yet, the oldest first (K8)."""
    lines = store.loose(desk.db, most)
    rows = store.some(desk.db, {line.return_id for line in lines})
    names = _names(desk, rows.values())
    return [Loose(line, rows[line.return_id], names.get(line.return_id, "")) for line in lines]


@needs(Right.BILLING)
def owed(desk: Desk, invoice: int) -> Sequence[Due]:
    """Return what each document of an invoice asked, received and still awaits."""
    return _dues(desk, french_documents.of_invoice(desk.db, invoice))


@needs(Right.BILLING)
def part_paid(desk: Desk, most: int = MOST) -> Sequence[Due]:
    """Return the documents a payer settled in part, each with what is missing (G-08)."""
    return _dues(desk, store.part_paid(desk.db, most))


@needs(Right.BILLING)
def missing(desk: Desk, most: int = MOST) -> Sequence[Due]:
    """Return the documents acknowledged long ago that no return named (MAIIA-71)."""
    days = int(switch_value(LATE_DAYS, desk.today, rulebook(desk).switches) or 0)
    if not days:
        return []
    return _dues(desk, store.silent(desk.db, desk.now - timedelta(days=days), most))


@needs(Right.BILLING)
def tie(desk: Desk, line_id: str, typed: Mapping[str, str]) -> None:
    """Tie a loose line to an invoice, and do what it says of it. Raises `InvalidForm`.

    Field: invoice, its number. The same form sent again does nothing more.
    """
    line, row = _line(desk, line_id)
    form = Form(typed)
    number = form.number("invoice", needed=True, low=1, high=_NUMBERS)
    document = None if number is None else french_returns.document_of(desk, row.origin, number)
    if number is not None and document is None:
        form.faults.append(("invoice", f"not_sent_{row.origin.lower()}"))
    form.end()
    if document is None or not _is_waiting(desk, line, document.id):
        return
    facts = {"invoice": document.invoice, "line": line.id}
    with desk.deed("return.tied", "session", document.session, facts) as seq:
        made = TieRow(line.id, desk.now, desk.user.id, document.id, "")
        store.tie(desk.db, made, desk.device.id, seq)
        held = store.line(desk.db, line.id)
        if held is not None:
            french_returns.apply(desk, seq, row.origin, held)


@needs(Right.BILLING)
def set_aside(desk: Desk, line_id: str, typed: Mapping[str, str]) -> None:
    """Keep that a loose line was dealt with otherwise, and how. Raises `InvalidForm`.

    Field: comment. The same form sent again does nothing more.
    """
    line, _ = _line(desk, line_id)
    form = Form(typed)
    comment = form.text("comment", needed=True)
    form.end()
    if not _is_waiting(desk, line, None):
        return
    with desk.deed("return.set_aside", "return", line.return_id, {"line": line.id}) as seq:
        made = TieRow(line.id, desk.now, desk.user.id, None, comment)
        store.tie(desk.db, made, desk.device.id, seq)


@needs(Right.BILLING)
def note_bank(desk: Desk, return_id: str, typed: Mapping[str, str]) -> None:
    """Keep what the bank shows of a return (K18); the newest word counts. Raises `InvalidForm`.

    Fields: amount, in euros; credited_on, a day not to come.
    """
    row = store.get(desk.db, return_id)
    if row is None:
        raise NotFound(kind="return")
    form = Form(typed)
    cents = form.parsed("amount", parse_cents, needed=True)
    day = form.day("credited_on") or desk.today
    if day > desk.today:
        form.faults.append(("credited_on", "future"))
    form.end()
    key = desk.key_for(typed, row.id)
    if store.bank(desk.db, key) is not None:
        return
    with desk.deed("return.banked", "return", row.id, {"bank": key, "cents": cents}) as seq:
        made = BankRow(key, row.id, desk.now, desk.user.id, cents or 0, day)
        store.note_bank(desk.db, made, desk.device.id, seq)


def _names(desk: Desk, rows: Iterable[ReturnRow]) -> Mapping[str, str]:
    """Give the names of the complementaries among some payers, by return, where they are known."""
    asked = {row.id: bare(row.payer) for row in rows if row.origin is Origin.AMC}
    if not asked:
        return {}
    listed = complementaries.listed(desk, everything=True)
    known = {bare(each.number): each.name for each in listed}
    return {key: known[number] for key, number in asked.items() if number in known}


def _line(desk: Desk, key: str) -> tuple[LineRow, ReturnRow]:
    line = store.line(desk.db, key)
    row = store.get(desk.db, line.return_id) if line else None
    if line is None or row is None or line.kind is not LineKind.INVOICE:
        raise NotFound(kind="return_line")
    return line, row


def _is_waiting(desk: Desk, line: LineRow, document: str | None) -> bool:
    """Say whether a line is still loose; raise `StateConflict` when it went another way."""
    if store.is_loose(desk.db, line.id):
        return True
    if line.document != document:
        raise StateConflict(kind="return_line", state="tied", wanted="loose")
    return False


def _after(
    document: DocumentRow, known: Sequence[LineRow], line: LineRow, people: Mapping[str, Patient]
) -> Due:
    """Give what stood once a line was counted in: those that came later are left out."""
    place = (line.return_id, line.rank)
    until = (each.value for each in known if (each.return_id, each.rank) <= place)
    asked = french_returns.asked_by(document)
    return Due(document, settlement.owed(asked, until), people.get(document.patient))


def _dues(desk: Desk, documents: Sequence[DocumentRow]) -> Sequence[Due]:
    known = store.of_documents(desk.db, [each.id for each in documents])
    people = patients.some(desk.db, [each.patient for each in documents])
    return [
        Due(
            each,
            settlement.owed(french_returns.asked_by(each), (x.value for x in known[each.id])),
            people.get(each.patient),
        )
        for each in documents
    ]
