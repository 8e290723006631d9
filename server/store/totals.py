"""Sums that triggers keep in step with the rows behind them, so that no screen ever counts them.

`recount` makes them anew from those rows: what the triggers hold must be equal to it, always.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import apsw

from server.store.rows import many, value

COUNTED: Mapping[str, str] = {
    "line_total": "select state, count(*), sum(oa_cents) from line group by state",
    "session_total": "select state, count(*) from session group by state",
    "patient_total": "select 1, count(*) from patient where superseded_by is null and archived = 0",
    "to_bill": """
        select l.payer, substr(l.care_date, 1, 7), count(*), sum(l.oa_cents)
          from line l join session s on s.id = l.session
         where l.state = 'Priced' and s.state = 'Ready' group by 1, 2""",
    "proof_total": """
        select substr(s.care_date, 1, 7), count(*),
               count(p.id) filter (where p.card_read is not null),
               count(p.id) filter (where p.card_read is null)
          from session s
          left join session_proof sp on sp.session = s.id
          left join identity_proof p on p.id = sp.proof
         where s.state in ('Done', 'Blocked', 'Ready', 'Claimed', 'Settled') group by 1""",
    "lot_money": """
        select l.lot, sum(l.oa_cents), sum(l.paid_cents), since.day
          from line l
          left join (select r.lot, min(p.received_on) as day
                       from reconciliation r join payment p on p.id = r.payment
                      group by r.lot) since on since.lot = l.lot
         where l.lot is not null and l.state in ('Accepted', 'PartPaid', 'Paid') group by l.lot""",
}
"""How each table of sums is counted from scratch; a sum of nothing may also stand as zeros."""


def recount(db: apsw.Connection) -> None:
    """Make every sum anew, inside the caller's transaction: minutes in a big practice."""
    for table, counted in COUNTED.items():
        db.execute(f"delete from {table}")
        db.execute(f"insert into {table} {counted}")


@dataclass(frozen=True, slots=True)
class ToBill:
    """What could be billed to one payer for one month: priced lines of ready sessions."""

    payer: str
    month: str  # "2026-03"
    lines: int
    oa_cents: int


def lines(db: apsw.Connection) -> dict[str, tuple[int, int]]:
    """Return, for each state, how many lines are in it and what insurers are asked for them."""
    rows = db.execute("select state, lines, oa_cents from line_total")
    return {str(state): (int(str(n)), int(str(cents))) for state, n, cents in rows}


def sessions_in(db: apsw.Connection, state: str) -> int:
    """Return how many sessions are in a state."""
    return int(value(db, "select sessions from session_total where state = ?", (state,)) or 0)


def living_patients(db: apsw.Connection) -> int:
    """Return how many living files there are."""
    return int(value(db, "select living from patient_total where one = 1") or 0)


def to_bill(db: apsw.Connection) -> list[ToBill]:
    """Return what could be billed, by payer and month."""
    return many(
        db, ToBill,
        "select payer, month, lines, oa_cents from to_bill where lines > 0 order by payer, month",
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class MonthSum:
    """What was asked of one payer for the care of one month, and what came; cents."""

    month: str  # "2026-03"
    payer: str
    lots: int
    oa_cents: int  # asked of the insurer
    copay_cents: int  # borne by the patients
    accepted_cents: int  # of what was asked, what the insurer agreed to
    received_cents: int


def months(db: apsw.Connection, before: str, most: int) -> list[str]:
    """Return the months of care that lots were sealed for, before one, the newest first."""
    found = db.execute(
        "select distinct month from lot where month < ? order by month desc limit ?",
        (before, most),
    )
    return [str(month) for (month,) in found]


def of_months(db: apsw.Connection, first: str, last: str) -> list[MonthSum]:
    """Return the sums of each month and payer between two months, the newest first.

    A lot unsealed or refused whole asks nothing: its lines are in the lot that followed.
    """
    return many(
        db, MonthSum,
        "select l.month, l.payer, count(*) as lots, sum(l.oa_cents) as oa_cents,"
        " sum(l.copay_cents + l.supplement_cents) as copay_cents,"
        " sum(coalesce(m.claimed_cents, 0)) as accepted_cents,"
        " sum(coalesce(m.received_cents, 0)) as received_cents"
        " from lot l left join lot_money m on m.lot = l.id"
        " where l.month between ? and ? and l.state not in ('Draft', 'Refused')"
        " group by l.month, l.payer order by l.month desc, l.payer",
        (first, last),
    )  # fmt: skip
