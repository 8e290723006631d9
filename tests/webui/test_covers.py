"""The patient's leaves « Droits » and « Complémentaire »: what counts, since when, and says who."""

import re
from dataclasses import dataclass, replace
from datetime import date

import pytest

from server.core.care import Source
from server.core.errors import NotFound
from server.core.sesam import Group
from server.countries.france.numbers import AmcNumber
from server.countries.france.routes import Known, Remark, Route, plan
from server.services import covers, french_rights
from server.services.covers import Scanned
from server.simulators.sesam.people import VITALE
from tests.france import BEN_AMAR, KOVACH, MARCHAND, MEYER, PETROV, admitted
from tests.webui.shop import Shop
from tests.world import World
from webui.rights_reading import ReadingState

YEAR = {"cover_from": "01/01/2026", "cover_to": "31/12/2026", "cover_source": "PAPER"}
TIDOUE = {"name": "Mutuelle Ti Doué", "number": "0799900010", "convention_type": "OC"}


@pytest.fixture
def shop(french_world: World) -> Shop:
    made = Shop(french_world)
    made.post("payers/new", **TIDOUE)
    return made


def assign(shop: Shop, patient: str, **typed: str) -> str:
    return plain(shop.follow(f"covers/{patient}", **{**YEAR, **typed}))


def plain(page: str) -> str:
    """The page with plain spaces before what French typography keeps close."""
    return page.replace("\u00a0", " ")


def rights_of(shop: Shop, path: str, **typed: str) -> str:
    return plain(shop.follow(path, **typed))


def refused(shop: Shop, patient: str, **typed: str) -> str:
    answer = shop.post(f"covers/{patient}", **{**YEAR, **typed})
    assert answer.status_code == 422, answer.text[-300:]
    return answer.text


@pytest.mark.row("MAIIA-27", "SOFIA-24", "SOFIA-26", "MAIIA-31")
def test_the_tab_has_a_key_two_sources_and_a_drawn_specimen(shop: Shop) -> None:
    patient = admitted(shop.world, MARCHAND)
    assert re.search(
        r'href="[^"]*/covers/[^"]*" data-key="Alt\+3"', shop.get(f"patients/{patient}")
    )
    page = shop.get(f"covers/{patient}")
    assert "Sur la carte Vitale" in page and "Attestation ou autre support" in page
    for mark in ("1", "2", "3", "5"):
        assert f'class="in">{mark}</text>' in page
    assert "Aucune complémentaire ne vaut" in page


@pytest.mark.scenario("F-11")
@pytest.mark.row("MAIIA-28", "MAIIA-53", "MAIIA-78")
def test_a_complementary_is_found_by_number_or_name_and_kept_without_convention(
    shop: Shop,
) -> None:
    patient = admitted(shop.world, MARCHAND)
    page = assign(shop, patient, amc="ti doué")
    assert "Mutuelle Ti Doué en gestion séparée : une FSE pour la caisse et une DRE" in page
    assert "convention signée" in page
    assert '<option value="0799900010">Mutuelle Ti Doué</option>' in page
    assert "n’a ce numéro" in refused(shop, patient, amc="0799900099")
    assert "Plusieurs" in refused(shop, patient, amc="c2s")
    assert "Choisissez une complémentaire" in refused(shop, patient, amc="")


@pytest.mark.scenario("F-11")
@pytest.mark.row("MAIIA-29", "MAIIA-30")
def test_third_party_payment_asks_for_dates_and_a_members_number(shop: Shop) -> None:
    patient = admitted(shop.world, MARCHAND)
    page = refused(shop, patient, amc="799900010", third_party="1", cover_from="", cover_to="")
    assert "garantie de paiement" in page and "dates de validité" in page
    page = refused(shop, patient, amc="799900010", cover_to="31/12/2025")
    assert "avant leur début" in page
    page = assign(shop, patient, amc="799900010", third_party="1", member="A12")
    assert "adhérent A12" in page


@pytest.mark.row("MAIIA-29")
def test_an_end_within_thirty_days_is_told_in_time(shop: Shop) -> None:
    patient = admitted(shop.world, MARCHAND)
    page = assign(shop, patient, amc="799900010", cover_to="01/04/2026")
    assert "Ces droits finissent le 01/04/2026" in page
    assert "finit le 01/04/2026" in shop.get(f"patients/{patient}")
    page = assign(shop, patient, amc="799900010", cover_to="02/04/2026")
    assert "Ces droits finissent" not in page


@pytest.mark.scenario("G-03", "G-04")
@pytest.mark.row("SOFIA-28", "SOFIA-29", "SOFIA-30")
def test_rights_are_dated_and_several_periods_are_kept(shop: Shop) -> None:
    patient = admitted(shop.world, MEYER)
    page = assign(shop, patient, amc="1221212145", cover_from="01/01/2022", cover_to="31/12/2022")
    assert "Aucune complémentaire n’est valable aujourd’hui" in page and "droits finis" in page
    page = assign(shop, patient, amc="1221212145", member="7")
    assert "en gestion unique : FSE avec part AMC" in page
    assert "transmet son décompte" in page
    assert page.count(">Retirer<") == 2 and page.count("utilisée aujourd’hui") == 1
    day = shop.world.desk.today.replace(year=2022, month=6)
    then = covers.on(shop.world.desk, patient, day)
    assert then is not None and then.row.rights_to is not None and then.row.rights_to.year == 2022


def test_a_cover_without_dates_is_incomplete_and_says_what_that_means(shop: Shop) -> None:
    patient = admitted(shop.world, MEYER)
    page = assign(shop, patient, amc="1221212145", cover_from="", cover_to="")
    assert "pas de tiers payant sur la part complémentaire" in page and "sans dates" in page


@pytest.mark.row("SOFIA-7", "SOFIA-8", "SOFIA-9", "SOFIA-10")
def test_what_a_caisse_needs_to_forward_is_checked_line_by_line(shop: Shop) -> None:
    patient = admitted(shop.world, MEYER)
    other = "170076799990729"
    page = assign(
        shop, patient, amc="1221212145", third_party="1", member="7", link="NO", amc_nir=other
    )
    checks = page.partition('id="checks"')[2].partition("</section>")[0]
    assert checks.count(">non<") == 2 and checks.count(">oui<") == 1
    assert "1 70 07 67 999 908 29" in checks and "1 70 07 67 999 907 29" in checks
    assert "par une DRE" in checks
    page = assign(shop, patient, amc="1221212145", third_party="1", member="7", link="YES",
                  amc_nir=MEYER.nir)  # fmt: skip
    checks = page.partition('id="checks"')[2].partition("</section>")[0]
    assert checks.count(">oui<") == 3


@pytest.mark.row("MAIIA-56", "MAIIA-57")
def test_state_medical_aid_sets_everything_and_wants_its_own_number(shop: Shop) -> None:
    for person in (PETROV, KOVACH):
        patient = admitted(shop.world, person)
        page = assign(shop, patient, amc="75500017")
        assert "feuille de soins papier, rien à payer" in page and "100 %" in page
        held = covers.on(shop.world.desk, patient, shop.world.desk.today)
        assert held is not None and held.row.third_party
    patient = admitted(shop.world, MARCHAND)
    assert "commence par 7 (homme) ou 8 (femme)" in refused(shop, patient, amc="75500017")
    odd = admitted(shop.world, PETROV, sex="F", first_name="Irina")
    assert "7 pour un homme, 8 pour une femme" in refused(shop, odd, amc="0075500017")
    assert "dates de validité" in refused(shop, odd, amc="75500017", cover_to="")


@pytest.mark.row("MAIIA-61", "MAIIA-62", "MAIIA-63")
def test_c2s_is_third_party_payment_on_both_parts_whoever_manages_it(shop: Shop) -> None:
    patient = admitted(shop.world, BEN_AMAR)
    for number in ("99999997", "0088888888"):
        page = assign(shop, patient, amc=number)
        assert "FSE avec part AMC" in page and "tiers payant sur les deux parts" in page
        held = covers.on(shop.world.desk, patient, shop.world.desk.today)
        assert held is not None and held.row.third_party and held.row.member == ""


@pytest.mark.row("SOFIA-27")
def test_a_cover_is_taken_off_and_one_put_aside_is_not_chosen(shop: Shop) -> None:
    patient = admitted(shop.world, MARCHAND)
    assert ">Retirer<" in assign(shop, patient, amc="799900010")
    cover = str(shop.world.sql("select id from french_cover"))
    assert "Aucune attestation" in shop.follow(f"covers/{patient}/withdraw", cover=cover)
    assert shop.post(f"covers/{patient}/withdraw", cover=cover).status_code == 404
    assert shop.world.sql("select count(*) from french_cover") == 1
    shop.post("payers/0799900010/aside", active="0")
    assert "mise de côté" in refused(shop, patient, amc="799900010")
    page = refused(shop, patient, amc="99999997", cover_source="ADRI", link="PERHAPS")
    assert "d’où vient l’information" in page


def test_two_complementaries_that_hold_together_are_a_contradiction(shop: Shop) -> None:
    patient = admitted(shop.world, MARCHAND)
    assign(shop, patient, amc="799900010")
    page = assign(shop, patient, amc="1221212145", cover_from="01/02/2026")
    assert "Deux complémentaires se disent valables" in page and "gestion unique" in page


@pytest.mark.scenario("F-10")
def test_a_code_of_an_unknown_complementary_is_kept_incomplete(shop: Shop) -> None:
    patient = admitted(shop.world, MARCHAND)
    covers.scanned(shop.world.desk, patient, Scanned(AmcNumber.parse("799900075"), "OC", "", "Z9"))
    page = shop.get(f"covers/{patient}")
    assert "Organisme inconnu" in page and "0799900075" in page and "sans dates" in page
    covers.scanned(shop.world.desk, patient, Scanned(AmcNumber.parse("799900010")))
    assert "Mutuelle Ti Doué" in shop.get(f"covers/{patient}")


@dataclass
class Stood:
    """A component that read something and does nothing more."""

    state: ReadingState

    def read(self, patient: str, pin: str) -> None:
        raise AssertionError

    def read_phone(self, patient: str, payload: bytes, *, online: bool) -> None:
        raise AssertionError


def loic(shop: Shop) -> str:
    """The file of the first person of the simulator's card."""
    form = {"first_name": "Loïc", "nir": "170076799990730", "birth_date": "1970-07-01"}
    shop.follow("patients/new", **{**MEYER.form, **form})
    return str(shop.world.sql("select id from patient"))


def test_what_a_component_read_stands_beside_the_papers(shop: Shop) -> None:
    patient = loic(shop)
    groups = tuple(Group(number, tuple(fields)) for number, fields in VITALE)
    taken = french_rights.take(shop.world.desk, patient, groups, Source.CARD)
    assert (taken.rights, taken.covers) == (1, 1)
    page = shop.get(f"covers/{patient}")
    card = page.partition("Sur la carte Vitale")[2].partition("Attestation ou autre")[0]
    assert "0799999999" in card and "A0099" in card
    assert "01 351 0999" in shop.get(f"rights/{patient}")
    stranger = admitted(shop.world, MARCHAND)
    with pytest.raises(NotFound):
        french_rights.take(shop.world.desk, stranger, groups, Source.CARD)


def test_k16_a_card_in_opposition_is_told_as_soon_as_its_rights_are_read(shop: Shop) -> None:
    """Before any third-party payment: the list of the demo has the invented number 99000666."""
    shop.world.clock.advance(days=8)
    patient = loic(shop)
    groups = [Group(n, (*f[:1], "99000666", *f[2:]) if n == 101 else tuple(f)) for n, f in VITALE]
    taken = french_rights.take(shop.world.desk, patient, tuple(groups), Source.CARD)
    assert taken.opposed
    own = tuple(Group(number, tuple(fields)) for number, fields in VITALE)
    assert not french_rights.take(shop.world.desk, patient, own, Source.CARD).opposed
    words = "est en opposition : le paiement n’est pas garanti"
    for opposed in (True, False):
        state = ReadingState(patient, rights=1, covers=1, opposed=opposed)
        shop.rooms.rights_reading = Stood(state)
        assert (words in plain(shop.get(f"rights/{patient}"))) is opposed


CARD_107 = (107, ["78788787", "", "01", "", "", "U"])
CARD_108 = (108, ["202601010000", "202612310000"])
IN_FORCE = Known(unique=True, separate=True, nir="1700767999907")


@pytest.mark.parametrize(
    ("mutual", "way", "documents"),
    [
        (None, Route.DRE, 2),
        ((CARD_107, CARD_108), Route.GU, 1),
    ],
    ids=["M3, group 109 with 33", "M4, group 107 alone"],
)
def test_m3_m4_the_group_of_the_card_says_who_manages_the_complementary(
    shop: Shop, mutual: tuple[tuple[int, list[str]], ...] | None, way: Route, documents: int
) -> None:
    patient = loic(shop)
    given: list[Group] = []
    for number, fields in VITALE:
        if number == 109 and mutual:
            given.extend(Group(each, tuple(cells)) for each, cells in mutual)
        else:
            given.append(Group(number, tuple(fields)))
    french_rights.take(shop.world.desk, patient, tuple(given), Source.CARD)
    held = covers.on(shop.world.desk, patient, shop.world.desk.today)
    assert held and held.row.indicator == ("01" if mutual else "33")
    cover = replace(held.for_route, begins=held.row.rights_from or date(2026, 1, 1))
    found = plan(cover, IN_FORCE, shop.world.desk.today)
    assert (found.route, found.returns, found.dre) == (way, documents, way is Route.DRE)
    words = "FSE avec part AMC" if mutual else "une FSE pour la caisse et une DRE"
    assert words in plain(shop.get(f"covers/{patient}"))


def test_a_right_is_noted_with_its_source_and_withdrawn_without_leaving(shop: Shop) -> None:
    patient = admitted(shop.world, MARCHAND)
    page = shop.get(f"rights/{patient}")
    assert "01 291 0000" in page and "saisi par vous" in page
    page = rights_of(shop, f"rights/{patient}", kind="ALD", right_source="PAPER",
                       rights_from="01/02/2026", rights_to="31/01/2029", code="ALD 30")  # fmt: skip
    assert "affection de longue durée" in page and "100 %" in page and "lu sur un document" in page
    assert "affection de longue durée" in shop.get(f"patients/{patient}")
    right = str(shop.world.sql("select id from french_right where kind = 'ALD'"))
    page = rights_of(shop, f"rights/{patient}/withdraw", right=right)
    assert "100 %" not in page
    assert shop.world.sql("select count(*) from french_right where kind = 'ALD'") == 1
    assert shop.post(f"rights/{patient}/withdraw", right=right).status_code == 404


def test_each_kind_of_right_asks_for_what_it_needs(shop: Shop) -> None:
    patient = admitted(shop.world, MARCHAND)

    def told(**typed: str) -> str:
        answer = shop.post(f"rights/{patient}", **{"right_source": "PAPER", **typed})
        assert answer.status_code == 422
        return answer.text

    assert "une caisse" in told(kind="AMO")
    assert "depuis quand" in told(kind="MATERNITY")
    assert "l’un des deux" in told(kind="WORK_ACCIDENT")
    assert "code ou le motif" in told(kind="EXEMPTION", rights_from="01/01/2026")
    assert "avenir" in told(kind="WORK_ACCIDENT", event_date="01/01/2027")
    assert "avant leur début" in told(kind="ALD", rights_from="02/01/2026", rights_to="01/01/2026")
    assert "d’où vient" in told(kind="ALD", rights_from="02/01/2026", right_source="CARD")
    assert told(kind="MOON", right_source="")
    page = rights_of(shop, f"rights/{patient}", kind="WORK_ACCIDENT", right_source="PAPER",
                       number="AT26-001", event_date="20/02/2026")  # fmt: skip
    assert "n° AT26-001" in page and "accident du 20/02/2026" in page


def test_rights_that_ended_and_a_newer_word_that_differs_are_told(shop: Shop) -> None:
    patient = admitted(shop.world, MARCHAND)
    first = str(shop.world.sql("select id from french_right"))
    shop.post(f"rights/{patient}/withdraw", right=first)
    amo = {"kind": "AMO", "right_organism": "01 291 0000"}
    page = rights_of(shop, f"rights/{patient}", **amo, right_source="PAPER",
                       rights_from="01/01/2025", rights_to="28/02/2026")  # fmt: skip
    assert "Aucun droit ouvert" in page and "droits finis le 28/02/2026" in page
    rights_of(shop, f"rights/{patient}", **amo, right_source="PAPER", rights_from="01/03/2026")
    page = rights_of(shop, f"rights/{patient}", kind="AMO", right_organism="02 293 0000",
                       right_source="MANUAL")  # fmt: skip
    assert "Une source plus récente dit autre chose" in page and "caisse 01 291 0000" in page


@pytest.mark.scenario("G-05", "G-06", "G-07")
def test_what_the_file_says_of_a_cover_decides_the_route(shop: Shop) -> None:
    patient = admitted(shop.world, MEYER)
    today = shop.world.desk.today
    nir = MEYER.nir[:13]

    def route(**typed: str) -> tuple[Route, tuple[Remark, ...]]:
        assign(shop, patient, **{"third_party": "1", "member": "7", "link": "YES", **typed})
        held = covers.on(shop.world.desk, patient, today)
        assert held is not None
        found = plan(held.for_route, Known(unique=True, separate=True, nir=nir), today)
        return found.route, found.remarks

    assert route(amc="1221212145") == (Route.GU, ())
    assert route(amc="1221212145", amc_nir=MEYER.nir) == (Route.GU, ())
    bad = route(amc="1221212145", amc_nir="170076799990729")
    assert bad == (Route.AMO_ONLY, (Remark.NIR_MISMATCH, Remark.DRE_PROPOSED))
    assert route(amc="1221212145", link="NO")[1] == (Remark.NO_LINK, Remark.DRE_PROPOSED)
    assert route(amc="799900010") == (Route.DRE, ())
    assert route(amc="99999997") == (Route.GU, ())
