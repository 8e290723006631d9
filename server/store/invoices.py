"""Invoice lines: one act claimed once, from its price to its payment."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import apsw

from server.core.errors import StateConflict
from server.core.states import LINE_STEPS, LineState
from server.store import lives
from server.store.journal import Stamp
from server.store.rows import many, one


@dataclass(frozen=True, slots=True)
class Line:
    """One act claimed once."""

    id: str
    ref: str
    act: str
    session: str
    patient: str
    predecessor: str | None
    code: str
    care_date: date
    payer: str
    mutuality: str
    ct1: str
    ct2: str
    bim: bool
    fee_cents: int
    oa_cents: int
    copay_cents: int
    supplement_cents: int
    tariff_version: str
    confidence: str
    quote: str
    lot: str | None
    paid_cents: int
    state: LineState
    amc_cents: int = 0  # the part of a French complementary insurer


_LINE = """
    select id, ref, act, session, patient, predecessor, code, care_date, payer, mutuality, ct1,
           ct2, bim, fee_cents, oa_cents, copay_cents, supplement_cents, tariff_version,
           confidence, quote, lot, paid_cents, state, amc_cents
      from line
"""
_TO_BILL = (
    " where state = 'Priced'"
    " and (select s.state from session s where s.id = line.session) = 'Ready'"
)


def add_line(db: apsw.Connection, x: Line, device: str, seq: int) -> None:
    """Write a priced line."""
    db.execute(
        "insert into line values"
        " (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (x.id, device, seq, x.ref, x.act, x.session, x.patient, x.predecessor, x.code,
         x.care_date.isoformat(), x.payer, x.mutuality, x.ct1, x.ct2, x.bim, x.fee_cents,
         x.oa_cents, x.copay_cents, x.supplement_cents, x.tariff_version, x.confidence, x.quote,
         x.lot, x.paid_cents, str(x.state), x.amc_cents),
    )  # fmt: skip


def reprice_line(db: apsw.Connection, x: Line) -> None:
    """Write a new price on a line that is not locked yet."""
    if not db.execute(
        "update line set payer = ?, mutuality = ?, ct1 = ?, ct2 = ?, bim = ?, fee_cents = ?,"
        " oa_cents = ?, copay_cents = ?, supplement_cents = ?, tariff_version = ?,"
        " confidence = ?, quote = ?, code = ?, amc_cents = ?"
        " where id = ? and state = 'Priced' returning id",
        (x.payer, x.mutuality, x.ct1, x.ct2, x.bim, x.fee_cents, x.oa_cents, x.copay_cents,
         x.supplement_cents, x.tariff_version, x.confidence, x.quote, x.code,
         x.amc_cents, x.id),
    ).fetchall():  # fmt: skip
        raise StateConflict(kind="line", state="Locked", wanted="Priced")


def drop_line(db: apsw.Connection, key: str) -> None:
    """Remove a price that no longer stands; a line that once left in a lot is kept."""
    db.execute(
        "delete from line where id = ?1 and state = 'Priced'"
        " and not exists (select 1 from lot_line where line = ?1)",
        (key,),
    )


def line(db: apsw.Connection, key: str) -> Line | None:
    """Return one line."""
    return one(db, Line, _LINE + " where id = ?", (key,))


def lines_of_session(db: apsw.Connection, session: str) -> list[Line]:
    """Return the lines of a session, oldest first."""
    return many(db, Line, _LINE + " where session = ? order by id", (session,))


def lines_of_sessions(db: apsw.Connection, sessions: Sequence[str]) -> list[Line]:
    """Return the lines of some sessions, oldest first."""
    return many(
        db,
        Line,
        _LINE + " where session in (select value from json_each(?)) order by id",
        (json.dumps(sessions),),
    )


def lines_of_lot(db: apsw.Connection, lot: str) -> list[Line]:
    """Return the lines that left in a lot, in file order, as they are now."""
    return many(
        db,
        Line,
        _LINE + " where id in (select line from lot_line where lot = ?)"
        " order by (select record from lot_line where lot = ?1 and line = line.id)",
        (lot,),
    )


def lines_to_bill(db: apsw.Connection) -> list[Line]:
    """Return the priced lines of ready sessions, by payer, month and patient."""
    return many(
        db,
        Line,
        _LINE + _TO_BILL + " order by payer, substr(care_date, 1, 7), patient, care_date, id",
    )


def lines_of_draft(db: apsw.Connection, payer: str, month: str) -> list[Line]:
    """Return the lines to bill of one payer and month ("2026-03"), by patient."""
    return many(
        db,
        Line,
        _LINE + _TO_BILL + " and payer = ? and care_date >= ? and care_date <= ?"
        " order by patient, care_date, id",
        (payer, f"{month}-01", f"{month}-31"),
    )


def rejected(db: apsw.Connection, after: tuple[str, str] = ("", ""), most: int = -1) -> list[Line]:
    """Return the refused lines, oldest care first, after the (care date, id) of the last shown.

    At most so many, all when negative.
    """
    return many(
        db,
        Line,
        _LINE + " where state = 'Rejected' and (care_date, id) > (?, ?)"
        " order by care_date, id limit ?",
        (*after, most),
    )


def page_of_lines(
    db: apsw.Connection, states: Sequence[LineState], before: tuple[str, str], most: int
) -> list[Line]:
    """Return a page of lines, newest care first, after the (care date, id) of the last shown.

    Each state is walked in its own order, and no further than the page.
    """
    if len(states) == len(LineState):
        return many(
            db, Line,
            _LINE + " where (care_date, id) < (?, ?) order by care_date desc, id desc limit ?",
            (*before, most),
        )  # fmt: skip
    first = {
        (str(day), str(key))
        for state in states
        for day, key in db.execute(
            "select care_date, id from line where state = ? and (care_date, id) < (?, ?)"
            " order by care_date desc, id desc limit ?",
            (str(state), *before, most),
        )
    }
    return lines(db, [key for _, key in sorted(first, reverse=True)[:most]])


def lines_of_patients(
    db: apsw.Connection, patients: Sequence[str], before: tuple[str, str], most: int
) -> list[Line]:
    """Return a page of the lines of some patients, newest care first."""
    first = {
        (str(day), str(key))
        for patient in patients
        for day, key in db.execute(
            "select care_date, id from line where patient = ? and (care_date, id) < (?, ?)"
            " order by care_date desc, id desc limit ?",
            (patient, *before, most),
        )
    }
    return lines(db, [key for _, key in sorted(first, reverse=True)[:most]])


def lines(db: apsw.Connection, keys: Sequence[str]) -> list[Line]:
    """Return some lines, newest care first."""
    return many(
        db,
        Line,
        _LINE + " where id in (select value from json_each(?)) order by care_date desc, id desc",
        (json.dumps(keys),),
    )


def successor(db: apsw.Connection, key: str) -> Line | None:
    """Return the line that replaced one, if any."""
    return one(db, Line, _LINE + " where predecessor = ? order by id desc limit 1", (key,))


def lots_of_line(db: apsw.Connection, key: str) -> list[str]:
    """Return every lot a line left in, the first first."""
    rows = db.execute("select lot from lot_line where line = ? order by lot", (key,))
    return [str(row[0]) for row in rows]


def move_line(
    db: apsw.Connection, stamp: Stamp, seq: int, key: str, new: LineState, evidence: str = ""
) -> LineState:
    """Take one allowed step and keep it with its proof; return the state left."""
    held = line(db, key)
    if held is None or new not in LINE_STEPS[held.state]:
        raise StateConflict(kind="line", state=str(held and held.state), wanted=str(new))
    db.execute("update line set state = ? where id = ?", (str(new), key))
    lives.add_step(db, stamp, seq, "line", key, (str(held.state), str(new)), evidence)
    return held.state


def tie_line(db: apsw.Connection, key: str, lot: str | None) -> None:
    """Tie a line to the lot that carries it now, or free it."""
    db.execute("update line set lot = ? where id = ?", (lot, key))


def pay_line(db: apsw.Connection, key: str, cents: int) -> None:
    """Add a sum received to a line."""
    db.execute("update line set paid_cents = paid_cents + ? where id = ?", (cents, key))
