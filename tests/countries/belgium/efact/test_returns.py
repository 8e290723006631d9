from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from server.core.layout import Value
from server.countries.belgium.efact import (
    Fate,
    FileRequest,
    InvoiceVerdict,
    Return,
    interpret,
    read_efact,
    write_request,
)
from server.countries.belgium.efact_layout_error import ERROR_PART


def understood(samples: Path, name: str) -> Return:
    found = interpret((samples / f"{name}.txt").read_bytes())
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("name", "fate", "oa", "sending", "rate", "refusal"),
    [
        ("920000_kine_peerpy_1x1", Fate.REQUEST, "900", "001", None, None),
        ("931000_01", Fate.RECEIPT, None, None, None, None),
        ("920999_01", Fate.REFUSED, "100", "358", None, None),
        ("920099_03", Fate.REFUSED, None, "023", 0, "01"),
        ("920099_07", Fate.REFUSED, "600", "961", 6667, "02"),
        ("920099_08", Fate.REFUSED, "300", "063", 0, "01"),
        ("920098_01", Fate.ACCEPTED, "900", "941", 1666, "00"),
        ("920900_04", Fate.SETTLED, "900", "513", 0, "00"),
    ],
)
def test_each_kind_of_message_says_what_becomes_of_the_file(
    samples: Path,
    name: str,
    fate: Fate,
    oa: str | None,
    sending: str | None,
    rate: int | None,
    refusal: str | None,
) -> None:
    found = understood(samples, name)
    assert (found.fate, found.oa, found.sending_number) == (fate, oa, sending)
    assert (found.error_rate, found.refusal_type) == (rate, refusal)


def test_the_references_of_both_sides_are_given(samples: Path) -> None:
    found = understood(samples, "920900_04")
    assert found.reference == "20240312552511"
    assert found.oa_reference == "00000010123244"
    assert found.third_party == "050670622527"
    assert understood(samples, "931000_01").third_party is None


def test_a_settlement_gives_its_sums_and_its_payment_reference(samples: Path) -> None:
    settlement = understood(samples, "920900_04").settlement
    assert settlement is not None
    (line,) = settlement.lines
    assert line.mutuality == "940"
    for sums in (settlement.total, line):
        assert (sums.requested_cents, sums.accepted_cents, sums.refused_cents) == (3075, 2375, 700)
        assert sums.payment_reference == "513/202403/900/"


def test_only_the_refused_act_is_listed_and_the_invoice_keeps_the_rest(samples: Path) -> None:
    (invoice,) = understood(samples, "920900_04").invoices
    assert not invoice.refused
    assert (invoice.accepted_cents, invoice.accepted_patient_cents) == (2375, 625)
    (act,) = invoice.acts
    assert (act.number, act.code, act.day) == (5, "567033", date(2024, 3, 7))
    assert act.refused
    assert [code.code for code in act.codes] == ["502255", "521919"]
    assert act.comment == "Test comment 000005 / 0567033"


def test_an_act_known_by_its_record_52_alone_keeps_the_number_of_its_act(samples: Path) -> None:
    (invoice,) = understood(samples, "920098_01").invoices
    (act,) = invoice.acts
    assert (act.number, act.refused, act.reference) == (3, True, "")


def test_a_consequence_names_the_record_that_caused_it(samples: Path) -> None:
    (invoice,) = understood(samples, "920900_01").invoices
    causes = [(code.code, code.consequence_of) for code in invoice.acts[0].codes]
    assert causes == [("502405", None), ("520119", 3), ("521922", None)]
    (refused,) = understood(samples, "920099_07").invoices
    first = refused.acts[0].codes[0]
    assert (first.code, first.consequence_of) == ("500119", 2)


def test_a_code_f_refuses_the_whole_invoice(samples: Path) -> None:
    (invoice,) = understood(samples, "920099_07").invoices
    assert invoice.refused
    assert [code.letter for code in invoice.codes] == ["F", "F", "F", "F"]


def test_a_malformed_code_counts_like_any_other(samples: Path) -> None:
    (invoice,) = understood(samples, "920099_13").invoices
    assert [code.letter + code.code for code in invoice.acts[0].codes] == ["R502641", "R050000"]


def test_the_codes_of_the_file_itself_are_apart(samples: Path) -> None:
    found = understood(samples, "920099_01")
    assert [code.code for code in found.file_codes] == ["100720", "102702", "902303"]
    assert found.invoices == ()


def test_the_error_zones_of_a_footer_are_read(samples: Path) -> None:
    (error,) = understood(samples, "920999_01").zone_errors
    assert (error.record, error.number, error.zone, error.code) == ("96", 1, "5011", "20")


def test_what_is_no_message_has_no_meaning() -> None:
    assert interpret(b"") is None
    assert interpret(b"920099") is None


def error_part(letters: str = "   ", codes: tuple[str, ...] = ("000000",) * 3) -> bytes:
    values: dict[str, Value] = dict.fromkeys(ERROR_PART.given, "")
    values |= {f"letter_{i + 1}": letters[i] for i in range(3)}
    values |= {f"code_{i + 1}": codes[i] for i in range(3)}
    values |= {"accepted_oa": 0, "accepted_b": 0, "accepted_copay": 0}
    return ERROR_PART.write(values).encode()


def answer(request: FileRequest, kind: str, parts: dict[int, bytes], keep: set[int]) -> bytes:
    """Fabricate an answer: our own records echoed, each with an error part."""
    sent = write_request(request)
    header = kind.encode() + sent[6:207] + b"0" * 10 + b"01" + b"0" * 2
    records = [sent[i : i + 350] for i in range(227, len(sent) - 700, 350)]
    echoed = b"".join(
        record + parts.get(number, error_part())
        for number, record in enumerate(records, 1)
        if number in keep
    )
    return header.ljust(677) + echoed


def verdicts(data: bytes) -> tuple[InvoiceVerdict, ...]:
    found = interpret(data)
    assert found is not None
    return found.invoices


@pytest.mark.parametrize(
    ("letter", "act_refused", "invoice_refused"),
    [("R", True, False), ("E", False, False), ("S", False, False), ("F", True, True)],
)
def test_the_letter_says_how_far_a_code_reaches(
    request_: FileRequest, letter: str, act_refused: bool, invoice_refused: bool
) -> None:
    part = error_part(letter + "  ", ("500522", "000000", "000000"))
    (invoice,) = verdicts(answer(request_, "920098", {3: part}, {1, 2, 3, 7, 8}))
    assert invoice.acts[0].reference == "A0000000001"
    assert (invoice.acts[0].refused, invoice.refused) == (act_refused, invoice_refused)


def test_a_letter_without_code_and_a_filler_count_for_nothing(request_: FileRequest) -> None:
    part = error_part("R19", ("000000", "500522", "999999"))
    (invoice,) = verdicts(answer(request_, "920098", {3: part}, {2, 3, 7}))
    assert invoice.acts[0].codes == ()


def test_an_echo_without_its_containers_is_still_an_invoice(request_: FileRequest) -> None:
    part = error_part("R  ", ("520119", "000000", "000000"))
    (invoice,) = verdicts(answer(request_, "920098", {4: part}, {4}))
    assert (invoice.number, invoice.refused) == ("", False)
    assert invoice.acts[0].codes[0].consequence_of is None


def test_a_consequence_of_a_later_record_is_followed_too(request_: FileRequest) -> None:
    consequence = error_part("R  ", ("500119", "000000", "000000"))
    cause = error_part("F  ", ("801910", "000000", "000000"))
    (invoice,) = verdicts(answer(request_, "920099", {3: consequence, 7: cause}, {2, 3, 7}))
    assert invoice.acts[0].codes[0].consequence_of == 7


def test_two_invoices_echoed_stay_apart(request_: FileRequest) -> None:
    two = replace(
        request_,
        invoices=(request_.invoices[0], replace(request_.invoices[0], number="010000000009")),
    )
    cause = error_part("R  ", ("502405", "000000", "000000"))
    consequence = error_part("R  ", ("520119", "000000", "000000"))
    data = answer(two, "920098", {3: cause, 10: consequence}, {1, 2, 3, 7, 8, 10, 13})
    first, second = verdicts(data)
    assert (first.number, second.number) == ("010000000001", "010000000009")
    assert second.acts[0].codes[0].consequence_of is None


def test_lines_paid_under_two_references_leave_the_total_without_one(samples: Path) -> None:
    data = (samples / "920900_04.txt").read_bytes()
    line, total = data[-1600:-800], data[-800:]
    other = line.replace(b"513/202403/900/", b"514/202403/900/")
    found = interpret(data[:-1600] + line + other + total)
    assert found is not None
    assert found.settlement is not None
    assert found.settlement.total.payment_reference == ""
    assert len(found.settlement.lines) == 2


def test_a_settlement_without_its_total_keeps_its_lines(samples: Path) -> None:
    found = interpret((samples / "920900_04.txt").read_bytes()[:-800])
    assert found is not None
    assert found.settlement is not None
    assert found.settlement.total.requested_cents is None
    assert found.settlement.lines[0].refused_cents == 700


def test_row_26_an_amount_taken_back_is_negative(samples: Path) -> None:
    data = bytearray((samples / "920900_04.txt").read_bytes())
    data[-800 + 51 : -800 + 52] = b"-"
    found = interpret(bytes(data))
    assert found is not None
    assert found.settlement is not None
    assert found.settlement.total.requested_cents == -3075


def test_a_request_read_back_has_no_error_part(request_: FileRequest) -> None:
    file = read_efact(write_request(request_)).file
    assert file is not None
    assert all(entry.error is None for entry in file.entries)
