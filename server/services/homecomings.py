"""Coming back from an earlier copy: nothing is sent again, nothing is numbered twice.

`reliability-security.md` §5. What was in the queue may have left since: every message becomes a
question. What was sealed since is not in this file: a person is asked before anything is sealed.
"""

from dataclasses import dataclass, replace
from datetime import datetime

from server.core.errors import InvalidForm, NotFound
from server.core.outbox import FINAL, MessageState, Verdict
from server.core.rights import Right
from server.core.states import LotState
from server.services import arrivals, fates
from server.services.desk import Desk, needs
from server.services.forms import Form
from server.store import claims, copies, numbering, post, watermark
from server.store import practice as practices
from server.store.claims import Lot
from server.store.copies import Homecoming

RESTORED = "RESTORED"
"""Reason of a message in doubt because the practice came back: silence proves nothing then."""

_SENDING_LEAP = 20  # sending numbers left unused, per insurer and year
_OTHER_LEAP = 10_000  # invoices and lines: their numbers are ten digits long
_SLOTS = range(1, 19)
_PER_SLOT = 500  # references of one day and device: 0001–9999 in slots of as many


@dataclass(frozen=True, slots=True)
class Doubt:
    """What a return left open: since when, and which insurers' numbers have left the range."""

    copied_at: datetime
    at: datetime
    answered: bool
    used_up: tuple[str, ...]


def begin(desk: Desk, cause: str, backup: str, copied_at: datetime) -> int:
    """Start a new lineage and put in doubt all that may have left; return how many messages.

    `cause` is "RESTORED" or "OLDER" (an older file the user insists on); `backup` its id or "".
    """
    lineage = desk.new_id()
    facts = {"lineage": lineage, "backup": backup, "cause": cause}
    before = {"lineage": desk.practice.lineage}
    quiet = replace(desk, mark=None)  # the mark names the lineage: raised when the new one stands
    with quiet.deed("practice.restored", "practice", desk.practice.id, facts, before=before) as seq:
        practices.begin_lineage(desk.db, lineage)
        copies.return_home(
            desk.db,
            Homecoming(lineage, cause, backup, copied_at, desk.now, _slot(desk), None),
        )
        numbering.leap(
            desk.db, desk.device, {"efact:": _SENDING_LEAP, "reference:": 0}, _OTHER_LEAP
        )
        doubtful = _doubt_everything(desk, seq)
    reached = watermark.head(desk.db, lineage, desk.device.id)
    if desk.mark is not None and reached is not None:
        desk.mark.rise(reached)
    return doubtful


def reference_slot(desk: Desk) -> tuple[str, int]:
    """Return how this lineage counts its references: the end of the series' name, its first.

    The life that was lost numbered the same day from where the copy stood; each lineage has a
    slot of its own, so that an answer to a lot nobody here knows never fits one of ours.
    """
    came = copies.homecoming(desk.db, desk.practice.lineage)
    return ("", 1) if came is None else (f":{came.slot}", came.slot * _PER_SLOT + 1)


@needs(Right.SETTINGS)
def doubt(desk: Desk) -> Doubt | None:
    """Return what the last return left open; None when this file never came back."""
    came = copies.homecoming(desk.db, desk.practice.lineage)
    if came is None:
        return None
    used_up = tuple(numbering.used_up(desk.db, desk.device))
    return Doubt(came.copied_at, came.at, came.answered_at is not None, used_up)


def holds_sealing(desk: Desk) -> bool:
    """Say whether sealing waits for a person's word about what was done since the copy."""
    came = copies.homecoming(desk.db, desk.practice.lineage)
    return came is not None and came.answered_at is None


@needs(Right.SECURITY, fresh=True)
def answer(desk: Desk, word: str) -> None:
    """Take a person's word that what is ready here was not billed since the copy was made.

    `word` is what he typed to say so; it goes into the journal.
    """
    form = Form({"word": word})
    said = form.text("word", needed=True, most=200)
    form.end()
    with desk.deed("practice.restored_answered", "practice", desk.practice.id, reason=said):
        copies.answer(desk.db, desk.practice.lineage, desk.now, desk.user.id)


@needs(Right.SECURITY, fresh=True)
def settle(desk: Desk, lot: str, *, arrived: bool, word: str) -> None:
    """Take a senior's word on a lot in doubt after a return: the insurer has it, or has not.

    Not arrived: the same bytes under the same reference may leave. The reason typed is journalled.
    Raises `InvalidForm` without a reason, or when the lot is not in that doubt; `NotFound`.
    """
    form = Form({"lot_word": word})
    said = form.text("lot_word", needed=True, most=200)
    row = post.of_lot(desk.db, lot)
    if claims.lot(desk.db, lot) is None:
        raise NotFound(kind="lot")
    if row is None or row.state is not MessageState.UNKNOWN or row.reason != RESTORED:
        form.faults.append(("lot_word", "settled"))
    form.end()
    action = "message.said_arrived" if arrived else "message.said_absent"
    with desk.deed(action, "lot", lot, reason=said) as seq:
        if row is not None and arrived:
            arrivals.present(desk, seq, row, "word")
        elif row is not None:
            arrivals.absent(desk, seq, row, "said_absent")


@needs(Right.SECURITY, fresh=True)
def choose_range(desk: Desk, first: str, last: str) -> None:
    """Keep another range of sending numbers for this device (1–999); raise `InvalidForm`."""
    numbers = [int(x) if x.isascii() and x.isdigit() else 0 for x in (first.strip(), last.strip())]
    if not 1 <= numbers[0] <= numbers[1] <= 999:
        raise InvalidForm(faults=(("number_from", "range"),))
    facts = {"from": numbers[0], "to": numbers[1]}
    with desk.deed("device.range", "device", desk.device.id, facts):
        practices.set_range(desk.db, desk.device.id, numbers[0], numbers[1])


def seen_elsewhere(desk: Desk, payer: str, number: int) -> None:
    """Note a sending number the lost life used: ours go on twenty further (inside a deed)."""
    if payer and copies.homecoming(desk.db, desk.practice.lineage) is not None:
        series = f"efact:{payer}:{desk.today.year}"
        numbering.pass_over(desk.db, desk.device, series, number + _SENDING_LEAP)


def _doubt_everything(desk: Desk, seq: int) -> int:
    """Ask about every message that is not final; nothing leaves before an answer."""
    rows = [row for row in post.open_rows(desk.db) if row.state not in FINAL]
    for row in rows:
        attempt = post.open_attempt(desk.db, row.id)
        if attempt is not None:
            post.end_attempt(desk.db, attempt, Verdict.UNKNOWN.value, RESTORED, desk.now)
        if row.state is MessageState.UNKNOWN:
            post.explain(desk.db, row.id, RESTORED)
        else:
            post.move(desk.db, row, MessageState.UNKNOWN, RESTORED)
        post.plan(desk.db, row.id, desk.now)
        held = claims.lot(desk.db, row.lot) if row.lot else None
        if held is not None and held.state in (LotState.QUEUED, LotState.SENDING):
            fates.lot_in_doubt(desk, seq, held.id)
    return len(rows)


def _slot(desk: Desk) -> int:
    """Choose a slot of references no earlier lineage of this file used, at random."""
    taken = copies.slots_taken(desk.db)
    free = [slot for slot in _SLOTS if slot not in taken] or list(_SLOTS)
    return free[desk.entropy(1)[0] % len(free)]


@needs(Right.SETTINGS)
def lots_in_doubt(desk: Desk) -> list[Lot]:
    """Return the lots whose fate nobody knows since the return."""
    rows = post.open_rows(desk.db)
    keys = [row.lot for row in rows if row.reason == RESTORED and row.lot]
    return [lot for key in keys if (lot := claims.lot(desk.db, key)) is not None]


@needs(Right.SETTINGS)
def awaiting(desk: Desk) -> int:
    """Count the lots sent without a final answer: their insurers' mailboxes are asked too."""
    return claims.count_lots(desk.db, LotState.SENT)
