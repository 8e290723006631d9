"""The judge against our own writer: it accepts what is right and refuses ten bugs planted in it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from server.core.layout import Layout
from server.countries.belgium import control, efact_write
from server.countries.belgium.efact import FileRequest, PatientInvoice, write_request
from server.countries.belgium.efact_layout_footer import FOOTER_96
from server.simulators.mycarenet.case import Case, Envelope
from server.simulators.mycarenet.container import Unreadable, open_file
from server.simulators.mycarenet.insurers import insurers
from server.simulators.mycarenet.verdict import judge
from tests.countries.belgium.efact.conftest import ACT, INVOICE, KINE, REQUEST

PATCH = pytest.MonkeyPatch
SECOND = replace(
    INVOICE, number="010000000002", beneficiary="90012499981", sex="1", affiliation="120",
    destination="120", engagement="", acts=(replace(ACT, reference="A0000000003"),),
)  # fmt: skip
GOOD: FileRequest = replace(REQUEST, invoices=(INVOICE, SECOND))


def refused(content: bytes) -> bool:
    """Whether the judge finds anything that refuses the file, an invoice or an act."""
    file = open_file(content)
    if isinstance(file, Unreadable):
        return True
    envelope = Envelope(KINE, REQUEST.reference, True, "100")
    verdict = judge(Case(file, envelope, insurers()["100"], date(2026, 3, 18)))
    return bool(verdict.slots) or any(r.code[0] in "BFR" for r in verdict.rejects)


def swapped(layout: Layout, first: str) -> Layout:
    """The same record with one zone and its neighbour in each other's place."""
    fields = list(layout.fields)
    at = next(i for i, f in enumerate(fields) if f.key == first)
    one, two = fields[at], fields[at + 1]
    fields[at], fields[at + 1] = (
        replace(two, start=one.start), replace(one, start=one.start + two.width),
    )  # fmt: skip
    return replace(layout, fields=tuple(fields))


def _layout(record: str, first: str) -> Callable[[PATCH], None]:
    def plant(patch: PATCH) -> None:
        patch.setattr(efact_write, record, swapped(getattr(efact_write, record), first))

    return plant


def _name(name: str, wrong: Any) -> Callable[[PATCH], None]:
    return lambda patch: patch.setattr(efact_write, name, wrong)


def _totals(patch: PATCH) -> None:
    right = vars(PatientInvoice)["oa_cents"].fget

    patch.setattr(PatientInvoice, "oa_cents", property(lambda invoice: right(invoice) + 1))


def _one_act_not_counted(patch: PATCH) -> None:
    right = efact_write._Detail._add_act
    patch.setattr(efact_write._Detail, "_add_act", lambda *given: right(*given) // 2)


def _union(patch: PATCH) -> None:
    right = FOOTER_96

    class Wrong:
        @staticmethod
        def write(values: dict[str, Any]) -> str:
            return right.write(values | {"union": "100"})

    patch.setattr(efact_write, "FOOTER_96", Wrong)


PLANTED: dict[str, Callable[[PATCH], None]] = {
    "amount and prescription date change places in R50": _layout("RECORD_50", "oa_cents"),
    "beneficiary and sex change places in R20": _layout("RECORD_20", "beneficiary"),
    "the agreement slips by one zone in R52": _layout("RECORD_52", "agreement"),
    "the control digits are the complement": _name("sum_check", lambda n: f"{97 - n % 97:02d}"),
    "a sum of acts forgets the agreement records": _one_act_not_counted,
    "the record digits count blanks for nothing": _name("with_check", lambda t: _blind(t)),
    "test and production are mixed": _name("_NATURES", {True: ("12", "9991999")}),
    "invoices leave in the order they were made": _name(
        "in_file_order", lambda invoices: list(invoices)
    ),
    "the total of an invoice is one cent too high": _totals,
    "the last footer names the union, not its total": _union,
}


def _blind(text: str) -> bytes:
    """Control digits of a writer that gives a blank the weight of a zero."""
    body = text[:348]
    return (body + control.record_check(body.replace(" ", "0").encode())).encode()


def test_our_file_is_accepted() -> None:
    assert not refused(write_request(GOOD))


@pytest.mark.parametrize("bug", PLANTED, ids=str)
def test_a_bug_planted_in_our_writer_is_refused(bug: str, monkeypatch: PATCH) -> None:
    PLANTED[bug](monkeypatch)
    assert refused(write_request(GOOD))
