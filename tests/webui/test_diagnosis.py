"""Help › Diagnostic: each finding with its word and its mend."""

import pytest

from tests.services.people_of import BY_NAME, seat
from tests.webui.shop import Shop
from tests.world import World
from webui.outside import Checked

FOUND = (
    Checked("reader", "ill", "doctor.cards.no_reader"),
    Checked("middleware", "well", "doctor.middleware.none"),
    Checked("card", "untried", "doctor.card_in.unread"),
    Checked("certificate", "ill", "doctor.certificate.no_root"),
    Checked("clock", "well", "doctor.clock.ok", {"now": "02/03/2026 08:00"}),
    Checked("practice", "well", "doctor.practice.encrypted"),
)


@pytest.fixture
def shop(world: World) -> Shop:
    made = Shop(world)
    made.rooms.checked = FOUND
    _ = made.client
    return made


@pytest.mark.row("SOFT33-1")
def test_each_point_has_its_word_and_what_to_do(shop: Shop) -> None:
    page = shop.get("help/diagnosis/")
    assert "2 points à corriger sur ce poste." in page
    for subject in ("Lecteur", "Logiciel eID", "Carte", "Certificat", "Horloge"):
        assert f"<b>{subject}</b>" in page
    assert page.count("à corriger</span>") == 2
    assert page.count("bon</span>") == 3 and page.count("pas essayé</span>") == 1
    assert "Chargez-la dans Options" in page and "02/03/2026 08:00" in page
    assert 'data-key="F2"' in page and "Refaire" in page
    assert "Diagnostic" in shop.get("cards/")


def test_a_sound_machine_is_told_so(shop: Shop) -> None:
    shop.rooms.checked = FOUND[1:3]
    assert "Rien à corriger sur ce poste." in shop.get("help/diagnosis/")


def test_who_sees_no_patient_sees_no_reader(shop: Shop) -> None:
    seat(shop.world, BY_NAME["accountant"])
    assert shop.client.get(f"{shop.door.root}help/diagnosis/").status_code == 403
