from pathlib import Path

import pytest

from server.core.inspection import Severity, Verdict
from server.countries.belgium.efact import FileRequest, inspect_efact, recognise, write_request

KEYS = {
    "reference",
    "sending_number",
    "oa",
    "header",
    "records",
    "zone_errors",
    "refusal",
    "settlement",
    "totals",
}


class Echo:
    """Says the code itself."""

    def sentence(self, letter: str, code: str) -> str:
        return f"{letter} {code}"

    def zone_sentence(self, zone: str, code: str) -> str:
        return f"{zone} {code}"


def test_every_sample_has_every_key_and_answers_are_valid(samples: Path) -> None:
    for path in sorted(samples.glob("*.txt")):
        found = inspect_efact(path.read_bytes(), Echo())
        assert found.format == f"efact.{path.name[:6]}"
        assert set(found.content) == KEYS
        wanted = Verdict.PROBLEMS if path.name.startswith("920000") else Verdict.VALID
        assert found.verdict is wanted, path.name


def test_our_own_request_is_valid(request_: FileRequest) -> None:
    found = inspect_efact(write_request(request_), Echo())
    assert found.verdict is Verdict.VALID
    assert found.content["totals"] == [{"mutuality": "134", "records": 6, "cents": 5526}]
    assert found.content["refusal"] is None
    assert found.content["settlement"] is None


def test_a_settlement_shows_its_records_and_its_sums(samples: Path) -> None:
    content = inspect_efact((samples / "920900_04.txt").read_bytes(), Echo()).content
    sums = {
        "requested_cents": 3075,
        "accepted_cents": 2375,
        "refused_cents": 700,
        "payment_reference": "513/202403/900/",
    }
    assert content["settlement"] == {**sums, "lines": [{"mutuality": "940", **sums}]}
    assert content["refusal"] == {"percentage": 0.0, "type": "00"}
    records = content["records"]
    assert isinstance(records, list)
    names = [(r["name"], r["number"]) for r in records if isinstance(r, dict)]
    assert names == [
        *[("10", 1), ("20", 2), ("50", 5), ("52", 6), ("80", 7), ("90", 8), ("91", 1), ("92", 2)]
    ]
    act = records[2]
    assert isinstance(act, dict)
    assert act["errors"] == [{"letter": "R", "code": "502255", "sentence": "R 502255"}]
    assert act["accepted_cents"] == 0
    assert isinstance(act["zones"], dict)
    assert act["zones"]["4"] == "0567033"
    assert act["zones"]["30+31"] == "+000000000"


def test_a_consequence_is_shown_with_its_cause(samples: Path) -> None:
    content = inspect_efact((samples / "920900_01.txt").read_bytes(), Echo()).content
    records = content["records"]
    assert isinstance(records, list)
    assert isinstance(records[3], dict)
    assert records[3]["errors"] == [
        {"letter": "R", "code": "520119", "sentence": "R 520119", "consequence_of": 3},
        {"letter": "R", "code": "521922", "sentence": "R 521922"},
    ]


def test_the_error_zones_stand_on_their_footer_or_at_the_top(samples: Path) -> None:
    data = (samples / "920999_01.txt").read_bytes()
    content = inspect_efact(data, Echo()).content
    records = content["records"]
    assert isinstance(records, list)
    assert isinstance(records[0], dict)
    error = {"zone": "5011", "code": "20", "sentence": "5011 20"}
    assert records[0]["zone_errors"] == [error]
    assert content["zone_errors"] == []
    top = inspect_efact(data[:78] + b"40" + data[80:], Echo()).content["zone_errors"]
    assert top == [{"zone": "3011", "code": "40", "sentence": "3011 40"}]


def test_the_percentage_has_its_two_decimals(samples: Path) -> None:
    content = inspect_efact((samples / "920099_07.txt").read_bytes(), Echo()).content
    assert content["refusal"] == {"percentage": 66.67, "type": "02"}


def test_an_unreadable_percentage_is_null(samples: Path) -> None:
    data = (samples / "920099_07.txt").read_bytes()
    found = inspect_efact(data[: 67 + 140] + b"6 667" + data[67 + 145 :], Echo())
    assert found.content["refusal"] == {"percentage": None, "type": "02"}
    assert found.verdict is Verdict.PROBLEMS


def test_a_wrong_control_digit_is_a_warning_in_an_answer_and_an_error_in_a_request(
    samples: Path, request_: FileRequest
) -> None:
    answer = inspect_efact((samples / "920099_01.txt").read_bytes(), Echo())
    assert {p.severity for p in answer.problems} == {Severity.WARNING}
    data = write_request(request_)
    request = inspect_efact(data[:575] + b"00" + data[577:], Echo())
    assert [(p.code, p.where) for p in request.problems] == [
        ("efact.check_record", "R10#1 zone 99")
    ]
    assert request.verdict is Verdict.PROBLEMS


@pytest.mark.parametrize(
    ("zone", "where"),
    [(408, "R91#1 zone 408"), (508, "R92#2 zone 508"), (522, "R92#2 zone 522")],
)
def test_a_settlement_that_does_not_add_up_is_a_problem(
    samples: Path, zone: int, where: str
) -> None:
    data = bytearray((samples / "920900_04.txt").read_bytes())
    start = {408: -1600 + 52, 508: -800 + 52, 522: -800 + 150}[zone]
    data[start : start + 11] = b"00000009999"
    found = inspect_efact(bytes(data), Echo())
    assert ("efact.total", where) in [(p.code, p.where) for p in found.problems]
    assert found.verdict is Verdict.PROBLEMS


@pytest.mark.parametrize(("cut", "record"), [(slice(0, -800), "92"), (slice(0, -1600), "92")])
def test_a_settlement_without_its_total_is_a_problem(
    samples: Path, cut: slice, record: str
) -> None:
    found = inspect_efact((samples / "920900_04.txt").read_bytes()[cut], Echo())
    assert [(p.code, p.facts["record"]) for p in found.problems] == [("efact.missing", record)]


def test_a_settlement_without_a_line_is_a_problem(samples: Path) -> None:
    data = (samples / "920900_04.txt").read_bytes()
    found = inspect_efact(data[:-1600] + data[-800:], Echo())
    assert [(p.code, p.facts["record"]) for p in found.problems] == [("efact.missing", "91")]


def test_letters_in_an_amount_of_a_settlement_are_an_error(samples: Path) -> None:
    data = bytearray((samples / "920900_04.txt").read_bytes())
    data[-800 + 52 : -800 + 54] = b"AB"
    found = inspect_efact(bytes(data), Echo())
    assert [(p.code, p.where, p.severity) for p in found.problems] == [
        ("efact.zone", "R92#2 zone 508", Severity.ERROR)
    ]
    settlement = found.content["settlement"]
    assert isinstance(settlement, dict)
    assert settlement["requested_cents"] is None


def test_a_message_cut_in_its_header_still_gives_its_reference(samples: Path) -> None:
    found = inspect_efact((samples / "920900_04.txt").read_bytes()[:300], Echo())
    assert found.format == "efact.920900"
    assert found.verdict is Verdict.PROBLEMS
    assert set(found.content) == KEYS
    assert found.content["reference"] == "20240312552511"


@pytest.mark.parametrize("data", [b"", b"hello", b"920900", b"%PDF-1.7" * 50])
def test_what_is_not_efact_is_unknown(data: bytes) -> None:
    found = inspect_efact(data, Echo())
    assert (found.format, found.verdict) == ("unknown", Verdict.UNKNOWN)
    assert recognise(data) is None
    assert found.problems


def test_a_request_to_two_mutualities_shows_both_totals(rich: FileRequest) -> None:
    totals = inspect_efact(write_request(rich), Echo()).content["totals"]
    assert totals == [
        {"mutuality": "120", "records": 5, "cents": 3463},
        {"mutuality": "134", "records": 10, "cents": 2763},
    ]
