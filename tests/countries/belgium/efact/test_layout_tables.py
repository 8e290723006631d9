import csv
import re
from pathlib import Path

import pytest

from server.core.layout import Kind
from server.countries.belgium.efact_layout import LAYOUTS

RECORDS = Path(__file__).parents[5] / "shared" / "data" / "be" / "efact_records.csv"


@pytest.mark.parametrize("name", sorted(LAYOUTS))
def test_every_zone_stands_where_the_reference_page_says(name: str) -> None:
    if not RECORDS.exists():
        pytest.skip("the table of zones ../shared/data/be/efact_records.csv is not here")
    with RECORDS.open(encoding="utf-8") as rows:
        wanted = [
            (row["zone"], int(row["start"]), int(row["length"]))
            for row in csv.DictReader(rows)
            if row["record"] == name
        ]
    assert [(zone.name, zone.start, zone.width) for zone in LAYOUTS[name].fields] == wanted


@pytest.mark.parametrize("name", ["10", "20", "50", "51", "52", "80", "90"])
def test_a_strict_set_tells_apart_what_the_control_digits_cannot(name: str) -> None:
    """One special character at most, and never both cases of a letter."""
    for zone in LAYOUTS[name].fields:
        for characters, _ in zone.classes:
            allowed = {c for c in map(chr, range(256)) if re.fullmatch(characters, c, re.ASCII)}
            special = {c for c in allowed if not (c.isascii() and c.isalnum()) and c != " "}
            if zone.kind is not Kind.AMOUNT:
                assert len(special) <= 1, zone.name
            assert not any(c.lower() in allowed for c in allowed if "A" <= c <= "Z"), zone.name
