"""Segments 200 and 300 and the footers 95 and 96: a fault there refuses the whole message.

The digits are those of `be-efact.md` §4 (920999): 10 missing, 11 format, 20 not allowed, 40 and 41
signs and totals; where a zone has no slot of its own the one of its segment is used.
"""

from collections.abc import Iterator

from server.simulators.mycarenet.case import Case
from server.simulators.mycarenet.container import File, Invoice, Record
from server.simulators.mycarenet.digits import acts_digits
from server.simulators.mycarenet.insurers import union_of
from server.simulators.mycarenet.rejects import Slot
from server.simulators.mycarenet.zones import civil_date, plans

_TEST = {"92": "9991999", "12": "0001999"}


def judge_segments(case: Case) -> Iterator[Slot]:
    """Every fault of a segment or footer."""
    file = case.file
    for segment in (file.header, file.cover, *file.recaps, file.total):
        for zone, digits in plans()[segment.kind].complaints(segment.text):
            yield _slot(segment, zone.name, digits)
    yield from _header(case)
    yield from _cover(case)
    yield from _recaps(file)
    yield from _total(case)


def _header(case: Case) -> Iterator[Slot]:
    header = case.file.header
    if header["202"] in _TEST and (header["202"] == "92") != case.envelope.test:
        yield _slot(header, "202", "31" if case.envelope.test else "30")
    if header["204"] != case.envelope.reference:
        yield _slot(header, "204", "20")


def _cover(case: Case) -> Iterator[Slot]:
    cover, header = case.file.cover, case.file.header
    created = civil_date(cover["302"])
    if created is None:
        yield _slot(cover, "302", "11")
    elif created > case.today:
        yield _slot(cover, "302", "20")
    elif created.year < 2002:
        yield _slot(cover, "302", "21")
    if case.memory.same_sending:
        yield _slot(cover, "301", "40")
    if _TEST.get(header["202"], cover["304"]) != cover["304"]:
        yield _slot(cover, "304", "21")
    if civil_date(cover["300"] + "01") is None:
        yield _slot(cover, "300", "20")


def _recaps(file: File) -> Iterator[Slot]:
    billed = {invoice.head["18"] for invoice in file.invoices}
    for recap in file.recaps:
        mine = [invoice for invoice in file.invoices if invoice.head["18"] == recap["401"]]
        if not union_of(recap["401"]):
            yield _slot(recap, "401", "20")
        elif recap["401"] not in billed:
            yield _slot(recap, "401", "21")
        amount = sum(invoice.foot.number("19") for invoice in mine if invoice.foot)
        yield from _sums(recap, 400, amount)
        if recap.number("409") != sum(len([*invoice.records()]) for invoice in mine):
            yield _slot(recap, "409", "20")
        if recap["410"] != acts_digits(_codes(mine)):
            yield _slot(recap, "410", "20")


def _total(case: Case) -> Iterator[Slot]:
    file, total = case.file, case.file.total
    union = union_of(case.envelope.insurer)
    if total["501"] != (union[:1] + "99"):
        yield _slot(total, "501", "20")
    recapped = [recap["401"] for recap in file.recaps]
    if sorted(recapped) != sorted({invoice.head["18"] for invoice in file.invoices}):
        yield _slot(total, "500", "10")
    yield from _sums(total, 500, sum(_signed(recap, 400) for recap in file.recaps))
    if total.number("509") != len(file.records):
        yield _slot(total, "509", "20")
    if total["510"] != acts_digits(_codes(list(file.invoices))):
        yield _slot(total, "510", "20")


def _sums(footer: Record, base: int, amount: int) -> Iterator[Slot]:
    if _signed(footer, base) != amount:
        yield _slot(footer, str(base + 4), "41")
    if (footer[str(base + 7)], footer[str(base + 8)]) != (
        footer[str(base + 3)],
        footer[str(base + 4)],
    ):
        yield _slot(footer, str(base + 8), "20")
    if footer[str(base + 5)] not in ("+", footer[str(base + 3)]):
        yield _slot(footer, str(base + 6), "40")


def _signed(footer: Record, base: int) -> int:
    amount = footer.number(str(base + 4))
    return -amount if footer[str(base + 3)] == "-" else amount


def _codes(invoices: list[Invoice]) -> Iterator[str]:
    for invoice in invoices:
        for act in invoice.acts:
            yield from (record["4"] for record in act.records())


def _slot(segment: Record, zone: str, digits: str) -> Slot:
    names = plans()[segment.kind].zones
    wanted = (zone if len(zone) == 4 else f"{zone}1", f"{int(zone[:3]) + 1}1")
    first = next(name for name in names if len(name) == 4)
    slot = next((name for name in wanted if name in names), first)
    return Slot(segment.kind, segment.place, slot, digits)
