"""The practice's own rows of the list of complementaries, one for each number."""

from dataclasses import dataclass, fields

import apsw

from server.store.rows import columns, many, one


@dataclass(frozen=True, slots=True)
class ComplementaryRow:
    """One complementary as the practice keeps it; columns of `complementary`."""

    number: str  # ten positions
    name: str
    management: str  # GU or GS
    convention_type: str = ""
    criterion: str = ""
    other_number: str = ""
    noemie: str = "UNKNOWN"
    contact: str = ""
    street1: str = ""
    street2: str = ""
    postcode: str = ""
    city: str = ""
    phone1: str = ""
    phone2: str = ""
    email: str = ""
    account: str = ""
    routing: str = ""
    dre_without_tp: bool = False
    base: str = ""
    franchise_cents: int = 0
    ceiling_cents: int | None = None
    threshold_cents: int = 0
    rate_bp: int = 10_000
    unlisted_acts: bool = False
    active: bool = True
    inter_amc: bool = False


_NAMES = tuple(each.name for each in fields(ComplementaryRow))
_KEEP = (
    f"insert or replace into complementary (device, seq, {', '.join(_NAMES)})"
    f" values (?, ?, {', '.join('?' * len(_NAMES))})"
)


def keep(db: apsw.Connection, row: ComplementaryRow, device: str, seq: int) -> None:
    """Write a complementary, or write it anew."""
    db.execute(_KEEP, (device, seq, *(getattr(row, name) for name in _NAMES)))


def every(db: apsw.Connection) -> list[ComplementaryRow]:
    """Return the practice's own rows, by name."""
    return many(
        db, ComplementaryRow,
        f"select {columns(ComplementaryRow)} from complementary order by name, number",
    )  # fmt: skip


def get(db: apsw.Connection, number: str) -> ComplementaryRow | None:
    """Return the practice's own row of a number."""
    return one(
        db, ComplementaryRow,
        f"select {columns(ComplementaryRow)} from complementary where number = ?",
        (number,),
    )  # fmt: skip


def forget(db: apsw.Connection, number: str) -> None:
    """Delete a complementary nobody ever used."""
    db.execute("delete from complementary where number = ?", (number,))
