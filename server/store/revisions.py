"""How the pages of received documents are to be seen, and what was made of it."""

from dataclasses import dataclass
from datetime import datetime

import apsw

from server.store.rows import many, one, value
from server.store.tray import PageMark


@dataclass(frozen=True, slots=True)
class Revision:
    """How a document is to be seen, as somebody asked; no leaves: as it came."""

    incoming: str
    version: int
    at: datetime
    by: str
    leaves: str


_REVISION = "select incoming, version, at, by, leaves from revision"


def ask(db: apsw.Connection, new: Revision, device: str, seq: int) -> None:
    """Keep how a document is to be seen."""
    db.execute(
        "insert into revision values (?, ?, ?, ?, ?, ?, ?)",
        (new.incoming, new.version, device, seq, new.at.isoformat(), new.by, new.leaves),
    )


def made(db: apsw.Connection, key: str, version: int, content: bytes, problem: str = "") -> None:
    """Keep the PDF made of it, or why there is none."""
    db.execute("insert into revision_made values (?, ?, ?, ?)", (key, version, problem, content))


def add_page(db: apsw.Connection, key: str, version: int, mark: PageMark, content: bytes) -> None:
    """Keep one page as the screens show it."""
    db.execute(
        "insert into revision_page values (?, ?, ?, ?, ?, ?)",
        (key, version, mark.number, mark.score, mark.advice, content),
    )


def last(db: apsw.Connection, key: str) -> Revision | None:
    """Return how a document was last asked to be seen."""
    return one(
        db, Revision, _REVISION + " where incoming = ? order by version desc limit 1", (key,)
    )


def shown(db: apsw.Connection, key: str) -> Revision | None:
    """Return how a document is seen: the last revision that could be made."""
    return one(
        db, Revision,
        _REVISION + " where incoming = ? and exists (select 1 from revision_made m where"
        " m.incoming = revision.incoming and m.version = revision.version and m.problem = '')"
        " order by version desc limit 1",
        (key,),
    )  # fmt: skip


def unmade(db: apsw.Connection) -> list[Revision]:
    """Return what was asked of the documents on the table and is still to be made."""
    return many(
        db, Revision,
        "select r.incoming, r.version, r.at, r.by, r.leaves from tray"
        " cross join revision r on r.incoming = tray.incoming where not exists (select 1 from"
        " revision_made m where m.incoming = r.incoming and m.version = r.version)"
        " order by r.at, r.incoming",
    )  # fmt: skip


def problem(db: apsw.Connection, key: str, version: int) -> str | None:
    """Return why a revision could not be made, "" when it was, None while it is to be."""
    found = value(
        db, "select problem from revision_made where incoming = ? and version = ?", (key, version)
    )
    return None if found is None else str(found)


def pages(db: apsw.Connection, key: str, version: int) -> list[PageMark]:
    """Return how readable each page is, in order."""
    return many(
        db, PageMark,
        "select number, score, advice from revision_page where incoming = ? and version = ?"
        " order by number",
        (key, version),
    )  # fmt: skip


def page(db: apsw.Connection, key: str, version: int, number: int) -> bytes | None:
    """Return one page as the screens show it."""
    found = value(
        db,
        "select bytes from revision_page where incoming = ? and version = ? and number = ?",
        (key, version, number),
    )
    return None if found is None else bytes(found)


def content(db: apsw.Connection, key: str, version: int) -> bytes:
    """Return the PDF made of a revision, b"" without one."""
    return bytes(
        value(
            db, "select bytes from revision_made where incoming = ? and version = ?",
            (key, version),
        )
        or b""
    )  # fmt: skip
