"""Order, ranks, fixed contents and record digits: what holds for all (`be-efact.md` §1)."""

from collections.abc import Iterator
from itertools import pairwise

from server.simulators.mycarenet.case import Case
from server.simulators.mycarenet.container import File, Record
from server.simulators.mycarenet.digits import record_digits
from server.simulators.mycarenet.rejects import Reject
from server.simulators.mycarenet.zones import plans

_BEFORE = {
    "20": {"10", "80"},
    "50": {"20", "50", "51", "52"},
    "51": {"50"},
    "52": {"50", "51"},
    "80": {"50", "51", "52"},
    "90": {"80"},
}
_AFTER = {
    "10": {"20"},
    "20": {"50"},
    "50": {"50", "51", "52", "80"},
    "51": {"50", "52", "80"},
    "52": {"50", "80"},
    "80": {"20", "90"},
}


def judge_container(case: Case) -> Iterator[Reject]:
    """Everything that can be said of a record without knowing its trade."""
    yield from _order(case.file)
    yield from _ranks(case.file)
    for record in case.file.records:
        yield from _contents(record)
        if record["99"] != record_digits(record.text):
            yield Reject(record.place, f"B{record.kind}9902")
    yield from _copies(case.file)


def _order(file: File) -> Iterator[Reject]:
    for one, other in pairwise(file.records):
        if other.kind == "10":
            yield Reject(other.place, "B100103")
        elif one.kind not in _BEFORE[other.kind]:
            yield Reject(other.place, f"B{other.kind}0110")
        if other.kind not in _AFTER.get(one.kind, set()):
            yield Reject(one.place, f"B{one.kind}0111")
    if file.last.kind != "90":
        yield Reject(file.last.place, "B900104")


def _ranks(file: File) -> Iterator[Reject]:
    if file.first["2"] != "000001":
        yield Reject(0, "B100110")
    for one, other in pairwise(file.records):
        if other.number("2") != one.number("2") + 1:
            yield Reject(other.place, f"B{other.kind}0210")


def _contents(record: Record) -> Iterator[Reject]:
    for _, code in plans()[record.kind].complaints(record.text):
        yield Reject(record.place, code)


def _copies(file: File) -> Iterator[Reject]:
    yield from _copied(file.first, [record for record in file.records if record.kind == "90"])
    for invoice in file.invoices:
        yield from _copied(invoice.head, [*invoice.records()][1:])


def _copied(source: Record, records: list[Record]) -> Iterator[Reject]:
    for record in records:
        for zone, kind, other in plans()[record.kind].copied:
            if kind == source.kind and zone.of(record.text) != source[other]:
                yield Reject(record.place, zone.code)
