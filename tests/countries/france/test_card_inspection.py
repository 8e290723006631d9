"""A card inspected: its people with what belongs to each, and a problem for what is odd."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.core.identifiers import Nir
from server.core.inspection import Inspection, Severity, Verdict
from server.countries.france.card import VitaleCard
from server.countries.france.card_inspection import inspect_card, is_card
from server.countries.france.card_wire import read_groups
from server.countries.france.cps_dump import is_dump
from tests.countries.france.conftest import shared
from tests.countries.france.twins import CPS, DUMP, FAMILY, INSURED, NONE, person, write

ROOT = Path(__file__).parents[3]
GOLDEN = ROOT / "tests" / "golden" / "cards"
SAMPLES = ROOT.parent / "shared" / "data" / "fr" / "samples"


def codes(inspection: Inspection) -> list[tuple[str, str]]:
    return [(problem.code, problem.where) for problem in inspection.problems]


def samples(folder: str, ending: str) -> list[Path]:
    if not SAMPLES.is_dir():
        pytest.skip("the test cards of ../shared/data/fr/samples are not here")
    return sorted((SAMPLES / folder).glob(f"*.{ending}"))


def test_the_kept_files_are_what_the_pen_writes_today() -> None:
    assert (GOLDEN / "vitale_family.in").read_bytes() == write(FAMILY)
    assert (GOLDEN / "cps.in").read_bytes() == write(CPS)
    assert (GOLDEN / "cps.cps").read_bytes() == DUMP.replace("\n", "\r\n").encode("latin-1")


def test_a_family_is_read_person_by_person() -> None:
    inspection = inspect_card((GOLDEN / "vitale_family.in").read_bytes())
    assert (inspection.format, inspection.verdict, codes(inspection)) == (
        "fr.card", Verdict.VALID, [],
    )  # fmt: skip
    content: Any = inspection.content
    assert content["holder"]["nir"] == "1700767999907"
    assert content["holder"]["valid_to"] == "2031-12-31"
    assert content["groups"] == {
        "101": 1, "102": 1, "104": 3, "105": 3, "106": 3, "107": 1, "108": 2, "109": 1, "111": 1,
    }  # fmt: skip
    gaelle, mael, noah = content["beneficiaries"]
    assert gaelle["address"][2] == "3 RUE DE L'ÉCLUSE"
    assert [entry["group"] for entry in gaelle["amo"]] == [105, 106]
    assert [(entry["from"], entry["to"]) for entry in gaelle["amc"]] == [
        ("2025-01-01", "2025-12-31"), ("2026-01-01", "2026-12-31"),
    ]  # fmt: skip
    assert (mael["birth"], mael["rank"], mael["nir"]) == ("2015-14-01", "1", None)
    assert (noah["birth"], noah["rank"]) == (mael["birth"], "2")
    assert mael["amo"][2] == {
        "from": "2024-06-01", "to": None, "cover": "1", "situation": "0102", "group": 106,
    }  # fmt: skip
    (amc,) = mael["amc"]
    assert (amc["member"], amc["routing"], amc["host"]) == ("A0099", "OC", "001")
    assert noah["amc"] == []


def test_the_insured_person_without_a_certified_number_has_that_of_the_card() -> None:
    alone = person("LE GOFF", "GAËLLE", "197007010000")
    content: Any = inspect_card(write([INSURED, alone])).content
    assert content["beneficiaries"][0]["nir"] == "1700767999907"


@pytest.mark.parametrize(("name", "many"), [("0251.in", 2), ("tech16.in", 2), ("ct04.in", 19)])
def test_m2_everybody_on_a_card_is_offered_with_his_own_groups(name: str, many: int) -> None:
    groups = read_groups(shared(f"samples/cartes_virtuelles/{name}").read_bytes()).groups
    card = VitaleCard.of(groups)
    assert len(card.beneficiaries) == many and card.orphans == []
    given: list[list[int]] = []
    for group in groups:
        if group.number == 104:
            given.append([])
        elif given:
            given[-1].append(group.number)
    for who, own in zip(card.beneficiaries, given, strict=True):
        counts = Counter(own)
        assert (len(who.rights), len(who.covers)) == (counts[105], counts[106])
        assert len(who.mutuals) == counts[107] + counts[109]
        assert sum(len(each.periods) for each in who.mutuals) == counts[108]


@pytest.mark.parametrize("name", ["0102.in", "ct06.in", "tech10.in"])
def test_m5_a_lunar_birth_of_a_card_is_kept_as_text(name: str) -> None:
    card = shared(f"samples/cartes_virtuelles/{name}").read_bytes()
    content: Any = inspect_card(card).content
    assert "1942-19-01" in [person["birth"] for person in content["beneficiaries"]]


def test_nineteen_people_are_nineteen_people() -> None:
    people = [person("LE GOFF", f"E{n}", "201001010000", quality="6") for n in range(19)]
    content: Any = inspect_card(write([INSURED, *people])).content
    assert len(content["beneficiaries"]) == 19


@pytest.mark.parametrize("name", ["cps.in", "cps.cps"])
def test_a_professional_is_read_from_bytes_and_from_a_text_dump(name: str) -> None:
    inspection = inspect_card((GOLDEN / name).read_bytes())
    assert (inspection.format, codes(inspection)) == ("fr.cps", [])
    content: Any = inspection.content
    assert (content["holder"]["name"], content["holder"]["id"]) == ("KERVELLA", "99900000001")
    (situation,) = content["situations"]
    assert situation["structure_name"].startswith("CABINET DE L'ÉCLUSE")
    assert (situation["specialty"], situation["billing_number"]) == ("26", "99999901")


def test_a_dump_in_utf_8_or_with_strange_lines_is_read_with_a_remark() -> None:
    text = DUMP.replace("m_NumLog", "m_Inconnu = 4,  rien\n 1")
    inspection = inspect_card(text.encode())
    assert codes(inspection) == [("card.dump_line", "m_Inconnu"), ("card.utf8", "")]
    content: Any = inspection.content
    assert content["situations"][0]["structure_name"] == "CABINET DE L'ÉCLUSE, RENNES"
    assert content["situations"][0]["number"] == "1"


@pytest.mark.parametrize(
    ("groups", "found"),
    [
        ([person("A", "B", "197007010000")], ("card.no_insured", "101")),
        ([INSURED], ("card.nobody", "104")),
        ([INSURED, (105, (NONE, NONE)), person("A", "B", NONE)], ("card.orphan", "105#2")),
        ([INSURED, person("A", "B", NONE), (108, (NONE, NONE))], ("card.orphan", "108#3")),
        ([INSURED, person("A", "B", "19700701")], None),
        ([INSURED, person("A", "B", "hier")], ("card.date", "104#2 birth")),
        ([INSURED, person("A", "B", "000107010000")], ("card.date", "104#2 birth")),
        ([INSURED, person("A", "B", NONE), (105, ("202613010000", NONE))],
         ("card.date", "105#3 from")),
        ([INSURED, person("A", "B", NONE), (105, ("202602010000", "202601010000"))],
         ("card.period", "105#3")),
        ([INSURED, person("A", "B\x85", NONE)], ("card.letters", "104#2 first_name")),
        ([INSURED, person("A", "B", NONE), (999, ("x",))], ("card.unknown_group", "999#3")),
        ([INSURED, person("A", "B", NONE), (105, (NONE,))], ("card.field_count", "105#3")),
        ([INSURED, person("A", "B", NONE, nir="1700767999907", key="31")],
         ("card.nir_check", "104#2 nir")),
    ],
)  # fmt: skip
def test_what_is_odd_is_one_problem_with_its_place(
    groups: list[Any], found: tuple[str, str] | None
) -> None:
    assert codes(inspect_card(write(groups))) in ([], [found])
    assert bool(codes(inspect_card(write(groups)))) is (found is not None)


def test_a_wrong_key_of_the_insured_person_makes_problems() -> None:
    fields = list(INSURED[1])
    fields[8] = "63"
    card = write([(101, fields), person("A", "B", NONE)])
    assert inspect_card(card).verdict is Verdict.PROBLEMS


def test_a_wrong_billing_key_is_a_warning() -> None:
    holder, (number, fields) = CPS
    wrong = (number, (*fields[:9], "5", *fields[10:]))
    (problem,) = inspect_card(write([holder, wrong])).problems
    assert (problem.code, problem.severity) == ("card.billing_key", Severity.WARNING)


def test_a_billing_number_with_a_letter_is_a_warning() -> None:
    holder, (number, fields) = CPS
    inspection = inspect_card(write([holder, (number, (*fields[:8], "9999A901", *fields[9:]))]))
    assert codes(inspection) == [("card.billing_key", "2#2 billing_number")]


def test_a_group_that_is_known_and_not_described_is_no_remark() -> None:
    assert codes(inspect_card(write([*FAMILY, (40, ("x",))]))) == []


def test_a_second_insured_person_belongs_to_nobody() -> None:
    content: Any = inspect_card(write([*FAMILY, INSURED])).content
    assert len(content["beneficiaries"]) == 3


def test_a_dump_that_looks_like_utf_8_and_is_not_is_read_as_latin_1() -> None:
    data = DUMP.encode() + "Ã©".encode("latin-1") + b"\xff\n"
    assert ("card.utf8", "") not in codes(inspect_card(data))


def test_half_a_professional_is_told() -> None:
    assert codes(inspect_card(write(CPS[1:]))) == [("card.no_ps", "1")]
    assert codes(inspect_card(write(CPS[:1]))) == [("card.no_situation", "2")]


@given(st.binary(max_size=300), st.integers(0, 600), st.integers(0, 255))
def test_no_bytes_and_no_changed_byte_ever_raise(data: bytes, at: int, byte: int) -> None:
    card = bytearray(write(FAMILY))
    card[at] = byte
    for each in (data, bytes(card), b"\x00\x65" + data, b"[CPS_GR1]\n" + data):
        is_card(each)
        inspect_card(each)


def test_other_files_are_not_taken_for_cards() -> None:
    for data in (b"", b"\x00", b"920000", b"[server]\nport=1", b"%PDF-1.7", b"PK\x03\x04", b"[]"):
        assert not is_card(data)
    assert not is_dump(b"[CPS_GR7]")


def test_m1_m7_every_virtual_test_card_is_read_as_expected() -> None:
    cards = samples("cartes_virtuelles", "in")
    expected = json.loads((SAMPLES / "cards_parsed.json").read_text("utf-8"))
    assert {card.name for card in cards} == set(expected)
    assert len(cards) == 106
    for card in cards:
        reading = read_groups(card.read_bytes())
        assert reading.damage is None, card.name
        assert [[number, list(fields)] for number, fields in reading.groups] == expected[card.name]
        inspection = inspect_card(card.read_bytes())
        assert inspection.verdict is Verdict.VALID, card.name
        counts = Counter(str(number) for number, _ in expected[card.name])
        assert inspection.content["groups"] == counts
        content: Any = inspection.content
        assert len(content["beneficiaries"]) == counts["104"]
        holder = content["holder"]
        assert Nir.parse(holder["nir"] + holder["key"]).key_holds, card.name


def test_every_dump_of_a_test_cps_is_read() -> None:
    for dump in samples("cps", "cps"):
        inspection = inspect_card(dump.read_bytes())
        assert (inspection.format, codes(inspection)) == ("fr.cps", []), dump.name
        content: Any = inspection.content
        assert content["holder"]["id"] in dump.name
