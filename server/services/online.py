"""Questions to the online services of France: queued with their bytes, sent when the line allows.

Nothing here is homologated: a dated row says so, and a real practice sends nothing while it does.
What answers mean is read in `online_answers`; who asks is `adri` and `secure_tp`.
"""

import hashlib
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from server.core.errors import Missing
from server.core.online import STREAM, OnlineService
from server.core.outbox import FINAL, MessageState
from server.countries.dated import in_force, newest
from server.countries.france.online import Insured, Request, write_request
from server.services.desk import Desk
from server.services.french_rules import rulebook
from server.store import french, nirs, online, patients, post
from server.store import practice as practices
from server.store.online import Question
from server.store.post import Row

__all__ = ["Question"]  # what screens name, besides what is written here

HOMOLOGATED = "online.homologated"
"""Key of `fr_settings`."""

_PRIORITY = 1  # before files: somebody may be waiting at the counter
_SENDER = 9  # digits of a billing number
_UNDER_WAY = frozenset(MessageState) - FINAL - {MessageState.FAILED}


class StepState(StrEnum):
    """Where a question stands."""

    IDLE = "idle"  # nothing was asked yet
    QUEUED = "queued"  # leaves by itself, when the line allows
    LEAVING = "leaving"
    DOUBT = "doubt"  # it left, and nobody knows whether it arrived: asked about by itself
    GIVEN = "given"
    REFUSED = "refused"
    CONTRADICTED = "contradicted"
    UNREADABLE = "unreadable"
    FAILED = "failed"  # the request itself was refused
    STOPPED = "stopped"  # what it asked is not true any more
    OVERTAKEN = "overtaken"  # it was given, for something that has changed since


@dataclass(frozen=True, slots=True)
class Standing:
    """Whether the services may be asked here, and since when that is so."""

    allowed: bool
    simulated: bool  # a demo practice: every answer is invented
    since: date | None  # of the row that says they are not homologated
    source: str


def standing(desk: Desk) -> Standing:
    """Say whether this practice may ask: a demo practice always, a real one once homologated."""
    rows = in_force(rulebook(desk).switches, desk.today)
    row = newest(each for each in rows if each.key == HOMOLOGATED)
    good = row is not None and row.value == "yes"
    return Standing(
        good or desk.practice.demo, desk.practice.demo,
        row.origin.valid_from if row else None, row.origin.source if row else "",
    )  # fmt: skip


def require(desk: Desk) -> None:
    """Raise `Missing` where nothing may be asked."""
    if not standing(desk).allowed:
        raise Missing(what="online")


def is_under_way(question: Question) -> bool:
    """Whether a question still waits for its answer, and nobody has to do anything."""
    return question.outcome is None and question.state in _UNDER_WAY


def state_of(question: Question | None) -> StepState:
    """Say where a question stands: its answer when there is one, else its message."""
    if question is None:
        return StepState.IDLE
    if question.outcome is not None:
        return StepState(question.outcome.value.lower())
    return _OF_MESSAGE.get(question.state, StepState.QUEUED)


_OF_MESSAGE = {
    MessageState.LEASED: StepState.LEAVING,
    MessageState.UNKNOWN: StepState.DOUBT,
    MessageState.FAILED: StepState.FAILED,
    MessageState.EXPIRED: StepState.STOPPED,
    MessageState.CANCELLED: StepState.STOPPED,
    MessageState.DONE: StepState.UNREADABLE,
}


def insured_of(desk: Desk, patient: str) -> Insured | None:
    """Give whom a question is about; None without a number whose key holds, or without a birth."""
    nir, held = nirs.of(desk.db, patient), patients.get(desk.db, patient)
    traits = french.traits(desk.db, patient)
    if held is None or not nir or held.draft:
        return None
    text = traits.birth_text if traits and traits.birth_text else ""
    birth = (text or (held.birth_date.isoformat() if held.birth_date else "")).replace("-", "")
    return Insured(nir[:13], birth, traits.birth_rank if traits else 1) if birth else None


def sender_of(desk: Desk, practitioner: str = "") -> str:
    """Give the billing number of a kiné, of the holder when none is meant; "" when unknown."""
    known = practices.practitioner(desk.db, practitioner) if practitioner else None
    holder = known or practices.practitioners(desk.db)[0]
    digits = "".join(filter(str.isdigit, holder.billing_number))
    return digits if len(digits) == _SENDER else ""


def queue(desk: Desk, seq: int, request: Request, patient: str, run: str | None = None) -> str:
    """Write a question with its frozen bytes, inside the caller's deed; return its message.

    The reference is the id of the message; the one in `request` is not looked at.
    """
    key = desk.new_id()
    payload = write_request(replace(request, reference=key))
    adri = request.service is OnlineService.ADRI
    row = Row(
        id=key, stream=STREAM, lane=f"{STREAM}:{'adri' if adri else 'amc'}",
        target=str(request.service), reference=key, lot=None,
        sha256=hashlib.sha256(payload).hexdigest(), priority=_PRIORITY, deadline=None,
        not_before=None, expires_at=None, depends_on=None, created_at=desk.now,
        state=MessageState.NEW, reason="", next_try=None, attempts=0, first_try=None,
        leased_boot="", leased_until=None,
    )  # fmt: skip
    post.add(desk.db, row, payload, desk.device.id, seq)
    post.move(desk.db, row, MessageState.READY)  # the lane under way takes it with it
    online.add(
        desk.db, key, patient, request.service, request.day, run, desk.now, desk.device.id, seq
    )
    return key


def is_still_true(desk: Desk, row: Row, now_asked: Request | None) -> bool:
    """Whether a question not sent yet asks what would be asked now, to the byte."""
    if now_asked is None:
        return False
    return write_request(replace(now_asked, reference=row.reference)) == post.payload(
        desk.db, row.id
    )
