"""The state of a check that walks a request record by record: what came before, and the sums."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from server.core.inspection import Severity
from server.core.layout import Layout
from server.countries.belgium.efact_findings import Findings, place
from server.countries.belgium.efact_problems import Fault


class AgreementUse(StrEnum):
    """What the nomenclature says of the agreement number of a code (`be-efact.md` §2, R52)."""

    REQUIRED = "REQUIRED"
    OPTIONAL = "OPTIONAL"
    FORBIDDEN = "FORBIDDEN"


@dataclass(frozen=True, slots=True)
class CheckTables:
    """What a check may be told beyond the file: rules that need a table are skipped without it.

    `destination_of` gives R20 zone 18 for a local number, None for one no union is known for.
    """

    destination_of: Callable[[str], str | None] | None = None
    agreement_of: Mapping[str, AgreementUse] = field(default_factory=dict)
    today: date | None = None
    without_prescriber: frozenset[str] = frozenset()  # codes a kiné may bill unprescribed


@dataclass(frozen=True, slots=True)
class Header:
    """What the segments say that the records must agree with; None where unreadable."""

    test: bool | None
    month: str  # AAAAMM
    sending_number: str
    created_on: date | None
    created: str


@dataclass(slots=True)
class InvoiceState:
    """One invoice being read: its R20, its sign, and the sums its R80 must show."""

    text: str
    sign: str
    number: str
    first: int  # how many detail records came before it
    oa: int = 0
    copay: int = 0
    supplement: int = 0
    codes: int = 0


@dataclass(slots=True)
class DestinationState:
    """What one destination adds up to, for its footer 95."""

    destination: str
    cents: int = 0
    codes: int = 0
    records: int = 0


@dataclass(slots=True)
class Walk:
    """One pass over the records of a request."""

    findings: Findings
    tables: CheckTables
    header: Header
    name: str = ""  # of the record at hand: "50"
    number: int = 0  # its zone 2; for a footer its rank
    detail: int = 0  # how many records 10 to 90 so far
    previous: str = ""
    opening: str = ""  # the text of R10
    invoice: InvoiceState | None = None
    act: str = ""  # the text of the last R50
    has_52: bool = True  # whether the last R50 was followed by its R52
    destinations: list[DestinationState] = field(default_factory=list)
    invoices: set[str] = field(default_factory=set)
    footers: int = 0

    def note(
        self,
        fault: Fault,
        zone: str,
        business: str = "",
        severity: Severity = Severity.ERROR,
        **facts: object,
    ) -> None:
        """Note a fault of the record at hand, with the invoice and the line it belongs to."""
        if self.invoice is not None:
            facts["invoice"] = self.invoice.number
        if self.act and self.name in ("50", "51", "52"):
            facts["line"] = self.act[137:162].rstrip()  # R50 zone 28, our reference of the line
        where = place(self.name, self.number, zone)
        self.findings.add(fault, where, business, severity, **facts)

    @property
    def cents(self) -> int:
        """Sum what is asked in the whole file."""
        return sum(total.cents for total in self.destinations)

    @property
    def codes(self) -> int:
        """Sum the nomenclature numbers of the whole file, for CD-ENVOI."""
        return sum(total.codes for total in self.destinations)

    @property
    def from_2022_05(self) -> bool:
        """Tell whether the file bills a month from May 2022 on (zones 3 and 32 closed since)."""
        return self.header.month >= "202205"


@dataclass(frozen=True, slots=True)
class Agreeing:
    """Zones two records must have alike, by the same numbers in both."""

    other: str
    zones: tuple[str, ...]
    of_other: Callable[[str], tuple[str, ...]]
    of_this: Callable[[str], tuple[str, ...]]

    @classmethod
    def between(cls, other: Layout, this: Layout, *zones: str) -> "Agreeing":
        """Prepare the comparison of some zones of two layouts."""
        return cls(other.name, zones, other.picker(*zones), this.picker(*zones))

    def check(self, walk: Walk, other: str, this: str) -> None:
        """Note every zone of `this` that is not what `other` says."""
        theirs, ours = self.of_other(other), self.of_this(this)
        if theirs == ours:
            return
        for zone, expected, found in zip(self.zones, theirs, ours, strict=True):
            if expected != found:
                walk.note(
                    Fault.DIFFERS, zone, other=f"R{self.other}", expected=expected, found=found
                )
