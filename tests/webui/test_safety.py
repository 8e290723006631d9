"""Options › Sécurité, and the passphrase asked again before what weighs."""

from errno import ENOSPC
from time import monotonic, sleep

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from server.core.errors import ProofNeeded
from server.services import practices
from server.services.desk import Desk
from server.store import rekey
from server.store.keys import KeyFile
from tests.webui.house import PASSPHRASE as HOUSE_PASSPHRASE
from tests.webui.house import House
from tests.webui.shop import Shop
from tests.world import PASSPHRASE, World
from webui.gate import GateState

NEW = "une autre phrase de passe"


@pytest.fixture
def shop(world: World) -> Shop:
    return Shop(world)


def later(shop: Shop) -> None:
    """Let the passphrase be eleven minutes old."""
    assert shop.client
    shop.world.clock.advance(minutes=11)


def send_from(shop: Shop, screen: str, path: str) -> TestResponse:
    """Send an empty form, as the browser does from a screen."""
    return shop.client.post(
        f"{shop.door.root}{path}", data={"page_token": shop.door.page_token},
        headers={"Referer": screen} if screen else {},
    )  # fmt: skip


def test_the_state_of_encryption_is_told_with_what_opens_and_since_when(shop: Shop) -> None:
    page = shop.get("options/security/")
    assert "Le cabinet est chiffré" in page
    assert "ChaCha20" in page
    assert "Phrase de passe de Sophie MARCHAL" in page and "Code de secours" in page
    assert "Sécurité" in shop.get("options/")


def test_a_passphrase_is_changed_from_the_screen(shop: Shop) -> None:
    form = {"current": PASSPHRASE, "new_passphrase": NEW, "again": NEW}
    assert shop.post("options/security/passphrase", **form).status_code == 303
    shop.world.cabinet.lock()
    shop.world.cabinet.unlock(shop.world.cabinet.logins()[0].id, NEW)


@pytest.mark.parametrize(
    ("typed", "field", "words"),
    [
        ({"current": "faux"}, "current", "n’ouvre pas le cabinet"),
        ({"new_passphrase": "court", "again": "court"}, "new_passphrase", "trop courte"),
        ({"new_passphrase": PASSPHRASE, "again": PASSPHRASE}, "new_passphrase", "la même phrase"),
        ({"again": "autre chose"}, "again", "ne sont pas les mêmes"),
    ],
)
def test_what_is_wrong_is_told_at_its_field_and_no_secret_comes_back(
    shop: Shop, typed: dict[str, str], field: str, words: str
) -> None:
    form = {"current": PASSPHRASE, "new_passphrase": NEW, "again": NEW, **typed}
    page = shop.post("options/security/passphrase", **form)
    assert page.status_code in (403, 422)
    assert f'id="d-{field}"' in page.text and words in page.text
    assert PASSPHRASE not in page.text and NEW not in page.text


def test_an_act_that_weighs_asks_the_passphrase_and_comes_back_to_its_screen(shop: Shop) -> None:
    later(shop)
    screen = f"{shop.door.origin}{shop.door.root}options/security/?from=x"
    asked = send_from(shop, screen, "options/security/recovery")
    assert asked.status_code == 303
    ask = asked.headers["Location"].removeprefix(shop.door.root)
    assert ask.startswith("proof/") and "security" not in ask
    assert "Cet acte demande votre phrase de passe" in shop.get(ask)
    wrong = shop.post(ask, passphrase="faux")
    assert wrong.status_code == 403 and 'id="d-passphrase"' in wrong.text
    right = shop.post(ask, passphrase=PASSPHRASE)
    assert right.headers["Location"] == f"{shop.door.root}options/security/?from=x"
    before = KeyFile(shop.world.folder / "besace.key").numbers()["recovery"]
    made = send_from(shop, screen, "options/security/recovery")
    assert made.headers["Location"] == f"{shop.door.root}recovery"
    assert KeyFile(shop.world.folder / "besace.key").numbers()["recovery"] > before


@pytest.mark.parametrize(
    "referer", ["", "http://evil.example/x", "options/security/passphrase", "static/app.css"]
)
def test_a_screen_that_is_not_one_leads_to_the_first_page(shop: Shop, referer: str) -> None:
    later(shop)
    ours = f"{shop.door.origin}{shop.door.root}{referer}" if referer else ""
    asked = send_from(shop, referer if "://" in referer else ours, "options/security/recovery")
    ask = asked.headers["Location"].removeprefix(shop.door.root)
    assert shop.post(ask, passphrase=PASSPHRASE).headers["Location"] == shop.door.root


def test_a_page_that_needs_proof_is_shown_after_it(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(desk: Desk) -> None:
        raise ProofNeeded()

    monkeypatch.setattr(practices, "card", refuse)
    asked = shop.client.get(f"{shop.door.root}options/?a=b")
    ask = asked.headers["Location"].removeprefix(shop.door.root)
    answer = shop.post(ask, passphrase=PASSPHRASE)
    assert answer.headers["Location"] == f"{shop.door.root}options/?a=b"
    fragment = shop.client.get(f"{shop.door.root}options/", headers={"HX-Request": "true"})
    assert fragment.headers["HX-Redirect"].startswith(f"{shop.door.root}proof/")


def test_a_number_nobody_knows_leads_home_once_proved(shop: Shop) -> None:
    assert shop.post("proof/0000", passphrase=PASSPHRASE).headers["Location"] == shop.door.root


def test_a_new_recovery_code_is_shown_and_must_be_retyped(shop: Shop) -> None:
    shop.post("options/security/recovery")
    assert shop.client.get(f"{shop.door.root}today/").status_code == 403
    recovery = shop.gate.recovery()
    bare = recovery.code.replace("-", "")
    assert recovery.code.split("-")[0] in shop.get("recovery")
    sign = shop.world.cabinet.sign
    assert sign is not None and not sign.proven
    answers = [bare[n - 1] for n in recovery.positions]
    form = {"character": answers, "page_token": shop.door.page_token}
    assert shop.client.post(f"{shop.door.root}recovery", data=form).status_code == 303
    assert shop.get("options/")
    sign = shop.world.cabinet.sign
    assert sign is not None and sign.proven


def until_rekeyed(shop: Shop) -> None:
    """Wait for the thread that encrypts."""
    limit = monotonic() + 30
    while shop.gate.state is GateState.REKEYING:
        assert monotonic() < limit
        sleep(0.01)


def test_a_practice_is_encrypted_again_and_its_new_code_asked_back(shop: Shop) -> None:
    assert "Rechiffrer" in shop.get("options/security/")
    key = shop.world.cabinet.vault().key
    begun = shop.post("options/security/rekey", rekey_passphrase=PASSPHRASE)
    assert begun.headers["Location"] == f"{shop.door.root}rekeying"
    until_rekeyed(shop)
    assert shop.gate.state is GateState.UNPROVEN
    assert shop.gate.recovery().code[:5] in shop.get("recovery")
    assert shop.world.cabinet.vault().key.raw != key.raw


def test_a_wrong_passphrase_begins_nothing(shop: Shop) -> None:
    wrong = shop.post("options/security/rekey", rekey_passphrase="faux")
    assert wrong.status_code == 403 and 'id="d-rekey_passphrase"' in wrong.text
    assert shop.gate.state is GateState.OPEN


def test_a_failure_is_told_and_the_practice_goes_on_under_the_key_it_has(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(ENOSPC, "no room")

    assert shop.client
    monkeypatch.setattr(rekey, "copy_pages", full)
    shop.post("options/security/rekey", rekey_passphrase=PASSPHRASE)
    until_rekeyed(shop)
    assert shop.gate.state is GateState.OPEN
    back = shop.client.get(f"{shop.door.root}rekeying")
    assert back.headers["Location"] == f"{shop.door.root}options/security/"
    page = shop.get("options/security/")
    assert "garde sa clé d’avant" in page and "disque" in page


def test_the_page_of_an_encryption_under_way_tells_how_far_it_is(
    client: FlaskClient, house: House
) -> None:
    house.gate.reencrypt(HOUSE_PASSPHRASE)
    assert client.get(house.door.root).headers["Location"] == f"{house.door.root}rekeying"
    page = client.get(f"{house.door.root}rekeying").text
    assert 'value="40"' in page and 'http-equiv="refresh"' in page
    assert client.get(f"{house.door.root}today/").status_code == 403
    house.gate.rekeying = None
    assert client.get(f"{house.door.root}rekeying").status_code == 303


def test_a_pin_opens_a_practice_that_locked_itself(shop: Shop) -> None:
    form = {"pin": "2580", "pin_again": "2580"}
    assert shop.post("options/security/pin", **form).status_code == 303
    assert "En service" in shop.get("options/security/")
    shop.gate.lock("idle")
    page = shop.get("unlock")
    assert 'id="f-pin"' in page and "Ouvrir avec la phrase de passe" in page
    wrong = shop.post("unlock/pin", pin="0000", user=shop.gate.users()[0].id)
    assert wrong.status_code == 403 and "demandée\u00a0: 4" in wrong.text
    assert shop.client.get(f"{shop.door.root}today/").status_code == 403
    assert shop.post("unlock/pin", pin="2580").status_code == 303
    assert shop.get("options/")
    shop.post("options/security/pin/none")
    shop.gate.lock("idle")
    page = shop.get("unlock")
    assert 'id="f-pin"' not in page
    gone = shop.post("unlock/pin", pin="2580")
    assert gone.status_code == 403 and "ne sert plus ici" in gone.text


@pytest.mark.parametrize(
    ("pin", "again", "field"), [("12", "12", "pin"), ("2580", "2581", "pin_again")]
)
def test_a_pin_that_cannot_be_is_told_at_its_field(
    shop: Shop, pin: str, again: str, field: str
) -> None:
    page = shop.post("options/security/pin", pin=pin, pin_again=again)
    assert page.status_code == 422 and f'id="d-{field}"' in page.text


def test_the_minutes_before_the_lock_are_chosen(shop: Shop) -> None:
    assert "après 5 minutes" in shop.get("options/security/")
    assert shop.post("options/security/idle", minutes="12").status_code == 303
    assert shop.gate.idle_minutes == 12
    for typed in ("0", "31", "x"):
        assert shop.post("options/security/idle", minutes=typed).status_code == 422
    shop.gate.lock()
    shop.post("unlock", user=shop.gate.users()[0].id, passphrase=PASSPHRASE)
    assert shop.gate.idle_minutes == 12


def test_the_keyring_of_the_machine_is_offered_where_there_is_one(shop: Shop) -> None:
    assert "Trousseau" not in shop.get("options/security/")
    shop.wallet.available = True
    assert "Garder dans le trousseau" in shop.get("options/security/")


def test_the_keyring_opens_the_door_once_somebody_wanted_it(shop: Shop) -> None:
    shop.wallet.available = True
    page = shop.follow("options/security/system")
    assert "Ouvre le cabinet" in page and "Ne plus ouvrir ainsi" in page
    user = shop.world.desk.user.id
    shop.gate.lock()
    assert "Ouvrir avec le trousseau" in shop.get("unlock")
    assert shop.post("unlock/system", user=user).status_code == 303
    assert shop.gate.state is GateState.OPEN
    page = shop.follow("options/security/system/none")
    assert "Garder dans le trousseau" in page


def test_a_keyring_that_gives_nothing_leads_to_the_passphrase(shop: Shop) -> None:
    shop.wallet.available = True
    shop.post("options/security/system")
    user = shop.world.desk.user.id
    shop.gate.lock()
    shop.wallet.locked = True
    answer = shop.post("unlock/system", user=user)
    assert answer.status_code == 403
    assert "Tapez votre phrase de passe" in answer.get_data(as_text=True)


def test_a_keyring_that_keeps_nothing_says_so(shop: Shop) -> None:
    shop.wallet.available = shop.wallet.locked = True
    answer = shop.post("options/security/system")
    assert answer.status_code == 409
    assert "n’a rien gardé" in answer.get_data(as_text=True)
