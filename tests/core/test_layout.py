from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.core.errors import FieldOverflow, InvalidValue
from server.core.layout import PLAIN, Field, Kind, Layout, Value, plain

DEMO = Layout(
    "demo",
    41,
    (
        Field("1", 1, 2, Kind.FIXED, fill="50"),
        Field("2", 3, 8, Kind.DATE, "day"),
        Field("3", 11, 8, Kind.AMOUNT, "cents"),
        Field("4", 19, 4, Kind.NUMBER, "count"),
        Field("5", 23, 3, Kind.DIGITS, "payer"),
        Field("6", 26, 10, Kind.TEXT, "name"),
        Field("7", 36, 2, Kind.FIXED, fill="0"),
        Field("8", 38, 2, Kind.FIXED, fill=" ", charset=" +"),
        Field("9", 40, 2, Kind.TEXT, "unit", charset="AB%"),
    ),
)
ROW: dict[str, Value] = {
    "day": date(2026, 3, 16),
    "cents": -1250,
    "count": 7,
    "payer": "134",
    "name": "ANNE",
    "unit": "A%",
}
TEXT = "5020260316-00012500007134ANNE      00  A%"


def test_a_record_is_written_as_the_table_says() -> None:
    assert DEMO.write(ROW) == TEXT


def test_a_record_read_gives_every_zone_its_type() -> None:
    record = DEMO.read(TEXT)
    assert record.sound
    assert record.faults == ()
    assert record.values == ("50", date(2026, 3, 16), -1250, 7, "134", "ANNE", "00", "  ", "A%")
    assert record.value("6") == record.value("name") == "ANNE"
    assert record.chars("name") == "ANNE      "
    assert record.zones()["3"] == "-0001250"
    assert record.day("day") == date(2026, 3, 16)
    assert record.day("name") is None
    assert record.integer("cents") == -1250
    assert record.integer("name") is None


def test_a_picker_cuts_only_what_is_asked() -> None:
    assert DEMO.picker("payer", "2")(TEXT) == ("134", "20260316")
    assert DEMO.picker("payer")(TEXT) == ("134",)


@pytest.mark.parametrize(
    ("fields", "complaint"),
    [
        ((Field("a", 1, 2), Field("b", 4, 2)), "starts at 4, not 3"),
        ((Field("a", 1, 2), Field("b", 2, 4)), "starts at 2, not 3"),
        ((Field("a", 1, 4),), "covers 4 of 5"),
        ((Field("a", 1, 5, Kind.FIXED),), "does not fill it"),
        ((Field("a", 1, 5, Kind.FIXED, fill="ab"),), "does not fill it"),
        ((Field("a", 1, 2), Field("a", 3, 3)), "given twice"),
        ((Field("a", 1, 2, label="x"), Field("b", 3, 3, label="x")), "given twice"),
    ],
)
def test_a_table_with_a_gap_or_an_overlap_does_not_import(
    fields: tuple[Field, ...], complaint: str
) -> None:
    with pytest.raises(ValueError, match=complaint):
        Layout("bad", 5, fields)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"day": "20260316"}, "kind"),
        ({"cents": 12.5}, "kind"),
        ({"cents": Decimal("12.5")}, "kind"),
        ({"cents": True}, "kind"),
        ({"count": None}, "kind"),
        ({"name": 4}, "kind"),
        ({"payer": "A34"}, "characters"),
        ({"payer": "34"}, "characters"),
        ({"name": "anne"}, "characters"),
        ({"name": "A\tB"}, "characters"),
        ({"name": "日本"}, "characters"),
        ({"unit": "C"}, "characters"),
        ({"count": -1}, "characters"),
        ({"more": "1"}, "unknown"),
    ],
)
def test_a_value_that_cannot_stand_in_its_zone_is_refused(
    change: dict[str, Value], reason: str
) -> None:
    with pytest.raises(InvalidValue) as refusal:
        DEMO.write(ROW | change)
    assert refusal.value.facts["reason"] == reason
    assert refusal.value.facts["field"] in change


def test_a_missing_value_is_refused_by_name() -> None:
    with pytest.raises(InvalidValue) as refusal:
        DEMO.write({key: value for key, value in ROW.items() if key != "payer"})
    assert refusal.value.facts == {"field": "payer", "reason": "missing", "layout": "demo"}


@pytest.mark.parametrize(
    "change",
    [{"cents": 10_000_000}, {"count": 10_000}, {"payer": "1345"}, {"name": "A" * 11}],
)
def test_writing_never_truncates(change: dict[str, Value]) -> None:
    with pytest.raises(FieldOverflow) as refusal:
        DEMO.write(ROW | change)
    assert refusal.value.facts["field"] in change


def test_two_faults_that_even_out_in_length_are_still_refused() -> None:
    with pytest.raises((FieldOverflow, InvalidValue)):
        DEMO.write(ROW | {"payer": "1345", "name": "A" * 11})


def test_in_a_negative_record_a_zero_is_negative_too() -> None:
    assert DEMO.write(ROW | {"cents": 0}, zero_sign="-")[10:18] == "-0000000"
    assert DEMO.write(ROW, zero_sign="-") == TEXT


def test_a_positive_amount_has_no_place_in_a_negative_record() -> None:
    with pytest.raises(InvalidValue) as refusal:
        DEMO.write(ROW | {"cents": 5}, zero_sign="-")
    assert refusal.value.facts["reason"] == "sign"


def test_no_date_is_zeros_both_ways() -> None:
    text = DEMO.write(ROW | {"day": None})
    assert text[2:10] == "00000000"
    assert DEMO.read(text).value("day") is None


@pytest.mark.parametrize(
    ("given_", "written"),
    [
        ("Noël", "Noel"),
        ("Straße", "Strasse"),
        ("Cœur", "Coeur"),
        ("Łódź", "Lodz"),
        ("d’Ør", "d'Or"),
        ("A–B", "A-B"),
        ("plain", "plain"),
    ],
)
def test_diacritics_are_taken_off_before_characters_are_counted(given_: str, written: str) -> None:
    assert plain(given_) == written
    assert DEMO.write(ROW | {"name": "NOËL"}) == DEMO.write(ROW | {"name": "NOEL"})


@pytest.mark.parametrize(
    ("start", "bad"), [(3, "20261301"), (11, "A0000000"), (19, "00 7"), (23, "1-4")]
)
def test_a_zone_that_is_not_of_its_kind_is_named_and_keeps_its_characters(
    start: int, bad: str
) -> None:
    text = TEXT[: start - 1] + bad + TEXT[start - 1 + len(bad) :]
    record = DEMO.read(text)
    assert len(record.faults) == 1
    assert record.value(record.faults[0]) == bad


def test_a_character_outside_the_strict_set_is_found() -> None:
    record = DEMO.read(TEXT.replace("ANNE", "anne").replace("  A%", "**A%"))
    assert not record.sound
    assert record.unsound() == ("6", "8")
    assert record.faults == ()


def test_a_sign_that_is_none_is_a_fault() -> None:
    assert DEMO.read(TEXT.replace("-0001250", "00001250")).faults == ("3",)


@pytest.mark.parametrize("text", ["", TEXT + " ", TEXT[:-1]])
def test_reading_is_exact_on_length(text: str) -> None:
    with pytest.raises(InvalidValue) as refusal:
        DEMO.read(text)
    assert refusal.value.facts["found"] == len(text)


def test_a_table_of_a_tail_counts_from_its_own_first_position() -> None:
    tail = Layout("tail", 3, (Field("a", 351, 3, Kind.DIGITS),), first=351)
    assert tail.read("012").value("a") == "012"
    assert tail.write({"a": "012"}) == "012"


@given(
    day=st.none() | st.dates(),
    cents=st.integers(-9_999_999, 9_999_999),
    count=st.integers(0, 9999),
    payer=st.text("0123456789", min_size=3, max_size=3),
    name=st.text(PLAIN, max_size=10).map(lambda text: text.rstrip(" ")),
)
def test_what_is_written_reads_back_as_it_was_given(
    day: date | None, cents: int, count: int, payer: str, name: str
) -> None:
    row: dict[str, Value] = ROW | {
        "day": day,
        "cents": cents,
        "count": count,
        "payer": payer,
        "name": name,
    }
    text = DEMO.write(row)
    assert len(text) == 41
    record = DEMO.read(text)
    assert record.row() == row
    assert DEMO.write(record.row()) == text
