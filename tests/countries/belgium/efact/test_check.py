"""Each rule of `be-efact.md` is broken once, in values or in bytes, and must be named."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, time
from pathlib import Path

import pytest

from server.core.inspection import Problem, Severity
from server.countries.belgium.control import record_check
from server.countries.belgium.efact import (
    AgreementUse,
    CheckTables,
    EfactOptions,
    FileRequest,
    IdentityReading,
    PreviousInvoice,
    Purpose,
    check_request,
    write_request,
)

Changed = Callable[..., FileRequest]


def judged(request: FileRequest, tables: CheckTables | None = None) -> list[Problem]:
    return list(check_request(write_request(request), tables or CheckTables()))


def codes(problems: list[Problem]) -> list[tuple[str, str]]:
    return [(problem.code.removeprefix("efact."), problem.where) for problem in problems]


def put(data: bytes, number: int, start: int, text: str) -> bytes:
    """Write over a zone of a record and give the record good control digits again."""
    base = 227 + 350 * (number - 1)
    record = bytearray(data[base : base + 350])
    record[start - 1 : start - 1 + len(text)] = text.encode("latin-1")
    record[348:] = record_check(bytes(record)).encode()
    return data[:base] + bytes(record) + data[base + 350 :]


@pytest.mark.parametrize(
    ("change", "code", "where", "field"),
    [
        ({"phone": "0000000000"}, "phone", "S300 zone 307", "practice.phone"),
        ({"phone": "0000012345"}, "phone", "S300 zone 307", "practice.phone"),
        ({"last_name": " "}, "contact", "S300 zone 305", "practice.contact"),
        ({"profession": "000"}, "profession", "R10#1 zone 18", "practice.profession"),
        ({"bce": "0123456748"}, "bce", "R10#1 zone 27", "practice.bce"),
        ({"bce": "0999999922"}, "bce", "R10#1 zone 27", "practice.bce"),
        ({"bce": "0000000000"}, "bce", "R10#1 zone 27", "practice.bce"),
        ({"iban": "BE85979000000107"}, "iban", "R10#1 zone 36+37+38+39+40+41", "practice.iban"),
        ({"bic": "ARSPBE2"}, "bic", "R10#1 zone 31+32+33+34", "practice.iban"),
        ({"nihii": "51234509000"}, None, "", ""),
        ({"nihii": "51234508527"}, "nihii", "R10#1 zone 14", "practice.nihii"),
    ],
)
def test_a_fault_of_the_sender_opens_the_practice(
    request_: FileRequest, change: dict[str, str], code: str | None, where: str, field: str
) -> None:
    problems = judged(replace(request_, sender=replace(request_.sender, **change)))
    if code is None:
        assert problems == []
        return
    assert codes(problems) == [(code, where)]
    assert problems[0].field == field


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"sending_number": 0}, [("sending_number", "S300 zone 301")]),
        ({"reference": "0" * 14}, [("reference", "S200 zone 204")]),
        ({"year": 2026, "month": 4}, [("month_future", "R10#1 zone 23")]),
        ({"month": 13}, [("month", "S300 zone 300"), ("month", "R10#1 zone 23")]),
        ({"options": EfactOptions(format_version="03")}, [("version", "S200 zone 201")]),
    ],
)
def test_a_fault_of_the_file_is_named(
    request_: FileRequest, change: dict[str, object], expected: list[tuple[str, str]]
) -> None:
    changed = replace(request_, **change)  # type: ignore[arg-type]  # names of FileRequest
    assert codes(judged(changed)) == expected


def test_a_file_created_tomorrow_is_refused_today(request_: FileRequest) -> None:
    tables = CheckTables(today=date(2026, 3, 17))
    assert codes(judged(request_, tables)) == [("date_future", "S300 zone 302")]
    assert judged(request_, CheckTables(today=date(2026, 3, 18))) == []


@pytest.mark.parametrize(
    ("change", "code", "zone", "field"),
    [
        ({"beneficiary": "85031412796"}, "niss", "8a+8b", "patient.niss"),
        ({"beneficiary": "0", "by_niss": False}, "beneficiary", "8a+8b", "patient.niss"),
        ({"number": "0" * 12}, "invoice_number", "24+25", "invoice.number"),
        ({"ct1": "000"}, "insurability", "27", "coverage.ct"),
        ({"ct2": "000"}, "insurability", "27", "coverage.ct"),
        ({"affiliation": "100"}, "mutuality", "7", "coverage.mutuality"),
        ({"affiliation": "234"}, "destination", "18", "coverage.mutuality"),
    ],
)
def test_a_fault_of_the_invoice_opens_the_patient(
    with_invoice: Changed, change: dict[str, object], code: str, zone: str, field: str
) -> None:
    problems = judged(with_invoice(**change))
    assert codes(problems) == [(code, f"R20#2 zone {zone}")]
    assert problems[0].field == field
    assert "invoice" in problems[0].facts


def test_unions_that_want_no_affiliation_number_get_zeros(with_invoice: Changed) -> None:
    assert judged(with_invoice(affiliation="000")) == []


ELSEWHERE = [("destination", "R20#2 zone 18")]


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ("134", []),
        ("100", [("destination", "R20#2 zone 18")]),
        (None, [("destination", "R20#2 zone 18")]),
    ],
)
def test_the_destination_follows_the_table(
    request_: FileRequest, answer: str | None, expected: list[tuple[str, str]]
) -> None:
    tables = CheckTables(destination_of=lambda mutuality: answer)
    assert codes(judged(request_, tables)) == expected


PREVIOUS = PreviousInvoice("010000000000", 16, "134", 2026, 2, "")


@pytest.mark.parametrize(
    ("purpose", "previous", "expected"),
    [
        (Purpose.REBILL, PREVIOUS, [("previous", "R20#2 zone 38+39")]),
        (Purpose.REBILL, replace(PREVIOUS, oa_reference="16/202602/100/"), []),
        (
            Purpose.REBILL,
            replace(PREVIOUS, sending_number=0, oa_reference="16"),
            [("previous", "R20#2 zone 29+30+31")],
        ),
    ],
)
def test_a_linked_invoice_names_the_one_it_follows(
    with_invoice: Changed,
    purpose: Purpose,
    previous: PreviousInvoice,
    expected: list[tuple[str, str]],
) -> None:
    assert codes(judged(with_invoice(purpose=purpose, previous=previous))) == expected


@pytest.mark.parametrize(
    ("start", "text", "code", "zone"),
    [
        (51, "2", "purpose", "11"),
        (163, "000000000001", "previous", "29+30+31"),
        (183, "A", "previous", "29+30+31"),
        (128, "1000110110", "insurability", "27"),
    ],
)
def test_zones_of_an_invoice_that_contradict_each_other_are_named(
    request_: FileRequest, start: int, text: str, code: str, zone: str
) -> None:
    data = put(write_request(request_), 2, start, text)
    assert codes(list(check_request(data))) == [(code, f"R20#2 zone {zone}")]


WRITTEN = date(2024, 2, 1)
UNPRESCRIBED = {"prescriber": None, "prescribed_on": None}


@pytest.mark.parametrize(
    ("change", "code", "zone", "field"),
    [
        ({"code": "567012"}, "code", "4", "session.code"),
        ({"provider": "51234508527"}, "nihii", "15", "session.provider"),
        ({"place": "71023497000"}, None, "", ""),
        ({"place": "71023496000"}, "nihii", "14", "session.place"),
        ({"day": date(2026, 3, 19)}, "date_future", "5", "session.date"),
        (
            {"day": date(2024, 2, 29), "prescribed_on": date(2024, 2, 1)},
            "limitation",
            "5",
            "session.date",
        ),
        ({"day": date(2024, 3, 1), "prescribed_on": WRITTEN}, None, "", ""),
        (
            {"prescriber": None, "prescribed_on": None},
            "prescriber",
            "24+25",
            "prescription.prescriber",
        ),
        ({"prescriber": "14567815004"}, "prescriber", "24+25", "prescription.prescriber"),
        ({"prescriber_norm": "0"}, "prescriber_norm", "26", "prescription.prescriber"),
        ({"prescribed_on": None}, "prescription_date", "20+21", "prescription.date"),
        ({"prescribed_on": date(2026, 3, 17)}, "prescription_date", "20+21", "prescription.date"),
        ({"supplement_cents": 100}, "supplement", "30+31", "session.price"),
        ({"supplement_cents": 100, "conventioned": False}, None, "", ""),
        ({"units": 0}, "units", "22", "session.units"),
    ],
)
def test_a_fault_of_an_act_opens_what_caused_it(
    with_act: Changed, change: dict[str, object], code: str | None, zone: str, field: str
) -> None:
    problems = judged(with_act(**change))
    if code is None:
        assert problems == []
        return
    assert codes(problems) == [(code, f"R50#3 zone {zone}")]
    assert problems[0].field == field
    assert problems[0].facts["line"] == "A0000000001"
    assert problems[0].facts["invoice"] == "010000000001"


def test_a_lifted_limitation_lets_an_old_act_through(with_act: Changed) -> None:
    old = with_act(day=date(2024, 2, 29), prescribed_on=date(2024, 2, 1))
    invoice = replace(old.invoices[0], limitation_lifted=True)
    assert judged(replace(old, invoices=(invoice,))) == []


def test_care_two_months_after_the_billed_month_is_too_late(request_: FileRequest) -> None:
    billed = replace(request_, year=2026, month=1)
    assert ("care_late", "R50#3 zone 5") in codes(judged(billed))
    assert judged(replace(request_, month=2)) == []


def test_a_share_not_collected_is_a_warning_only(with_act: Changed) -> None:
    (problem,) = judged(with_act(copay_collected=False))
    assert problem.severity is Severity.WARNING
    assert judged(with_act(copay_collected=False, copay_cents=0)) == []


def test_a_code_the_tables_exempt_needs_no_prescriber(with_act: Changed) -> None:
    free = with_act(prescriber=None, prescribed_on=None)
    assert judged(free, CheckTables(without_prescriber=frozenset({"567011"}))) == []


def test_another_profession_may_bill_unprescribed(with_act: Changed) -> None:
    assert judged(with_act(prescriber=None, prescribed_on=None, provider="14567816004")) == []


GOOD = "10020260311000000149"


@pytest.mark.parametrize(
    ("use", "agreement", "expected"),
    [
        (AgreementUse.REQUIRED, GOOD, []),
        (AgreementUse.REQUIRED, None, [("agreement_missing", "R50#3 zone 4")]),
        (AgreementUse.OPTIONAL, None, []),
        (AgreementUse.FORBIDDEN, None, []),
        (
            AgreementUse.FORBIDDEN,
            "10020260311000000149",
            [("agreement_forbidden", "R52#4 zone 19")],
        ),
        (AgreementUse.OPTIONAL, "10020260311000000148", [("agreement", "R52#4 zone 19")]),
    ],
)
def test_the_agreement_number_follows_the_nomenclature(
    with_act: Changed, use: AgreementUse, agreement: str | None, expected: list[tuple[str, str]]
) -> None:
    problems = judged(with_act(agreement=agreement), CheckTables(agreement_of={"567011": use}))
    assert codes(problems) == expected
    assert all(problem.field == "agreement.number" for problem in problems)


def test_an_empty_record_52_does_not_stand_for_an_agreement(with_act: Changed) -> None:
    options = EfactOptions(test=True, keep_empty_record_52=True)
    request = replace(with_act(agreement=None), options=options)
    required = CheckTables(agreement_of={"567011": AgreementUse.REQUIRED})
    assert codes(judged(request, required)) == [("agreement_missing", "R52#4 zone 19")]
    assert judged(request) == []


def test_an_act_without_its_agreement_is_noticed_when_the_next_one_comes(
    request_: FileRequest,
) -> None:
    invoice = request_.invoices[0]
    first = replace(invoice.acts[0], agreement=None)
    request = replace(request_, invoices=(replace(invoice, acts=(first, invoice.acts[1])),))
    required = CheckTables(agreement_of={"567011": AgreementUse.REQUIRED})
    (problem,) = judged(request, required)
    assert (problem.where, problem.facts["line"]) == ("R50#3 zone 4", "A0000000001")


DAY = date(2026, 3, 16)
CARD = IdentityReading(DAY, time(14, 5), "1", "1", "592123456789")


@pytest.mark.parametrize(
    ("reading", "expected"),
    [
        (CARD, []),
        (replace(CARD, reading_type="4", manual_reason="2"), []),
        (replace(CARD, reading_type="4"), ["3"]),
        (replace(CARD, manual_reason="2"), ["3"]),
        (replace(CARD, medium="7", vignette_reason="1"), []),
        (replace(CARD, medium="7"), ["11"]),
        (replace(CARD, medium="0"), ["9"]),
        (replace(CARD, reading_type="0", medium="0"), ["6a+6b"]),
    ],
)
def test_a_card_reading_is_whole_and_coherent(
    with_act: Changed, reading: IdentityReading, expected: list[str]
) -> None:
    problems = judged(with_act(reading=reading))
    assert codes(problems) == [("reading", f"R52#4 zone {zone}") for zone in expected]


@pytest.mark.parametrize(
    ("start", "text", "code", "zone"),
    [
        (10, "0567033", "differs", "4"),
        (17, "20260315", "differs", "5"),
        (36, "0052090100256", "differs", "8a+8b"),
        (68, "014567816004", "differs", "15"),
        (52, "2460", "reading", "9"),
    ],
)
def test_a_record_52_repeats_its_act(
    with_act: Changed, start: int, text: str, code: str, zone: str
) -> None:
    data = put(write_request(with_act(reading=CARD)), 4, start, text)
    assert (code, f"R52#4 zone {zone}") in codes(list(check_request(data)))


@pytest.mark.parametrize(
    ("number", "start", "text", "expected"),
    [
        (1, 10, "0001999", ("differs", "R10#1 zone 4")),
        (1, 33, "018", ("differs", "R10#1 zone 7")),
        (1, 108, "02025", ("differs", "R10#1 zone 22")),
        (1, 120, "20260231", ("date", "R10#1 zone 25+26")),
        (1, 17, "1", ("characters", "R10#1 zone 5+6a")),
        (1, 53, "041", ("characters", "R10#1 zone 13")),
        (2, 9, "1", ("differs", "R20#2 zone 3")),
        (2, 56, "014567816004", ("differs", "R20#2 zone 14")),
        (3, 25, "20260317", ("last_day", "R50#3 zone 6a+6b")),
        (3, 17, "20260231", ("date", "R50#3 zone 5")),
        (3, 100, "20260231", ("date", "R50#3 zone 20+21")),
        (3, 33, "135", ("differs", "R50#3 zone 7")),
        (3, 49, "2", ("differs", "R50#3 zone 9")),
        (3, 175, "1", ("differs", "R50#3 zone 32")),
        (3, 88, "-", ("sign", "R50#3 zone 19")),
        (3, 165, "-", ("sign", "R50#3 zone 30+31")),
        (3, 88, "+00000002764", ("total", "R80#7 zone 19")),
        (3, 128, "+000000626", ("total", "R80#7 zone 27")),
        (3, 165, "+000000001", ("total", "R80#7 zone 30+31")),
        (3, 88, "+0000002.763", ("characters", "R50#3 zone 19")),
        (7, 85, "135", ("differs", "R80#7 zone 18")),
        (7, 88, "+00000000000", ("total", "R80#7 zone 19")),
        (7, 165, "-", ("sign", "R80#7 zone 30+31")),
        (7, 347, "01", ("check_invoice", "R80#7 zone 98")),
        (8, 88, "+00000000000", ("total", "R90#8 zone 19")),
        (8, 347, "01", ("check_file", "R90#8 zone 98")),
        (8, 128, "0987654321", ("differs", "R90#8 zone 27")),
        (4, 3, "000009", ("sequence", "R52#4 zone 2")),
        (4, 1, "53", ("record", "R53#4")),
    ],
)
def test_a_fault_that_keeps_good_record_digits_is_still_found(
    request_: FileRequest, number: int, start: int, text: str, expected: tuple[str, str]
) -> None:
    data = put(write_request(request_), number, start, text)
    assert expected in codes(list(check_request(data)))


def footer(data: bytes, rank: int, start: int, text: str) -> bytes:
    base = len(data) - 350 * (3 - rank) + start - 1
    return data[:base] + text.encode() + data[base + len(text) :]


@pytest.mark.parametrize(
    ("rank", "start", "text", "expected"),
    [
        (1, 5, "135", ("differs", "R95#1 zone 401")),
        (1, 10, "000000000000", ("count", "R95#1 zone 402")),
        (1, 24, "-", ("sign", "R95#1 zone 403")),
        (1, 25, "00000005525", ("total", "R95#1 zone 404")),
        (1, 53, "00000005525", ("total", "R95#1 zone 408")),
        (1, 66, "00000007", ("count", "R95#1 zone 409")),
        (1, 76, "01", ("check_mutuality", "R95#1 zone 410")),
        (1, 39, "00000000001", ("characters", "R95#1 zone 406")),
        (2, 5, "134", ("footer_union", "R96#2 zone 501")),
        (2, 66, "00000006", ("count", "R96#2 zone 509")),
        (2, 76, "01", ("check_file", "R96#2 zone 510")),
    ],
)
def test_a_fault_of_a_footer_is_named(
    request_: FileRequest, rank: int, start: int, text: str, expected: tuple[str, str]
) -> None:
    data = footer(write_request(request_), rank, start, text)
    assert expected in codes(list(check_request(data)))


@pytest.mark.parametrize(
    ("start", "text", "expected"),
    [
        (1, "920001", ("differs", "S200 zone 200")),
        (13, "13", ("nature", "S200 zone 202")),
        (13, "12", ("nature_mixed", "S300 zone 304")),
        (17, "01", ("differs", "S200 zone 203")),
        (37, "1", ("differs", "S200 zone 205")),
        (15, "20", ("characters", "S200 zone 2021")),
        (67 + 14, "20260231", ("date", "S300 zone 302")),
    ],
)
def test_a_fault_of_a_segment_is_named(
    request_: FileRequest, start: int, text: str, expected: tuple[str, str]
) -> None:
    data = write_request(request_)
    data = data[: start - 1] + text.encode() + data[start - 1 + len(text) :]
    assert expected in codes(list(check_request(data)))


def record(data: bytes, number: int) -> bytes:
    return data[227 + 350 * (number - 1) : 227 + 350 * number]


def rebuilt(data: bytes, numbers: list[int]) -> bytes:
    return data[:227] + b"".join(record(data, number) for number in numbers)


@pytest.mark.parametrize(
    ("numbers", "expected"),
    [
        ([1, 3, 4, 5, 6, 7, 8, 9, 10], ("order", "R50#3 zone 1")),
        ([1, 2, 4, 5, 6, 7, 8, 9, 10], ("order", "R52#4 zone 1")),
        ([1, 2, 3, 4, 5, 6, 8, 9, 10], ("order", "R90#8 zone 1")),
        ([1, 2, 7, 8, 9, 10], ("order", "R80#7 zone 1")),
        ([1, 2, 3, 4, 5, 6, 7, 8, 9], ("missing", "")),
        ([1, 2, 3, 4, 5, 6, 7, 8, 10], ("missing", "")),
        ([1, 2, 3, 4, 5, 6, 7, 8, 10, 9], ("order", "R95#2 zone 400")),
        ([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 10], ("order", "R96#3 zone 500")),
        ([2, 3, 4, 5, 6, 7, 8, 9, 10], ("order", "R20#2 zone 1")),
        ([1, 7, 8, 9, 10], ("order", "R80#7 zone 1")),
        ([], ("missing", "")),
    ],
)
def test_a_record_out_of_place_is_named(
    request_: FileRequest, numbers: list[int], expected: tuple[str, str]
) -> None:
    data = rebuilt(write_request(request_), numbers)
    assert expected in codes(list(check_request(data)))


def test_acts_grouped_before_their_agreements_are_refused(request_: FileRequest) -> None:
    """R50 R50 R52 R52: an insurer refused that file with B520110."""
    data = write_request(request_)
    grouped = data[:227] + b"".join(record(data, n) for n in (1, 2, 3, 5, 4, 6, 7, 8, 9, 10))
    found = codes(list(check_request(grouped)))
    assert ("order", "R52#6 zone 1") in found
    assert ("differs", "R52#4 zone 5") in found


def test_two_invoices_with_one_number_are_refused(request_: FileRequest) -> None:
    twice = replace(request_, invoices=request_.invoices * 2)
    assert codes(judged(twice)) == [("invoice_twice", "R20#8 zone 24+25")]


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ("134", "120", [("destination_order", "18"), ("differs", "401"), ("differs", "401")]),
        ("300", "306", [("union", "18")]),
        ("134", "300", [("union", "18")]),
    ],
)
def test_one_file_holds_one_union_in_ascending_order(
    request_: FileRequest, first: str, second: str, expected: list[tuple[str, str]]
) -> None:
    invoice = request_.invoices[0]
    pair = (
        replace(invoice, affiliation="000", destination=min(first, second)),
        replace(invoice, affiliation="000", destination=max(first, second), number="010000000002"),
    )
    data = write_request(replace(request_, invoices=pair))
    if first > second:
        low, high = second.encode(), first.encode()
        data = _exchanged(data, low, high)
    found = [(code, where.split(" ")[-1]) for code, where in codes(list(check_request(data)))]
    assert [one for one in found if one in expected] == expected


def _exchanged(data: bytes, low: bytes, high: bytes) -> bytes:
    """Swap the destinations of two invoices of the same shape (R20 and R80 zone 18)."""
    for number, destination in ((2, high), (7, high), (8, low), (13, low)):
        data = put(data, number, 85, destination.decode())
    return data


def test_a_file_cut_short_or_too_long_is_said(request_: FileRequest) -> None:
    data = write_request(request_)
    for changed in (data[:-1], data + b"\n", data[:-700], data[:100]):
        assert any(
            problem.code in ("efact.length", "efact.missing") for problem in check_request(changed)
        )


def test_bytes_that_are_not_text_are_counted(request_: FileRequest) -> None:
    data = write_request(request_)
    broken = data[:300] + "é".encode() + data[302:]
    (problem, *_) = check_request(broken)
    assert (problem.code, problem.facts) == ("efact.encoding", {"position": "301", "count": "2"})


def test_an_engagement_per_act_is_judged_for_senders_who_use_it(samples: Path) -> None:
    data = put((samples / "920000_01.txt").read_bytes(), 4, 1, "51")
    assert not [p for p in check_request(data) if p.where.startswith("R51")]
    amount = put(data, 4, 88, "+00000001693")
    assert ("differs", "R51#4 zone 19") in codes(list(check_request(amount)))
    insured = put(data, 4, 128, "0000111111")
    assert ("differs", "R51#4 zone 27") in codes(list(check_request(insured)))


def test_what_is_missing_is_written_as_zeros_and_named_by_the_check(
    request_: FileRequest,
) -> None:
    sender = replace(request_.sender, nihii="", bce="", iban="", bic="", phone="")
    act = replace(request_.invoices[0].acts[0], code="", provider="", prescriber="", agreement="")
    invoice = replace(request_.invoices[0], number="", beneficiary="", ct1="", ct2="", acts=(act,))
    found = {p.field for p in judged(replace(request_, sender=sender, invoices=(invoice,)))}
    assert found == {
        *("practice.nihii", "practice.bce", "practice.iban", "practice.phone"),
        *("invoice.number", "patient.niss", "coverage.ct"),
        *("session.code", "session.provider", "prescription.prescriber"),
    }


def test_an_agreement_or_an_engagement_without_its_act_is_out_of_order(
    samples: Path, request_: FileRequest
) -> None:
    data = write_request(request_)
    alone = rebuilt(data, [1, 2, 4, 7, 8, 9, 10])
    assert ("order", "R52#4 zone 1") in codes(list(check_request(alone)))
    orphan = rebuilt(data, [1, 4, 7, 8, 9, 10])
    assert ("order", "R52#4 zone 1") in codes(list(check_request(orphan)))
    older = (samples / "920000_01.txt").read_bytes()
    for numbers in ([1, 2, 4, 5, 6], [1, 4, 5, 6]):
        found = codes(list(check_request(rebuilt(older, numbers))))
        assert ("order", "R51#4 zone 1") in found
