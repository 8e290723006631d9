"""Returns of the payers of a practice of France, line by line, and what people made of them.

Rows are only added. A line is tied to a document as it comes, or later by a person
(`french_return_tie`); one that is tied to nothing waits in `french_return_loose` (case K8).
"""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import apsw

from server.core.teletransmission import LineKind, LineOutcome, Origin, ReturnLine
from server.store.french_documents import DocumentRow
from server.store.rows import columns, many, one


@dataclass(frozen=True, slots=True)
class ReturnRow:
    """One return: one transfer of one payer; cents."""

    id: str
    letter: str
    sha256: str  # of what came
    at: datetime
    origin: Origin
    file_name: str
    sender: str
    payer: str
    payment_reference: str
    paid_on: date | None
    payment_cents: int
    lines_cents: int


@dataclass(frozen=True, slots=True)
class LineRow:
    """One line of a return, tied to a document or not; cents."""

    id: str
    return_id: str
    rank: int
    kind: LineKind
    invoice: int | None
    outcome: LineOutcome
    amo_cents: int
    amc_cents: int
    codes: str  # JSON: pairs
    care_from: date | None
    care_to: date | None
    document: str | None

    @property
    def said(self) -> Sequence[tuple[str, str]]:
        """Codes and words of the payer."""
        return tuple((str(code), str(text)) for code, text in json.loads(self.codes))

    @property
    def value(self) -> ReturnLine:
        """The line as rules read it."""
        return ReturnLine(
            self.kind, self.invoice, self.outcome, self.amo_cents, self.amc_cents,
            tuple(self.said), self.care_from, self.care_to,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class TieRow:
    """What a person made of a loose line: a document, or a comment."""

    line: str
    at: datetime
    by: str
    document: str | None
    comment: str


@dataclass(frozen=True, slots=True)
class BankRow:
    """What the bank shows of a return; cents."""

    id: str
    return_id: str
    at: datetime
    by: str
    cents: int
    credited_on: date


_RETURN = f"select {columns(ReturnRow)} from french_return"
_LINE = (
    "select l.id, l.return as return_id, l.rank, l.kind, l.invoice, l.outcome, l.amo_cents,"
    " l.amc_cents, l.codes, l.care_from, l.care_to,"
    " coalesce(l.document, (select t.document from french_return_tie t where t.line = l.id))"
    " as document from french_return_line l"
)
_BANK = "select id, return as return_id, at, by, cents, credited_on from french_return_bank"
_SILENT = (
    f"select {columns(DocumentRow)} from french_document d where state = 'AckPositive'"
    " and third_party = 1 and state_at < ?"
    " and not exists (select 1 from french_return_line where document = d.id)"
    " and not exists (select 1 from french_return_tie where document = d.id)"
    " order by state_at, id limit ?"
)
_PART_PAID = (
    f"select {columns(DocumentRow)} from french_document d where state = 'AckPositive'"
    " and third_party = 1"
    " and (exists (select 1 from french_return_line where document = d.id)"
    " or exists (select 1 from french_return_tie where document = d.id))"
    " order by state_at, id limit ?"
)


def add(db: apsw.Connection, r: ReturnRow, device: str, seq: int) -> None:
    """Keep a return."""
    db.execute(
        "insert into french_return values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (r.id, device, seq, r.letter, r.sha256, r.at.isoformat(), r.origin, r.file_name, r.sender,
         r.payer, r.payment_reference, _iso(r.paid_on), r.payment_cents, r.lines_cents),
    )  # fmt: skip


def add_line(db: apsw.Connection, x: LineRow, device: str, seq: int) -> None:
    """Keep a line of a return; one of an invoice that is tied to nothing waits for a person."""
    db.execute(
        "insert into french_return_line values"
        " (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (x.id, device, seq, x.return_id, x.rank, x.kind, x.invoice, x.outcome, x.amo_cents,
         x.amc_cents, x.codes, _iso(x.care_from), _iso(x.care_to), x.document),
    )  # fmt: skip


def packed(codes: Sequence[tuple[str, str]]) -> str:
    """Write codes and words as they are kept."""
    return json.dumps([list(each) for each in codes], ensure_ascii=False)


def by_content(db: apsw.Connection, sha256: str) -> ReturnRow | None:
    """Return the return that came with this very content."""
    return one(db, ReturnRow, f"{_RETURN} where sha256 = ?", (sha256,))


def get(db: apsw.Connection, key: str) -> ReturnRow | None:
    """Return one return."""
    return one(db, ReturnRow, f"{_RETURN} where id = ?", (key,))


def some(db: apsw.Connection, keys: Collection[str]) -> dict[str, ReturnRow]:
    """Return some returns, by id."""
    rows = many(
        db, ReturnRow, f"{_RETURN} where id in (select value from json_each(?))",
        (json.dumps(list(keys)),),
    )  # fmt: skip
    return {row.id: row for row in rows}


def page(
    db: apsw.Connection, before: tuple[str, str] | None = None, most: int = 25
) -> list[ReturnRow]:
    """Return a page of returns, the newest first, after the (at, id) of the last shown."""
    return many(
        db, ReturnRow, f"{_RETURN} where (at, id) < (?, ?) order by at desc, id desc limit ?",
        (*(before or ("~", "~")), most),
    )  # fmt: skip


def lines(db: apsw.Connection, key: str) -> list[LineRow]:
    """Return the lines of a return, in their order."""
    return many(db, LineRow, f"{_LINE} where l.return = ? order by l.rank", (key,))


def line(db: apsw.Connection, key: str) -> LineRow | None:
    """Return one line."""
    return one(db, LineRow, f"{_LINE} where l.id = ?", (key,))


def of_documents(db: apsw.Connection, keys: Collection[str]) -> Mapping[str, Sequence[LineRow]]:
    """Return the lines tied to some documents, as they came or by a person, the oldest first."""
    asked = json.dumps(list(keys))
    rows = many(
        db, LineRow, f"{_LINE} where l.document in (select value from json_each(?))", (asked,)
    )
    tied = many(
        db, LineRow,
        f"{_LINE} where l.id in (select line from french_return_tie"
        " where document in (select value from json_each(?)))",
        (asked,),
    )  # fmt: skip
    found: dict[str, list[LineRow]] = {key: [] for key in keys}
    for row in sorted([*rows, *tied], key=lambda each: (each.return_id, each.rank)):
        found[str(row.document)].append(row)
    return found


def loose(db: apsw.Connection, most: int = -1) -> list[LineRow]:
    """Return the lines nobody tied yet, the oldest first; at most so many, all when negative."""
    return many(
        db, LineRow,
        f"{_LINE} where l.id in (select line from french_return_loose order by line limit ?)"
        " order by l.id",
        (most,),
    )  # fmt: skip


def is_loose(db: apsw.Connection, key: str) -> bool:
    """Say whether a line waits to be tied."""
    asked = "select 1 from french_return_loose where line = ?"
    return db.execute(asked, (key,)).fetchone() is not None


def tie(db: apsw.Connection, t: TieRow, device: str, seq: int) -> None:
    """Keep what a person made of a loose line."""
    db.execute(
        "insert into french_return_tie values (?, ?, ?, ?, ?, ?, ?)",
        (t.line, device, seq, t.at.isoformat(), t.by, t.document, t.comment),
    )


def ties(db: apsw.Connection, keys: Collection[str]) -> dict[str, TieRow]:
    """Return what people made of some lines, by line."""
    rows = many(
        db, TieRow,
        f"select {columns(TieRow)} from french_return_tie"
        " where line in (select value from json_each(?))",
        (json.dumps(list(keys)),),
    )  # fmt: skip
    return {row.line: row for row in rows}


def note_bank(db: apsw.Connection, b: BankRow, device: str, seq: int) -> None:
    """Keep what the bank shows of a return."""
    db.execute(
        "insert into french_return_bank values (?, ?, ?, ?, ?, ?, ?, ?)",
        (b.id, device, seq, b.return_id, b.at.isoformat(), b.by, b.cents,
         b.credited_on.isoformat()),
    )  # fmt: skip


def banks(db: apsw.Connection, keys: Collection[str]) -> dict[str, BankRow]:
    """Return what the bank shows of some returns, the newest word of each, by return."""
    rows = many(
        db, BankRow,
        f"{_BANK} where return in (select value from json_each(?)) order by id",
        (json.dumps(list(keys)),),
    )  # fmt: skip
    return {row.return_id: row for row in rows}


def bank(db: apsw.Connection, key: str) -> BankRow | None:
    """Return one word about the bank, by its own id."""
    return one(db, BankRow, f"{_BANK} where id = ?", (key,))


def silent(db: apsw.Connection, before: datetime, most: int) -> list[DocumentRow]:
    """Return the documents acknowledged before an instant that no return named (MAIIA-71)."""
    return many(db, DocumentRow, _SILENT, (before.isoformat(), most))


def part_paid(db: apsw.Connection, most: int) -> list[DocumentRow]:
    """Return the documents a return spoke of that are neither paid in full nor refused."""
    return many(db, DocumentRow, _PART_PAID, (most,))


def _iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
