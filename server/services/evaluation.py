"""Each waiting session is judged again whenever something it hangs on changes.

Judged Ready or Blocked by the dated rules, and priced when its insurer and a tariff are known
(`domain.md` §3.3 « re-evaluation »). Functions here run inside the caller's transaction.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace

from server.core.care import Quote, QuoteStep
from server.core.states import LineState, SessionState
from server.countries.blocks import Block as Reason
from server.countries.judgement import Billed, Judgement
from server.services import dossiers
from server.services.desk import Desk
from server.services.dossiers import Dossier, grouped
from server.services.judges import judge_of
from server.store import invoices, lives, numbering, visits
from server.store.invoices import Line
from server.store.visits import Act, Block, Session

_OPEN = (SessionState.DONE, SessionState.BLOCKED, SessionState.READY)
_STRUCK = frozenset({LineState.REPLACED, LineState.REJECTED})
_GIVEN_UP = frozenset({LineState.WRITTEN_OFF, LineState.PATIENT_DUE, LineState.REVERSED})


def judge_patient(desk: Desk, seq: int, patient: str) -> None:
    """Judge again every session of a patient that is not claimed yet."""
    known = dossiers.of_patient(desk, patient)
    waiting = [session for session in known.sessions if session.state in _OPEN]
    _judge(desk, seq, waiting, {patient: known})


def judge_all(desk: Desk, seq: int) -> None:
    """Judge again every waiting session of the practice: a table or the clock has changed."""
    waiting = [session for state in _OPEN for session in visits.sessions_in(desk.db, state)]
    _judge(desk, seq, waiting, dossiers.of_patients(desk, (s.patient for s in waiting)))


def judge(desk: Desk, seq: int, session: Session) -> None:
    """Decide whether one recorded session may be billed, keep the reasons, price its acts."""
    known = {session.patient: dossiers.of_patient(desk, session.patient)}
    _judge(desk, seq, [session], known)


def _judge(desk: Desk, seq: int, sessions: Sequence[Session], known: Mapping[str, Dossier]) -> None:
    """Judge some sessions on the dossiers of their patients, and write what has changed."""
    keys = [session.id for session in sessions]
    lines = grouped(invoices.lines_of_sessions(desk.db, keys), lambda line: line.session)
    blocks = grouped(visits.blocks_of(desk.db, keys), lambda block: block.session)
    examine = judge_of(desk)
    for session in sessions:
        dossier = known[session.patient]
        found = examine(session, dossier.codes(session.id), dossier)
        _keep_reasons(desk, session, found, blocks[session.id])
        _price(desk, seq, session, found, dossier.acts.get(session.id, ()), lines[session.id])
        wanted = SessionState.BLOCKED if found.reasons else SessionState.READY
        if session.state is not wanted:
            visits.move_session(desk.db, session.id, session.state, wanted)
            states = (str(session.state), str(wanted))
            lives.add_step(desk.db, desk.stamp, seq, "session", session.id, states)


def _keep_reasons(desk: Desk, session: Session, found: Judgement, held: Sequence[Block]) -> None:
    """Rewrite the reasons of a session when they are no longer those held."""
    rows = {(str(r.reason), r.code): _row(session.id, r) for r in found.reasons}
    if set(rows.values()) != set(held):
        visits.set_blocks(desk.db, session.id, list(rows.values()))


def _row(session: str, reason: Reason) -> Block:
    facts = json.dumps(dict(reason.facts), default=str, sort_keys=True)
    return Block(session, str(reason.reason), reason.code, str(reason.opens), facts)


def _price(
    desk: Desk,
    seq: int,
    session: Session,
    found: Judgement,
    acts: Sequence[Act],
    held: Sequence[Line],
) -> None:
    """Give each act its line when insurer and tariff are known; take it back when they are not."""
    billed = found.billed
    for act in acts:
        lines = [x for x in held if x.act == act.id]
        if any(x.state in _GIVEN_UP for x in lines):
            continue
        live = next((x for x in lines if x.state not in _STRUCK), None)
        price = found.price(act.code)
        if billed is None or price is None:
            if live is not None:
                invoices.drop_line(desk.db, live.id)
        elif live is None:
            before = lines[-1].id if lines else None
            ref = f"{desk.device.code}{numbering.draw(desk.db, desk.device, 'line'):010d}"
            line = _line(desk, session, act.id, ref, billed, price)
            invoices.add_line(desk.db, replace(line, predecessor=before), desk.device.id, seq)
        elif live.state is LineState.PRICED:
            fresh = _line(desk, session, act.id, live.ref, billed, price)
            fresh = replace(fresh, id=live.id, predecessor=live.predecessor)
            if fresh != live:
                invoices.reprice_line(desk.db, fresh)


def _line(desk: Desk, session: Session, act: str, ref: str, billed: Billed, price: Quote) -> Line:
    return Line(
        id=desk.new_id(),
        ref=ref,
        act=act,
        session=session.id,
        patient=session.patient,
        predecessor=None,
        code=price.code,
        care_date=session.care_date,
        payer=billed.payer,
        mutuality=billed.mutuality,
        ct1=billed.ct1,
        ct2=billed.ct2,
        bim=billed.bim,
        fee_cents=price.fee_cents,
        oa_cents=price.oa_cents,
        copay_cents=price.copay_cents,
        supplement_cents=price.supplement_cents,
        tariff_version=price.version,
        confidence=str(price.confidence),
        quote=json.dumps([_told(step) for step in price.steps], sort_keys=True),
        lot=None,
        paid_cents=0,
        state=LineState.PRICED,
        amc_cents=price.amc_cents,
    )


def _told(step: QuoteStep) -> dict[str, object]:
    """Give a step as it is kept: without facts when its sentence names none."""
    return {name: value for name, value in asdict(step).items() if name != "facts" or value}
