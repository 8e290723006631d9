import csv
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from server.countries.belgium.efact import (
    FileRequest,
    MessageKind,
    check_request,
    interpret,
    read_efact,
    write_request,
)
from server.countries.belgium.efact_read import LARGEST, Entry

INDEX = "index.csv"
CODES = "error_codes (record#seq:letter+code)"


def rows(samples: Path) -> list[dict[str, str]]:
    with (samples / INDEX).open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def found_codes(entries: tuple[Entry, ...]) -> str:
    return " ".join(
        f"{entry.record.layout.name}#{entry.record.chars('2')}:{code.letter}{code.code}"
        for entry in entries
        if entry.error
        for code in entry.error.codes
    )


def test_every_sample_decodes_with_its_expected_codes(samples: Path) -> None:
    for row in rows(samples):
        file = read_efact((samples / row["file"]).read_bytes()).file
        assert file is not None, row["file"]
        assert file.kind.value == row["message_type"]
        assert found_codes(file.entries) == row[CODES], row["file"]


def test_no_sample_has_a_problem_of_shape(samples: Path) -> None:
    for row in rows(samples):
        assert read_efact((samples / row["file"]).read_bytes()).problems == (), row["file"]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "efact.empty"),
        (b"hello", "efact.unknown"),
        (b"920099", "efact.unknown"),
        (b"920001" + b"0" * 300, "efact.unknown"),
        (b"\xff\xfe9\x002\x00" * 40, "efact.unknown"),
        (b"920900" + b"0" * (LARGEST + 1), "efact.too_large"),
    ],
)
def test_row_26_what_is_not_a_message_is_said_in_one_problem(data: bytes, code: str) -> None:
    reading = read_efact(data)
    assert reading.file is None
    assert [problem.code for problem in reading.problems] == [code]


def test_a_message_shorter_than_its_header_says_its_length() -> None:
    reading = read_efact(b"920099" + b"0" * 100)
    assert reading.file is None
    assert [problem.code for problem in reading.problems] == ["efact.length"]


def test_row_26_a_truncated_return_keeps_what_was_whole(samples: Path) -> None:
    data = (samples / "920900_04.txt").read_bytes()[:-300]
    reading = read_efact(data)
    assert reading.file is not None
    names = [entry.record.layout.name for entry in reading.file.entries]
    assert names == ["10", "20", "50", "52", "80", "90", "91"]
    assert [problem.code for problem in reading.problems] == ["efact.length"]


def test_a_record_of_no_known_type_is_named_and_passed_over(samples: Path) -> None:
    data = (samples / "920900_04.txt").read_bytes()
    reading = read_efact(data[:677] + b"77" + data[679:])
    assert reading.file is not None
    assert len(reading.file.entries) == 7
    assert [(p.code, p.facts["found"]) for p in reading.problems] == [("efact.record", "77")]


def test_letters_in_a_numeric_zone_of_the_header_are_a_problem(samples: Path) -> None:
    data = (samples / "920900_04.txt").read_bytes()
    reading = read_efact(data[:20] + b"ABC" + data[23:])
    assert [(p.code, p.where) for p in reading.problems] == [("efact.zone", "S200 zone 204")]


def test_the_shape_is_found_from_the_length_whatever_the_kind(samples: Path) -> None:
    short = (samples / "920999_01.txt").read_bytes()
    refused = read_efact(b"920099" + short[6:])
    assert refused.problems == ()
    assert refused.file is not None
    assert [entry.record.layout.name for entry in refused.file.entries] == ["96"]
    long = (samples / "920099_01.txt").read_bytes()
    header = read_efact(b"920999" + long[6:])
    assert header.file is not None
    assert found_codes(header.file.entries).startswith("10#000001:B100720")


def test_a_footer_echoed_with_its_error_part_is_read(samples: Path, request_: FileRequest) -> None:
    data = (samples / "920099_01.txt").read_bytes()
    part = data[677 + 350 : 677 + 800]
    reading = read_efact(data + write_request(request_)[-350:] + part)
    assert reading.file is not None
    assert reading.file.entries[-1].record.layout.name == "96"
    assert reading.file.entries[-1].error is not None


def test_a_wrong_encoding_is_said_with_its_place(samples: Path) -> None:
    data = (samples / "931000_01.txt").read_bytes()
    reading = read_efact(data[:-2] + "é".encode())
    assert reading.problems[0].facts == {"position": "226", "count": "2"}


def test_every_zone_of_a_request_is_typed(request_: FileRequest) -> None:
    file = read_efact(write_request(request_)).file
    assert file is not None
    assert file.reference == request_.reference
    act = file.of("50")[0]
    assert act.checked
    assert act.error is None
    assert act.record.value("day") == request_.invoices[0].acts[0].day
    assert act.record.value("oa_cents") == 2763
    assert len(act.record.values) == len(act.record.layout.fields)


Edits = st.lists(
    st.tuples(st.integers(0, 7200), st.binary(min_size=0, max_size=4), st.integers(0, 900)),
    min_size=1,
    max_size=4,
)


@settings(
    max_examples=250, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(which=st.integers(0, 1000), edits=Edits)
def test_row_26_no_damage_to_a_sample_makes_a_reader_fail(
    samples: Path, which: int, edits: list[tuple[int, bytes, int]]
) -> None:
    files = sorted(samples.glob("*.txt"))
    data = files[which % len(files)].read_bytes()
    for place, new, cut in edits:
        data = data[:place] + new + data[place + cut :]
    read_efact(data)
    interpret(data)
    check_request(data)


@settings(max_examples=100, deadline=None)
@example(b"920000" + b"0" * 221 + b"20" + b" " * 348)
@example(b"920900" + b"9" * 671 + b"91" + b" " * 798)
@given(
    st.builds(
        lambda kind, rest: kind.value.encode() + rest,
        st.sampled_from(MessageKind),
        st.binary(max_size=1500),
    )
)
def test_row_26_no_bytes_at_all_make_a_reader_fail(data: bytes) -> None:
    read_efact(data)
    interpret(data)
    check_request(data)
