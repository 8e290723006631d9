"""I5: an attestation scanned is kept with its patient and tied to the cover of its period."""

import pytest

from server.core.tray import Origin
from server.services import covers, tray
from server.services.attestations import of_covers
from server.services.tray import Page
from tests.france import MARCHAND, admitted
from tests.webui.shop import Shop
from tests.world import World


@pytest.fixture
def shop(french_world: World) -> Shop:
    return Shop(french_world)


def scanned(shop: Shop, patient: str, year: int) -> str:
    """Scan an attestation of a year and file it from the table."""
    desk = shop.world.desk
    key = tray.receive(
        desk, b"%PDF-1.7 of " + str(year).encode(), "attestation.pdf", Origin.SCAN
    ).id
    tray.looked_into(desk, key, [Page(b"\xff\xd8 page", 90, ())])
    shop.follow(f"tray/{key}/integrate", kind="AMC_CARD", patient=patient,
                valid_from=f"01/01/{year}", valid_to=f"31/12/{year}")  # fmt: skip
    return key


def covered(shop: Shop, patient: str, first: str = "", last: str = "") -> str:
    typed = {"amc": "1221212145", "cover_source": "PAPER", "cover_from": first, "cover_to": last}
    return covers.assign(shop.world.desk, patient, typed)


def tied(shop: Shop, patient: str) -> dict[str, str]:
    held = covers.of(shop.world.desk, patient)
    found = of_covers(shop.world.desk, patient, held.of_papers)
    return {cover: paper.incoming.id for cover, paper in found.items()}


def test_i5_each_cover_leads_to_the_attestation_of_its_period(shop: Shop) -> None:
    patient = admitted(shop.world, MARCHAND)
    old, new = (covered(shop, patient, f"01/01/{y}", f"31/12/{y}") for y in (2025, 2026))
    assert tied(shop, patient) == {}
    first, second = scanned(shop, patient, 2025), scanned(shop, patient, 2026)
    assert tied(shop, patient) == {old: first, new: second}
    page = shop.get(f"covers/{patient}")
    assert "attestation au dossier, du 01/01/2025 au 31/12/2025" in page
    assert page.count("attestation au dossier") == 2
    for key in (first, second):
        assert f'href="{shop.door.root}tray/{key}"' in page


def test_a_cover_whose_dates_only_meet_it_is_tied_too_and_one_beyond_is_not(shop: Shop) -> None:
    patient = admitted(shop.world, MARCHAND)
    part = covered(shop, patient, "01/03/2026", "30/06/2026")
    covered(shop, patient, "01/01/2024", "31/12/2024")
    covered(shop, patient, "01/01/2027", "31/12/2027")
    key = scanned(shop, patient, 2026)
    assert tied(shop, patient) == {part: key}


def test_a_cover_without_dates_takes_the_newest_paper_and_one_read_from_a_paper_its_own(
    shop: Shop,
) -> None:
    patient = admitted(shop.world, MARCHAND)
    first, second = scanned(shop, patient, 2025), scanned(shop, patient, 2026)
    typed = {"amc": "1221212145", "cover_source": "PAPER", "incoming": first}
    read = covers.assign(shop.world.desk, patient, typed)
    undated = covered(shop, patient)
    newest = tray.of_patient(shop.world.desk, patient)[0].incoming.id
    assert tied(shop, patient) == {read: first, undated: newest}
    assert newest in (first, second)


def test_a_paper_of_another_kind_is_no_attestation(shop: Shop) -> None:
    patient = admitted(shop.world, MARCHAND)
    covered(shop, patient, "01/01/2026", "31/12/2026")
    key = tray.receive(shop.world.desk, b"%PDF-1.7 letter", "lettre.pdf", Origin.SCAN).id
    tray.looked_into(shop.world.desk, key, [Page(b"\xff\xd8 page", 90, ())])
    shop.follow(f"tray/{key}/integrate", kind="CORRESPONDENCE", patient=patient, valid_from="",
                valid_to="")  # fmt: skip
    assert tied(shop, patient) == {}
