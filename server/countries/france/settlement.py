"""What the lines of returns make of an FSE or a DRE, and of a transfer as a whole.

Cents are added part by part, and a difference is shown, never spread over lines or from one part to
the other (`fr-sesam-vitale.md` §6, `domain.md` §5.6). Cases K6, K7, K9, K17, K18 and scenario G-08.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Self

from server.core.teletransmission import LineKind, LineOutcome, Return, ReturnLine


@dataclass(frozen=True, slots=True)
class Parts:
    """Two sums, one for each part; cents."""

    amo_cents: int = 0
    amc_cents: int = 0

    def __add__(self, other: Self) -> "Parts":
        """Add each part to its own."""
        return Parts(self.amo_cents + other.amo_cents, self.amc_cents + other.amc_cents)

    def __sub__(self, other: Self) -> "Parts":
        """Take each part from its own."""
        return Parts(self.amo_cents - other.amo_cents, self.amc_cents - other.amc_cents)

    @property
    def cents(self) -> int:
        """Both together."""
        return self.amo_cents + self.amc_cents

    @property
    def above_zero(self) -> "Parts":
        """Each part, or nothing where it is negative."""
        return Parts(max(0, self.amo_cents), max(0, self.amc_cents))


class Fate(StrEnum):
    """What returns made of a document so far."""

    NOTHING = "NOTHING"  # they said something, and neither paid nor refused
    PAID = "PAID"  # all that was asked came
    PARTIAL = "PARTIAL"
    REJECTED = "REJECTED"


class Lacking(StrEnum):
    """Which part is still to come of what was asked: each wants another step (G-08)."""

    NOTHING = "NOTHING"
    AMO = "AMO"
    AMC = "AMC"
    BOTH = "BOTH"


@dataclass(frozen=True, slots=True)
class Owed:
    """What one document asked, what came, and what was taken back afterwards; cents.

    A document of unique management asks both parts of one payer (K7); a DRE asks the complementary
    alone, so that a payment of its FSE leaves it due (K6).
    """

    asked: Parts
    received: Parts
    taken_back_cents: int = 0  # recoveries, positive: shown, and never set against a payment

    @property
    def missing(self) -> Parts:
        """What is still to come, part by part: too much of one never fills the other."""
        return (self.asked - self.received).above_zero

    @property
    def surplus(self) -> Parts:
        """What came beyond what was asked."""
        return (self.received - self.asked).above_zero

    @property
    def lacking(self) -> Lacking:
        """Which part is still to come."""
        lacks = (self.missing.amo_cents > 0, self.missing.amc_cents > 0)
        return {
            (False, False): Lacking.NOTHING, (True, False): Lacking.AMO,
            (False, True): Lacking.AMC, (True, True): Lacking.BOTH,
        }[lacks]  # fmt: skip


def owed(asked: Parts, lines: Iterable[ReturnLine]) -> Owed:
    """Add up the lines tied to one document.

    A regularisation of an invoice counts as a payment of it, more or less; a recovery does not
    (K17): what is taken back is told apart.
    """
    received, taken_back = Parts(), 0
    for line in lines:
        if line.kind in (LineKind.INVOICE, LineKind.REGULARISATION):
            received += Parts(line.amo_cents, line.amc_cents)
        else:
            taken_back -= line.cents
    return Owed(asked, received, taken_back)


def fate(line: ReturnLine, after: Owed) -> Fate:
    """Say what a line makes of its document, `after` counting it in.

    A reject stays one whatever amounts stand on its line: they are counted, and a person looks.
    What a payer calls paid is paid once all that was asked is there.
    """
    if line.kind not in (LineKind.INVOICE, LineKind.REGULARISATION):
        return Fate.NOTHING
    if line.outcome is LineOutcome.REJECTED:
        return Fate.REJECTED
    if line.outcome is LineOutcome.INFO and not line.cents:
        return Fate.NOTHING
    return Fate.PAID if after.lacking is Lacking.NOTHING else Fate.PARTIAL


def is_tied(line: ReturnLine) -> bool:
    """Whether a line is looked for among our invoices: all but aids, that are for none."""
    return line.kind is not LineKind.LUMP_SUM and line.invoice is not None


@dataclass(frozen=True, slots=True)
class Totals:
    """A transfer beside what it is compared with; cents."""

    announced_cents: int  # by the return
    found_cents: int  # its lines added up (K9), or the line of the bank (K18)

    @property
    def gap_cents(self) -> int:
        """The difference: more announced than found when positive."""
        return self.announced_cents - self.found_cents

    @property
    def agree(self) -> bool:
        """Whether both are equal; otherwise it is an « écart »."""
        return self.gap_cents == 0


def of_lines(taken: Return) -> Totals:
    """Compare the payment of a return with its lines (K9)."""
    return Totals(taken.payment_cents, taken.lines_cents)


def of_bank(payment_cents: int, bank_cents: int) -> Totals:
    """Compare a return with the line of the bank (K18).

    One return is one transfer: the total of one accounting day of one payer, never a part of it
    (`fr-sesam-vitale.md` §3.2).
    """
    return Totals(payment_cents, bank_cents)
