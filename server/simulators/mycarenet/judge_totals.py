"""Records 80 and 90: sums and control digits, invoice by invoice (`be-efact.md` §2–3)."""

from collections.abc import Iterator

from server.simulators.mycarenet.case import Case
from server.simulators.mycarenet.container import File, Invoice, Record
from server.simulators.mycarenet.digits import acts_digits
from server.simulators.mycarenet.rejects import Reject

_SUMS = (("19", "F801910"), ("27", "F802710"), ("30-31", "F803010"))


def judge_totals(case: Case) -> Iterator[Reject]:
    """Faults of every sum, in invoices first, then in the sending."""
    for invoice in case.file.invoices:
        if invoice.foot:
            yield from _invoice(invoice, invoice.foot)
    last = case.file.last
    if last.kind == "90":
        yield from (Reject(last.place, code) for code in _sending(case.file, last))


def _invoice(invoice: Invoice, foot: Record) -> Iterator[Reject]:
    for zone, code in _SUMS:
        if foot.number(zone) != sum(act.care.number(zone) for act in invoice.acts):
            yield Reject(foot.place, code)
        elif foot[zone][0] != foot["19"][0]:
            yield Reject(foot.place, f"F80{zone[:2]}03")
    signs = {act.care["19"][0] for act in invoice.acts}
    if len(signs) == 1 and foot["19"][0] not in signs:
        yield Reject(foot.place, "F801903")
    if foot["98"] != acts_digits(_codes(invoice)):
        yield Reject(foot.place, "B809802")


def _sending(file: File, last: Record) -> Iterator[str]:
    total = last.number("19")
    if total != sum(invoice.foot.number("19") for invoice in file.invoices if invoice.foot):
        yield "B901910"
    acts = [act for invoice in file.invoices for act in invoice.acts]
    if total != sum(act.care.number("19") for act in acts):
        yield "B901911"
    if last["19"][0] != ("-" if total < 0 else "+"):
        yield "B901903"
    if last["98"] != acts_digits(code for invoice in file.invoices for code in _codes(invoice)):
        yield "B909802"


def _codes(invoice: Invoice) -> Iterator[str]:
    for act in invoice.acts:
        yield from (record["4"] for record in act.records())
