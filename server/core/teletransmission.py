"""What is sent to caisses and complementaries of France, in values: lots, receipts, returns.

An FSE or a DRE is signed once (`server.core.sesam.Sealed`) and travels in lots; a lot has one
receiver, a file holds the lots of one receiver, a message carries one file. Bytes are the approved
component's, opaque here. Source: `fr-sesam-vitale.md` §4–6; states: `domain.md` §3.6–3.7.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from server.core.sesam import Sealed

STREAM = "teletransmission"
"""Its name in the outbox."""


class DocumentKind(StrEnum):
    """What is sent: to the caisse, or to the complementary."""

    FSE = "FSE"
    DRE = "DRE"


class Family(StrEnum):
    """Secured and degraded sheets never share a lot (case K3)."""

    SECURED = "SECURED"
    DEGRADED = "DEGRADED"


class DocumentState(StrEnum):
    """The life of an FSE or a DRE once it is signed (`domain.md` §3.6–3.7)."""

    PART_SIGNED = "PartSigned"  # Vitale signed, the professional's card has not yet
    SIGNED = "Signed"
    DEGRADED = "Degraded"  # signed by the professional's card alone
    IN_LOT = "InLot"
    SENT = "Sent"
    ACK_POSITIVE = "AckPositive"
    ACK_NEGATIVE = "AckNegative"  # of its lot: it waits for another one, unchanged
    PAID = "Paid"
    REJECTED = "Rejected"  # by its payer: corrected under a new number
    GIVEN_UP = "GivenUp"  # handed over on paper after two failures; of a DRE: the patient pays


_D = DocumentState
DOCUMENT_STEPS: Mapping[DocumentState, frozenset[DocumentState]] = {
    _D.PART_SIGNED: frozenset({_D.SIGNED}),
    _D.SIGNED: frozenset({_D.IN_LOT, _D.GIVEN_UP}),
    _D.DEGRADED: frozenset({_D.IN_LOT}),
    _D.IN_LOT: frozenset({_D.SENT, _D.ACK_NEGATIVE, _D.ACK_POSITIVE}),
    _D.SENT: frozenset({_D.ACK_POSITIVE, _D.ACK_NEGATIVE, _D.PAID, _D.REJECTED}),
    _D.ACK_NEGATIVE: frozenset({_D.IN_LOT, _D.GIVEN_UP, _D.ACK_POSITIVE, _D.PAID, _D.REJECTED}),
    _D.ACK_POSITIVE: frozenset({_D.PAID, _D.REJECTED}),
    _D.PAID: frozenset(),
    _D.REJECTED: frozenset({_D.PAID}),  # what a payer takes back is paid all the same
    _D.GIVEN_UP: frozenset({_D.PAID, _D.REJECTED}),
}
"""Steps allowed. A return that comes before the receipt of its lot proves that the lot arrived."""


@dataclass(frozen=True, slots=True, order=True)
class Recipient:
    """Who receives a lot.

    Of FSE: regime, receiving organism, computing centre ("01", "751", "016"). Of DRE: routing
    code, host, domain of the complementary ("OC", "999", "giesv.rss.fr").
    """

    kind: DocumentKind
    code: str
    organism: str
    place: str

    def __str__(self) -> str:
        """Write it on one line, as it is kept: "FSE 01/751/016"."""
        return f"{self.kind} {self.code}/{self.organism}/{self.place}"

    @classmethod
    def parse(cls, text: str) -> "Recipient":
        """Read what `str` wrote; raises ValueError."""
        kind, _, rest = text.partition(" ")
        code, organism, place = rest.split("/")
        return cls(DocumentKind(kind), code, organism, place)


@dataclass(frozen=True, slots=True)
class LotOrder:
    """A lot to be made and signed by the component: who sends, who receives, what."""

    number: int  # 1 to 999
    family: Family
    sender: str  # billing number, 9 digits
    recipient: Recipient
    documents: tuple[Sealed, ...]


@dataclass(frozen=True, slots=True)
class BuiltLot:
    """A lot as the component made it: opaque, kept as it is."""

    number: int
    content: bytes
    simulated: bool


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """An ARL, translated by the component: what a receiver says of one lot."""

    positive: bool
    kind: DocumentKind
    sender: str
    lot: int
    reason: str = ""  # the receiver's words when it is negative


class Origin(StrEnum):
    """Who wrote a return."""

    AMO = "AMO"
    AMC = "AMC"


class LineKind(StrEnum):
    """What a line of a return is about."""

    INVOICE = "INVOICE"
    RECOVERY = "RECOVERY"  # taken back from what is paid
    REGULARISATION = "REGULARISATION"
    LUMP_SUM = "LUMP_SUM"  # aids, apart from invoices


class LineOutcome(StrEnum):
    """What a payer decided of an invoice."""

    PAID = "PAID"
    PARTIAL = "PARTIAL"
    REJECTED = "REJECTED"
    INFO = "INFO"


@dataclass(frozen=True, slots=True)
class ReturnLine:
    """One line of a return; cents, negative when taken back."""

    kind: LineKind
    invoice: int | None  # number of nine digits; None when the line names none
    outcome: LineOutcome
    amo_cents: int
    amc_cents: int
    codes: tuple[tuple[str, str], ...] = ()  # code and words of the payer
    care_from: date | None = None
    care_to: date | None = None

    @property
    def cents(self) -> int:
        """Both parts."""
        return self.amo_cents + self.amc_cents


@dataclass(frozen=True, slots=True)
class Return:
    """A return (RSP), translated by the component: one transfer of one payer, line by line."""

    origin: Origin
    file_name: str
    sender: str  # of the invoices: billing number
    payer: str  # regime + caisse + centre, or number of the complementary
    payment_reference: str
    paid_on: date | None
    payment_cents: int
    lines: tuple[ReturnLine, ...]

    @property
    def lines_cents(self) -> int:
        """What its lines add up to."""
        return sum(line.cents for line in self.lines)
