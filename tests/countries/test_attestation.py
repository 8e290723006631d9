"""Texts of codes become attestations by the shipped profiles, strictly, and never with a date."""

import csv
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.core.errors import InvalidValue
from server.countries.attestation import LONGEST, Attestation, attestation
from server.countries.code_profiles import FieldRow

DAY = date(2026, 6, 1)
TABLE = Path(__file__).parents[2] / "server" / "reference" / "code_profiles.csv"
with TABLE.open(encoding="utf-8", newline="") as lines:
    CELLS = list(csv.DictReader(lines))
SHIPPED = [FieldRow.from_mapping(cells) for cells in CELLS]
NISS = "85073003328"  # fabricated: its check digits hold, nobody has it


def read(text: str, rows: Sequence[FieldRow] = SHIPPED) -> Attestation | None:
    return attestation(text, DAY, rows)


NAMED = Attestation(
    "fr.amc.named", "FR", confirmed=False, amc_number="99123456", convention_type="IS", csr="042",
    member_number="77001122",
)  # fmt: skip


@pytest.mark.parametrize(
    "text",
    [
        "AMC=99123456|ADH=77001122|TYPE=IS|CSR=042",
        "N° AMC : 99123456\r\nN° d’adhérent:77001122\r\nConvention:IS\r\nCritère secondaire: 042",
        "amc=99123456;adherent=77001122;type_conv=IS;csr=042;du=20260101;au=20261231",
        "AMC=99123456\x1dADH=77001122\x1dTYPE=IS\x1dCSR=042",
        "https://mutuelle.invalid/c?amc=99123456&adh=77001122&type=IS&csr=042",
        '{"AMC":"99123456","Adhérent":77001122,"type":"IS","csr":"042","R":true,"x":[1]}',
    ],
)
def test_a_text_with_names_gives_the_four_facts(text: str) -> None:
    assert read(text) == NAMED


def test_i1_the_five_printed_facts_in_their_order_give_all_but_the_dates() -> None:
    found = read("99123456|IS|042|77001122|20260101-20261231")
    assert found == Attestation(
        "fr.amc.parts", "FR", confirmed=False, amc_number="99123456", convention_type="IS",
        csr="042", member_number="77001122",
    )  # fmt: skip
    assert "2026" not in str(found)


def test_a_vignette_gives_its_national_number_when_its_check_digits_hold() -> None:
    expected = Attestation("be.vignette", "BE", confirmed=False, niss=NISS)
    assert read(NISS) == expected
    assert read(f"{NISS} PEETERS ANA") == expected
    assert read("85073003329") is None
    assert read(f"{NISS}\n\x00") is None


def test_a_2d_doc_is_recognised_by_its_header_alone() -> None:
    found = read("DC04FR0AXYZ11E2C1E2C01FR" + "B0JEAN\x1d" + "\x1fSIGNATURE")
    assert found == Attestation("fr.2ddoc", "FR", confirmed=False, document="01")
    assert read("DC99FR0AXYZ11E2C1E2C01") is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "bonjour",
        "AMC=99123456",  # whose member?
        "ADH=77001122|CSR=042",
        "AMC=9912|ADH=77001122",
        "AMC=99123456|AMC=99654321|ADH=77001122",
        '{"amc":"99123456","amc":"99654321","adh":"77001122"}',
        "https://amc.invalid/99123456",
        "javascript:amc=99123456&adh=77001122",
        '{"amc":',
        "[" * 3000,
        "{" * 3000,
        '{"a":' * 1500,
        "AMC=99123456\u202e|ADH=<script>",
        "AMC=99123456|ADH=77001122|" + "x" * LONGEST,
    ],
)
def test_row_21_i2_a_text_that_only_looks_alike_gives_nothing(text: str) -> None:
    assert read(text) is None


@given(st.text())
def test_no_text_breaks_the_reading(text: str) -> None:
    found = read(text)
    assert found is None or found.profile in {row.profile for row in SHIPPED}


def row(**cells: str) -> FieldRow:
    return FieldRow.from_mapping({**CELLS[0], **cells})


def test_a_layout_can_be_given_by_columns() -> None:
    rows = [
        row(profile="x", form="widths", place="1-8", confidence="S"),
        row(profile="x", form="widths", place="9-18", field="member_number", confidence="S"),
    ]
    found = read("9912345677001122  ", rows)
    assert found == Attestation(
        "x", "FR", confirmed=True, amc_number="99123456", member_number="77001122"
    )


def test_a_layout_holds_for_its_period_only() -> None:
    assert read("AMC=99123456|ADH=1", [row(valid_to="2026-05-31")]) is None


@pytest.mark.parametrize(
    ("cells", "field"),
    [
        ({"form": "guess"}, "form"),
        ({"field": "valid_to"}, "field"),
        ({"place": "É"}, "place"),
        ({"form": "parts", "place": "0"}, "place"),
        ({"pattern": "["}, "pattern"),
        ({"needed": "perhaps"}, "needed"),
    ],
)
def test_a_row_that_is_none_is_refused(cells: dict[str, str], field: str) -> None:
    with pytest.raises(InvalidValue) as raised:
        row(**cells)
    assert raised.value.facts["field"] == field
