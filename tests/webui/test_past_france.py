"""« Comme au » in France: the rights, the covers and who paid what, as an evening held them."""

import pytest

from server.services import complementaries, covers, french_invoicing, french_rights
from tests.countries.france.tables import line
from tests.france import MARCHAND
from tests.services.test_convention_import import taken
from tests.services.test_french_billing import BOTH, TI_DOUE, covered, printed, visited
from tests.webui.shop import Shop
from tests.world import World


@pytest.fixture
def shop(french_world: World) -> Shop:
    """10 March: everything is noted; 11: billed; 12: another caisse, the cover taken off."""
    world = french_world
    world.clock.advance(days=8)
    complementaries.create(world.desk, TI_DOUE)
    taken(world, [line("799900010", "OC", "", label="MUTUELLE TI DOUE")])
    patient = covered(world, MARCHAND, "0799900010")
    printed(world, patient, heading="AUXM", formula_code="052")
    session = visited(world, patient)
    world.clock.advance(days=1)
    french_invoicing.decide(world.desk, session, BOTH)
    world.clock.advance(days=1)
    cover = covers.of(world.desk, patient).of_papers[0]
    covers.withdraw(world.desk, patient, cover.row.id)
    french_rights.note(
        world.desk, patient,
        {"kind": "AMO", "right_source": "PAPER", "right_organism": "022930000",
         "rights_from": "2026-01-01"},
    )  # fmt: skip
    return Shop(world)


def past(shop: Shop, day: str) -> str:
    patient = str(shop.world.sql("select id from patient"))
    return shop.get(f"past/{patient}?day={day}").replace("\u00a0", " ")


def test_each_evening_shows_the_rights_and_the_covers_it_held(shop: Shop) -> None:
    first, last = past(shop, "10/03/2026"), past(shop, "12/03/2026")
    for page, said, caisse in ((first, 2, "01 291 0000"), (last, 3, "02 293 0000")):
        rights = page.partition('id="rights"')[2].partition("</section>")[0]
        assert rights.count("<li>") == said  # the caisse typed with the file among them
        [counted] = [each for each in rights.split("<li>") if "compte ce jour-là" in each]
        assert caisse in counted
    assert "Mutuelle Ti Doué" in first.partition('id="covers"')[2].partition("</section>")[0]
    assert "Mutuelle Ti Doué" not in last.partition('id="covers"')[2].partition("</section>")[0]


def test_a_session_shows_who_was_to_pay_only_from_the_evening_it_was_decided(shop: Shop) -> None:
    first, second = past(shop, "10/03/2026"), past(shop, "11/03/2026")
    assert "pas encore facturée" in first and "TP mutuelle" not in first
    assert "TP caisse / TP mutuelle" in second and "formule 052" in second
    assert "pas encore facturée" not in second


def test_the_days_of_changes_are_listed_and_nothing_can_be_changed(shop: Shop) -> None:
    page = past(shop, "10/03/2026")
    for day in ("10", "11", "12"):
        assert f"day=2026-03-{day}" in page
    main = page.partition("<main")[2].partition("</main>")[0]
    assert 'method="post"' not in main
    patient = str(shop.world.sql("select id from patient"))
    assert f"past/{patient}" in shop.get(f"patients/{patient}")
