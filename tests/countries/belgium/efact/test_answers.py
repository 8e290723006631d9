"""Fabricated twins of the answers insurers send, so that the readers are proved everywhere."""

import os
from pathlib import Path

import pytest

from server.core.inspection import Verdict
from server.core.layout import Value
from server.countries.belgium.efact import (
    Fate,
    FileRequest,
    inspect_efact,
    interpret,
    write_request,
)
from server.countries.belgium.efact_layout_error import ERROR_PART
from server.countries.belgium.efact_layout_footer import SETTLEMENT_91, SETTLEMENT_92

GOLDEN = Path(__file__).parents[3] / "golden" / "efact"


def part(number: int, *codes: str, oa: int = 0, copay: int = 0, comment: str = "") -> bytes:
    """One error part: `codes` are letter and code in one word."""
    values: dict[str, Value] = dict.fromkeys(ERROR_PART.given, "")
    for rank in (1, 2, 3):
        code = codes[rank - 1] if rank <= len(codes) else " 000000"
        values |= {f"letter_{rank}": code[0].strip(), f"code_{rank}": code[1:]}
    values |= {"accepted_oa": oa, "accepted_b": 0, "accepted_copay": copay}
    values |= {"comment": comment, "rank": f"{number:06d}"}
    return ERROR_PART.write(values).encode()


def record(sent: bytes, number: int) -> bytes:
    return sent[227 + 350 * (number - 1) : 227 + 350 * number]


def header(sent: bytes, kind: str, refusal: str, rate: str) -> bytes:
    numbered = kind.encode() + sent[6:36] + b"00000000000042" + sent[50:67]
    return (numbered + sent[67:207] + rate.encode() + b"00" + refusal.encode() + b"00").ljust(677)


def sums(requested: int, accepted: int, *, mutuality: str | None) -> bytes:
    """A line 91, or the total 92 without mutuality."""
    layout = SETTLEMENT_92 if mutuality is None else SETTLEMENT_91
    values: dict[str, Value] = dict.fromkeys(layout.given, "")
    for zone in layout.fields:
        if zone.key.startswith(("amount", "accepted", "refused")) and zone.width == 11:
            values[zone.key] = "0" * 11 if zone.key.endswith("_c") else 0
        if zone.key.startswith("sign"):
            values[zone.key] = "+"
    for account in ("a", "total"):
        values[f"amount_{account}"] = requested
        values[f"accepted_{account}"] = accepted
        values[f"refused_{account}"] = requested - accepted
    values |= {"count": 6 if mutuality else 8, "check": "92"}
    if mutuality is None:
        return layout.write(values | {"union": "199"}).encode()
    values |= {"mutuality": mutuality, "recap": 1}
    values |= {"payment_a": "017/202603/100/", "requested_c": "0" * 11}
    return layout.write(values).encode()


def twins(request: FileRequest) -> dict[str, bytes]:
    sent = write_request(request)
    containers = {1: part(1), 2: part(2), 7: part(7), 8: part(8)}

    def echo(parts: dict[int, bytes]) -> bytes:
        shown = containers | parts
        return b"".join(record(sent, number) + shown[number] for number in sorted(shown))

    refused = {3: part(3, "R502405", comment="PRESCRIBER"), 4: part(4, "R520119", "R521922")}
    settled = {**refused, 7: part(7, oa=2763, copay=625)}
    footer = sent[-350:]
    return {
        "931000": b"931000" + sent[6:67] + b"92000000".ljust(160, b"0"),
        "920999": b"920999" + sent[6:227] + footer[:4] + b"134" + b"20" + footer[9:],
        "920099": header(sent, "920099", "02", "06667")
        + echo({2: part(2, "F200820"), 3: part(3, "R500119", "S502744")}),
        "920098": header(sent, "920098", "00", "01666") + echo(refused),
        "920900": header(sent, "920900", "00", "00000")
        + echo(settled)
        + sums(5526, 2763, mutuality="134")
        + sums(5526, 2763, mutuality=None),
    }


@pytest.mark.parametrize("kind", ["931000", "920999", "920099", "920098", "920900"])
def test_the_twins_are_the_golden_ones(request_: FileRequest, kind: str) -> None:
    path = GOLDEN / f"{kind}_twin.txt"
    data = twins(request_)[kind]
    if os.environ.get("BESACE_UPDATE_GOLDEN") == "1":
        path.write_bytes(data)
    assert path.read_bytes() == data


class Echo:
    def sentence(self, letter: str, code: str) -> str:
        return f"{letter} {code}"

    def zone_sentence(self, zone: str, code: str) -> str:
        return f"{zone} {code}"


@pytest.mark.parametrize(
    ("kind", "fate", "oa", "codes"),
    [
        ("931000", Fate.RECEIPT, None, []),
        ("920999", Fate.REFUSED, "100", []),
        ("920099", Fate.REFUSED, "100", ["F200820", "R500119", "S502744"]),
        ("920098", Fate.ACCEPTED, "100", ["R502405", "R520119", "R521922"]),
        ("920900", Fate.SETTLED, "100", ["R502405", "R520119", "R521922"]),
    ],
)
def test_each_twin_is_understood(kind: str, fate: Fate, oa: str | None, codes: list[str]) -> None:
    data = (GOLDEN / f"{kind}_twin.txt").read_bytes()
    found = interpret(data)
    assert found is not None
    assert (found.fate, found.oa, found.reference) == (fate, oa, "20260318010001")
    said = [
        code.letter + code.code
        for invoice in found.invoices
        for code in (*invoice.codes, *(c for act in invoice.acts for c in act.codes))
    ]
    assert said == codes
    inspection = inspect_efact(data, Echo())
    assert (inspection.format, inspection.verdict) == (f"efact.{kind}", Verdict.VALID)
    assert inspection.problems == ()


def test_the_twin_of_a_settlement_pays_the_act_that_is_not_listed() -> None:
    found = interpret((GOLDEN / "920900_twin.txt").read_bytes())
    assert found is not None
    assert found.settlement is not None
    total = found.settlement.total
    assert (total.requested_cents, total.accepted_cents, total.refused_cents) == (5526, 2763, 2763)
    assert total.payment_reference == "017/202603/100/"
    (invoice,) = found.invoices
    assert (invoice.accepted_cents, invoice.accepted_patient_cents) == (2763, 625)
    (act,) = invoice.acts
    assert (act.reference, act.refused, act.comment) == ("A0000000001", True, "PRESCRIBER")


def test_the_twin_of_a_header_refusal_points_at_its_footer() -> None:
    found = interpret((GOLDEN / "920999_twin.txt").read_bytes())
    assert found is not None
    assert [(e.record, e.zone, e.code) for e in found.zone_errors] == [("96", "5011", "20")]
