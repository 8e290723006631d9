"""« Lire l’e-carte (ApCV) »: what a phone showed is handed over unread, with how the line is."""

import pytest

from server.core.codes import CodeRead, Symbology
from tests.france import MARCHAND, admitted
from tests.webui.shop import FakeCodes, FakePost, Shop
from tests.world import World
from webui.codes import Reading
from webui.rights_reading import ReadingState


class Component:
    """A component that only remembers what it was handed."""

    def __init__(self) -> None:
        self.state = ReadingState()
        self.handed: list[tuple[str, bytes, bool]] = []

    def read(self, patient: str, pin: str) -> None:
        raise AssertionError

    def read_phone(self, patient: str, payload: bytes, *, online: bool) -> None:
        self.handed.append((patient, payload, online))
        self.state = ReadingState(patient, problem="bad_payload")


@pytest.fixture
def shop(french_world: World) -> Shop:
    made = Shop(french_world)
    _ = made.client
    return made


def test_the_code_read_last_is_handed_over_as_it_was(shop: Shop) -> None:
    patient, component = admitted(shop.world, MARCHAND), Component()
    shop.rooms.rights_reading = component
    assert "montrez son code au lecteur" in shop.get(f"rights/{patient}")
    shop.follow(f"rights/{patient}/phone")
    code = CodeRead(Symbology.QR, "APCV", b"APCV\xff")
    assert isinstance(shop.rooms.codes, FakeCodes)
    shop.rooms.codes.last = Reading(1, "CAMERA", code)
    shop.rooms.post = FakePost()
    page = shop.follow(f"rights/{patient}/phone")
    assert component.handed == [(patient, b"", False), (patient, b"APCV\xff", True)]
    assert "n’est pas un code de l’application Vitale" in page


def test_without_a_component_there_is_nothing_to_hand_it_to(shop: Shop) -> None:
    patient = admitted(shop.world, MARCHAND)
    assert "e-carte" not in shop.get(f"rights/{patient}")
    assert shop.post(f"rights/{patient}/phone").status_code == 404
