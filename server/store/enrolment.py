"""The steps a practice did to be conventioned, with their papers, and who knows of its account."""

from dataclasses import dataclass
from datetime import date

import apsw

from server.store.rows import many, value


@dataclass(frozen=True, slots=True)
class Done:
    """A step that was done, and the name of its paper ("" without one)."""

    step: str
    done_on: date
    name: str


def done(db: apsw.Connection) -> dict[str, Done]:
    """Return what was done, by step."""
    rows = many(db, Done, "select step, done_on, name from enrolment_step")
    return {row.step: row for row in rows}


def keep(db: apsw.Connection, row: Done, content: bytes | None, act: tuple[str, int]) -> None:
    """Write that a step is done; a paper kept before stays unless another comes."""
    db.execute(
        "insert into enrolment_step (step, device, seq, done_on, name, bytes)"
        " values (?, ?, ?, ?, ?, ?) on conflict (step) do update set device = excluded.device,"
        " seq = excluded.seq, done_on = excluded.done_on,"
        " name = iif(excluded.bytes is null, name, excluded.name),"
        " bytes = coalesce(excluded.bytes, bytes)",
        (row.step, *act, row.done_on.isoformat(), row.name, content),
    )


def undo(db: apsw.Connection, step: str) -> None:
    """Forget that a step was done, and its paper."""
    db.execute("delete from enrolment_step where step = ?", (step,))


def paper(db: apsw.Connection, step: str) -> bytes | None:
    """Return the paper of a step."""
    found = value(db, "select bytes from enrolment_step where step = ?", (step,))
    return None if found is None else bytes(found)


def told(db: apsw.Connection, iban: str) -> dict[str, date]:
    """Return which complementaries were told of an account, and when."""
    rows = db.execute("select number, told_on from account_told where iban = ?", (iban,))
    return {str(number): date.fromisoformat(str(day)) for number, day in rows}


def tell(db: apsw.Connection, number: str, iban: str, day: date, act: tuple[str, int]) -> None:
    """Keep that a complementary was told of an account."""
    db.execute(
        "insert or replace into account_told values (?, ?, ?, ?, ?)",
        (number, iban, *act, day.isoformat()),
    )
