"""The mailbox for papers on the screens: named in the options, its state and what it left said."""

import pytest

from server.core.tray import Origin
from server.services import mailbox, tray
from tests.sync.pop import ACCOUNT, PASSWORD
from tests.webui.shop import SINCE, FakeMail, Shop
from tests.world import World
from webui.folder import Seen
from webui.mail import MailState

TYPED = {"host": "pop.kine.example", "port": "995", "account": ACCOUNT, "password": PASSWORD}
STATE = MailState(True, "pop.kine.example", "995", ACCOUNT)


@pytest.fixture
def shop(world: World) -> Shop:
    return Shop(world)


def mail(shop: Shop) -> FakeMail:
    assert isinstance(shop.rooms.mail, FakeMail)
    return shop.rooms.mail


def test_a_mailbox_is_named_in_the_options_and_read_on_demand(shop: Shop) -> None:
    page = shop.get("options/devices/")
    assert 'value="995"' in page
    assert "Relever maintenant" not in page
    shop.follow("options/devices/mail", **TYPED, on="1")
    named = mail(shop).asked[0]
    assert isinstance(named, dict)
    assert named["host"] == "pop.kine.example"
    mail(shop).state = STATE
    assert "Relever maintenant" in shop.get("options/devices/")
    shop.follow("options/devices/mail/read")
    shop.follow("tray/mail")
    assert mail(shop).asked[1:] == ["read", "read"]
    for path in ("options/devices/mail/read", "tray/mail"):
        part = shop.client.post(
            f"{shop.door.root}{path}", data={"page_token": shop.door.page_token},
            headers={"HX-Request": "true"},
        )  # fmt: skip
        assert (part.status_code, "<html" in part.text) == (200, False)


def test_the_password_is_never_shown_again_even_when_the_form_is_refused(shop: Shop) -> None:
    class Refusing(FakeMail):
        def name(self, typed: object) -> None:
            mailbox.name(shop.world.desk, {**TYPED, "port": "none", "on": "1"})

    shop.rooms.mail = Refusing(STATE)
    refused = shop.post("options/devices/mail", **{**TYPED, "port": "none"}, on="1")
    assert refused.status_code == 422
    assert "Le port est un nombre de 1 à 65535" in refused.text
    assert PASSWORD not in refused.text
    assert 'value="none"' in refused.text
    assert "Un mot de passe est retenu" in refused.text


def test_it_says_when_it_was_read_what_it_took_and_what_it_left(shop: Shop) -> None:
    key = tray.receive(shop.world.desk, b"%PDF-1.7 mailed", "a.pdf", Origin.MAIL).id
    mail(shop).state = MailState(
        True, "pop.kine.example", "995", ACCOUNT, read_at=SINCE, taken=2, known=1, left_out=1,
        seen=(
            Seen(SINCE, "lettre.docx", "mail.kind"), Seen(SINCE, "", "mail.size"),
            Seen(SINCE, "encore.csv", "already", key), Seen(SINCE, "a.pdf", "taken", key),
        ),
    )  # fmt: skip
    for page in (shop.get("options/devices/"), shop.get("tray/"), shop.get("tray/mail")):
        assert "07:30" in page
        for words in (
            "2 papiers pris.",
            "1 déjà reçu.",
            "1 laissé.",
            "lettre.docx",
            "Message sans objet",
        ):
            assert words in page
        assert f"tray/{key}?already=1" in page
    assert ">reçu<" in shop.get("options/devices/mail")
    assert ">reçu<" not in shop.get("tray/mail")


@pytest.mark.parametrize(
    ("trouble", "words"),
    [
        ("offline", "Hors ligne"), ("password", "mot de passe de papiers@kine.example est refusé"),
        ("certificate", "certificat de pop.kine.example est refusé"), ("busy", "occupée"),
        ("cut", "tombée au milieu"), ("protocol", "POP3"), ("many", "plus de 200 messages"),
        ("not_kept", "toujours dans la boîte"),
        ("withheld", "ne donne pas un des messages"),
    ],
)  # fmt: skip
def test_what_keeps_it_from_being_read_is_said_in_both_places(
    shop: Shop, trouble: str, words: str
) -> None:
    mail(shop).state = MailState(
        True, "pop.kine.example", "995", ACCOUNT, read_at=SINCE, trouble=f"mail.{trouble}"
    )
    for page in (shop.get("tray/"), shop.get("options/devices/mail")):
        assert words in page
        assert "pour la dernière fois" in page


def test_while_it_is_read_that_is_said(shop: Shop) -> None:
    mail(shop).state = MailState(True, reading=True)
    assert "Relève en cours" in shop.get("tray/mail")


def test_beside_a_file_that_is_only_read_no_mailbox_is_read(shop: Shop) -> None:
    shop.rooms.mail = None
    assert "Boîte aux papiers" not in shop.get("options/devices/")
    assert "Boîte aux papiers" not in shop.get("tray/mail")
    for path in ("options/devices/mail", "tray/mail"):
        refused = shop.post(path, **TYPED)
        assert refused.status_code == 503
        assert "ouvert qu’en lecture" in refused.text
