"""What an insurer pays of an accepted file: acts not refused are accepted (`be-efact.md` §4)."""

from collections.abc import Mapping
from dataclasses import dataclass

from server.simulators.mycarenet.verdict import Verdict, refused_acts


@dataclass(frozen=True, slots=True)
class Accounts:
    """In cents: (insurer, patient) by rank of record 80; (requested, accepted) by mutuality."""

    invoices: Mapping[int, tuple[int, int]]
    mutualities: Mapping[str, tuple[int, int]]

    @property
    def requested(self) -> int:
        """All that was asked."""
        return sum(requested for requested, _ in self.mutualities.values())

    @property
    def accepted(self) -> int:
        """All that is paid; the rest is refused."""
        return sum(accepted for _, accepted in self.mutualities.values())


def accounts(verdict: Verdict) -> Accounts:
    """Add up the accepted acts of every invoice."""
    refused = refused_acts(verdict)
    invoices: dict[int, tuple[int, int]] = {}
    mutualities: dict[str, tuple[int, int]] = {}
    for invoice in verdict.file.invoices:
        paid = [act.care for act in invoice.acts if act.care.place not in refused]
        accepted = sum(care.number("19") for care in paid)
        asked = sum(act.care.number("19") for act in invoice.acts)
        if invoice.foot:
            invoices[invoice.foot.place] = (accepted, sum(care.number("27") for care in paid))
        before = mutualities.get(invoice.head["18"], (0, 0))
        mutualities[invoice.head["18"]] = (before[0] + asked, before[1] + accepted)
    return Accounts(invoices, mutualities)
