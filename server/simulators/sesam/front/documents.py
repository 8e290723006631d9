"""A signed document read by its receiver: whose it is, who pays it, how much [T].

Acts (groups 1610, 1620, 1630) have ten fields: day, letter, coefficient in hundredths, quantity,
unit in cents, base in cents, rate of the caisse in ten thousandths, its part in cents, fee in
cents, part of the complementary in cents.
"""

import re
from dataclasses import dataclass
from datetime import date
from hashlib import sha256

from server.simulators.sesam.cards import Group, Unreadable, parse

_INVOICE, _SENDER, _CAISSE, _COMPLEMENTARY = 1110, 1120, 1310, 1321
_ACTS = (1610, 1620, 1630)
_ACT_FIELDS = 10
_PATIENT_PAID = "0"  # nature of the operation [T]
_SHORT = 12  # fields every group is filled up to, so that each can be asked for


class Unread(Exception):
    """A document is not what a receiver takes; the text says why."""


@dataclass(frozen=True, slots=True)
class Document:
    """One FSE or DRE; cents, ISO days."""

    digest: str
    invoice: int
    sender: str  # nine digits
    recipient: str  # as a lot names it: "FSE 01/751/016", "DRE OC/999/giesv.rss.fr"
    payer: str  # regime, caisse and centre; or the number of the complementary
    amo_cents: int
    amc_cents: int
    care_from: str
    care_to: str


def read_document(kind: str, content: bytes) -> Document:
    """Read what was signed; raises `Unread`."""
    mark = f"SIMULE {kind} ".encode()
    try:
        groups = parse(content[len(mark) :])
    except (Unreadable, UnicodeError):
        raise Unread("document illisible") from None
    acts = [_act(fields) for number, fields in groups if number in _ACTS]
    if not acts:
        raise Unread("aucun acte")
    caisse, complementary = _only(groups, _CAISSE), _only(groups, _COMPLEMENTARY)
    sender = _only(groups, _SENDER)
    recipient, payer = _receiver(kind, caisse, complementary)
    amo, amc = sum(act[1] for act in acts), sum(act[2] for act in acts)
    invoice = _only(groups, _INVOICE)
    if invoice[1:2] == [_PATIENT_PAID]:  # refunded to him: nothing is owed to who sent it
        amo = amc = 0
    separate = bool(complementary[7])  # a complementary with a routing code gets its own DRE
    return Document(
        sha256(content).hexdigest(), _number(invoice[0], r"(?!0{9})\d{9}"),
        sender[0] + sender[1], recipient, payer,
        amo if kind == "FSE" else 0, amc if kind == "DRE" or not separate else 0,
        min(act[0] for act in acts), max(act[0] for act in acts),
    )  # fmt: skip


def _receiver(kind: str, caisse: list[str], complementary: list[str]) -> tuple[str, str]:
    if kind == "FSE":
        recipient = f"FSE {caisse[0]}/{caisse[3]}/{caisse[4]}"
        return recipient, "".join(caisse[:3])
    recipient = f"DRE {complementary[7]}/{complementary[10]}/{complementary[8]}"
    return recipient, complementary[1]


def _act(fields: list[str]) -> tuple[str, int, int]:
    """Read the day of an act, and the parts of caisse and complementary."""
    if len(fields) != _ACT_FIELDS:
        raise Unread("acte : dix champs")
    amounts = [_number(field, r"\d{1,8}") for field in fields[2:]]
    amo, fee, amc = amounts[5], amounts[6], amounts[7]
    if amo + amc > fee:
        raise Unread("acte : plus que les honoraires")
    return _day(fields[0]), amo, amc


def _day(text: str) -> str:
    if not re.fullmatch(r"\d{8}(\d{4})?", text, re.ASCII):
        raise Unread("acte : date illisible")
    try:
        return date.fromisoformat(text[:8]).isoformat()
    except ValueError:
        raise Unread("acte : ce jour n’existe pas") from None


def _number(text: str, shape: str) -> int:
    if not re.fullmatch(shape, text, re.ASCII):
        raise Unread("nombre illisible")
    return int(text)


def _only(groups: list[Group], wanted: int) -> list[str]:
    """Give the fields of the first group of a number, filled up; of none, as many empty ones."""
    found = next((fields for number, fields in groups if number == wanted), [])
    return [*found, *[""] * (_SHORT - len(found))]
