"""What an invoice says to the approved component, as values: who, for whom, to whom, for what.

Amounts are cents, rates basis points. What could not be written or does not add up is refused when
the value is made, so that a group is never half right. Sources: `fr-sesam-vitale.md` §2.3 for the
groups, their fields in the manual of SSV 4.03; the acts' layout is ours (`invoice_groups`).
"""

import re
from dataclasses import dataclass, fields
from datetime import date
from enum import IntEnum

from server.core.errors import InvalidValue
from server.core.identifiers import Nir
from server.core.teletransmission import DocumentKind, Recipient
from server.countries.france.card_dates import is_none, is_plausible
from server.countries.france.numbers import BillingNumber
from server.countries.france.rates import WHOLE_BP

KINE = "26"
"""The specialty of masseurs-kinésithérapeutes."""

_NUMBERS = range(1, 1_000_000_000)  # nine digits, never zero
_BODY = re.compile(r"\d{9}", re.ASCII)
_RANK = re.compile(r"\d", re.ASCII)
_COVER = re.compile(r"\d{0,5}", re.ASCII)
_CODE = re.compile(r"[A-Z0-9]{1,5}")


class ActGroup(IntEnum):
    """What a line of an invoice is about; the numbers are the component's."""

    ACT = 1610
    TRAVEL = 1620  # flat allowance
    KILOMETRES = 1630


@dataclass(frozen=True, slots=True)
class Identity:
    """Of the invoice itself."""

    number: int  # nine digits, not zero
    day: date  # of securing
    nature: str = ""  # of the operation, the component's code
    corrected_number: int | None = None  # of the invoice this one corrects
    corrected_day: date | None = None

    def __post_init__(self) -> None:
        """Refuse a number no invoice has, and a corrected invoice half named."""
        for name in ("number", "corrected_number"):
            number = getattr(self, name)
            _refuse_unless(number is None or number in _NUMBERS, name, "number")
        whole = (self.corrected_number is None) == (self.corrected_day is None)
        _refuse_unless(whole, "corrected_day", "missing")
        _refuse_unless(self.corrected_number != self.number, "corrected_number", "same")


@dataclass(frozen=True, slots=True)
class Performer:
    """The professional who bills, as the situation of the card says."""

    billing: BillingNumber
    last_name: str
    first_name: str
    zone: str  # tariff zone
    travel_zone: str = ""
    convention: str = "1"
    specialty: str = KINE
    situation: str = "1"  # its number on the card

    def __post_init__(self) -> None:
        """Refuse what no card can hold."""
        _refuse_unwritten(self)
        _refuse_unless(bool(self.last_name), "last_name", "missing")


@dataclass(frozen=True, slots=True)
class Patient:
    """The beneficiary, as the card or ADRi says."""

    nir: Nir
    birth: str  # twelve digits, of a day no calendar knows too
    rank: str = "1"  # of birth
    quality: str = "0"  # towards the insured
    cover: str = ""  # long illness and situation, as in group 106

    def __post_init__(self) -> None:
        """Refuse a wrong key (A7), a birth that is none, codes of another shape."""
        _refuse_unless(self.nir.key_holds, "nir", "check")
        twelve = len(self.birth) == 12 and not is_none(self.birth)
        _refuse_unless(twelve and is_plausible(self.birth, birth=True), "birth", "date")
        for name, shape in (("rank", _RANK), ("quality", _RANK), ("cover", _COVER)):
            _refuse_unless(shape.fullmatch(getattr(self, name)) is not None, name, "shape")


@dataclass(frozen=True, slots=True)
class Compulsory:
    """The caisse of the patient, and who receives for it."""

    body: str  # regime, caisse and centre, nine digits
    recipient: Recipient

    def __post_init__(self) -> None:
        """Refuse a caisse that is none, and a recipient that is a complementary's."""
        _refuse_unless(_BODY.fullmatch(self.body) is not None, "body", "shape")
        _refuse_unless(self.recipient.kind is DocumentKind.FSE, "recipient", "kind")


@dataclass(frozen=True, slots=True)
class Complementary:
    """The complementary of the patient: by unique management, or with where its DRE goes."""

    contract: str  # type of convention: RO, OC…
    number: str  # of the card or attestation, or of the convention (column 12)
    member: str
    indicator: str = ""  # of the card: how its part is dealt with
    edi_number: str = ""
    routing: str = ""
    host: str = ""
    domain: str = ""

    def __post_init__(self) -> None:
        """Refuse what a group cannot hold."""
        _refuse_unwritten(self)
        for name in ("contract", "number", "member"):
            _refuse_unless(bool(getattr(self, name)), name, "missing")


@dataclass(frozen=True, slots=True)
class ActLine:
    """One line of an invoice: an act, a flat travel allowance, kilometres."""

    group: ActGroup
    day: date
    code: str  # key letter or code: "TER", "IFS", "IK"
    hundredths: int  # of the coefficient, or of a kilometre
    unit_cents: int
    base_cents: int  # what the caisse counts its part on
    rate_bp: int
    amo_cents: int
    fee_cents: int  # all that is asked
    amc_cents: int = 0
    quantity: int = 1

    def __post_init__(self) -> None:
        """Refuse amounts below zero and parts that are more than their whole."""
        amounts = ("hundredths", "unit_cents", "base_cents", "rate_bp", "amo_cents", "fee_cents",
                   "amc_cents")  # fmt: skip
        for name in amounts:
            _refuse_unless(getattr(self, name) >= 0, name, "negative")
        _refuse_unless(_CODE.fullmatch(self.code) is not None, "code", "shape")
        _refuse_unless(self.quantity >= 1, "quantity", "number")
        _refuse_unless(self.rate_bp <= WHOLE_BP, "rate_bp", "number")
        _refuse_unless(self.amo_cents <= self.base_cents, "amo_cents", "too_much")
        _refuse_unless(self.amo_cents + self.amc_cents <= self.fee_cents, "fee_cents", "too_much")


@dataclass(frozen=True, slots=True)
class InvoiceFacts:
    """A whole invoice."""

    identity: Identity
    performer: Performer
    patient: Patient
    compulsory: Compulsory
    complementary: Complementary | None  # None: the caisse's part alone
    acts: tuple[ActLine, ...]

    def __post_init__(self) -> None:
        """Refuse an invoice of nothing, and a complementary part nobody pays."""
        _refuse_unless(bool(self.acts), "acts", "missing")
        asked = any(line.amc_cents for line in self.acts)
        _refuse_unless(self.complementary is not None or not asked, "amc_cents", "no_complementary")


def _refuse_unwritten(facts: Performer | Complementary) -> None:
    """Refuse text that Latin-1 cannot write, or that holds a control character."""
    for field in fields(facts):
        value = getattr(facts, field.name)
        if isinstance(value, str):
            fits = all(char.isprintable() and ord(char) < 0x100 for char in value)
            _refuse_unless(fits, field.name, "script")


def _refuse_unless(holds: bool, field: str, reason: str) -> None:
    if not holds:
        raise InvalidValue(field=field, reason=reason)
