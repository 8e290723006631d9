"""Cards tied to users, and those that were."""

from dataclasses import dataclass
from datetime import datetime

import apsw

from server.core.cards import CardKind
from server.store.rows import many, one


@dataclass(frozen=True, slots=True)
class UserCard:
    """One card of one user, from when it was tied to when that was ended."""

    id: str
    user: str
    kind: CardKind
    holder: str  # national number on the card: NISS of an eID, national id of a CPS
    number: str  # printed on the card
    name: str  # of the holder, as the card says it
    mark: str  # what the door knows it by
    tied_at: datetime
    tied_by: str
    ended_at: datetime | None = None
    ended_by: str | None = None

    @property
    def active(self) -> bool:
        """Whether the card still stands for its user."""
        return self.ended_at is None


_COLUMNS = "id, user, kind, holder, number, name, mark, tied_at, tied_by, ended_at, ended_by"
_ALL = f"select {_COLUMNS} from user_card"


def add(db: apsw.Connection, card: UserCard, device: str, seq: int) -> None:
    """Tie a card."""
    db.execute(
        "insert into user_card (id, device, seq, user, kind, holder, number, name, mark, tied_at,"
        " tied_by) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (card.id, device, seq, card.user, str(card.kind), card.holder, card.number, card.name,
         card.mark, card.tied_at.isoformat(), card.tied_by),
    )  # fmt: skip


def end(db: apsw.Connection, card_id: str, at: datetime, by: str) -> None:
    """End what ties a card; it stays on the list."""
    db.execute(
        "update user_card set ended_at = ?, ended_by = ? where id = ?",
        (at.isoformat(), by, card_id),
    )


def get(db: apsw.Connection, card_id: str) -> UserCard | None:
    """Return one card, ended or not."""
    return one(db, UserCard, f"{_ALL} where id = ?", (card_id,))


def of_user(db: apsw.Connection, user: str) -> list[UserCard]:
    """Return every card a user has or had, those that still stand first."""
    where = "where user = ? order by ended_at is not null, tied_at, id"
    return many(db, UserCard, f"{_ALL} {where}", (user,))


def tied(db: apsw.Connection) -> list[UserCard]:
    """Return every card that stands for a user now."""
    return many(db, UserCard, f"{_ALL} where ended_at is null order by tied_at, id")


def of_holder(db: apsw.Connection, kind: CardKind, holder: str) -> list[UserCard]:
    """Return the cards of one person that stand for a user now."""
    where = "where kind = ? and holder = ? and ended_at is null order by tied_at, id"
    return many(db, UserCard, f"{_ALL} {where}", (str(kind), holder))
