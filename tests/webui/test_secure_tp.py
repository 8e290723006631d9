"""ADRi and « TP sécurisé » on their screens, with the simulated services at the end of the line."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from server.app.demo_france_people import KERVELLA
from server.core.care import Source
from server.core.sesam import Group
from server.services import convention_import, covers, french_rights
from server.services.convention_import import pieces_of
from server.simulators.sesam.online.faults import Fault, Kind
from server.simulators.sesam.people import VITALE
from tests.countries.france.tables import line, written
from tests.france import GARREC, MARCHAND, MEYER, PETROV, admitted
from tests.services.online_office import OnlineOffice, online_office
from tests.webui.shop import ONLINE, FakePost, Shop
from tests.world import World

DAY = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)


class Counter(Shop):
    """The screens, with the post of the same practice beside them."""

    beside: OnlineOffice

    def line(self, *, up: bool) -> None:
        self.beside.line = up
        self.rooms.post = FakePost(replace(ONLINE, online=up))

    def read(self, path: str) -> str:
        return plain(self.get(path))

    def sent(self, path: str, **form: str) -> str:
        return plain(self.follow(path, **form))


def plain(page: str) -> str:
    """The page with plain spaces before what French typography keeps close."""
    return page.replace("\u00a0", " ")


@pytest.fixture
def shop(french_world: World) -> Iterator[Counter]:
    french_world.clock.go_to(DAY)
    made = Counter(french_world)
    with online_office(french_world) as beside:
        made.beside = beside
        made.line(up=True)
        yield made


def steps(page: str) -> list[str]:
    """The states of the four steps, as they are written on the page."""
    listed = page.partition('<ol class="rows">')[2].partition("</ol>")[0]
    return [each.rpartition("</svg>")[2].partition("</span>")[0] for each in listed.split("</li>")][
        :4
    ]


@pytest.mark.row("MAIIA-58")
@pytest.mark.scenario("F-06")
def test_adri_is_asked_on_the_leaf_of_rights_and_waits_for_the_line(shop: Counter) -> None:
    patient = admitted(shop.world, PETROV)
    shop.line(up=False)
    page = shop.read(f"rights/{patient}")
    assert "Demander les droits (ADRi)" in page and "service simulé" in page
    page = shop.sent(f"rights/{patient}/adri")
    assert "hors ligne : reprendra seul" in page and "Une demande est déjà en route" in page
    assert shop.rooms.post and shop.rooms.post.asked == ["send"]
    shop.beside.run()
    assert "hors ligne : reprendra seul" in shop.read(f"rights/{patient}")
    shop.line(up=True)
    shop.beside.later(minutes=1)
    page = shop.read(f"rights/{patient}")
    assert "obtenu" in page and "réponse d’ADRi" in page and "code AME" in page
    assert "Demander les droits (ADRi)" in page


def test_rights_heard_long_ago_are_told_to_be_old_until_asked_again(shop: Counter) -> None:
    patient = shop.beside.patient()
    shop.world.clock.advance(days=7)
    assert "datent de" not in shop.read(f"rights/{patient}")
    shop.world.clock.advance(days=1)
    page = shop.read(f"rights/{patient}")
    assert "Ces droits datent de 8 jours" in page and "avant de facturer" in page
    shop.sent(f"rights/{patient}/adri")
    shop.beside.run()
    assert "datent de" not in shop.read(f"rights/{patient}")


def test_what_the_card_says_otherwise_is_shown_beside_the_answer(shop: Counter) -> None:
    patient = shop.beside.patient(GARREC)
    read = [Group(n, tuple(f)) for n, f in VITALE[:2]] + [
        Group(104, ("GARREC", "GARREC", "PAUL", "", "", "", "", "", "1480229999902", "22",
                    "0" * 12, "194802030000", "1", "0", "0", "0" * 12, "0" * 12, "")),
        Group(105, ("202001010000", "203112310000")),
    ]  # fmt: skip
    french_rights.take(shop.world.desk, patient, tuple(read), Source.CARD)
    shop.sent(f"rights/{patient}/adri")
    shop.beside.run()
    page = shop.read(f"rights/{patient}")
    assert "01 291 0000" in page.partition('id="otherwise"')[0] and "Une autre source" in page
    other = page.partition('id="otherwise"')[2].partition("</section>")[0]
    assert "01 351 0999" in other and "lu sur la carte" in other and "non retenu" in other


def test_rights_that_ended_are_told_beside_what_was_typed(shop: Counter) -> None:
    """Born on a day no calendar knows: the service is asked with it all the same."""
    patient = admitted(shop.world, KERVELLA)
    shop.sent(f"rights/{patient}/adri")
    shop.beside.run()
    page = shop.read(f"rights/{patient}")
    other = page.partition('id="otherwise"')[2].partition("</section>")[0]
    assert "31/12/2025" in other and "réponse d’ADRi" in other
    assert "Une source plus récente dit autre chose" in page


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (Fault(Kind.REFUSE, nth=(1,), code="ASSURE_INCONNU"), "ne connaît pas cette personne"),
        (Fault(Kind.REFUSE, nth=(1,), code="X1"), "avec le code « X1 »"),
        (Fault(Kind.STATUS, nth=(1,), status=400), "rejeté la demande elle-même (http.400)"),
        (Fault(Kind.CUT_AFTER, nth=(1,)), "rien n’est renvoyé à l’aveugle"),
    ],
)
def test_a_no_is_told_in_plain_words_with_what_to_do(
    shop: Counter, fault: Fault, words: str
) -> None:
    shop.beside.services.faults.set([fault])
    patient = admitted(shop.world, MARCHAND)
    shop.sent(f"rights/{patient}/adri")
    shop.beside.run()
    assert words in shop.read(f"rights/{patient}")


def test_what_is_lacking_is_said_instead_of_a_button(shop: Counter) -> None:
    patient = admitted(shop.world, MEYER, nir="170076799990828")  # a wrong key
    page = shop.read(f"rights/{patient}")
    assert "dont la clé est juste" in page and "Demander les droits (ADRi)" not in page
    assert shop.post(f"rights/{patient}/adri").status_code == 303
    assert not shop.world.sql("select count(*) from message")


def test_a_real_practice_is_told_that_nothing_leaves_and_since_when(
    french_real_world: World,
) -> None:
    shop = Shop(french_real_world)
    patient = admitted(french_real_world, MARCHAND)
    page = plain(shop.get(f"rights/{patient}"))
    assert "service non homologué" in page and "01/01/2026" not in page.partition("adri")[0]
    assert "Demander les droits (ADRi)" not in page
    answer = shop.post(f"rights/{patient}/adri")
    assert answer.status_code >= 400 and "n’est pas homologué" in answer.text
    assert not shop.world.sql("select count(*) from message")


@pytest.mark.scenario("F-14")
@pytest.mark.row("MAIIA-51", "MAIIA-52")
def test_four_steps_are_shown_in_order_with_their_result(shop: Counter) -> None:
    session = shop.beside.visited()
    assert f"sessions/{session}/tp" in shop.get(f"sessions/{session}")
    page = shop.read(f"sessions/{session}/tp")
    assert steps(page) == ["pas encore demandé"] * 4 and "service simulé" in page
    assert "7,16 €" in page and "Tant que rien n’est demandé" in page
    page = shop.sent(f"sessions/{session}/tp")
    assert steps(page) == ["en attente", *["pas encore demandé"] * 3]
    shop.beside.run()
    page = shop.read(f"sessions/{session}/tp")
    assert steps(page) == ["obtenu"] * 4
    listed = page.partition('<ol class="rows">')[2].partition("</ol>")[0]
    order = ["Convention avec la complémentaire", "Mutuelle Ti Doué", "Droits du bénéficiaire au "
             "10/03/2026", "01/01/2026", "Montant pris en charge", "7,16 €",
             "Engagement de paiement", "n° T"]  # fmt: skip
    places = [listed.find(words) for words in order]
    assert -1 not in places and places == sorted(places), (places, listed)
    assert "s’engage à payer 7,16 €" in page and "0,00 €" in page
    page = shop.read(f"sessions/{session}")
    assert "engagée : 7,16 €" in page and "Reste au patient : 0,00 €" in page
    assert "frais" not in page and "abonnement" not in page


@pytest.mark.scenario("F-14")
def test_a_step_that_fails_stops_the_complementary_part_alone(shop: Counter) -> None:
    shop.beside.services.faults.set(
        [Fault(Kind.REFUSE, service="DROITS", nth=(1,), code="DROITS_FERMES")]
    )
    session = shop.beside.visited()
    before = lines(shop, session)
    shop.sent(f"sessions/{session}/tp")
    shop.beside.run()
    page = shop.read(f"sessions/{session}/tp")
    assert steps(page) == ["obtenu", "refusé", "pas encore demandé", "pas encore demandé"]
    assert "ne couvrent pas le jour des soins" in page and "est arrêtée" in page
    assert "10,74 €" in page and "La part de la caisse ne dépend" in page
    assert lines(shop, session) == before


@pytest.mark.scenario("F-15")
@pytest.mark.row("MAIIA-51")
def test_offline_the_part_is_held_and_the_steps_go_on_by_themselves(shop: Counter) -> None:
    shop.line(up=False)
    session = shop.beside.visited()
    before = lines(shop, session)
    page = shop.sent(f"sessions/{session}/tp")
    assert steps(page)[0] == "hors ligne : reprendra seul"
    assert "sans engagement" in page and "droits AMC non vérifiés" in page
    assert "(DRE) n’est pas envoyée" in page and "(FSE) n’attend pas" in page
    assert "Si la complémentaire s’engage. Sinon, 7,16 €" in page
    shop.beside.run()
    assert not shop.beside.services.received()
    assert "sans engagement" in shop.read(f"sessions/{session}")
    shop.line(up=True)
    shop.beside.later(hours=5)
    page = shop.read(f"sessions/{session}/tp")
    assert steps(page) == ["obtenu"] * 4 and "sans engagement" not in page
    assert lines(shop, session) == before


@pytest.mark.scenario("F-15")
def test_without_rights_the_patient_pays_or_another_complementary_is_chosen(
    shop: Counter,
) -> None:
    shop.line(up=False)
    session = shop.beside.visited(member="B1")
    before = lines(shop, session)
    shop.sent(f"sessions/{session}/tp")
    shop.line(up=True)
    shop.beside.later(hours=1)
    page = shop.read(f"sessions/{session}/tp")
    assert steps(page)[1] == "refusé" and "ce numéro d’adhérent" in page
    assert "Le patient paie 7,16 €" in page and "Choisir une autre complémentaire" in page
    page = shop.sent(f"sessions/{session}/tp/patient")
    assert "paie la part complémentaire" in page and "quittance" in page and "7,16 €" in page
    assert "payée par le patient" in shop.read(f"sessions/{session}")
    shop.world.clock.advance(minutes=1)
    shop.beside.covered()
    page = shop.sent(f"sessions/{session}/tp")
    shop.beside.run()
    assert steps(shop.read(f"sessions/{session}/tp")) == ["obtenu"] * 4
    assert lines(shop, session) == before


def test_the_table_in_use_is_compared_with_what_the_service_says(shop: Counter) -> None:
    session = shop.beside.visited()
    shop.sent(f"sessions/{session}/tp")
    shop.beside.run()
    assert "vos tables de conventions n’en ont pas" in shop.read(f"sessions/{session}/tp")
    signed = written([line("0799900010", "OC", "", label="MUTUELLE TI DOUE")])
    key = convention_import.read(shop.world.desk, "C-InterAMC_20260112.csv", pieces_of(signed)).id
    convention_import.confirm(shop.world.desk, key)
    assert "conventions n’en ont pas" not in shop.read(f"sessions/{session}/tp")
    shop.beside.services.faults.set([Fault(Kind.REFUSE, nth=(1,), code="PAS_DE_CONVENTION")])
    other = shop.beside.visited()
    shop.sent(f"sessions/{other}/tp")
    shop.beside.run()
    assert "vos tables de conventions en ont une" in shop.read(f"sessions/{other}/tp")


def test_another_amount_is_shown_beside_ours(shop: Counter) -> None:
    shop.beside.services.faults.set([Fault(Kind.CONTRADICT, service="MONTANT", nth=(1,))])
    session = shop.beside.visited()
    shop.sent(f"sessions/{session}/tp")
    shop.beside.run()
    page = shop.read(f"sessions/{session}/tp")
    assert "calcule 3,58 €, Besace attendait 7,16 €" in page


@pytest.mark.parametrize(
    ("service", "words"),
    [("CONVENTION", "convention de type SP"), ("DROITS", "01/01/2026 au 01/01/2026"),
     ("ENGAGEMENT", "un autre montant, 3,58 €")],
)  # fmt: skip
def test_an_answer_that_disagrees_is_shown_and_changes_nothing(
    shop: Counter, service: str, words: str
) -> None:
    shop.beside.services.faults.set([Fault(Kind.CONTRADICT, service=service, nth=(1,))])
    session = shop.beside.visited()
    shop.sent(f"sessions/{session}/tp")
    shop.beside.run()
    page = shop.read(f"sessions/{session}/tp")
    assert words in page and "réponse contredite" in page


@pytest.mark.scenario("G-05")
def test_what_the_caisse_manages_is_not_asked_of_the_complementary(shop: Counter) -> None:
    session = shop.beside.visited(MEYER, amc="1221212145")
    page = shop.read(f"sessions/{session}/tp")
    assert "La caisse gère les deux parts" in page and "Demander l’engagement" not in page
    assert shop.post(f"sessions/{session}/tp").status_code == 422


def test_a_session_without_a_complementary_says_where_to_choose_one(shop: Counter) -> None:
    session = shop.beside.visited()
    [cover] = covers.of(shop.world.desk, shop.beside.patient()).of_papers
    covers.withdraw(shop.world.desk, shop.beside.patient(), cover.row.id)
    page = shop.read(f"sessions/{session}/tp")
    assert "Aucune complémentaire ne vaut" in page and "covers/" in page
    assert shop.client.get(f"{shop.door.root}sessions/01NONE/tp").status_code == 404


def test_every_act_is_journaled_under_its_own_words(shop: Counter) -> None:
    session = shop.beside.visited()
    shop.sent(f"rights/{shop.beside.patient()}/adri")
    shop.sent(f"sessions/{session}/tp")
    shop.beside.run()
    page = shop.read("journal/")
    for words in ("Droits demandés à ADRi", "Réponse d’ADRi reçue", "TP sécurisé commencé",
                  "TP sécurisé : étape répondue"):  # fmt: skip
        assert words in page
    assert MARCHAND.nir[:13] not in page


def lines(shop: Counter, session: str) -> list[tuple[object, ...]]:
    """What is asked of the caisse, word for word."""
    return shop.world.desk.db.execute(
        "select id, code, payer, fee_cents, oa_cents, state from line where session = ?", (session,)
    ).fetchall()


@pytest.mark.scenario("F-14", "F-15")
def test_ok_on_the_billing_screen_begins_the_four_steps(shop: Counter) -> None:
    session = shop.beside.visited()
    signed = written([line("0799900010", "OC", "", label="MUTUELLE TI DOUE")])
    key = convention_import.read(shop.world.desk, "C-InterAMC_20260112.csv", pieces_of(signed)).id
    convention_import.confirm(shop.world.desk, key)
    shop.post(f"invoicing/{session}/formula", heading="AUXM", formula_name="A", formula_code="052")
    formula = str(shop.world.sql("select id from french_formula"))
    page = shop.sent(f"invoicing/{session}", tp_amo="1", tp_amc="1", formula=formula)
    assert "sans engagement" in page and f"sessions/{session}/tp" in page
    shop.beside.run()
    page = shop.read(f"sessions/{session}/tp")
    assert steps(page) == ["obtenu"] * 4
    assert "engagée : 7,16 €" in shop.read(f"invoicing/{session}")
