"""One eFact message opened into its segments, records, invoices and footers (`be-efact.md` §1)."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from server.simulators.mycarenet.zones import plans

KINDS = frozenset({"10", "20", "50", "51", "52", "80", "90"})
HEADER, COVER, RECORD = 67, 160, 350


@dataclass(frozen=True, slots=True)
class Record:
    """One record or segment and its rank among its peers, from 0; zones are read by name."""

    kind: str
    text: str
    place: int

    def __getitem__(self, zone: str) -> str:
        return plans()[self.kind].zones[zone].of(self.text)

    def number(self, zone: str) -> int:
        """Read the zone as a number; 0 when it is not one, its shape being judged elsewhere."""
        value = self[zone]
        digits = value[1:] if value[:1] in ("+", "-") else value
        if not (digits.isascii() and digits.isdigit()):
            return 0
        return -int(digits) if value[0] == "-" else int(digits)


@dataclass(slots=True)
class Act:
    """A record 50 with the 51 and 52 that follow it."""

    care: Record
    engagements: list[Record] = field(default_factory=list)
    agreements: list[Record] = field(default_factory=list)

    def records(self) -> Iterator[Record]:
        """List the record 50, then what belongs to it."""
        yield self.care
        yield from self.engagements
        yield from self.agreements


@dataclass(slots=True)
class Invoice:
    """From a record 20 to its record 80, which may be missing from a faulty file."""

    head: Record
    acts: list[Act] = field(default_factory=list)
    foot: Record | None = None

    def records(self) -> Iterator[Record]:
        """List every record of the invoice."""
        yield self.head
        for act in self.acts:
            yield from act.records()
        if self.foot:
            yield self.foot


@dataclass(frozen=True, slots=True)
class File:
    """A message whose geometry holds; what it says is judged later."""

    header: Record
    cover: Record
    records: tuple[Record, ...]
    recaps: tuple[Record, ...]
    total: Record
    invoices: tuple[Invoice, ...]

    @property
    def first(self) -> Record:
        """The record 10."""
        return self.records[0]

    @property
    def last(self) -> Record:
        """The last record, a 90 in a file in order."""
        return self.records[-1]


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A message that cannot be cut into records; `text` is what could be read of it."""

    text: str
    reason: str


def open_file(content: bytes) -> File | Unreadable:
    """Cut a message into its parts, or say why it cannot be."""
    text = content.decode("latin-1")
    if not (text.isascii() and text.isprintable()):
        return Unreadable(text, "characters")
    body = text[HEADER + COVER :]
    if len(text) < HEADER + COVER or len(body) % RECORD:
        return Unreadable(text, "length")
    pieces = [body[at : at + RECORD] for at in range(0, len(body), RECORD)]
    kinds = [piece[:2] for piece in pieces]
    inner = sum(kind in KINDS for kind in kinds)
    footers = len(pieces) - inner - 1
    if footers < 1 or inner < 1 or kinds[inner:] != ["95"] * footers + ["96"]:
        return Unreadable(text, "records")
    if kinds[0] != "10":
        return Unreadable(text, "header")
    records = tuple(Record(piece[:2], piece, at) for at, piece in enumerate(pieces[:inner]))
    return File(
        Record("200", text[:HEADER], 0),
        Record("300", text[HEADER : HEADER + COVER], 0),
        records,
        tuple(Record("95", piece, at) for at, piece in enumerate(pieces[inner:-1])),
        Record("96", pieces[-1], 0),
        tuple(_invoices(records)),
    )


def _invoices(records: tuple[Record, ...]) -> list[Invoice]:
    invoices: list[Invoice] = []
    for record in records:
        if record.kind == "20":
            invoices.append(Invoice(record))
        elif invoices:
            _place(record, invoices[-1])
    return invoices


def _place(record: Record, invoice: Invoice) -> None:
    match record.kind:
        case "50":
            invoice.acts.append(Act(record))
        case "51" if invoice.acts:
            invoice.acts[-1].engagements.append(record)
        case "52" if invoice.acts:
            invoice.acts[-1].agreements.append(record)
        case "80" if invoice.foot is None:
            invoice.foot = record
