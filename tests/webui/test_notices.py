"""Payers that change: whom they concern in one click, and the attestations to ask for."""

from datetime import date

import pytest

from server.core.errors import InvalidValue
from server.countries.france.notices import Notice, concerning
from tests.france import GARREC, MARCHAND, MEYER, admitted
from tests.webui.shop import Shop
from tests.world import World

ROW = {
    "notice": "n", "label_fr": "L", "regime": "91", "before": "GU", "after": "GS", "operator": "V",
    "who_fr": "w", "asked_fr": "a", "valid_from": "2026-01-01", "source": "s", "confidence": "S",
}  # fmt: skip
YEAR = {"cover_from": "01/01/2025", "cover_to": "31/12/2026", "cover_source": "PAPER"}


@pytest.fixture
def shop(french_world: World) -> Shop:
    return Shop(french_world)


def test_a_notice_concerns_one_scheme_and_one_management_from_its_day() -> None:
    notice = Notice.from_mapping(ROW)
    day = date(2026, 1, 1)
    assert concerning([notice], day, "910290000", "GU") == (notice,)
    assert not concerning([notice], day, "910290000", "GS")
    assert not concerning([notice], day, "012910000", "GU")
    assert not concerning([notice], date(2025, 12, 31), "910290000", "GU")


@pytest.mark.parametrize(("column", "cell"), [("regime", "9"), ("before", "XX"), ("after", "")])
def test_a_row_that_makes_no_sense_is_refused(column: str, cell: str) -> None:
    with pytest.raises(InvalidValue):
        Notice.from_mapping({**ROW, column: cell})


@pytest.mark.row("MAIIA-1", "MAIIA-2")
def test_patients_of_the_scheme_are_listed_and_leave_once_their_attestation_is_noted(
    shop: Shop,
) -> None:
    """H1: a banner asks for the new attestation, nothing is blocked."""
    assert "Aucun patient du cabinet" in shop.get("notices/")
    mine = admitted(shop.world, GARREC)
    for patient in (mine, admitted(shop.world, MEYER), admitted(shop.world, MARCHAND)):
        shop.follow(f"covers/{patient}", **YEAR, amc="1221212145")
    page = shop.get("notices/")
    assert "1 attestation à demander" in page and "GARREC" in page
    assert "MEYER" not in page and "MARCHAND" not in page and "Viamedis" in page
    assert "1 attestation à demander" in shop.get("today/")
    for path in (f"patients/{mine}", f"covers/{mine}"):
        assert "La MGEN passe de la gestion unique" in shop.get(path)
    page = shop.follow("notices/asked", notice="mgen-viamedis", patient=mine)
    assert "demandée le 02/03/2026" in page and "0 attestation à demander" in page
    assert "attestation à demander" not in shop.get("today/")
    shop.post("payers/new", name="MGEN Viamedis", number="799900044", convention_type="OC")
    year = {**YEAR, "cover_from": "01/01/2026"}
    page = shop.follow(f"covers/{mine}", **year, amc="799900044")
    assert "une FSE pour la caisse et une DRE" in page and "La MGEN passe" not in page
    assert "Aucun patient du cabinet" in shop.get("notices/")
    answer = shop.post("notices/asked", notice="mgen-viamedis", patient=mine)
    assert answer.status_code == 404 and "ne concerne plus" in answer.text
