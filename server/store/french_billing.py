"""Who pays what of sessions in France: formulas of attestations, choices made, invoice numbers."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import apsw

from server.store.rows import columns, many, one


@dataclass(frozen=True, slots=True)
class FormulaRow:
    """A formula as an attestation prints it; its parameters are JSON."""

    id: str
    cover: str
    domain: str
    name: str
    formula: str
    parameters: str = "{}"


@dataclass(frozen=True, slots=True)
class BillingRow:
    """Who pays what of one session, as somebody decided once."""

    id: str
    session: str
    at: datetime
    by: str
    route: str
    amo: bool
    amc: bool
    cover: str | None = None  # the complementary that counted, asked to pay or not
    number: str = ""
    label: str = ""
    member: str = ""
    convention: str = "{}"
    domain: str = ""
    formula: str = ""
    parameters: str = "{}"


def add_formula(db: apsw.Connection, f: FormulaRow, device: str, seq: int) -> None:
    """Keep a formula read on an attestation."""
    db.execute(
        "insert into french_formula values (?, ?, ?, ?, ?, ?, ?, ?)",
        (f.id, device, seq, f.cover, f.domain, f.name, f.formula, f.parameters),
    )


def formulas(db: apsw.Connection, cover: str) -> list[FormulaRow]:
    """Return the formulas of a cover that were not taken off, in the order they were typed."""
    return many(
        db, FormulaRow,
        f"select {columns(FormulaRow)} from french_formula f where cover = ? and not exists"
        " (select 1 from french_withdrawn where what = f.id) order by id",
        (cover,),
    )  # fmt: skip


def add_choice(db: apsw.Connection, b: BillingRow, device: str, seq: int) -> None:
    """Keep who pays what of a session; what was decided before stays beside it."""
    db.execute(
        "insert into french_billing values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (b.id, device, seq, b.session, b.at.isoformat(), b.by, b.route, b.amo, b.amc, b.cover,
         b.number, b.label, b.member, b.convention, b.domain, b.formula, b.parameters),
    )  # fmt: skip


def choice(db: apsw.Connection, session: str) -> BillingRow | None:
    """Return what was decided last of a session."""
    return one(
        db, BillingRow,
        f"select {columns(BillingRow)} from french_billing where session = ?"
        " order by id desc limit 1",
        (session,),
    )  # fmt: skip


def choices(db: apsw.Connection, sessions: Sequence[str]) -> dict[str, BillingRow]:
    """Return what was decided last of some sessions, by session."""
    rows = many(
        db, BillingRow,
        f"select {columns(BillingRow)} from french_billing"
        " where session in (select value from json_each(?)) order by id",
        (json.dumps(sessions),),
    )  # fmt: skip
    return {row.session: row for row in rows}


def some(db: apsw.Connection, keys: Sequence[str]) -> dict[str, BillingRow]:
    """Return some of what was decided, by id."""
    rows = many(
        db, BillingRow,
        f"select {columns(BillingRow)} from french_billing"
        " where id in (select value from json_each(?))",
        (json.dumps(keys),),
    )  # fmt: skip
    return {row.id: row for row in rows}


def every_choice(db: apsw.Connection, session: str) -> list[BillingRow]:
    """Return everything that was decided of a session, the newest first."""
    return many(
        db, BillingRow,
        f"select {columns(BillingRow)} from french_billing where session = ? order by id desc",
        (session,),
    )  # fmt: skip


def last_of_patient(db: apsw.Connection, patient: str) -> BillingRow | None:
    """Return what was decided last for a patient: for the session decided upon last."""
    names = ", ".join(f"b.{name}" for name in columns(BillingRow).split(", "))
    return one(
        db, BillingRow,
        f"select {names} from session s cross join french_billing b on b.session = s.id"
        " where s.patient = ? order by b.id desc limit 1",
        (patient,),
    )  # fmt: skip
