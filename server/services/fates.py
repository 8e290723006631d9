"""What the fate of a message makes of its lot and of the lines inside.

Words and arrows: `domain.md` §3.3b and §3.4; what each message of the insurer means: `be-efact.md`
§4. Each function runs inside the caller's transaction.
"""

from server.core.states import LineState, LotState, SessionState
from server.services import evaluation
from server.services.desk import Desk
from server.store import claims, invoices, lives, visits


def lot_leaves(desk: Desk, seq: int, lot: str) -> None:
    """Note that a lot is being sent."""
    claims.move_lot(desk.db, desk.stamp, seq, lot, LotState.SENDING)


def lot_stays(desk: Desk, seq: int, lot: str) -> None:
    """Note that a lot was proven not received: it waits for its next try."""
    claims.move_lot(desk.db, desk.stamp, seq, lot, LotState.QUEUED)


def lot_in_doubt(desk: Desk, seq: int, lot: str) -> None:
    """Note that nobody knows whether a lot arrived."""
    claims.move_lot(desk.db, desk.stamp, seq, lot, LotState.UNKNOWN)


def lot_arrives(desk: Desk, seq: int, lot: str, evidence: str) -> None:
    """Note that the insurers' hub holds the lot; every line inside is sent."""
    claims.move_lot(desk.db, desk.stamp, seq, lot, LotState.SENT, evidence)
    for line in invoices.lines_of_lot(desk.db, lot):
        if line.state is LineState.LOCKED and line.lot == lot:
            invoices.move_line(desk.db, desk.stamp, seq, line.id, LineState.SENT, evidence)


def lot_refused(desk: Desk, seq: int, lot: str, evidence: str) -> None:
    """Note that the whole file was refused: its number is burnt, its lines are free again.

    Each is priced again on what is known now: its insurability may have changed on the way.
    """
    claims.move_lot(desk.db, desk.stamp, seq, lot, LotState.REFUSED, evidence)
    freed = [
        line
        for line in invoices.lines_of_lot(desk.db, lot)
        if line.state is LineState.SENT and line.lot == lot
    ]
    for line in freed:
        invoices.move_line(desk.db, desk.stamp, seq, line.id, LineState.PRICED, evidence)
        invoices.tie_line(desk.db, line.id, None)
        free_session(desk, seq, line.session, evidence)
    for patient in dict.fromkeys(line.patient for line in freed):
        evaluation.judge_patient(desk, seq, patient)


def lot_accepted(desk: Desk, seq: int, lot: str, evidence: str) -> None:
    """Note that the insurer took the file; lines not rejected by name are accepted."""
    claims.move_lot(desk.db, desk.stamp, seq, lot, LotState.ACCEPTED, evidence)
    for line in invoices.lines_of_lot(desk.db, lot):
        if line.state is LineState.SENT and line.lot == lot:
            invoices.move_line(desk.db, desk.stamp, seq, line.id, LineState.ACCEPTED, evidence)


def settle_lot(desk: Desk, seq: int, lot: str, evidence: str) -> None:
    """Move a lot to Settled when every line inside is final, else to PartlySettled."""
    held = claims.lot(desk.db, lot)
    lines = invoices.lines_of_lot(desk.db, lot)
    final = all(line.state in _ENDED or line.lot != lot for line in lines)
    wanted = LotState.SETTLED if final else LotState.PARTLY_SETTLED
    if held is not None and held.state is not wanted:
        claims.move_lot(desk.db, desk.stamp, seq, lot, wanted, evidence)


_ENDED = frozenset(
    {LineState.PAID, LineState.REPLACED, LineState.PATIENT_DUE, LineState.WRITTEN_OFF}
)


def free_session(desk: Desk, seq: int, session: str, evidence: str = "") -> None:
    """Let a claimed session be billed again: one of its lines is free or replaced."""
    held = visits.session(desk.db, session)
    if held is None or held.state is not SessionState.CLAIMED:
        return
    visits.move_session(desk.db, session, SessionState.CLAIMED, SessionState.READY)
    lives.add_step(
        desk.db, desk.stamp, seq, "session", session,
        (str(SessionState.CLAIMED), str(SessionState.READY)), evidence,
    )  # fmt: skip


def settle_session(desk: Desk, seq: int, session: str, evidence: str = "") -> None:
    """Close a claimed session when every one of its lines has its end."""
    held = visits.session(desk.db, session)
    if held is None or held.state is not SessionState.CLAIMED:
        return
    if all(line.state in _ENDED for line in invoices.lines_of_session(desk.db, session)):
        visits.move_session(desk.db, session, SessionState.CLAIMED, SessionState.SETTLED)
        lives.add_step(
            desk.db, desk.stamp, seq, "session", session,
            (str(SessionState.CLAIMED), str(SessionState.SETTLED)), evidence,
        )  # fmt: skip


def move_session(desk: Desk, seq: int, session: str, new: SessionState, evidence: str = "") -> None:
    """Take a session one allowed step further, and keep the step; raises `StateConflict`."""
    held = visits.session(desk.db, session)
    if held is None:
        return
    visits.move_session(desk.db, session, held.state, new)
    states = (str(held.state), str(new))
    lives.add_step(desk.db, desk.stamp, seq, "session", session, states, evidence)
