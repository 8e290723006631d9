"""Answers of insurers: stored as received, then understood, then applied, then confirmed.

What each message means for a lot and its lines: `be-efact.md` §4 in the words of `domain.md` §3.4.
Answers come in any order, more than once, or not at all; nothing received is lost.
"""

import base64
import hashlib
import hmac
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime

from server.core.outbox import Letter, LetterKind, MessageState
from server.core.rights import Right
from server.core.states import LineState, LotState
from server.core.tack import proves
from server.countries.belgium.efact_codes import PlacedCode
from server.countries.belgium.efact_returns import ActVerdict, Fate, Return, interpret
from server.services import arrivals, efact_file, fates, homecomings, verdicts
from server.services.desk import Desk, needs
from server.services.intake import Intake
from server.store import claims, invoices, lives, money, post
from server.store.claims import Lot
from server.store.invoices import Line
from server.store.money import LotProblem, Settlement

_SUCCESS = "success"


class PracticeIntake(Intake):
    """Reads the post of one open practice of Belgium."""

    def _apply(self, desk: Desk, key: str, letter: Letter, now: datetime) -> bool:
        return _apply(desk, key, letter, now)


@needs(Right.BILLING)
def reread(desk: Desk) -> int:
    """Try to understand again every letter set aside; return how many were applied."""
    done = 0
    for row in post.letters_in(desk.db, "Quarantined"):
        content = post.letter_bytes(desk.db, row.id)
        letter = Letter(
            LetterKind(row.kind), row.name, content, row.hash, row.reference, row.input_reference
        )
        done += _apply(desk, row.id, letter, desk.now)
    return done


def _apply(desk: Desk, key: str, letter: Letter, now: datetime) -> bool:
    if letter.kind is LetterKind.TACK:
        return _apply_tack(desk, key, letter, now)
    return _apply_message(desk, key, letter, now)


def _apply_tack(desk: Desk, key: str, letter: Letter, now: datetime) -> bool:
    """Take a hub acknowledgement: a success ends a doubt, whoever asked.

    A failure ends it too when there was one attempt only: else it may be that of an earlier one.
    """
    row = post.by_reference(desk.db, letter.applies_to.rsplit(":", 1)[-1])
    lot = row.lot if row else None
    ours = row is not None and _is_for(letter, post.payload(desk.db, row.id))
    reason = "" if ours or row is None else "tack.other_bytes"
    good = letter.result_major.endswith(_SUCCESS)
    with desk.deed("letter.applied", "letter", key, reason=reason or None) as seq:
        if row is not None and good and ours:
            arrivals.present(desk, seq, row, f"letter:{key}")
        elif row is not None and not good and _is_of_the_last(row):
            arrivals.absent(desk, seq, row, "tack.failure")
        post.file_letter(desk.db, key, "Applied", "tack", lot, reason, now)
    return True


def _is_of_the_last(row: post.Row) -> bool:
    """Say whether a refusal in the mailbox can only be that of the attempt in doubt."""
    return row.state is MessageState.UNKNOWN and row.attempts <= 1


def _is_for(letter: Letter, payload: bytes) -> bool:
    """Say whether an acknowledgement is for these bytes: an HMAC keyed by its own verdict."""
    return proves(letter.content, letter.result_major, payload)


def _apply_message(desk: Desk, key: str, letter: Letter, now: datetime) -> bool:
    found = interpret(letter.content)
    lot = claims.lot_by_reference(desk.db, found.reference) if found else None
    problem = _why_not(desk, found, lot) if _is_whole(letter) else "other_bytes"
    if found is None or lot is None or problem:
        _set_aside(desk, key, found, lot, problem, now)
        return False
    with desk.deed("letter.applied", "letter", key) as seq:
        _arrived(desk, seq, lot, key)
        _ACT_ON[found.fate](desk, seq, lot, key, found)
        post.file_letter(desk.db, key, "Applied", f"efact.{found.kind}", lot.id, "", now)
    return True


def _is_whole(letter: Letter) -> bool:
    """Say whether a message has the hash its mailbox gives for it."""
    digest = hashlib.sha256(letter.content).digest()
    return hmac.compare_digest(letter.hash.strip().encode(), base64.b64encode(digest))


def _set_aside(
    desk: Desk, key: str, found: Return | None, lot: Lot | None, problem: str, now: datetime
) -> None:
    """Keep a letter apart with its reason; the mailbox shows it again at each look."""
    held = post.letter(desk.db, key)
    if held is not None and held.state == "Quarantined" and held.reason == problem:
        return
    with desk.deed("letter.set_aside", "letter", key, reason=problem):
        form = f"efact.{found.kind}" if found else ""
        post.file_letter(desk.db, key, "Quarantined", form, lot.id if lot else None, problem, now)
        if found is not None and problem == "unknown_reference":
            _pass_over(desk, found)


def _pass_over(desk: Desk, found: Return) -> None:
    """Give no sending number again that the insurer saw from us under a lot we do not know."""
    number = (found.sending_number or "").strip()
    if number.isascii() and number.isdigit() and int(number):
        homecomings.seen_elsewhere(desk, found.oa or "", int(number))


def _why_not(desk: Desk, found: Return | None, lot: Lot | None) -> str:
    """Say why an answer cannot be applied: a code of the catalogue, "" when it can."""
    if found is None:
        return "unreadable"
    if found.third_party is not None and not _is_ours(desk, found.third_party):
        return "other_provider"
    if lot is None:
        return "unknown_reference"
    if found.fate is Fate.REQUEST:
        return "our_own_message"
    number = (found.sending_number or "").strip()
    if number.strip("0") and number != f"{lot.number:03d}":
        return "other_sending_number"
    return "other_patient" if found.invoices and _is_of_others(desk, found, lot) else ""


def _is_of_others(desk: Desk, found: Return, lot: Lot) -> bool:
    """Say whether an answer names, under our numbers, another patient than the file that left.

    Compared with the frozen bytes, not with the patient's file, which may have been mended since.
    """
    row = post.of_lot(desk.db, lot.id)
    sent = interpret(post.payload(desk.db, row.id)) if row else None
    ours = dict(_named(sent)) if sent else {}
    return any(ours.get(key, who) != who for key, who in _named(found))


def _named(found: Return) -> Iterator[tuple[str, str]]:
    """Give whom each invoice and each act is for, where the record says so."""
    for invoice in found.invoices:
        named = [(f"invoice {invoice.number.strip()}", invoice.beneficiary)]
        named += [(f"act {act.reference.strip()}", act.beneficiary) for act in invoice.acts]
        for key, who in named:
            if key.split()[1:] and who.strip(" 0"):
                yield key, who


def _is_ours(desk: Desk, third_party: str) -> bool:
    """Say whether a message is for us; some insurers leave the number out of the echo."""
    return third_party.strip().lstrip("0") in ("", efact_file.sender(desk).nihii.lstrip("0"))


def _arrived(desk: Desk, seq: int, lot: Lot, key: str) -> None:
    """Note that any answer proves that our file arrived: it ends a doubt and a wait."""
    row = post.of_lot(desk.db, lot.id)
    if row is not None:
        arrivals.present(desk, seq, row, f"letter:{key}")


def _receipt(desk: Desk, seq: int, lot: Lot, key: str, found: Return) -> None:
    """Note a receipt (931000): stored by the insurer, nothing decided."""
    for line in invoices.lines_of_lot(desk.db, lot.id):
        if line.lot == lot.id:
            lives.add_step(
                desk.db, desk.stamp, seq, "line", line.id,
                (str(line.state), str(line.state)), f"letter:{key}",
            )  # fmt: skip


def _refusal(desk: Desk, seq: int, lot: Lot, key: str, found: Return) -> None:
    """Free every line of a file refused whole (920999, 920099)."""
    if _now(desk, lot) is LotState.REFUSED:
        return
    _keep_file_codes(desk, lot, key, found)
    for line, codes, comment in _placed(desk, lot, key, found):
        verdicts.keep(desk, key, lot.id, line, "FILE_REFUSED", codes, comment)
    if _now(desk, lot) is LotState.SENT:
        fates.lot_refused(desk, seq, lot.id, f"letter:{key}")


def _acceptance(desk: Desk, seq: int, lot: Lot, key: str, found: Return) -> None:
    """Accept the lines that are not refused by name (920098)."""
    _reject_named(desk, seq, lot, key, found)
    if _now(desk, lot) is LotState.SENT:
        fates.lot_accepted(desk, seq, lot.id, f"letter:{key}")


def _settlement(desk: Desk, seq: int, lot: Lot, key: str, found: Return) -> None:
    """Keep what will be paid (920900); a settlement without acceptance passes through both."""
    _acceptance(desk, seq, lot, key, found)
    if found.settlement is None:
        return
    rows = [(row, False) for row in found.settlement.lines] + [(found.settlement.total, True)]
    for row, total in rows:
        money.add_settlement(
            desk.db,
            Settlement(
                key, lot.id, row.mutuality, row.requested_cents or 0, row.accepted_cents or 0,
                row.refused_cents or 0, row.payment_reference.strip(), total,
            ),
        )  # fmt: skip
    if _now(desk, lot) is LotState.ACCEPTED:
        fates.settle_lot(desk, seq, lot.id, f"letter:{key}")


_ACT_ON: dict[Fate, Callable[[Desk, int, Lot, str, Return], None]] = {
    Fate.RECEIPT: _receipt,
    Fate.REFUSED: _refusal,
    Fate.ACCEPTED: _acceptance,
    Fate.SETTLED: _settlement,
}


def _now(desk: Desk, lot: Lot) -> LotState:
    held = claims.lot(desk.db, lot.id)
    return held.state if held else lot.state


def _reject_named(desk: Desk, seq: int, lot: Lot, key: str, found: Return) -> None:
    for line, codes, comment in _placed(desk, lot, key, found):
        refused = any(code.refuses for code in codes)
        verdicts.keep(desk, key, lot.id, line, "REJECTED" if refused else "SIGNAL", codes, comment)
        here = line.lot == lot.id  # a line freed by a refusal may have left in another lot since
        if refused and here and line.state in (LineState.SENT, LineState.ACCEPTED):
            invoices.move_line(
                desk.db, desk.stamp, seq, line.id, LineState.REJECTED, f"letter:{key}"
            )
    _keep_file_codes(desk, lot, key, found)


def _placed(
    desk: Desk, lot: Lot, key: str, found: Return
) -> list[tuple[Line, Sequence[PlacedCode], str]]:
    """Match what was said to our lines: by our own line reference, else by act, day and invoice.

    What was said of no line of ours is kept with the file.
    """
    ours = {line.id: line for line in invoices.lines_of_lot(desk.db, lot.id)}
    numbers = {row.line: row.invoice_number for row in claims.lot_lines(desk.db, lot.id)}
    said: dict[str, tuple[Line, Sequence[PlacedCode], str]] = {}
    for invoice in found.invoices:
        mine = [x for x in ours.values() if numbers.get(x.id) == invoice.number.strip()]
        for act in invoice.acts:
            line = _line_of(act, mine or list(ours.values()))
            if line is None:  # refused all the same: it must not look accepted and silent
                _keep_codes(desk, lot, key, act.codes)
            else:
                said[line.id] = (line, act.codes, act.comment)
        if invoice.refused:
            for line in mine:
                codes = (*invoice.codes, *(said[line.id][1] if line.id in said else ()))
                said[line.id] = (line, codes, "")
    return list(said.values())


def _line_of(act: ActVerdict, lines: Sequence[Line]) -> Line | None:
    for line in lines:
        if act.reference.strip() == line.ref:
            return line
    same = [x for x in lines if x.code == act.code and x.care_date == act.day]
    return same[0] if len(same) == 1 and not act.reference.strip() else None


def _keep_file_codes(desk: Desk, lot: Lot, key: str, found: Return) -> None:
    _keep_codes(desk, lot, key, found.file_codes)
    for error in found.zone_errors:
        money.add_lot_problem(
            desk.db, LotProblem(key, lot.id, f"zone {error.zone}", "", error.code)
        )


def _keep_codes(desk: Desk, lot: Lot, key: str, codes: Sequence[PlacedCode]) -> None:
    for code in codes:
        place = f"R{code.record}#{code.number}"
        money.add_lot_problem(desk.db, LotProblem(key, lot.id, place, code.letter, code.code))
