"""Care in values: what a session is, who covers it, what it costs and why it may not be billed.

Words: `domain.md` §1.3–1.4. Nothing here decides; `server.countries` does.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum


class Place(StrEnum):
    """Where a session takes place."""

    CABINET = "CABINET"
    HOME = "HOME"
    HOSPITAL_ROOM = "HOSPITAL_ROOM"
    INSTITUTION = "INSTITUTION"
    OTHER = "OTHER"


class Category(StrEnum):
    """The categories of a treatment series (`domain.md` §1.3): Belgian but for the last."""

    COMMON_1 = "COMMON_1"
    COMMON_2_PLUS = "COMMON_2_PLUS"
    FA = "FA"
    FB = "FB"
    E = "E"
    EB = "EB"
    MATERNITY = "MATERNITY"
    PALLIATIVE = "PALLIATIVE"
    DAY_HOSPITAL = "DAY_HOSPITAL"
    CONSULTATIVE = "CONSULTATIVE"
    NGAP = "NGAP"  # every French treatment: its letter says the rest


BELGIAN_CATEGORIES = tuple(each for each in Category if each is not Category.NGAP)


class Source(StrEnum):
    """Where a fact comes from, from the most to the least trusted for insurability."""

    MDA = "MDA"
    ADRI = "ADRI"
    APCV = "APCV"
    CARD = "CARD"
    QR = "QR"
    PAPER = "PAPER"
    MANUAL = "MANUAL"


class BlockReason(StrEnum):
    """Why a session that was given cannot be billed yet: the closed list of `domain.md` §3.3."""

    RX_MISSING = "RX_MISSING"
    RX_EXPIRED = "RX_EXPIRED"
    AGREEMENT_NEEDED = "AGREEMENT_NEEDED"
    AGREEMENT_REFUSED = "AGREEMENT_REFUSED"
    QUOTA = "QUOTA"
    COVERAGE_UNKNOWN = "COVERAGE_UNKNOWN"
    NOT_INSURED = "NOT_INSURED"
    MEDICAL_HOUSE = "MEDICAL_HOUSE"
    HOSPITALISED = "HOSPITALISED"
    REST_HOME = "REST_HOME"
    DUPLICATE = "DUPLICATE"
    PRICE_UNKNOWN = "PRICE_UNKNOWN"
    SECOND_SESSION = "SECOND_SESSION"
    CONVENTION = "CONVENTION"
    CLOCK = "CLOCK"


class Confidence(StrEnum):
    """How sure a row of a legal table is; `T` is invented and allowed in a demo practice only.

    A `K-low` row is a recollection nobody has confirmed: it decides nothing until a person says so.
    """

    S = "S"
    S_LOW = "S-low"
    DERIVED = "derived"
    K = "K"
    K_LOW = "K-low"
    T = "T"
    MANUAL = "manual"


@dataclass(frozen=True, slots=True)
class Coverage:
    """Belgian insurability of one patient as known at one instant, with its source."""

    oa: str  # the union that pays: "100"
    mutuality: str  # the member's local number: "134"
    ct1: str
    ct2: str
    bim: bool  # increased intervention, from the mapping table of ct1 codes
    rights_from: date | None
    rights_to: date | None
    source: Source
    captured_at: datetime

    def covers(self, day: date) -> bool:
        """Whether the rights period contains the day; an open end is open."""
        starts = self.rights_from is None or self.rights_from <= day
        return starts and (self.rights_to is None or day <= self.rights_to)


@dataclass(frozen=True, slots=True)
class Prescription:
    """What the physician wrote, as far as billing needs it."""

    rx_date: date
    prescriber_nihii: str  # eleven digits
    prescriber_name: str
    max_sessions: int
    start_by: date | None = None  # a stated start, when different from rx_date + 2 months
    second_session_motivated: bool = False


@dataclass(frozen=True, slots=True)
class Agreement:
    """The insurer's decision or registration for one series."""

    number: str  # twenty digits
    valid_from: date
    valid_to: date | None
    refused: bool = False
    sessions_granted: int | None = None


@dataclass(frozen=True, slots=True)
class QuoteStep:
    """One reason of one amount: the rule or row, its version, and the cents it brings."""

    rule: str  # code of the sentence: "fee", "copay.fixed", "bim", "not_conventioned" …
    cents: int
    version: str  # id of the table version used
    source: str  # the row's own source note
    confidence: Confidence
    facts: Mapping[str, object] = field(default_factory=dict)  # what the sentence names


@dataclass(frozen=True, slots=True)
class Quote:
    """A price that explains itself: fee = oa + amc + copay + supplement, to the cent."""

    code: str  # six digits of the Belgian nomenclature; a French letter and its coefficient
    fee_cents: int
    oa_cents: int  # what the compulsory insurer pays: the Belgian insurer, the French caisse
    copay_cents: int
    supplement_cents: int
    version: str
    confidence: Confidence
    steps: tuple[QuoteStep, ...]
    amc_cents: int = 0  # what a French complementary insurer pays

    @property
    def patient_cents(self) -> int:
        """All that the patient bears."""
        return self.copay_cents + self.supplement_cents

    @property
    def holds(self) -> bool:
        """The split identity of `domain.md` §5.2."""
        return self.fee_cents == self.oa_cents + self.amc_cents + self.patient_cents
