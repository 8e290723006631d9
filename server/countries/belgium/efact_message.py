"""What an eFact file says, in values: who sends, to whom, which invoices, which acts.

Amounts are cents with the sign of the invoice: a credit note holds negative ones. Identifiers are
given bare (eleven digits of NIHII and NISS), the writer gives them the width of their zone.
Zones and rules: `be-efact.md` §2.
"""

from dataclasses import dataclass, field
from datetime import date, time
from enum import StrEnum


class Purpose(StrEnum):
    """R20 zone 11: why an invoice is sent."""

    NORMAL = "0"
    REBILL = "1"  # of a rejected invoice, linked to it
    CREDIT = "3"  # takes a paid invoice back: every amount negative


@dataclass(frozen=True, slots=True)
class EfactOptions:
    """What insurers accept differently, and test against production: one place, never mixed."""

    test: bool = False
    format_version: str = "01"  # zone 201: "01" and "02" are both accepted
    keep_empty_record_52: bool = False  # send R52 although the act carries no agreement number


@dataclass(frozen=True, slots=True)
class Sender:
    """The billing third party and the person to call."""

    nihii: str  # eleven digits
    bce: str  # ten digits
    iban: str
    bic: str
    last_name: str
    first_name: str
    phone: str  # ten digits, left zeros
    profession: str  # R10 zone 18: for a kiné alone, the last three digits of the NIHII


@dataclass(frozen=True, slots=True)
class IdentityReading:
    """One reading of the patient's card, written in R52 when there was one."""

    day: date
    at: time
    reading_type: str
    medium: str  # "1" eID, "7" vignette …
    serial: str
    manual_reason: str = "0"
    vignette_reason: str = "0"


@dataclass(frozen=True, slots=True)
class ActLine:
    """One act, which becomes an R50 and, with an agreement or a card reading, its R52."""

    code: str  # six digits
    day: date
    provider: str  # NIHII of the kiné who performed it
    oa_cents: int
    copay_cents: int
    supplement_cents: int = 0
    prescriber: str | None = None  # NIHII
    prescribed_on: date | None = None
    agreement: str | None = None  # twenty digits; None for a code that may not carry one
    reference: str = ""  # zone 28: comes back in every answer
    place: str | None = None  # NIHII of the institution; None at the cabinet and at home
    copay_collected: bool = True  # zone 33: "1" when the patient's share was not asked
    conventioned: bool = True
    units: int = 1
    repetition: str = "00"  # zone 23: "02" other session, "03" second identical act that day …
    moment: str = "0"  # zone 12: night, weekend, holiday, urgency
    relative: str = "0000000"
    service: str = "990"
    prescriber_norm: str | None = None  # zone 26; None writes "1" with a prescriber, "0" without
    reading: IdentityReading | None = None


@dataclass(frozen=True, slots=True)
class PreviousInvoice:
    """The invoice a rebill or a credit note speaks of."""

    invoice_number: str
    sending_number: int
    mutuality: str
    year: int
    month: int
    oa_reference: str


@dataclass(frozen=True, slots=True)
class PatientInvoice:
    """One invoice: one patient, one insurer, some acts."""

    number: str  # twelve digits, unique
    beneficiary: str  # NISS, or the membership number when `by_niss` is false
    sex: str  # "1" or "2"
    affiliation: str  # R20 zone 7: the member's local number, "000" for unions that want it so
    destination: str  # R20 zone 18; both come from `coverage.payer_of`
    ct1: str
    ct2: str
    acts: tuple[ActLine, ...]
    by_niss: bool = True
    engagement: str = ""  # 32 characters from MemberData
    reference: str = ""
    purpose: Purpose = Purpose.NORMAL
    previous: PreviousInvoice | None = None
    limitation_lifted: bool = False
    cause: str = "0000"

    @property
    def oa_cents(self) -> int:
        """Sum what is asked from the insurer."""
        return sum(act.oa_cents for act in self.acts)

    @property
    def copay_cents(self) -> int:
        """Sum the patient's regulated share."""
        return sum(act.copay_cents for act in self.acts)

    @property
    def supplement_cents(self) -> int:
        """Sum the supplements."""
        return sum(act.supplement_cents for act in self.acts)


@dataclass(frozen=True, slots=True)
class FileRequest:
    """One whole file for one union, ready to be written."""

    sender: Sender
    reference: str  # zone 204, fourteen digits: the join key of every answer
    sending_number: int
    created_on: date
    year: int
    month: int
    invoices: tuple[PatientInvoice, ...]
    file_reference: str = ""  # R10 and R90 zone 28
    invoice_reference: str = ""  # segment 300 zone 303
    options: EfactOptions = field(default_factory=EfactOptions)
