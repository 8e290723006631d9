"""The verdict on one file: what is wrong, what follows from it, and which answer it brings."""

from collections.abc import Iterator
from dataclasses import dataclass

from server.simulators.mycarenet.case import Case
from server.simulators.mycarenet.container import File
from server.simulators.mycarenet.judge_act import judge_acts
from server.simulators.mycarenet.judge_agreement import judge_agreements
from server.simulators.mycarenet.judge_books import judge_books
from server.simulators.mycarenet.judge_container import judge_container
from server.simulators.mycarenet.judge_header import judge_header
from server.simulators.mycarenet.judge_invoice import judge_invoices
from server.simulators.mycarenet.judge_segments import judge_segments
from server.simulators.mycarenet.judge_totals import judge_totals
from server.simulators.mycarenet.rejects import REFUSING, Reject, Slot, percentage

_JUDGES = (
    judge_container,
    judge_header,
    judge_invoices,
    judge_acts,
    judge_agreements,
    judge_totals,
    judge_books,
)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was found; `limit` is the insurer's own, in hundredths of a percent, or none."""

    file: File
    slots: tuple[Slot, ...]
    rejects: tuple[Reject, ...]
    limit: int | None

    @property
    def codes(self) -> list[str]:
        """Every code found, letter first, in file order."""
        return [reject.code for reject in self.rejects]

    @property
    def rate(self) -> int:
        """Share of records in error, hundredths of a percent."""
        return percentage(self.rejects, len(self.file.records))

    @property
    def kind(self) -> str:
        """Which message tells it: 920999, 920099 or 920098."""
        if self.slots:
            return "920999"
        return "920099" if self.refusal != "00" else "920098"

    @property
    def refusal(self) -> str:
        """01 blocking errors, 02 more errors than this insurer takes, 00 none."""
        if any(reject.letter == "B" for reject in self.rejects):
            return "01"
        return "02" if self.limit is not None and self.rate > self.limit else "00"


def judge(case: Case, limit: int | None = None) -> Verdict:
    """Judge a file wholly: segments, records, then what follows from the refusals found."""
    found = [reject for judge_one in _JUDGES for reject in judge_one(case)]
    rejects = dict.fromkeys([*found, *_followers(case, found)])
    order = sorted(rejects, key=lambda reject: (reject.place, reject.code[1:]))
    return Verdict(case.file, tuple(judge_segments(case)), tuple(order), limit)


def refused_acts(verdict: Verdict) -> frozenset[int]:
    """List the ranks of the records 50 that are not paid: they, their block or invoice refused."""
    struck = {reject.place for reject in verdict.rejects if reject.letter in REFUSING}
    whole = {reject.place for reject in verdict.rejects if reject.letter in "BF"}
    return frozenset(
        act.care.place
        for invoice in verdict.file.invoices
        for refused in [any(record.place in whole for record in invoice.records())]
        for act in invoice.acts
        if refused or any(record.place in struck for record in act.records())
    )


def settlement_rejects(verdict: Verdict) -> tuple[Reject, ...]:
    """List the rejects of a settlement: an unpaid act always says so, here by 500120 or 500119."""
    struck = {reject.place for reject in verdict.rejects if reject.letter in "BR"}
    added = []
    refused = refused_acts(verdict)
    for invoice in verdict.file.invoices:
        for act in invoice.acts:
            if act.care.place in refused - struck:
                linked = any(record.place in struck for record in act.agreements)
                added.append(Reject(act.care.place, "R500120" if linked else "R500119"))
    return (*verdict.rejects, *added)


def _followers(case: Case, found: list[Reject]) -> Iterator[Reject]:
    refused = {reject.place for reject in found if reject.letter in "FR"}
    for invoice in case.file.invoices:
        for act in invoice.acts:
            if case.insurer.cascade and invoice.head.place in refused:
                yield Reject(act.care.place, "R500119")
            elif act.care.place not in refused:
                continue
            yield from (Reject(record.place, "R510119") for record in act.engagements[:1])
            yield from (Reject(record.place, "R520119") for record in act.agreements)
