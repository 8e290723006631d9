"""What helps with payers in France: their letters, interAMC, a reject's label, a diagnostic."""

import pytest

from tests.france import MARCHAND, admitted
from tests.services.test_french_billing import YEAR
from tests.webui.shop import Shop
from tests.world import World

REJECT = "TRAITEMENT EN COURS - CHANGEMENT DE FU SUR LA PERIODE DES SOINS (INTERLIGNE)"
CHECK = "options/convention-check/"
ASKED = {
    "type": "OC", "accord": "T", "number": "0799900044", "label": "Mutuelle Inconnue",
    "csr": "", "body": "022930000", "on_card": "", "day": "10/03/2026",
}  # fmt: skip


@pytest.fixture
def shop(french_world: World) -> Shop:
    made = Shop(french_world)
    _ = made.client
    return made


def covered(shop: Shop, **payer: str) -> str:
    """Somebody covered by a complementary made for the test."""
    shop.post("payers/new", name="Mutuelle Ti Doué", number="0799900010", **payer)
    patient = admitted(shop.world, MARCHAND)
    shop.follow(f"covers/{patient}", amc="0799900010", member="123", **YEAR)
    return patient


def plain(page: str) -> str:
    return page.replace("\u00a0", " ")


@pytest.mark.row("MAIIA-3")
def test_the_label_of_a_reject_is_said_in_plain_words_with_the_button_that_mends_it(
    shop: Shop,
) -> None:
    patient = covered(shop)
    page = plain(shop.post(f"invoices/{patient}/reject", label=REJECT.lower()).text)
    assert "La mutuelle notée dans le dossier n’est plus la bonne" in page
    assert f'href="{shop.door.root}covers/{patient}#choose"' in page
    assert "Mettre à jour la mutuelle" in page


@pytest.mark.row("MAIIA-3")
def test_a_label_nobody_knows_says_so_and_nothing_is_kept(shop: Shop) -> None:
    patient = covered(shop)
    before = shop.world.sql("select count(*) from event")
    page = shop.post(f"invoices/{patient}/reject", label="LIBELLE D’AILLEURS").text
    assert "Ce libellé n’est pas connu de Besace" in page and "Mettre à jour" not in page
    assert shop.world.sql("select count(*) from event") == before
    assert "Ce libellé" not in shop.get(f"invoices/{patient}")


@pytest.mark.row("MAIIA-5")
def test_the_patient_of_a_member_of_interamc_bears_its_badge_and_others_none(shop: Shop) -> None:
    patient = covered(shop, inter_amc="1")
    for page in (f"covers/{patient}", f"patients/{patient}"):
        assert "membre d’interAMC" in shop.get(page), page
    shop.follow("payers/0799900010", name="Mutuelle Ti Doué")
    for page in (f"covers/{patient}", f"patients/{patient}"):
        assert "membre d’interAMC" not in shop.get(page), page


@pytest.mark.row("MAIIA-5")
def test_the_way_to_be_conventioned_says_how_many_one_signature_opens(shop: Shop) -> None:
    page = plain(shop.get("options/enrolment/"))
    assert "ouvre le tiers payant avec 80 % des mutuelles" in page


@pytest.mark.row("MAIIA-55")
def test_a_convention_not_found_leaves_a_way_to_create_and_a_diagnostic_to_send(
    shop: Shop,
) -> None:
    covered(shop)
    page = shop.post(CHECK, **ASKED).text
    assert "Exporter ce diagnostic" in page and f'href="{shop.door.root}payers/new"' in page
    answer = shop.post(f"{CHECK}export", **ASKED)
    assert (answer.status_code, answer.mimetype) == (200, "text/plain")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="besace-convention.txt"'
    said = plain(answer.text)
    for words in ("0799900044", "Mutuelle Inconnue", "10/03/2026", "Aucune table"):
        assert words in said, words
    assert "MARCHAND" not in said and "<" not in said and "&" not in said


def test_there_is_no_diagnostic_of_a_convention_that_was_found(shop: Shop) -> None:
    shop.post("options/conventions/new", signatory="02", label="Caisse", accord="T",
              criterion="02???????", type="RO")  # fmt: skip
    found = {**ASKED, "type": "RO"}
    assert "Exporter" not in shop.post(CHECK, **found).text
    assert shop.post(f"{CHECK}export", **found).status_code == 404


@pytest.mark.row("SOFIA-1")
def test_the_letters_of_billing_are_spelt_out_where_complementaries_are(shop: Shop) -> None:
    words = plain(shop.get("payers/")).partition('id="words"')[2]
    for letters, meaning in (("RO", "régime obligatoire"), ("GU", "gestion unique"),
                             ("AMC", "assurance maladie complémentaire")):  # fmt: skip
        assert f"<dt>{letters}</dt><dd>{meaning}" in words


@pytest.mark.row("MAIIA-13")
def test_what_was_agreed_with_an_insurer_is_kept_dated_the_newest_first(shop: Shop) -> None:
    covered(shop)
    page = shop.get("payers/0799900010")
    assert "Aucun échange noté" in page and "Table demandée" in page
    path = "payers/0799900010/contact"
    shop.follow(path, contact_kind="CONTACTED", contact_words="Mme Le Roux, au téléphone")
    shop.world.clock.advance(days=3)
    page = shop.follow(path, contact_kind="TABLE_ASKED", contact_words="par courriel")
    said = page.partition('id="contacts"')[2].partition("<form")[0]
    assert said.index("Table demandée") < said.index("Contactée")
    assert "Mme Le Roux, au téléphone" in said and "par courriel" in said
    assert "au téléphone" not in shop.get("payers/0075500017")


@pytest.mark.row("MAIIA-13")
def test_a_contact_without_a_word_is_shown_again_and_nothing_is_kept(shop: Shop) -> None:
    covered(shop)
    for form in ({"contact_kind": "CONTACTED"}, {"contact_kind": "SUNG", "contact_words": "la"}):
        assert shop.post("payers/0799900010/contact", **form).status_code == 422
    assert "Aucun échange noté" in shop.get("payers/0799900010")
