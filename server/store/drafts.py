"""What was typed and not sent, kept for its user: forms of a page, inside the encrypted file."""

from dataclasses import dataclass
from datetime import datetime

import apsw

from server.store.rows import many, one


@dataclass(frozen=True, slots=True)
class Draft:
    """The forms of one page as they stood."""

    place: str  # address of the page below the prefix of a launch
    forms: str  # JSON
    at: datetime
    shown: bool  # the page was still open


_DRAFT = "select place, forms, at, shown from draft where user = ?"


def put(db: apsw.Connection, user: str, draft: Draft) -> None:
    """Keep what a page holds, in place of what it held before."""
    db.execute(
        "insert into draft values (?, ?, ?, ?, ?) on conflict (user, place) do update set"
        " forms = excluded.forms, at = excluded.at, shown = excluded.shown",
        (user, draft.place, draft.forms, draft.at.isoformat(), draft.shown),
    ).fetchall()


def get(db: apsw.Connection, user: str, place: str) -> Draft | None:
    """Return what a user left on a page."""
    return one(db, Draft, _DRAFT + " and place = ?", (user, place))


def of_user(db: apsw.Connection, user: str) -> list[Draft]:
    """Return all a user left, the newest first."""
    return many(db, Draft, _DRAFT + " order by at desc, place", (user,))


def drop(db: apsw.Connection, user: str, place: str) -> None:
    """Forget what a user left on a page."""
    db.execute("delete from draft where user = ? and place = ?", (user, place)).fetchall()


def leave(db: apsw.Connection, user: str, place: str) -> None:
    """Note that the page was left: unlocking does not lead back to it."""
    db.execute("update draft set shown = 0 where user = ? and place = ?", (user, place)).fetchall()


def drop_older(db: apsw.Connection, before: datetime) -> None:
    """Forget what nobody came back to."""
    db.execute("delete from draft where at < ?", (before.isoformat(),)).fetchall()
