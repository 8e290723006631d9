"""The one table of what a state looks like: an icon and a family; its word is in the catalogue.

Families and icons: `design.md` §7.1. States: `domain.md` §3. The word of `line.Sent` is the
sentence of key `state.line.Sent`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Family(StrEnum):
    """What a colour says; never said by the colour alone."""

    IDLE = "idle"  # ours, at rest, safe
    MOVE = "move"  # left us, or under way
    DONE = "done"  # gained
    WAIT = "wait"  # waits, or wants a look
    STOP = "stop"  # refused or lost
    VOID = "void"  # superseded, kept


@dataclass(frozen=True, slots=True)
class Look:
    """How a state is drawn."""

    icon: str
    family: Family


_IDLE, _MOVE, _DONE = Family.IDLE, Family.MOVE, Family.DONE
_WAIT, _STOP, _VOID = Family.WAIT, Family.STOP, Family.VOID

LOOKS: Mapping[str, Look] = {
    "session.Planned": Look("calendar-days", _IDLE),
    "session.Done": Look("check", _DONE),
    "session.Blocked": Look("hand", _WAIT),
    "session.Ready": Look("circle-check", _IDLE),
    "session.Claimed": Look("receipt-euro", _MOVE),
    "session.Settled": Look("check-check", _DONE),
    "session.Missed": Look("calendar-x", _IDLE),
    "session.Cancelled": Look("ban", _VOID),
    "session.Voided": Look("ban", _VOID),
    "session.Private": Look("wallet", _IDLE),
    "line.Priced": Look("euro", _IDLE),
    "line.Locked": Look("lock", _IDLE),
    "line.Sent": Look("send", _MOVE),
    "line.Accepted": Look("check", _DONE),
    "line.Rejected": Look("x", _STOP),
    "line.PartPaid": Look("coins", _WAIT),
    "line.Paid": Look("check-check", _DONE),
    "line.Replaced": Look("replace", _VOID),
    "line.PatientDue": Look("wallet", _WAIT),
    "line.WrittenOff": Look("eraser", _VOID),
    "line.Reversed": Look("undo-2", _STOP),
    "lot.Draft": Look("pencil-line", _IDLE),
    "lot.Sealed": Look("lock", _IDLE),
    "lot.Queued": Look("clock", _WAIT),
    "lot.Exported": Look("download", _IDLE),
    "lot.Sending": Look("arrow-right", _MOVE),
    "lot.Unknown": Look("circle-question-mark", _WAIT),
    "lot.Sent": Look("send", _MOVE),
    "lot.Accepted": Look("check", _DONE),
    "lot.Refused": Look("x", _STOP),
    "lot.PartlySettled": Look("coins", _WAIT),
    "lot.Settled": Look("check-check", _DONE),
    "document.PartSigned": Look("pencil-line", _WAIT),
    "document.Signed": Look("lock", _IDLE),
    "document.Degraded": Look("triangle-alert", _WAIT),
    "document.InLot": Look("folder-open", _IDLE),
    "document.Sent": Look("send", _MOVE),
    "document.AckPositive": Look("check", _MOVE),
    "document.AckNegative": Look("x", _STOP),
    "document.Paid": Look("check-check", _DONE),
    "document.Rejected": Look("octagon-alert", _STOP),
    "document.GivenUp": Look("printer", _VOID),
    "french_lot.InLot": Look("clock", _WAIT),
    "french_lot.Sent": Look("send", _MOVE),
    "french_lot.AckPositive": Look("check", _DONE),
    "french_lot.AckNegative": Look("x", _STOP),
    "french_lot.Recycled": Look("replace", _VOID),
    "message.New": Look("circle", _IDLE),
    "message.Ready": Look("circle-check", _IDLE),
    "message.Leased": Look("arrow-right", _MOVE),
    "message.Done": Look("check", _DONE),
    "message.RetryWait": Look("rotate-cw", _WAIT),
    "message.Unknown": Look("circle-question-mark", _WAIT),
    "message.Failed": Look("octagon-alert", _STOP),
    "message.Expired": Look("timer-off", _STOP),
    "message.Cancelled": Look("ban", _VOID),
    "proof.VERIFIED": Look("shield-check", _DONE),
    "proof.UNVERIFIED": Look("circle-question-mark", _WAIT),
    "proof.DEMO": Look("id-card", _IDLE),
    "proof.FORGED": Look("octagon-alert", _STOP),
    "proof.EXPIRED": Look("timer-off", _STOP),
}


def look(kind: str, state: str) -> Look:
    """Give the look of a state: `look("line", LineState.SENT)`. Unknown states are a KeyError."""
    return LOOKS[f"{kind}.{state}"]
