"""Every word that names what to open leads to a page that has the field."""

from datetime import timedelta

import pytest

from server.countries.belgium.efact_problems import Fault as Problem
from server.countries.belgium.refusal_tables import Opens
from server.countries.blocks import Panel
from server.services.anchors import Place, anchor
from server.services.lots import Fault
from tests.people import OUCHENE
from tests.webui.computed_billing import OURS
from tests.webui.shop import Shop, ids
from tests.world import World
from webui.faults import told, words
from webui.i18n import catalogue
from webui.mending import Subject, way_to

NOBODYS = (Place.INSURER, Place.SOFTWARE)


@pytest.fixture(scope="module")
def words_to_open() -> list[str]:
    return [*Opens, *Panel]


def test_every_word_leads_to_a_page_that_holds_its_field(
    world: World, words_to_open: list[str]
) -> None:
    shop = Shop(world)
    session = world.visit(OUCHENE)
    subject = Subject(world.ids[OUCHENE], world.series[OUCHENE], session)
    lost = []
    for word in words_to_open:
        with shop.app.test_request_context():
            way = way_to(word, subject, world.desk.user.rights)
        if way is None:
            assert anchor(word).place in NOBODYS, word
            continue
        path, _, fragment = way.href.removeprefix(shop.door.root).partition("#")
        page = shop.get(path)
        if fragment and fragment not in ids(page) and word != Panel.CLOCK:
            lost.append((word, way.href))
    assert lost == [], "\n".join(f"{word} {href[-40:]}" for word, href in lost)


def test_without_its_subject_a_word_opens_nothing(world: World) -> None:
    with Shop(world).app.test_request_context():
        for word in ("patient.niss", "coverage.ct", "agreement.number", "session.date"):
            assert way_to(word, Subject(), world.desk.user.rights) is None


@pytest.mark.parametrize("locale", ["fr_BE", "nl"])
@pytest.mark.parametrize("problem", Problem)
def test_every_problem_of_the_check_has_a_sentence_of_its_own_or_is_ours(
    problem: Problem, locale: str
) -> None:
    spoken = catalogue(locale)
    said = words(spoken, problem, {"found": "x", "other": "y", "code": "560011"})
    assert (said == spoken.say("efact")) == (problem in OURS)
    assert "…" not in said


def test_dates_are_told_as_people_write_them_and_the_unknown_as_an_ellipsis() -> None:
    spoken = catalogue("fr_BE")
    facts = {"valid_from": "2026-03-01", "valid_to": "None"}
    said = words(spoken, "block.agreement.outside", facts)
    assert "du 01/03/2026 au …" in said


def test_a_fault_that_is_ours_shows_its_code_and_place(world: World) -> None:
    fault = Fault("efact.sequence", "R50#4 zone 2", "", {})
    with Shop(world).app.test_request_context():
        (line,) = told(world.desk, catalogue("fr_BE"), [fault, fault])
    assert line.code == "efact.sequence R50#4 zone 2"
    assert line.way is None and line.who == ""


def test_a_clock_in_doubt_is_mended_where_the_fault_leads(world: World) -> None:
    shop = Shop(world)
    world.clock.at += timedelta(hours=5)  # the machine's date was changed by hand
    with shop.app.test_request_context():
        way = way_to(Panel.CLOCK, Subject(), world.desk.user.rights)
    assert way is not None
    path, _, fragment = way.href.removeprefix(shop.door.root).partition("#")
    assert fragment in ids(shop.get(path))
