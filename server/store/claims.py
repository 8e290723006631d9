"""Lots: the files that carry lines to an insurer, and the lines as they left."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

import apsw

from server.core.errors import StateConflict
from server.core.states import LOT_STEPS, LineState, LotState
from server.store import lives
from server.store.journal import Stamp
from server.store.rows import many, one, value


@dataclass(frozen=True, slots=True)
class Lot:
    """One file for one insurer and one month."""

    id: str
    device: str
    kind: str
    payer: str
    month: str
    number: int
    year: int
    reference: str
    file_day: date
    sealed_at: datetime
    sealed_by: str
    payload_sha256: str
    lines_sha256: str
    oa_cents: int
    copay_cents: int
    supplement_cents: int
    line_count: int
    invoice_count: int
    predecessor: str | None
    state: LotState


@dataclass(frozen=True, slots=True)
class LotLine:
    """A line as it left in a lot."""

    lot: str
    line: str
    invoice_number: str
    record: int
    oa_cents: int
    copay_cents: int
    supplement_cents: int


_LOT = """
    select id, device, kind, payer, month, number, year, reference, file_day, sealed_at,
           sealed_by, payload_sha256, lines_sha256, oa_cents, copay_cents, supplement_cents,
           line_count, invoice_count, predecessor, state
      from lot
"""


def successor_lots(db: apsw.Connection, lot: str) -> list[Lot]:
    """Return the lots in which lines of one left again, freed or replaced."""
    return many(
        db,
        Lot,
        _LOT + " where id in ("
        " select l.lot from lot_line x join line l on l.id = x.line"
        " where x.lot = ?1 and l.state <> 'Replaced' and l.lot <> ?1"
        " union"
        " select n.lot from lot_line x join line l on l.id = x.line"
        " join line n on n.predecessor = l.id"
        " where x.lot = ?1 and l.state = 'Replaced' and n.lot <> ?1) order by id",
        (lot,),
    )


def add_lot(db: apsw.Connection, x: Lot, seq: int) -> None:
    """Write a lot."""
    db.execute(
        "insert into lot values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (x.id, x.device, seq, x.kind, x.payer, x.month, x.number, x.year, x.reference,
         x.file_day.isoformat(), x.sealed_at.isoformat(), x.sealed_by, x.payload_sha256,
         x.lines_sha256, x.oa_cents, x.copay_cents, x.supplement_cents, x.line_count,
         x.invoice_count, x.predecessor, str(x.state)),
    )  # fmt: skip


def write_lot_again(db: apsw.Connection, x: Lot, seq: int) -> None:
    """Write anew a lot that was unsealed; its number, payer and month stay as they were."""
    db.execute(
        "update lot set seq = ?, reference = ?, file_day = ?, sealed_at = ?, sealed_by = ?,"
        " payload_sha256 = ?, lines_sha256 = ?, oa_cents = ?, copay_cents = ?,"
        " supplement_cents = ?, line_count = ?, invoice_count = ?, predecessor = ?, state = ?"
        " where id = ? and state = 'Draft'",
        (seq, x.reference, x.file_day.isoformat(), x.sealed_at.isoformat(), x.sealed_by,
         x.payload_sha256, x.lines_sha256, x.oa_cents, x.copay_cents, x.supplement_cents,
         x.line_count, x.invoice_count, x.predecessor, str(x.state), x.id),
    )  # fmt: skip


def unsealed_lot(db: apsw.Connection, device: str, payer: str, month: str, year: int) -> Lot | None:
    """Return the lot of a payer and month that was unsealed: its number is reserved for it."""
    return one(
        db, Lot, _LOT + " where state = 'Draft' and device = ? and payer = ? and month = ?"
        " and year = ? order by number limit 1",
        (device, payer, month, year),
    )  # fmt: skip


def empty_lot(db: apsw.Connection, lot: str) -> None:
    """Forget how lines were to leave in a lot that never did."""
    db.execute("delete from lot_line where lot = ?", (lot,))


def lock_lines(
    db: apsw.Connection, stamp: Stamp, seq: int, lot: str, inside: Sequence[LotLine]
) -> None:
    """Put priced lines into a lot and keep how each leaves; all of them, or `StateConflict`."""
    db.execute(
        "update line set state = 'Locked', lot = ?"
        " where id in (select value from json_each(?)) and state = 'Priced'",
        (lot, json.dumps([x.line for x in inside])),
    )
    if db.changes() != len(inside):  # what triggers change is not counted
        raise StateConflict(kind="line", state="", wanted=str(LineState.LOCKED))
    db.executemany(
        "insert into lot_line values (?, ?, ?, ?, ?, ?, ?)",
        [
            (x.lot, x.line, x.invoice_number, x.record, x.oa_cents, x.copay_cents,
             x.supplement_cents)
            for x in inside
        ],
    )  # fmt: skip
    states = (str(LineState.PRICED), str(LineState.LOCKED))
    lives.add_steps(db, stamp, seq, "line", [x.line for x in inside], states, f"lot:{lot}")


def lot_lines(db: apsw.Connection, lot: str) -> list[LotLine]:
    """Return how each line left in a lot, in file order."""
    return many(
        db,
        LotLine,
        "select lot, line, invoice_number, record, oa_cents, copay_cents, supplement_cents"
        " from lot_line where lot = ? order by record",
        (lot,),
    )


def page_of_lot(db: apsw.Connection, lot: str, after: int, most: int) -> list[LotLine]:
    """Return a page of the lines of a lot as they left, after a record of its file."""
    return many(
        db,
        LotLine,
        "select lot, line, invoice_number, record, oa_cents, copay_cents, supplement_cents"
        " from lot_line where lot = ? and record > ? order by record limit ?",
        (lot, after, most),
    )


def some_lots(db: apsw.Connection, keys: Sequence[str]) -> dict[str, Lot]:
    """Return some lots by id."""
    rows = many(
        db, Lot, _LOT + " where id in (select value from json_each(?))",
        (json.dumps(list(dict.fromkeys(keys))),),
    )  # fmt: skip
    return {row.id: row for row in rows}


def count_lots(db: apsw.Connection, state: LotState) -> int:
    """Count the lots in one state."""
    return int(value(db, "select count(*) from lot where state = ?", (str(state),)))


def numbered(db: apsw.Connection, number: int, payer: str, most: int) -> list[Lot]:
    """Return the lots of one sending number, newest first; of one payer unless it is ""."""
    return many(
        db,
        Lot,
        _LOT + " where number = ?1 and (?2 = '' or payer = ?2) order by id desc limit ?3",
        (number, payer, most),
    )


def payers(db: apsw.Connection) -> list[str]:
    """Return every payer a lot was ever made for."""
    rows = db.execute(
        "with recursive known (payer) as ("
        " select min(payer) from lot union all"
        " select (select min(payer) from lot where payer > known.payer) from known"
        " where known.payer is not null)"
        " select payer from known where payer is not null"
    )
    return [str(row[0]) for row in rows]


_REFUSED_AGAIN = """
      from (select distinct x.lot from line l cross join lot_line x on x.line = l.id
             where l.lot is null) f
     cross join lot o on o.id = f.lot
     where o.state = 'Refused'
"""


def refused_to_bill_again(db: apsw.Connection, most: int) -> list[Lot]:
    """Return the files refused whole of which a line is in no lot again, newest first."""
    rows = db.execute("select o.id" + _REFUSED_AGAIN + " order by o.id desc limit ?", (most,))
    found = some_lots(db, [str(row[0]) for row in rows])
    return sorted(found.values(), key=lambda lot: lot.id, reverse=True)


def count_refused_to_bill_again(db: apsw.Connection) -> int:
    """Count the files refused whole of which a line is in no lot again."""
    return int(value(db, "select count(*)" + _REFUSED_AGAIN))


def lot(db: apsw.Connection, key: str) -> Lot | None:
    """Return one lot."""
    return one(db, Lot, _LOT + " where id = ?", (key,))


def lot_by_reference(db: apsw.Connection, reference: str) -> Lot | None:
    """Return the lot of a message reference (zone 204)."""
    return one(db, Lot, _LOT + " where reference = ?", (reference,))


def lots(db: apsw.Connection, before: str = "~", most: int = 100) -> list[Lot]:
    """Return a page of sealed lots, newest first, after the id of the last shown."""
    return many(
        db, Lot, _LOT + " where id < ? and state <> 'Draft' order by id desc limit ?",
        (before, most),
    )  # fmt: skip


def knows_payer(db: apsw.Connection, payer: str) -> bool:
    """Say whether a lot was ever made for a payer."""
    return value(db, "select 1 from lot where payer = ? limit 1", (payer,)) is not None


def taken_days(db: apsw.Connection, payer: str, since: date) -> set[date]:
    """Return the civil days from one on that lots of a payer are planned on."""
    rows = db.execute(
        "select distinct file_day from lot where payer = ? and file_day >= ? and state <> 'Draft'",
        (payer, since.isoformat()),
    )
    return {date.fromisoformat(str(row[0])) for row in rows}


def late_lots(db: apsw.Connection, payers: Sequence[str], before: date) -> int:
    """Count the lots of some payers that should have left before a day and still wait."""
    return int(
        value(
            db,
            "select count(*) from lot where state = 'Queued' and file_day < ?"
            " and payer in (select value from json_each(?))",
            (before.isoformat(), json.dumps(payers)),
        )
    )


def move_lot(
    db: apsw.Connection, stamp: Stamp, seq: int, key: str, new: LotState, evidence: str = ""
) -> LotState:
    """Take one allowed step and keep it with its proof; return the state left."""
    held = lot(db, key)
    if held is None or new not in LOT_STEPS[held.state]:
        raise StateConflict(kind="lot", state=str(held and held.state), wanted=str(new))
    db.execute("update lot set state = ? where id = ?", (str(new), key))
    lives.add_step(db, stamp, seq, "lot", key, (str(held.state), str(new)), evidence)
    return held.state


def plan_lot(db: apsw.Connection, key: str, day: date) -> None:
    """Write the civil day on which a lot may leave."""
    db.execute("update lot set file_day = ? where id = ?", (day.isoformat(), key))
