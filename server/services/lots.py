"""Lots: all acts to bill, grouped by insurer and month, checked offline, then sealed.

Sealing is one transaction: numbered, frozen, written, queued and announced, or nothing at all
(`domain.md` §3.4, H-02). A lot that fails its check is not sealed; every fault has its sentence.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import cast

from server.core.clock import start_of_day
from server.core.errors import InvalidValue, KineError, NotFound, SealRefused
from server.core.inspection import Severity
from server.core.outbox import MessageState
from server.core.rights import Right
from server.core.states import LotState, SessionState
from server.countries.belgium.efact_check import check_request
from server.countries.belgium.efact_write import write_request
from server.services import belgian_cases, dossiers, efact_file, homecomings, insurers
from server.services.desk import Desk, needs
from server.services.dossiers import Dossier
from server.services.efact_file import FileNumbers
from server.store import claims, heads, invoices, lives, post, totals, visits
from server.store.claims import Lot, LotLine
from server.store.invoices import Line
from server.store.post import Row
from server.store.totals import ToBill
from server.store.visits import Session

LOT_PRIORITY = 30  # after deadlines and agreements, before tables (H-14)
_STREAM = "efact"


@dataclass(frozen=True, slots=True)
class Fault:
    """One reason why a lot cannot be sealed, and the field that mends it."""

    code: str
    where: str
    opens: str  # "patient.niss", "practice.phone" …; "" when nothing the user typed is to blame
    facts: Mapping[str, str]
    patient: str = ""
    session: str = ""


@dataclass(frozen=True, slots=True)
class Draft:
    """A lot that could be sealed now."""

    payer: str
    month: str  # "2026-03"
    lines: Sequence[Line]
    file_day: date  # the first day it may leave
    faults: Sequence[Fault]

    @property
    def oa_cents(self) -> int:
        """What the insurer will be asked."""
        return sum(line.oa_cents for line in self.lines)

    @property
    def copay_cents(self) -> int:
        """What the patients bear."""
        return sum(line.copay_cents for line in self.lines)

    @property
    def patients(self) -> int:
        """How many patients are concerned."""
        return len({line.patient for line in self.lines})


@dataclass(frozen=True, slots=True)
class Sealed:
    """A lot just sealed."""

    lot: str
    number: int
    reference: str
    file_day: date
    waits: bool  # another file of this insurer leaves today: this one leaves tomorrow or later


@needs(Right.BILLING)
def to_bill(desk: Desk) -> list[ToBill]:
    """Return what each lot that could be sealed now amounts to; nothing is checked.

    What these kept sums hold was judged ready when it last changed.
    """
    return totals.to_bill(desk.db)


@needs(Right.BILLING)
def drafts(desk: Desk) -> list[Draft]:
    """Return every lot that could be sealed now, each checked; nothing is written.

    A rehearsal judges each session again, writes each file and checks its bytes.
    """
    lines = invoices.lines_to_bill(desk.db)
    known = dossiers.of_patients(desk, (line.patient for line in lines))
    return [_draft(desk, key, list(group), known) for key, group in groupby(lines, key=_lot_key)]


@needs(Right.BILLING)
def seal(desk: Desk, payer: str, month: str) -> Sealed:
    """Seal the lot of one insurer and month; raise `SealRefused` with every fault."""
    held = claims.unsealed_lot(desk.db, desk.device.id, payer, month, desk.today.year)
    lot = held.id if held else desk.new_id()
    with desk.deed("lot.sealed", "lot", lot, {"payer": payer, "month": month}) as seq:
        lines = invoices.lines_of_draft(desk.db, payer, month)
        if not lines:
            raise NotFound(kind="lines_to_bill")
        known = dossiers.of_patients(desk, (line.patient for line in lines))
        faults = [*_faults_at_sight(desk, lines), *_faults_of_sessions(desk, lines, known)]
        if faults:
            raise SealRefused(faults=tuple(faults))
        return _seal(desk, seq, lot, lines, (payer, month), known)


@needs(Right.BILLING)
def seal_all(desk: Desk) -> tuple[list[Sealed], list[Draft]]:
    """Seal every lot that passes its check; return those sealed and those that could not be."""
    sealed: list[Sealed] = []
    refused: list[Draft] = []
    for group in to_bill(desk):
        try:
            sealed.append(seal(desk, group.payer, group.month))
        except SealRefused as refusal:
            lines = invoices.lines_of_draft(desk.db, group.payer, group.month)
            day = first_free_day(desk, group.payer)
            faults = cast("tuple[Fault, ...]", refusal.facts["faults"])
            refused.append(Draft(group.payer, group.month, lines, day, faults))
    return sealed, refused


def first_free_day(desk: Desk, payer: str) -> date:
    """Return the first civil day on which no other file of this insurer leaves (BE-56b)."""
    counted = insurers.counted_with(desk, payer)
    taken = {day for each in counted for day in claims.taken_days(desk.db, each, desk.today)}
    late = claims.late_lots(desk.db, counted, desk.today)
    day = desk.today + timedelta(days=late)  # those that wait for the line leave first
    while day in taken:
        day += timedelta(days=1)
    return day


def _lot_key(line: Line) -> tuple[str, str]:
    return line.payer, f"{line.care_date:%Y-%m}"


def _draft(
    desk: Desk, key: tuple[str, str], lines: Sequence[Line], known: Mapping[str, Dossier]
) -> Draft:
    """Check a lot as sealing would."""
    payer, month = key
    faults = [*_faults_at_sight(desk, lines), *_faults_of_sessions(desk, lines, known)]
    if not faults:
        numbers = FileNumbers(desk.device.number_from, f"{desk.today:%Y%m%d}000001")
        faults = _trial(desk, lines, month, numbers, known)
    return Draft(payer, month, lines, first_free_day(desk, payer), faults)


class _Rehearsed(Exception):
    """Ends a rehearsal: what it drew is given back."""


def _trial(
    desk: Desk,
    lines: Sequence[Line],
    month: str,
    numbers: FileNumbers,
    known: Mapping[str, Dossier],
) -> list[Fault]:
    """Write and check the file as sealing would, then give back every number drawn."""
    faults: list[Fault] = []
    with suppress(_Rehearsed), desk.db:
        faults = _written(desk, lines, month, numbers, known)[2]
        raise _Rehearsed
    return faults


def _faults_at_sight(desk: Desk, lines: Sequence[Line]) -> list[Fault]:
    """Check the clock and the cents kept with each line."""
    faults = [Fault("lot.clock", "", "clock", {})] if desk.clock_is_suspect else []
    if homecomings.holds_sealing(desk):
        faults.append(Fault("lot.restored", "", "restored", {}))
    for line in lines:
        level = _broken_level(line)
        if level:
            facts = {"level": level, "ref": line.ref}
            faults.append(Fault("lot.totals", "", "", facts, line.patient, line.session))
    return faults


def _faults_of_sessions(
    desk: Desk, lines: Sequence[Line], known: Mapping[str, Dossier]
) -> list[Fault]:
    """Judge again, once each, the sessions of some lines."""
    concerned = {line.session for line in lines}
    return [
        fault
        for patient in dict.fromkeys(line.patient for line in lines)
        for session in known[patient].sessions
        if session.id in concerned
        for fault in _blocks(desk, session, known[patient])
    ]


def _blocks(desk: Desk, session: Session, known: Dossier) -> Iterator[Fault]:
    """Judge a session again: it must still be ready when its lot is sealed."""
    for r in belgian_cases.examine(desk, session, known.codes(session.id), known).reasons:
        facts = {name: str(fact) for name, fact in r.facts.items()}
        yield Fault(f"block.{r.code}", "", str(r.opens), facts, session.patient, session.id)


def _broken_level(line: Line) -> str:
    """Name the level whose sum differs (I-04): a line must still equal its own reasons."""
    steps = [(s["rule"], s["cents"]) for s in json.loads(line.quote)]
    supplement = sum(c for rule, c in steps if rule == "supplement")
    fee = sum(c for rule, c in steps if rule == "fee") + supplement
    copay = sum(c for rule, c in steps if rule not in ("fee", "supplement"))
    wanted = (fee, fee - copay - supplement, copay, supplement)
    held = (line.fee_cents, line.oa_cents, line.copay_cents, line.supplement_cents)
    return "" if held == wanted else "line"


def _written(
    desk: Desk,
    lines: Sequence[Line],
    month: str,
    numbers: FileNumbers,
    known: Mapping[str, Dossier],
) -> tuple[bytes, dict[str, str], list[Fault]]:
    """Write the file and check its bytes; return bytes, invoice numbers and faults."""
    try:
        request, invoices = efact_file.compose(desk, lines, month, numbers, known)
        payload = write_request(request)
    except KineError as error:
        facts = _texts(error)
        return b"", {}, [Fault(error.code, "", facts.get("field", ""), facts)]
    by_ref = {line.ref: line for line in lines}
    faults = []
    for problem in check_request(payload, efact_file.check_tables(desk)):
        if problem.severity is Severity.ERROR:
            line = by_ref.get(problem.facts.get("line", "").strip())
            faults.append(
                Fault(
                    problem.code, problem.where, problem.field, problem.facts,
                    line.patient if line else _patient_of(problem.facts, invoices, lines),
                    line.session if line else "",
                )
            )  # fmt: skip
    return payload, invoices, faults


def _texts(error: KineError) -> dict[str, str]:
    return {name: str(fact) for name, fact in error.facts.items()}


def _patient_of(facts: Mapping[str, str], invoices: dict[str, str], lines: Sequence[Line]) -> str:
    number = facts.get("invoice", "")
    return next((x.patient for x in lines if invoices.get(x.id) == number), "")


def _seal(
    desk: Desk,
    seq: int,
    key: str,
    lines: Sequence[Line],
    group: tuple[str, str],
    known: Mapping[str, Dossier],
) -> Sealed:
    payer, month = group
    numbers = _numbers(desk, key, payer)
    payload, invoices, faults = _written(desk, lines, month, numbers, known)
    if faults:
        raise SealRefused(faults=tuple(faults))
    day = first_free_day(desk, payer)
    lot = _lot(desk, key, lines, group, numbers, payload, day, len(set(invoices.values())))
    write = claims.write_lot_again if claims.lot(desk.db, key) else claims.add_lot
    write(desk.db, lot, seq)
    _lock_lines(desk, seq, key, lines, invoices)
    _queue(desk, seq, lot, payload)
    lives.add_step(desk.db, desk.stamp, seq, "lot", key, ("Draft", "Sealed"))
    claims.move_lot(desk.db, desk.stamp, seq, key, LotState.QUEUED)
    desk.anchor(heads.LOT, key)
    return Sealed(key, numbers.sending, numbers.reference, day, day > desk.today)


def _numbers(desk: Desk, key: str, payer: str) -> FileNumbers:
    """Draw the numbers of a lot; one that was unsealed keeps its sending number."""
    held = claims.lot(desk.db, key)
    if held is not None:
        return efact_file.numbers_again(desk, held.number, desk.today)
    try:
        return efact_file.draw_numbers(desk, payer, desk.today)
    except InvalidValue as error:
        raise SealRefused(faults=(Fault("lot.number", "", "practice", _texts(error)),)) from None


def _lot(
    desk: Desk,
    key: str,
    lines: Sequence[Line],
    group: tuple[str, str],
    numbers: FileNumbers,
    payload: bytes,
    day: date,
    invoices: int,
) -> Lot:
    amounts = json.dumps([(line.id, line.oa_cents) for line in lines])
    return Lot(
        id=key,
        device=desk.device.id,
        kind="EFACT",
        payer=group[0],
        month=group[1],
        number=numbers.sending,
        year=desk.today.year,
        reference=numbers.reference,
        file_day=day,
        sealed_at=desk.now,
        sealed_by=desk.user.id,
        payload_sha256=hashlib.sha256(payload).hexdigest(),
        lines_sha256=hashlib.sha256(amounts.encode()).hexdigest(),
        oa_cents=sum(line.oa_cents for line in lines),
        copay_cents=sum(line.copay_cents for line in lines),
        supplement_cents=sum(line.supplement_cents for line in lines),
        line_count=len(lines),
        invoice_count=invoices,
        predecessor=_predecessor(desk, lines),
        state=LotState.SEALED,
    )


def _predecessor(desk: Desk, lines: Sequence[Line]) -> str | None:
    """Give the lot a corrected line first left in, so that each lot links to what followed."""
    for line in lines:
        before = invoices.line(desk.db, line.predecessor) if line.predecessor else None
        if before is not None and before.lot:
            return before.lot
    return None


def _lock_lines(
    desk: Desk, seq: int, key: str, lines: Sequence[Line], invoices: Mapping[str, str]
) -> None:
    """Put every line into the lot, as it leaves; its sessions are claimed."""
    inside = [
        LotLine(
            key, line.id, invoices[line.id], rank, line.oa_cents, line.copay_cents,
            line.supplement_cents,
        )
        for rank, line in enumerate(lines, start=1)
    ]  # fmt: skip
    claims.lock_lines(desk.db, desk.stamp, seq, key, inside)
    sessions = list(dict.fromkeys(line.session for line in lines))
    visits.claim_sessions(desk.db, sessions)
    states = (str(SessionState.READY), str(SessionState.CLAIMED))
    lives.add_steps(desk.db, desk.stamp, seq, "session", sessions, states, f"lot:{key}")


def _queue(desk: Desk, seq: int, lot: Lot, payload: bytes) -> None:
    row = Row(
        id=desk.new_id(),
        stream=_STREAM,
        lane=f"{_STREAM}:{insurers.counted_as(desk, lot.payer)}",
        target=lot.payer,
        reference=lot.reference,
        lot=lot.id,
        sha256=lot.payload_sha256,
        priority=LOT_PRIORITY,
        deadline=None,
        not_before=_morning(desk, lot.file_day),
        expires_at=None,
        depends_on=None,
        created_at=desk.now,
        state=MessageState.NEW,
        reason="",
        next_try=None,
        attempts=0,
        first_try=None,
        leased_boot="",
        leased_until=None,
    )
    post.add(desk.db, row, payload, desk.device.id, seq)


def _morning(desk: Desk, day: date) -> datetime | None:
    return start_of_day(day, desk.practice.country) if day > desk.today else None
