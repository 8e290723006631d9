"""What the front-end writes: receipts of lots, returns of payers, and the mails that carry them."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import Any

from server.simulators.sesam.front.documents import Document
from server.simulators.sesam.front.judge import Lot
from server.simulators.sesam.front.scenario import Fate, Kind
from server.simulators.sesam.seals import FRONT_END, RECEIPT, RETURN, sealed_by

NOBODYS = 999_999_999
"""An invoice number nobody ever sent."""

_PART_CODE, _PART_TEXT = "0250 020", "PAIEMENT PARTIEL"
_OTHER_CODE, _OTHER_TEXT = "0250 900", "FACTURE DEJA REGLEE DANS UN AUTRE LOT"
_BACK_CODE, _BACK_TEXT = "0250 950", "RETENUE SUR INDU"


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a return; cents."""

    kind: str
    invoice_number: int | None
    amo_paid: int
    amc_paid: int
    outcome: str
    codes: list[dict[str, str]] = field(default_factory=list)
    dates: dict[str, str | None] = field(
        default_factory=lambda: {"care_from": None, "care_to": None}
    )


@dataclass(frozen=True, slots=True)
class Payment:
    """Whose transfer a return is about."""

    origin: str
    sender: str  # nine digits: who is paid
    payer: str


@dataclass(frozen=True, slots=True)
class Table:
    """A table of conventions, under the name of its file."""

    name: str
    content: bytes


def receipt(lot: Lot, reason: str) -> bytes:
    """Write the receipt of a lot: positive without a reason, negative with one."""
    told = {
        "kind": "ARL", "origin": origin_of(lot.kind), "lot_kind": lot.kind,
        "ps_number": lot.sender, "lot_number": lot.number, "positive": not reason,
        "reason": reason,
    }  # fmt: skip
    return sealed_by(RECEIPT, told, FRONT_END)


def origin_of(kind: str) -> str:
    """Say who answers a lot of a kind."""
    return "AMO" if kind == "FSE" else "AMC"


def lines(document: Document, fate: Fate, origin: str) -> tuple[list[Line], int]:
    """Write what a payer makes of an invoice, and by how much its transfer is wrong."""
    amo, amc = document.amo_cents, document.amc_cents
    match fate.kind:
        case Kind.PARTIAL:
            part = _code(_PART_CODE, _PART_TEXT)
            return [_line(document, amo // 2, amc // 2, "partial", part)], 0
        case Kind.REJECTED:
            return [_line(document, 0, 0, "rejected", _code(fate.code, fate.text))], 0
        case Kind.OTHER_LOT:
            return [_line(document, 0, 0, "info", _code(_OTHER_CODE, _OTHER_TEXT))], 0
    made = [_line(document, amo, amc, "paid", [])] if amo + amc else []
    own, other = (fate.cents, 0) if origin == "AMO" else (0, fate.cents)
    if fate.kind is Kind.RECOVERY:
        taken = _code(_BACK_CODE, _BACK_TEXT)
        made.append(Line("recovery", None, -own, -other, "info", taken))
    if fate.kind is Kind.UNKNOWN:
        made.append(Line("invoice", NOBODYS, own, other, "paid"))
    return made, fate.cents if fate.kind is Kind.WRONG_TOTAL else 0


def returned(
    payment: Payment, made: Sequence[Line], wrong_by: int, number: int, at: datetime
) -> tuple[str, bytes]:
    """Write a return, the lines of one payer of one day; its name and its bytes."""
    name = f"RSP-{payment.payer}-{at:%Y%m%d}-{number:04d}"
    total = sum(line.amo_paid + line.amc_paid for line in made)
    told: dict[str, Any] = {
        "kind": "RSP", "origin": payment.origin, "file_name": name, "ps_number": payment.sender,
        "payer": payment.payer, "lot_number": None,
        "payment": {
            "reference": f"V{number:08d}", "date": f"{at:%Y-%m-%d}", "amount": total + wrong_by
        },
        "lines": [asdict(line) for line in made],
    }  # fmt: skip
    return name, sealed_by(RETURN, told, FRONT_END)


def carried(
    content: bytes, name: str, sender: str, to: str, at: datetime, number: int, answers: str = ""
) -> bytes:
    """Write the mail that carries an answer; `answers` is the Message-ID it answers."""
    mail = _mail(name, sender, to, at, number)
    if answers:
        mail["In-Reply-To"] = answers
    mail.set_content("Réponse simulée, sans valeur.")
    mail.add_attachment(
        content, maintype="application", subtype="octet-stream", filename=f"{name}.bin"
    )
    return mail.as_bytes()


def enclosed(table: Table, sender: str, to: str, at: datetime, number: int) -> bytes:
    """Write the mail that brings a table of conventions."""
    mail = _mail("Conventions", sender, to, at, number)
    mail.set_content("Table simulée, sans valeur.")
    mail.add_attachment(table.content, maintype="text", subtype="csv", filename=table.name)
    return mail.as_bytes()


def _mail(subject: str, sender: str, to: str, at: datetime, number: int) -> EmailMessage:
    mail = EmailMessage(policy=SMTP)
    mail["From"], mail["To"] = sender, to
    mail["Date"], mail["Subject"] = format_datetime(at), subject
    mail["Message-ID"] = f"<{number:06d}@frontal.simule>"
    return mail


def _line(
    document: Document, amo: int, amc: int, outcome: str, codes: list[dict[str, str]]
) -> Line:
    dates: dict[str, str | None] = {"care_from": document.care_from, "care_to": document.care_to}
    return Line("invoice", document.invoice, amo, amc, outcome, codes, dates)


def _code(code: str, text: str) -> list[dict[str, str]]:
    return [{"code": code, "text": text}]
