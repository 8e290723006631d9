"""What travels, in values: a message to send, what an attempt brought back, a letter received.

States and transitions: `domain.md` §3.8. Verdicts: `style.md` §9 and `reliability-security.md` §3.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum, StrEnum


class MessageState(StrEnum):
    """The life of an outbox row."""

    NEW = "New"
    READY = "Ready"
    LEASED = "Leased"
    DONE = "Done"
    RETRY_WAIT = "RetryWait"
    UNKNOWN = "Unknown"
    FAILED = "Failed"
    EXPIRED = "Expired"
    CANCELLED = "Cancelled"


_S = MessageState
TRANSITIONS: Mapping[MessageState, frozenset[MessageState]] = {
    _S.NEW: frozenset({_S.READY, _S.UNKNOWN, _S.EXPIRED, _S.CANCELLED}),
    _S.READY: frozenset({_S.LEASED, _S.UNKNOWN, _S.EXPIRED, _S.CANCELLED}),
    _S.LEASED: frozenset({_S.DONE, _S.RETRY_WAIT, _S.UNKNOWN, _S.FAILED}),
    _S.RETRY_WAIT: frozenset({_S.READY, _S.UNKNOWN, _S.EXPIRED, _S.CANCELLED}),
    # What a lot of France held is put into another once its receipt is overdue, or its mail was
    # refused: the message that carried it is withdrawn (`reliability-security.md` §3, FSE and DRE).
    _S.UNKNOWN: frozenset({_S.DONE, _S.READY, _S.FAILED, _S.CANCELLED}),
    _S.FAILED: frozenset({_S.READY, _S.UNKNOWN, _S.CANCELLED}),
    _S.DONE: frozenset(),
    _S.EXPIRED: frozenset(),
    _S.CANCELLED: frozenset(),
}
FINAL = frozenset({_S.DONE, _S.EXPIRED, _S.CANCELLED})


class Verdict(Enum):
    """Everything the network can do to one attempt."""

    DONE = "done"  # a positive answer, stored
    FAILED = "failed"  # a definite refusal of the request itself
    UNREACHABLE = "unreachable"  # nothing left: the line is down, the lane stops
    LATER = "later"  # proof that nothing was processed; ask again after `retry_after`
    UNKNOWN = "unknown"  # the body left, then silence: never resent blindly
    ABSENT = "absent"  # answer to a question only: they show no trace of it


@dataclass(frozen=True, slots=True)
class Message:
    """One leased row: frozen bytes, one stable reference, one attempt to make."""

    id: str
    stream: str  # "efact"
    lane: str  # one in flight per lane: "efact:300"
    target: str  # whom it is for, in the partner's words: "300"
    reference: str  # the partner's join key (zone 204, InputReference): the idempotency key
    payload: bytes  # frozen business bytes
    sha256: str  # of the payload, lower-case hex
    attempt: int  # number of this attempt, from 1
    doubtful: bool  # an earlier attempt may have arrived: ask, do not send
    deadline: datetime | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one attempt or one question brought: a verdict, the raw answer, and why."""

    verdict: Verdict
    reason: str = ""  # a code for the catalogue ("soap.SOA-02001", "http.503", "line.refused")
    raw: bytes | None = None  # the answer as received, when there is one
    retry_after: int | None = None  # seconds the partner asked us to wait
    proven: bool = False  # with ABSENT: the answer itself proves absence (a negative TAck)


class LetterKind(StrEnum):
    """Two kinds of post wait in a mailbox."""

    MESSAGE = "message"
    TACK = "tack"


@dataclass(frozen=True, slots=True)
class Letter:
    """One piece of mail, as its mailbox gives it; understood elsewhere, confirmed after."""

    kind: LetterKind
    name: str  # MessageName: "HCPFAC"; "" for a TAck
    content: bytes  # business bytes, inflated; for a TAck its value
    hash: str  # the mailbox's own hash value: what `confirm` takes
    reference: str  # the partner's reference, "" when absent
    input_reference: str  # ours, "" when the insurer wrote first
    result_major: str = ""  # TAcks only
    applies_to: str = ""  # TAcks only


@dataclass(frozen=True, slots=True)
class MailBatch:
    """One page of a mailbox."""

    outcome: Outcome
    letters: tuple[Letter, ...] = ()
    more: bool = False
