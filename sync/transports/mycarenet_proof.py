"""What an acknowledgement or a page of the mailbox proves about one message.

Table: `reliability-security.md` §3.2, first line.
"""

from server.core.outbox import LetterKind, Message, Outcome, Verdict
from sync.transports.mycarenet_answer import Page, TAck


def judge_tack(tack: TAck, message: Message, raw: bytes) -> Outcome:
    """Judge the acknowledgement that came on the same line as the file."""
    if tack.input_reference != message.reference:
        return Outcome(Verdict.UNKNOWN, "tack.other_reference", raw)
    if tack.failure:
        return Outcome(Verdict.FAILED, "tack.failure", raw)
    if not tack.success:
        return Outcome(Verdict.UNKNOWN, "tack.other_result", raw)
    if not tack.proves(message.payload):
        return Outcome(Verdict.UNKNOWN, "tack.other_bytes", raw)
    return Outcome(Verdict.DONE, "tack.success", raw)


def find(page: Page, message: Message, raw: bytes | None) -> Outcome:
    """Look for a message in doubt; a success outweighs the refusal of an earlier attempt.

    No trace on a full page proves nothing: what we look for may be on the next one.
    """
    ours = [tack for tack in page.tacks if tack.input_reference == message.reference]
    good = [tack for tack in ours if tack.success]
    if any(tack.proves(message.payload) for tack in good):
        return Outcome(Verdict.DONE, "tack.success", raw)
    if _answered(page, message):
        return Outcome(Verdict.DONE, "mail.answer", raw)
    if good:
        return Outcome(Verdict.UNKNOWN, "tack.other_bytes", raw)
    if any(tack.failure for tack in ours):
        return _refused(page, message, raw)
    if ours:
        return Outcome(Verdict.UNKNOWN, "tack.other_result", raw)
    if page.full:
        return Outcome(Verdict.UNKNOWN, "mailbox.full_page", raw)
    return Outcome(Verdict.ABSENT, "mailbox.no_trace", raw)


def _refused(page: Page, message: Message, raw: bytes | None) -> Outcome:
    """Judge a failure alone: after several attempts, the last may still be on its way."""
    if message.attempt <= 1:
        return Outcome(Verdict.ABSENT, "tack.failure", raw, proven=True)
    if page.full:
        return Outcome(Verdict.UNKNOWN, "mailbox.full_page", raw)
    return Outcome(Verdict.ABSENT, "tack.failure", raw)


def _answered(page: Page, message: Message) -> bool:
    return any(
        letter.kind is LetterKind.MESSAGE and letter.input_reference == message.reference
        for letter in page.letters
    )
