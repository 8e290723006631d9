"""The lives of a session, an invoice line and a lot: their states and the steps allowed.

The words and the arrows are those of `domain.md` §3.3, §3.3b and §3.4.
"""

from collections.abc import Mapping
from enum import StrEnum


class SessionState(StrEnum):
    """The life of a session."""

    PLANNED = "Planned"
    DONE = "Done"
    BLOCKED = "Blocked"
    READY = "Ready"
    CLAIMED = "Claimed"
    SETTLED = "Settled"
    MISSED = "Missed"
    CANCELLED = "Cancelled"
    VOIDED = "Voided"
    PRIVATE = "Private"


class LineState(StrEnum):
    """The life of an invoice line: one act, one live claim."""

    PRICED = "Priced"
    LOCKED = "Locked"
    SENT = "Sent"
    ACCEPTED = "Accepted"
    REJECTED = "Rejected"
    PART_PAID = "PartPaid"
    PAID = "Paid"
    REPLACED = "Replaced"
    PATIENT_DUE = "PatientDue"
    WRITTEN_OFF = "WrittenOff"
    REVERSED = "Reversed"

    @property
    def holds(self) -> bool:
        """Whether the line still counts: it was neither corrected by another nor taken back."""
        return self not in (LineState.REPLACED, LineState.REVERSED)


class LotState(StrEnum):
    """The life of a lot."""

    DRAFT = "Draft"
    SEALED = "Sealed"
    QUEUED = "Queued"
    EXPORTED = "Exported"
    SENDING = "Sending"
    UNKNOWN = "Unknown"
    SENT = "Sent"
    ACCEPTED = "Accepted"
    REFUSED = "Refused"
    PARTLY_SETTLED = "PartlySettled"
    SETTLED = "Settled"


_SE = SessionState
SESSION_STEPS: Mapping[SessionState, frozenset[SessionState]] = {
    _SE.PLANNED: frozenset({_SE.DONE, _SE.MISSED, _SE.CANCELLED}),
    _SE.DONE: frozenset({_SE.BLOCKED, _SE.READY, _SE.VOIDED}),
    _SE.BLOCKED: frozenset({_SE.READY, _SE.VOIDED, _SE.PRIVATE}),
    _SE.READY: frozenset({_SE.BLOCKED, _SE.CLAIMED, _SE.VOIDED}),
    _SE.CLAIMED: frozenset({_SE.READY, _SE.SETTLED}),
    _SE.SETTLED: frozenset({_SE.CLAIMED}),
    _SE.MISSED: frozenset(),
    _SE.CANCELLED: frozenset(),
    _SE.VOIDED: frozenset(),
    _SE.PRIVATE: frozenset(),
}

_LI = LineState
LINE_STEPS: Mapping[LineState, frozenset[LineState]] = {
    _LI.PRICED: frozenset({_LI.PRICED, _LI.LOCKED}),
    _LI.LOCKED: frozenset({_LI.PRICED, _LI.SENT}),
    _LI.SENT: frozenset({_LI.PRICED, _LI.LOCKED, _LI.ACCEPTED, _LI.REJECTED}),
    _LI.ACCEPTED: frozenset({_LI.PART_PAID, _LI.PAID, _LI.REVERSED, _LI.REJECTED}),
    _LI.PART_PAID: frozenset({_LI.PAID, _LI.WRITTEN_OFF}),
    _LI.REJECTED: frozenset({_LI.REPLACED, _LI.WRITTEN_OFF, _LI.PATIENT_DUE}),
    _LI.PAID: frozenset({_LI.REVERSED}),
    _LI.REPLACED: frozenset(),
    _LI.PATIENT_DUE: frozenset(),
    _LI.WRITTEN_OFF: frozenset(),
    _LI.REVERSED: frozenset(),
}
LINE_FINAL = frozenset({_LI.PAID, _LI.REPLACED, _LI.PATIENT_DUE, _LI.WRITTEN_OFF, _LI.REVERSED})

_LO = LotState
LOT_STEPS: Mapping[LotState, frozenset[LotState]] = {
    _LO.DRAFT: frozenset({_LO.SEALED}),
    _LO.SEALED: frozenset({_LO.DRAFT, _LO.QUEUED, _LO.EXPORTED}),
    # A lot is queued as it is sealed: until its first attempt it may be unsealed all the same.
    _LO.QUEUED: frozenset({_LO.DRAFT, _LO.SENDING, _LO.UNKNOWN}),
    _LO.SENDING: frozenset({_LO.QUEUED, _LO.SENT, _LO.UNKNOWN, _LO.REFUSED}),
    _LO.UNKNOWN: frozenset({_LO.SENT, _LO.QUEUED}),
    _LO.SENT: frozenset({_LO.ACCEPTED, _LO.REFUSED}),
    _LO.EXPORTED: frozenset({_LO.ACCEPTED, _LO.REFUSED}),
    _LO.ACCEPTED: frozenset({_LO.PARTLY_SETTLED, _LO.SETTLED}),
    _LO.PARTLY_SETTLED: frozenset({_LO.SETTLED}),
    _LO.REFUSED: frozenset(),
    _LO.SETTLED: frozenset(),
}
LOT_FINAL = frozenset({_LO.REFUSED, _LO.SETTLED})
