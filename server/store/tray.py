"""Received documents: their bytes, their pages, and what was said of them."""

from dataclasses import dataclass
from datetime import date, datetime

import apsw

from server.core.tray import Kind, Origin, TrayState
from server.store.rows import many, one, value


@dataclass(frozen=True, slots=True)
class Incoming:
    """A file that came in, without its bytes."""

    id: str
    received_at: datetime
    origin: Origin
    name: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Filing:
    """What was last said of a document."""

    incoming: str
    version: int
    at: datetime
    by: str
    state: TrayState
    problem: str = ""  # code of the sentence that says why it cannot be shown
    kind: Kind | None = None
    patient: str | None = None
    dated: date | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class PageMark:
    """How readable one page is."""

    number: int
    score: int
    advice: str  # codes, separated by spaces


@dataclass(frozen=True, slots=True, repr=False)
class CodeMark:
    """A code found on a document, as it reads."""

    symbology: str
    text: str
    to_verify: bool


_INCOMING = "select id, received_at, origin, name, sha256 from incoming"
_FILING = (
    "select incoming, version, at, by, state, problem, kind, patient, dated, valid_from, valid_to,"
    " reason from filing"
)


def add(db: apsw.Connection, new: Incoming, content: bytes, device: str, seq: int) -> None:
    """Keep a file as it came."""
    db.execute(
        "insert into incoming values (?, ?, ?, ?, ?, ?, ?, ?)",
        (new.id, device, seq, new.received_at.isoformat(), str(new.origin), new.name, new.sha256,
         content),
    )  # fmt: skip


def say(db: apsw.Connection, said: Filing, device: str, seq: int) -> None:
    """Add what was said of a document; the tray and the patient's file follow by themselves."""
    s = said
    db.execute(
        "insert into filing values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (s.incoming, s.version, device, seq, s.at.isoformat(), s.by, str(s.state), s.problem,
         s.kind and str(s.kind), s.patient, _iso(s.dated), _iso(s.valid_from), _iso(s.valid_to),
         s.reason),
    )  # fmt: skip


def add_page(db: apsw.Connection, incoming: str, mark: PageMark, content: bytes) -> None:
    """Keep one page as the screens show it."""
    db.execute(
        "insert into incoming_page values (?, ?, ?, ?, ?)",
        (incoming, mark.number, mark.score, mark.advice, content),
    )


def add_code(db: apsw.Connection, incoming: str, number: int, mark: CodeMark) -> None:
    """Keep the text of a code found on a document."""
    db.execute(
        "insert into incoming_code values (?, ?, ?, ?, ?)",
        (incoming, number, mark.symbology, mark.text, mark.to_verify),
    )


def codes(db: apsw.Connection, key: str) -> list[CodeMark]:
    """Return the codes found on a document, in their order."""
    return many(
        db, CodeMark,
        "select symbology, text, to_verify from incoming_code where incoming = ? order by number",
        (key,),
    )  # fmt: skip


def add_suggestion(db: apsw.Connection, incoming: str, field: str, proposed: str) -> None:
    """Keep what the words of a document propose of it; once."""
    db.execute("insert or ignore into suggestion values (?, ?, ?)", (incoming, field, proposed))


def suggestions(db: apsw.Connection, key: str) -> dict[str, str]:
    """Return what the words of a document propose, by field."""
    return dict(db.execute("select field, value from suggestion where incoming = ?", (key,)))


def get(db: apsw.Connection, key: str) -> Incoming | None:
    """Return a received file."""
    return one(db, Incoming, _INCOMING + " where id = ?", (key,))


def known(db: apsw.Connection, sha256: str) -> Incoming | None:
    """Return the file of these very bytes, when it came before."""
    return one(db, Incoming, _INCOMING + " where sha256 = ?", (sha256,))


def content(db: apsw.Connection, key: str) -> bytes:
    """Return the bytes of a file as it came."""
    return bytes(value(db, "select bytes from incoming where id = ?", (key,)) or b"")


def filing(db: apsw.Connection, key: str) -> Filing | None:
    """Return what holds of a document."""
    return one(db, Filing, _FILING + " where incoming = ? order by version desc limit 1", (key,))


def versions(db: apsw.Connection, key: str) -> list[Filing]:
    """Return everything that was said of a document, the first first."""
    return many(db, Filing, _FILING + " where incoming = ? order by version", (key,))


def pages(db: apsw.Connection, key: str) -> list[PageMark]:
    """Return how readable each page is, in order."""
    return many(
        db, PageMark,
        "select number, score, advice from incoming_page where incoming = ? order by number",
        (key,),
    )  # fmt: skip


def page(db: apsw.Connection, key: str, number: int) -> bytes | None:
    """Return one page as the screens show it."""
    found = value(
        db, "select bytes from incoming_page where incoming = ? and number = ?", (key, number)
    )
    return None if found is None else bytes(found)


def waiting(db: apsw.Connection) -> list[Incoming]:
    """Return the documents on the table, the one that waits longest first.

    A cross join: the few on the table are walked, never all that ever came in.
    """
    return many(
        db, Incoming,
        "select i.id, i.received_at, i.origin, i.name, i.sha256"
        " from tray cross join incoming i on i.id = tray.incoming order by i.received_at, i.id",
    )  # fmt: skip


def count(db: apsw.Connection) -> int:
    """Return how many documents are on the table."""
    return int(value(db, "select count(*) from tray"))


def of_patient(db: apsw.Connection, patient: str) -> list[Incoming]:
    """Return the documents in the file of a patient, the newest first."""
    return many(
        db, Incoming,
        "select i.id, i.received_at, i.origin, i.name, i.sha256 from patient_document d"
        " join incoming i on i.id = d.incoming where d.patient = ? order by d.at desc, i.id",
        (patient,),
    )  # fmt: skip


def discarded_since(db: apsw.Connection, since: datetime) -> list[Incoming]:
    """Return the documents thrown away since an instant that were not taken back, newest first."""
    return many(
        db, Incoming,
        "select i.id, i.received_at, i.origin, i.name, i.sha256"
        " from filing f join incoming i on i.id = f.incoming"
        " where f.state = 'DISCARDED' and f.at >= ? and not exists"
        " (select 1 from filing n where n.incoming = f.incoming and n.version > f.version)"
        " order by f.at desc",
        (since.isoformat(),),
    )  # fmt: skip


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None
