"""The answers of payers of France, once the approved component has translated them: ARL and RSP.

The functional form is that of `fr-sesam-vitale.md` §6. What is odd and changes nothing is let in: a
payer writes what it likes in texts, and care dates decide nothing, so that one which is no date is
left out. What decides money, or of whom it is said, is refused whole when it cannot be understood.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from enum import StrEnum
from typing import TypeVar

from server.core.errors import InvalidValue
from server.core.teletransmission import (
    Acknowledgement,
    DocumentKind,
    LineKind,
    LineOutcome,
    Origin,
    Return,
    ReturnLine,
)

MOST_LINES = 5000
LONGEST = 500  # characters of a text kept as the payer wrote it
_NUMBER_DIGITS = 9
_HIGHEST_LOT = 999
_MOST_CENTS = 10**12

Told = Mapping[str, object]
_Word = TypeVar("_Word", bound=StrEnum)


def read(told: Told) -> Acknowledgement | Return:
    """Read a translated answer; raises `InvalidValue` naming the field and why.

    Reasons: "missing", "unknown", "number", "amount", "date", "text", "too_long", "yes_no", "list".
    """
    kind = _text(told, "kind").upper()
    if kind == "ARL":
        return _acknowledgement(told)
    if kind == "RSP":
        return _return(told)
    raise InvalidValue(field="kind", reason="unknown" if kind else "missing")


def _acknowledgement(told: Told) -> Acknowledgement:
    positive, lot = told.get("positive"), _whole(told, "lot_number")
    if not isinstance(positive, bool):
        raise InvalidValue(field="positive", reason="yes_no")
    if lot is None or not 1 <= lot <= _HIGHEST_LOT:
        raise InvalidValue(field="lot_number", reason="number")
    return Acknowledgement(
        positive, _word(told, "lot_kind", DocumentKind), _sender(told), lot, _text(told, "reason")
    )


def _return(told: Told) -> Return:
    """Read a return; one that pays nothing may come without a payment."""
    lines = told.get("lines", ())
    if not isinstance(lines, Sequence) or isinstance(lines, str):
        raise InvalidValue(field="lines", reason="list")
    if len(lines) > MOST_LINES:
        raise InvalidValue(field="lines", reason="too_long")
    paid = _part(told, "payment")
    cents = _cents(paid, "amount", needed=bool(paid))
    return Return(
        origin=_word(told, "origin", Origin),
        file_name=_text(told, "file_name"),
        sender=_sender(told),
        payer=_text(told, "payer"),
        payment_reference=_text(paid, "reference"),
        paid_on=_day(paid, "date"),
        payment_cents=cents,
        lines=tuple(map(_line, lines)),
    )


def _line(told: object) -> ReturnLine:
    if not isinstance(told, Mapping):
        raise InvalidValue(field="lines", reason="list")
    kind = _word(told, "kind", LineKind)
    dates = _part(told, "dates")
    return ReturnLine(
        kind=kind,
        invoice=_invoice(told),
        outcome=_outcome(told, kind),
        amo_cents=_cents(told, "amo_paid"),
        amc_cents=_cents(told, "amc_paid"),
        codes=_codes(told.get("codes")),
        care_from=_likely_day(dates, "care_from"),
        care_to=_likely_day(dates, "care_to"),
    )


def _outcome(told: Told, kind: LineKind) -> LineOutcome:
    """Read what was decided: what is no invoice may say nothing of it."""
    if kind is not LineKind.INVOICE and not _text(told, "outcome"):
        return LineOutcome.INFO
    return _word(told, "outcome", LineOutcome)


def _codes(told: object) -> tuple[tuple[str, str], ...]:
    """Read codes and words; what is no pair is left out, an empty pair too."""
    if not isinstance(told, Sequence) or isinstance(told, str):
        return ()
    pairs = [
        (_text(each, "code"), _text(each, "text")) for each in told if isinstance(each, Mapping)
    ]
    return tuple(pair for pair in pairs if any(pair))


def _sender(told: Told) -> str:
    text = _text(told, "ps_number").replace(" ", "")
    if not (len(text) == _NUMBER_DIGITS and text.isascii() and text.isdigit()):
        raise InvalidValue(field="ps_number", reason="number" if text else "missing")
    return text


def _invoice(told: Told) -> int | None:
    number = _whole(told, "invoice_number")
    if number is not None and not 0 < number < 10**_NUMBER_DIGITS:
        raise InvalidValue(field="invoice_number", reason="number")
    return number


def _word(told: Told, name: str, kind: type[_Word]) -> _Word:
    text = _text(told, name).upper()
    if text not in tuple(kind):
        raise InvalidValue(field=name, reason="unknown" if text else "missing")
    return kind(text)


def _text(told: Told, name: str) -> str:
    """Read a text as people see it; an absent one is empty, a number is written out."""
    value = told.get(name)
    if value is None:
        return ""
    if not isinstance(value, str | int) or isinstance(value, bool):
        raise InvalidValue(field=name, reason="text")
    text = "".join(c for c in " ".join(str(value).split()) if c.isprintable())
    if len(text) > LONGEST:
        raise InvalidValue(field=name, reason="too_long")
    return text


def _whole(told: Told, name: str) -> int | None:
    """Read a whole number, written as one or in digits; None when it is absent."""
    value = told.get(name)
    if isinstance(value, str) and value.isascii() and value.isdigit():
        value = int(value[:20])
    if value is None or value == "":
        return None
    if not isinstance(value, int) or isinstance(value, bool):
        raise InvalidValue(field=name, reason="number")
    return value


def _cents(told: Told, name: str, *, needed: bool = False) -> int:
    """Read an amount: whole cents and nothing else, never a text nor a fraction."""
    value = told.get(name)
    if value is None and not needed:
        return 0
    if not isinstance(value, int) or isinstance(value, bool) or abs(value) > _MOST_CENTS:
        raise InvalidValue(field=name, reason="missing" if value is None else "amount")
    return value


def _part(told: Told, name: str) -> Told:
    value = told.get(name)
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise InvalidValue(field=name, reason="unknown")
    return value


def _day(told: Told, name: str) -> date | None:
    """Read a civil day; None when it is absent."""
    text = _text(told, name)
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise InvalidValue(field=name, reason="date") from None


def _likely_day(told: Told, name: str) -> date | None:
    """Read a civil day that decides nothing; None when it is none."""
    try:
        return _day(told, name)
    except InvalidValue:
        return None
