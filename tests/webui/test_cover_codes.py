"""The zone « Mutuelle »: a code fills everything but the dates, and saves nothing by itself."""

import pytest
from werkzeug.test import TestResponse

from server.core.codes import CodeRead, Symbology
from server.services import complementaries, covers
from tests.france import MARCHAND, admitted
from tests.webui.shop import FakeCodes, Shop
from tests.world import World
from webui.codes import Reading

TIDOUE = {"name": "Mutuelle Ti Doué", "number": "0799900010", "convention_type": "OC"}
KNOWN = "NumeroAMC=799900010;NumAdherent=0123456789;TypeConv=OC;CSR=12AB"
UNKNOWN = "NumeroAMC=0799900075;NumAdherent=0123456789"
QR = {"cover_source": "QR", "amc": "0799900010", "member": "0123456789", "third_party": "1"}


@pytest.fixture
def shop(french_world: World) -> Shop:
    made = Shop(french_world)
    made.post("payers/new", **TIDOUE)
    return made


@pytest.fixture
def patient(shop: Shop) -> str:
    return admitted(shop.world, MARCHAND)


def read(shop: Shop, text: str, *, number: int = 3, to_verify: bool = False) -> None:
    assert isinstance(shop.rooms.codes, FakeCodes)
    code = CodeRead(Symbology.QR, text, text.encode(), to_verify)
    shop.rooms.codes.last = Reading(number, "CAMERA", code)


def used(shop: Shop, patient: str) -> TestResponse:
    form = {"page_token": shop.door.page_token}
    address = f"{shop.door.root}covers/{patient}/code"
    return shop.client.post(address, data=form, headers={"HX-Request": "true"})


def plain(page: str) -> str:
    return page.replace("\u00a0", " ").replace("\u202f", " ")


@pytest.mark.row("MAIIA-37")
@pytest.mark.row("MAIIA-38")
def test_i1_a_code_fills_every_field_but_the_dates_and_the_hand_goes_to_them(
    shop: Shop, patient: str
) -> None:
    assert "Scanner le QR code" in shop.get(f"covers/{patient}")
    read(shop, f"{KNOWN};DU=20260101;AU=20261231")  # the five facts an attestation prints
    gone = used(shop, patient)
    assert gone.headers["HX-Redirect"].endswith(f"covers/{patient}?scanned=3#f-cover_from")
    page = plain(shop.get(f"covers/{patient}?scanned=3"))
    for filled in ('value="0799900010"', 'value="0123456789"', 'value="12AB"', "Mutuelle Ti Doué"):
        assert filled in page
    for empty in ("cover_from", "cover_to"):
        assert f'name="{empty}" type="text" value=""' in page
    assert '<option value="QR" selected>' in page
    assert covers.of(shop.world.desk, patient).of_papers == []


@pytest.mark.row("MAIIA-40")
def test_each_field_says_where_it_comes_from_and_so_does_the_cover_kept(
    shop: Shop, patient: str
) -> None:
    read(shop, KNOWN)
    page = shop.get(f"covers/{patient}?scanned=3")
    for label in ("amc", "member", "cover_criterion"):
        before = page.split(f'id="f-{label}"')[0][-160:]
        assert "lu dans le code" in before, label
    for label in ("cover_from", "cover_to", "amc_nir"):
        assert "lu dans le code" not in page.split(f'id="f-{label}"')[0][-160:], label
    dates = {"cover_from": "01/01/2026", "cover_to": "31/12/2026"}
    shop.post(f"covers/{patient}", **QR, **dates)
    (kept,) = covers.of(shop.world.desk, patient).of_papers
    assert (str(kept.row.source), kept.complete) == ("QR", True)


@pytest.mark.row("MAIIA-38")
@pytest.mark.scenario("F-09")
def test_third_party_payment_without_dates_is_refused_and_the_form_stays_filled(
    shop: Shop, patient: str
) -> None:
    read(shop, KNOWN)
    refused = shop.post(f"covers/{patient}", **QR)
    assert refused.status_code == 422
    assert 'id="d-cover_from"' in refused.text
    assert '<option value="QR" selected>' in refused.text
    assert "lu dans le code" in refused.text


@pytest.mark.row("MAIIA-39")
def test_the_year_is_proposed_on_one_key_and_never_by_itself(shop: Shop, patient: str) -> None:
    read(shop, KNOWN)
    assert 'data-key="Alt+A"' in shop.get(f"covers/{patient}?scanned=3")
    asked = shop.post(f"covers/{patient}/year", **QR)
    assert asked.status_code == 200
    assert 'name="cover_from" type="text" value="01/01/2026"' in asked.text
    assert 'name="cover_to" type="text" value="31/12/2026"' in asked.text
    assert covers.of(shop.world.desk, patient).of_papers == []


@pytest.mark.row("MAIIA-41")
@pytest.mark.scenario("F-09")
def test_the_paper_is_offered_to_the_scanner_right_after_and_may_wait(
    shop: Shop, patient: str
) -> None:
    read(shop, KNOWN)
    dates = {"cover_from": "01/01/2026", "cover_to": "31/12/2026"}
    page = shop.follow(f"covers/{patient}", **QR, **dates)
    assert f"scan/?patient={patient}" in page
    assert "Plus tard" in page
    assert "Numériser l’attestation" not in shop.get(f"covers/{patient}")


def test_i3_a_number_the_list_knows_is_chosen_and_not_made_anew(shop: Shop, patient: str) -> None:
    before = len(complementaries.listed(shop.world.desk, everything=True))
    read(shop, KNOWN)
    used(shop, patient)
    dates = {"cover_from": "01/01/2026", "cover_to": "31/12/2026"}
    shop.post(f"covers/{patient}", **QR, **dates)
    assert len(complementaries.listed(shop.world.desk, everything=True)) == before
    (kept,) = covers.of(shop.world.desk, patient).of_papers
    assert kept.name == "Mutuelle Ti Doué"


@pytest.mark.scenario("F-10")
def test_an_unknown_complementary_is_kept_without_dates_with_the_text_of_its_code(
    shop: Shop, patient: str
) -> None:
    read(shop, UNKNOWN)
    gone = used(shop, patient)
    assert gone.headers["HX-Redirect"].endswith(f"covers/{patient}?kept=unknown")
    page = plain(shop.get(f"covers/{patient}?kept=unknown"))
    for words in (
        "Organisme inconnu",
        "0799900075",
        "sans dates",
        UNKNOWN,
        "Le tiers payant reste",
    ):
        assert words in page
    (kept,) = covers.of(shop.world.desk, patient).of_papers
    assert (kept.complete, kept.row.third_party) == (False, False)


@pytest.mark.parametrize("text", ["https://example.org/", "DC0 nothing", "NumeroAMC=12"])
def test_i2_a_code_that_is_no_attestation_fills_and_keeps_nothing(
    shop: Shop, patient: str, text: str
) -> None:
    read(shop, text)
    assert used(shop, patient).status_code == 204
    assert shop.post(f"covers/{patient}/code").status_code == 303
    page = shop.get(f"covers/{patient}?scanned=3")
    assert "lu dans le code" not in page
    assert 'name="amc" type="text" value=""' in page  # to be typed by hand
    assert covers.of(shop.world.desk, patient).of_papers == []


def test_a_code_read_before_for_somebody_else_fills_nothing(shop: Shop, patient: str) -> None:
    read(shop, KNOWN, number=4)
    assert "lu dans le code" not in shop.get(f"covers/{patient}?scanned=3")
    assert "lu dans le code" not in shop.get(f"covers/{patient}")


def test_a_code_is_read_for_the_patient_whose_leaf_asked(shop: Shop, patient: str) -> None:
    page = shop.get(f"codes/?patient={patient}")
    assert f"covers/{patient}/code" in page
    assert "sse:code.done" in page
    assert 'id="use-code"' not in shop.get("codes/")


def test_a_doubtful_code_is_said_to_be_compared(shop: Shop, patient: str) -> None:
    read(shop, KNOWN, to_verify=True)
    assert "peut différer du papier" in shop.get(f"covers/{patient}?scanned=3")
