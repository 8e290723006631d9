"""What a fault or an HTTP status means for the message: the table of `be-mycarenet.md` §10.

A *write* changes something at the partner (post); a *read* may be repeated at will (get, confirm).
"""

from collections.abc import Mapping
from email.utils import parsedate_to_datetime

from server.core.outbox import Outcome, Verdict
from sync.etiquette import TOO_SOON
from sync.transports.exchange import Answer
from sync.transports.soap_answer import Fault

TOO_SOON_SECONDS = 30

# (words of the fault, reason, verdict of a write, verdict of a read); the first that is found wins
_FAULTS = (
    ("Not enough time", TOO_SOON, Verdict.LATER, Verdict.LATER),
    ("SEND_TO_IO_EXCEPTION", "soap.SEND_TO_IO_EXCEPTION", Verdict.LATER, Verdict.LATER),
    ("SAML_VALIDATION_ERROR", "soap.SAML_VALIDATION_ERROR", Verdict.FAILED, Verdict.FAILED),
    ("INVALID_DETAIL_REQUEST", "soap.INVALID_DETAIL_REQUEST", Verdict.FAILED, Verdict.FAILED),
    ("SOA-00001", "soap.SOA-00001", Verdict.UNKNOWN, Verdict.LATER),
    ("SOA-01001", "soap.SOA-01001", Verdict.FAILED, Verdict.FAILED),
    ("SOA-01002", "soap.SOA-01002", Verdict.FAILED, Verdict.FAILED),
    ("SOA-02001", "soap.SOA-02001", Verdict.LATER, Verdict.LATER),
    ("SOA-02002", "soap.SOA-02002", Verdict.UNKNOWN, Verdict.LATER),
    ("SOA-03", "soap.SOA-03", Verdict.FAILED, Verdict.FAILED),
)


def judge_fault(fault: Fault, answer: Answer, write: bool) -> Outcome:
    """Judge a SOAP fault, whatever its HTTP status."""
    for words, reason, of_write, of_read in _FAULTS:
        if words in fault.text:
            verdict = of_write if write else of_read
            wait = _retry_after(answer.headers)
            if reason == TOO_SOON:
                wait = max(TOO_SOON_SECONDS, wait or 0)
            return Outcome(verdict, _exact(reason, fault), answer.body, wait)
    return _unlisted(fault, answer, write)


def judge_status(answer: Answer, write: bool) -> Outcome | None:
    """Judge an HTTP status without a fault; None when it is 200 and the body should be read."""
    if answer.status == 200:
        return None
    reason, wait = f"http.{answer.status}", _retry_after(answer.headers)
    if answer.status == 429:
        return Outcome(Verdict.LATER, reason, answer.body, wait)
    if answer.status >= 500 or answer.status < 300:
        return Outcome(_doubt(write), reason, answer.body, wait)
    return Outcome(Verdict.FAILED, reason, answer.body)


def unreadable(answer: Answer, write: bool, reason: str = "answer.unreadable") -> Outcome:
    """Judge an answer that says nothing we understand: after a write, its fate is open."""
    return Outcome(_doubt(write), reason, answer.body)


def _doubt(write: bool) -> Verdict:
    return Verdict.UNKNOWN if write else Verdict.LATER


def _exact(reason: str, fault: Fault) -> str:
    return f"soap.{fault.code}" if reason == "soap.SOA-03" and fault.code else reason


def _unlisted(fault: Fault, answer: Answer, write: bool) -> Outcome:
    if fault.side == "Client":
        return Outcome(Verdict.FAILED, f"soap.{fault.code or 'Client'}", answer.body)
    wait = _retry_after(answer.headers)
    return Outcome(_doubt(write), f"soap.{fault.code or 'Server'}", answer.body, wait)


def _retry_after(headers: Mapping[str, str]) -> int | None:
    """Read `Retry-After`: seconds, or a date to be compared with the answer's own `Date`."""
    text = headers.get("retry-after", "").strip()
    if text.isascii() and text.isdigit():
        return int(text)
    try:
        until = parsedate_to_datetime(text)
        return max(
            0, round((until - parsedate_to_datetime(headers.get("date", ""))).total_seconds())
        )
    except (ValueError, TypeError):  # no such header, no date, or one of them without a zone
        return None
