"""Answers of payers of France, read from their functional form: lenient, never about money."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.core.errors import InvalidValue
from server.core.teletransmission import (
    Acknowledgement,
    DocumentKind,
    LineKind,
    LineOutcome,
    Origin,
    Return,
    ReturnLine,
)
from server.countries.france.returns import MOST_LINES, read

ARL = {
    "kind": "ARL", "origin": "AMO", "lot_kind": "FSE", "ps_number": "991086265",
    "lot_number": 12, "positive": True, "reason": "",
}  # fmt: skip
LINE = {
    "kind": "invoice", "invoice_number": 126000001, "amo_paid": 1074, "amc_paid": 0,
    "outcome": "paid", "codes": [{"code": "0250 050", "text": "ASSURE  ABSENT"}],
    "dates": {"care_from": "2026-03-10", "care_to": None},
}  # fmt: skip
RSP = {
    "kind": "RSP", "origin": "AMO", "file_name": "RSP-0001", "ps_number": "991086265",
    "payer": "017510016", "payment": {"reference": "V1", "date": "2026-03-18", "amount": 1074},
    "lot_number": 12, "lines": [LINE],
}  # fmt: skip


def told(**changed: object) -> Return:
    found = read({**RSP, **changed})
    assert isinstance(found, Return)
    return found


def line(**changed: object) -> ReturnLine:
    return told(lines=[{**LINE, **changed}]).lines[0]


def refused(given: Mapping[str, object]) -> tuple[Any, Any]:
    with pytest.raises(InvalidValue) as found:
        read(given)
    return found.value.facts["field"], found.value.facts["reason"]


def test_a_receipt_is_read() -> None:
    assert read(ARL) == Acknowledgement(True, DocumentKind.FSE, "991086265", 12)
    negative = {**ARL, "lot_kind": "dre", "positive": False, "reason": " parti  trop tôt\n"}
    assert read(negative) == Acknowledgement(
        False, DocumentKind.DRE, "991086265", 12, "parti trop tôt"
    )


def test_a_return_is_read_line_by_line() -> None:
    assert told() == Return(
        Origin.AMO, "RSP-0001", "991086265", "017510016", "V1", date(2026, 3, 18), 1074,
        (
            ReturnLine(
                LineKind.INVOICE, 126000001, LineOutcome.PAID, 1074, 0,
                (("0250 050", "ASSURE ABSENT"),), date(2026, 3, 10), None,
            ),
        ),
    )  # fmt: skip
    assert told().lines_cents == 1074


def test_what_is_odd_and_decides_nothing_is_let_in() -> None:
    assert line(dates={"care_from": "2026-02-31", "care_to": 3}).care_from is None
    assert line(dates=None).care_to is None
    assert line(codes="0250 050").codes == line(codes=None).codes == ()
    assert line(codes=["x", {"code": "", "text": ""}, {"code": 12}]).codes == (("12", ""),)
    assert line(invoice_number="126000001").invoice == 126000001
    assert line(invoice_number=None).invoice is line(invoice_number="").invoice is None
    assert line(amc_paid=None).amc_cents == 0
    assert line(kind="lump_sum", outcome=None).outcome is LineOutcome.INFO
    assert line(kind="RECOVERY", amo_paid=-1790).cents == -1790
    assert told(payer=17, ps_number="991 086 265").payer == "17"
    rejects = told(payment=None, lines=[{**LINE, "outcome": "rejected", "amo_paid": 0}])
    assert (rejects.payment_cents, rejects.paid_on, rejects.payment_reference) == (0, None, "")
    assert told(payment={"amount": 5, "date": None}).paid_on is None


@pytest.mark.parametrize(
    ("changed", "fault"),
    [
        ({"kind": "NOEMIE"}, ("kind", "unknown")),
        ({"kind": None}, ("kind", "missing")),
        ({"origin": "RO"}, ("origin", "unknown")),
        ({"origin": ""}, ("origin", "missing")),
        ({"ps_number": "99108626"}, ("ps_number", "number")),
        ({"ps_number": None}, ("ps_number", "missing")),
        ({"payer": ["x"]}, ("payer", "text")),
        ({"payer": True}, ("payer", "text")),
        ({"file_name": "x" * 501}, ("file_name", "too_long")),
        ({"payment": "10.74"}, ("payment", "unknown")),
        ({"payment": {"amount": 10.74}}, ("amount", "amount")),
        ({"payment": {"amount": "1074"}}, ("amount", "amount")),
        ({"payment": {"amount": True}}, ("amount", "amount")),
        ({"payment": {"amount": 10**13}}, ("amount", "amount")),
        ({"payment": {"reference": "V1"}}, ("amount", "missing")),
        ({"payment": {"amount": 1, "date": "2026-02-31"}}, ("date", "date")),
        ({"lines": "x"}, ("lines", "list")),
        ({"lines": 3}, ("lines", "list")),
        ({"lines": ["x"]}, ("lines", "list")),
        ({"lines": [LINE] * (MOST_LINES + 1)}, ("lines", "too_long")),
        ({"lines": [{**LINE, "kind": "gift"}]}, ("kind", "unknown")),
        ({"lines": [{**LINE, "outcome": ""}]}, ("outcome", "missing")),
        ({"lines": [{**LINE, "outcome": "lost"}]}, ("outcome", "unknown")),
        ({"lines": [{**LINE, "amo_paid": "1074"}]}, ("amo_paid", "amount")),
        ({"lines": [{**LINE, "invoice_number": 10**9}]}, ("invoice_number", "number")),
        ({"lines": [{**LINE, "invoice_number": 0}]}, ("invoice_number", "number")),
        ({"lines": [{**LINE, "invoice_number": 1.5}]}, ("invoice_number", "number")),
        ({"lines": [{**LINE, "invoice_number": True}]}, ("invoice_number", "number")),
    ],
)
def test_what_decides_money_or_of_whom_is_refused_with_its_field(
    changed: Mapping[str, object], fault: tuple[str, str]
) -> None:
    assert refused({**RSP, **changed}) == fault


@pytest.mark.parametrize(
    ("changed", "fault"),
    [
        ({"positive": 1}, ("positive", "yes_no")),
        ({"lot_kind": "XXX"}, ("lot_kind", "unknown")),
        ({"lot_number": None}, ("lot_number", "number")),
        ({"lot_number": 1000}, ("lot_number", "number")),
        ({"reason": 1.5}, ("reason", "text")),
    ],
)
def test_a_receipt_that_cannot_be_understood_is_refused(
    changed: Mapping[str, object], fault: tuple[str, str]
) -> None:
    assert refused({**ARL, **changed}) == fault


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=8,
)


@given(st.sampled_from([ARL, RSP, LINE]), st.data())
def test_anything_is_read_or_refused_in_words(base: Mapping[str, object], data: Any) -> None:
    name = data.draw(st.sampled_from(sorted(base)))
    changed = {**base, name: data.draw(_JSON)}
    try:
        read({**RSP, "lines": [changed]} if base is LINE else changed)
    except InvalidValue as error:
        assert {"field", "reason"} <= {*error.facts}
