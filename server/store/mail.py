"""Messages of the mailbox for papers: their bytes, and what was found in them."""

from dataclasses import dataclass
from datetime import datetime

import apsw

from server.store.rows import value


@dataclass(frozen=True, slots=True)
class MailMessage:
    """A message that came, without its bytes."""

    id: str
    box: str
    uidl: str
    received_at: datetime
    sha256: str


@dataclass(frozen=True, slots=True)
class Opened:
    """What was found in a message."""

    message: str
    at: datetime
    papers: int
    known: int
    kept_out: int


def add(db: apsw.Connection, new: MailMessage, content: bytes, device: str, seq: int) -> None:
    """Keep a message as it came; it is not taken apart yet."""
    db.execute(
        "insert into mail_message values (?, ?, ?, ?, ?, ?, ?, ?)",
        (new.id, device, seq, new.box, new.uidl, new.received_at.isoformat(), new.sha256, content),
    )


def say(db: apsw.Connection, found: Opened, device: str, seq: int) -> None:
    """Keep what was found in a message."""
    db.execute(
        "insert into mail_opened values (?, ?, ?, ?, ?, ?, ?)",
        (found.message, device, seq, found.at.isoformat(), found.papers, found.known,
         found.kept_out),
    )  # fmt: skip


def names(db: apsw.Connection, box: str) -> set[str]:
    """Return the names, in a mailbox, of the messages that were kept."""
    return {
        str(uidl) for (uidl,) in db.execute("select uidl from mail_message where box = ?", (box,))
    }


def closed(db: apsw.Connection) -> list[str]:
    """Return the messages nobody took apart yet, the first first."""
    return [str(key) for (key,) in db.execute("select message from mail_closed order by message")]


def content(db: apsw.Connection, key: str) -> bytes:
    """Return the bytes of a message as it came."""
    return bytes(value(db, "select bytes from mail_message where id = ?", (key,)) or b"")
