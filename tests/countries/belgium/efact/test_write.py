import os
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from server.core.errors import FieldOverflow, InvalidValue
from server.countries.belgium.efact import (
    ActLine,
    EfactOptions,
    FileRequest,
    PatientInvoice,
    Purpose,
    Sender,
    check_request,
    read_efact,
    rewrite,
    write_request,
)

GOLDEN = Path(__file__).parents[3] / "golden" / "efact"


def record(data: bytes, number: int) -> str:
    start = 227 + 350 * (number - 1)
    return data[start : start + 350].decode()


def zone(data: bytes, number: int, start: int, width: int) -> str:
    return record(data, number)[start - 1 : start - 1 + width]


def names(data: bytes) -> list[str]:
    return [data[i : i + 2].decode() for i in range(227, len(data), 350)]


def agrees_with_golden(name: str, data: bytes) -> bool:
    path = GOLDEN / name
    if os.environ.get("BESACE_UPDATE_GOLDEN") == "1":
        path.write_bytes(data)
    return path.read_bytes() == data


def test_a_small_file_is_the_golden_one_byte_for_byte(request_: FileRequest) -> None:
    assert agrees_with_golden("920000_small.txt", write_request(request_))


def test_a_rich_file_is_the_golden_one_byte_for_byte(rich: FileRequest) -> None:
    assert agrees_with_golden("920000_rich.txt", write_request(rich))


def test_the_only_python_peer_writes_the_same_file_but_for_its_counts(samples: Path) -> None:
    """It counts one record too many in zones 409 and 509 (`be-efact.md` §2)."""
    sender = Sender(
        *("50670622527", "0018521159", "BE12049914826640", "GKCCBEBB"),
        *("TEST", "TEST", "0000000000", "000"),
    )
    act = ActLine(
        *("567011", date(2025, 4, 10), "50670622527", 2455, 625, 0),
        *("19561633004", date(2025, 4, 1), "90094042025101000023"),
    )
    invoice = PatientInvoice(
        *("000010000000", "68042000773", "1", "940", "940", "110", "110", (act,))
    )
    ours = write_request(
        FileRequest(
            *(sender, "20250412000001", 1, date(2025, 4, 12), 2025, 4, (invoice,)),
            options=EfactOptions(test=True),
        )
    )
    theirs = (samples / "920000_kine_peerpy_1x1.txt").read_bytes()
    changed = [i for i, pair in enumerate(zip(ours, theirs, strict=True)) if pair[0] != pair[1]]
    assert changed == [227 + 350 * 6 + 72, 227 + 350 * 7 + 72]


def test_each_act_is_followed_by_its_agreement(rich: FileRequest) -> None:
    assert names(write_request(rich)) == [
        *("10", "20", "50", "50", "52", "80", "20", "50", "52", "80"),
        *("20", "50", "52", "50", "52", "80", "90", "95", "95", "96"),
    ]


def test_invoices_go_by_destination_and_credit_notes_first(rich: FileRequest) -> None:
    data = write_request(rich)
    found = [
        (zone(data, i, 85, 3), zone(data, i, 51, 1))
        for i, name in enumerate(names(data), 1)
        if name == "20"
    ]
    assert found == [("120", "0"), ("134", "3"), ("134", "0")]


def test_everything_in_a_credit_note_is_negative_zero_included(rich: FileRequest) -> None:
    data = write_request(rich)
    assert zone(data, 8, 88, 12) == "-00000002763"
    assert zone(data, 8, 108, 5) == "-0001"
    assert zone(data, 8, 128, 10) == "-000000000"
    assert zone(data, 10, 165, 10) == "-000000000"


def test_a_name_too_long_is_cut_and_loses_its_accents(request_: FileRequest) -> None:
    sender = replace(request_.sender, last_name="É" * 50, first_name="Zoë-" * 10)
    data = write_request(replace(request_, sender=sender))
    assert data[67 + 47 : 67 + 92] == b"E" * 45
    assert data[67 + 94 : 67 + 118] == b"Zoe-" * 6


@pytest.mark.parametrize(("test", "zones"), [(True, "92 9991999"), (False, "12 0001999")])
def test_test_and_production_flip_together(request_: FileRequest, test: bool, zones: str) -> None:
    data = write_request(replace(request_, options=EfactOptions(test=test)))
    nature, version = zones.split()
    assert data[12:14].decode() == nature
    assert data[67 + 38 : 67 + 45].decode() == version
    assert zone(data, 1, 10, 7) == version


def test_an_act_without_agreement_may_keep_an_empty_record_52(request_: FileRequest) -> None:
    act = replace(request_.invoices[0].acts[0], agreement=None)
    invoices = (replace(request_.invoices[0], acts=(act,)),)
    bare = replace(request_, invoices=invoices)
    kept = replace(bare, options=EfactOptions(test=True, keep_empty_record_52=True))
    assert "52" not in names(write_request(bare))
    data = write_request(kept)
    assert names(data)[:5] == ["10", "20", "50", "52", "80"]
    assert zone(data, 4, 132, 20) == "0" * 20


def test_a_correction_needs_its_previous_invoice(request_: FileRequest) -> None:
    invoice = replace(request_.invoices[0], purpose=Purpose.REBILL)
    with pytest.raises(InvalidValue):
        write_request(replace(request_, invoices=(invoice,)))


def test_an_amount_too_large_is_refused_by_name(request_: FileRequest) -> None:
    act = replace(request_.invoices[0].acts[0], copay_cents=10**9)
    invoice = replace(request_.invoices[0], acts=(act,))
    with pytest.raises(FieldOverflow) as refusal:
        write_request(replace(request_, invoices=(invoice,)))
    assert refusal.value.facts["field"] == "copay_cents"


def test_a_file_without_invoice_can_be_written_but_does_not_pass(request_: FileRequest) -> None:
    data = write_request(replace(request_, invoices=()))
    assert names(data) == ["10", "90", "96"]
    assert check_request(data)


def test_our_files_pass_their_own_check(request_: FileRequest, rich: FileRequest) -> None:
    assert check_request(write_request(request_)) == ()
    assert [p.code for p in check_request(write_request(rich))] == ["efact.copay_not_collected"]


def test_write_read_write_gives_the_same_bytes(rich: FileRequest) -> None:
    data = write_request(rich)
    file = read_efact(data).file
    assert file is not None
    records = [*file.segments, *(entry.record for entry in file.entries)]
    assert b"".join(rewrite(one) for one in records) == data


amounts = st.integers(0, 99_999_999)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    lines=st.lists(st.tuples(amounts, amounts), min_size=1, max_size=6),
    credit=st.booleans(),
)
def test_sums_of_any_lines_pass_the_check_and_come_back_from_the_reader(
    rich: FileRequest, lines: list[tuple[int, int]], credit: bool
) -> None:
    sign = -1 if credit else 1
    model = next(i for i in rich.invoices if (i.purpose is Purpose.CREDIT) is credit)
    acts = tuple(
        replace(model.acts[0], oa_cents=sign * oa, copay_cents=sign * copay, units=sign)
        for oa, copay in lines
    )
    data = write_request(replace(rich, invoices=(replace(model, acts=acts),)))
    assert check_request(data) == ()
    file = read_efact(data).file
    assert file is not None
    (closing,) = file.of("80")
    assert closing.record.integer("oa_cents") == sign * sum(oa for oa, _ in lines)
    assert closing.record.integer("copay_cents") == sign * sum(copay for _, copay in lines)
    (footer,) = file.of("96")
    assert footer.record.integer("amount_total") == sum(oa for oa, _ in lines)
    records = [*file.segments, *(entry.record for entry in file.entries)]
    assert b"".join(rewrite(one) for one in records) == data


@pytest.mark.scenario("I-04")
def test_the_control_totals_of_the_lot_of_twelve_visits(request_: FileRequest) -> None:
    """The arithmetic of H-01's lot for OA 100: four BIM visits and eight ordinary ones."""
    act = request_.invoices[0].acts[0]
    bim = replace(act, code="560313", oa_cents=3138, copay_cents=250)
    ordinary = replace(act, code="560313", oa_cents=2763, copay_cents=625)
    invoices = tuple(
        replace(request_.invoices[0], number=f"{number:012d}", acts=(one,) * 4)
        for number, one in enumerate((bim, ordinary, ordinary), 1)
    )
    data = write_request(replace(request_, invoices=invoices))
    assert check_request(data) == ()
    file = read_efact(data).file
    assert file is not None
    closings = [entry.record for entry in file.of("80")]
    assert file.of("90")[0].record.integer("oa_cents") == 34656
    assert sum(one.integer("copay_cents") or 0 for one in closings) == 6000
    assert sum(one.integer("supplement_cents") or 0 for one in closings) == 0
    assert (len(file.of("50")), len(closings)) == (12, 3)
    cent = data.replace(b"+00000003138", b"+00000003139", 1)
    assert {"efact.total", "efact.check_record"} <= {p.code for p in check_request(cent)}
