"""Long lists go page by page: each row once, by links that need no script and carry keys alone."""

import re
from collections.abc import Callable
from html import unescape

import pytest

from server.services import ledger, refusals
from tests.people import BODART, CARLIER, DELVAUX, LAMBIOTTE, OUCHENE
from tests.services.kept_sums import assert_kept
from tests.webui.shop import Shop
from tests.world import World
from webui import ledger_filter
from webui.addresses import Addresses
from webui.drawings import Drawings

PEOPLE = (OUCHENE, DELVAUX, BODART, LAMBIOTTE, CARLIER)


@pytest.fixture
def shop(world: World) -> Shop:
    return Shop(world)


def visit_all(shop: Shop) -> None:
    for person in PEOPLE:
        shop.world.visit(person)
        shop.world.clock.advance(minutes=10)


def seal_all(shop: Shop) -> list[str]:
    visit_all(shop)
    return [shop.world.seal(payer) for payer in ("100", "300")]


def awaited(shop: Shop) -> None:
    sealed = seal_all(shop)
    shop.office.run()
    for lot in sealed:
        cents = shop.office.lot(lot).oa_cents
        shop.office.take(shop.office.sent(lot).settled(cents, f"REF{lot[-4:]}"))


def refused(shop: Shop) -> None:
    """Every line of the first lot is refused by name."""
    (lot, _) = seal_all(shop)
    shop.office.run()
    answer = shop.office.sent(lot)
    for line in shop.office.lines(lot):
        answer = answer.saying(answer.rank(line.ref), "R500522")
    shop.office.take(answer.accepted())


def leaves(shop: Shop, path: str) -> list[str]:
    """Follow « Suite » to the end; no address of a page may hold a name."""
    pages = [shop.get(path)]
    root = re.escape(shop.door.root)
    while onward := re.search(rf'href="{root}([^"]+)" rel="next"', pages[-1]):
        address = unescape(onward[1])
        assert not any(person.last_name.lower() in address.lower() for person in PEOPLE)
        pages.append(shop.get(address))
        assert 'rel="first"' in pages[-1]
    return pages


def rows(page: str, pattern: str) -> list[str]:
    """The ids of the rows of a list, in order."""
    return re.findall(pattern.replace("*", "([0-9A-Z]{26})"), page)


@pytest.mark.parametrize(
    ("made", "path", "module", "pattern", "count"),
    [
        (visit_all, "today/", "today", r'data-item href="[^"]+/sessions/*"', 5),
        (visit_all, "patients/", "patients", r'data-item href="[^"]+/patients/*"', 5),
        (seal_all, "lots/", "lots", 'id="lot-*"', 2),
        (seal_all, "ledger/", "ledger", 'id="line-*"', 5),
        (seal_all, "connection/", "connection", r'class="plain" href="[^"]+/lots/*"', 2),
        (awaited, "finances/", "finances", 'id="await-*"', 2),
        (refused, "refusals/", "refusals", 'id="refusal-*"', 3),
    ],
)
def test_every_row_is_on_one_page_and_on_one_only(
    shop: Shop,
    monkeypatch: pytest.MonkeyPatch,
    made: Callable[[Shop], object],
    path: str,
    module: str,
    pattern: str,
    count: int,
) -> None:
    made(shop)
    (whole,) = leaves(shop, path)
    wanted = rows(whole, pattern)
    assert len(wanted) == count
    monkeypatch.setattr(f"webui.pages.{module}._MOST", 1)
    pages = leaves(shop, path)
    assert [key for page in pages for key in rows(page, pattern)] == wanted
    assert len(pages) == count
    assert_kept(shop.world.desk.db)


def test_the_lines_of_a_lot_are_shown_page_by_page(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    (lot, _) = seal_all(shop)
    wanted = [line.id for line in shop.office.lines(lot)]
    monkeypatch.setattr("webui.pages.lots._LINES", 2)
    pages = leaves(shop, f"lots/{lot}")
    assert len(pages) == 2
    found = [key for page in pages for key in re.findall(r"ledger/\?line=([0-9A-Z]{26})", page)]
    assert found == wanted


def test_the_figures_of_a_day_are_those_of_all_its_pages(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    visit_all(shop)
    whole = re.search(r"<h1>(.*?)</h1>", shop.get("today/"), re.S)
    monkeypatch.setattr("webui.pages.today._MOST", 2)
    first = re.search(r"<h1>(.*?)</h1>", shop.get("today/"), re.S)
    assert whole is not None
    assert first is not None
    assert first[1] == whole[1]
    assert "5" in first[1]


def test_the_figures_of_refusals_are_those_of_all_their_pages(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    refused(shop)
    count, cents = refusals.sums(shop.world.desk)
    lines = refusals.lines(shop.world.desk)
    assert (count, cents) == (len(lines), sum(each.line.oa_cents for each in lines))
    monkeypatch.setattr("webui.pages.refusals._MOST", 1)
    title = re.search(r"<h1>(.*?)</h1>", shop.get("refusals/"), re.S)
    assert title is not None
    assert title[1].lstrip().startswith("3")


def test_a_lot_is_found_by_its_number_among_the_patients(shop: Shop) -> None:
    (lot, _) = seal_all(shop)
    number = shop.office.lot(lot).number
    for typed in (f"A-{number:03d}", f"{number}/100", f"a{number:03d}/100"):
        page = shop.search(typed)
        assert f"lots/{lot}" in page
        assert "Lots qui portent ce numéro" in page
    assert "lots/" not in shop.search(f"{number}/900")
    assert "lots/" not in shop.search("ouch")


def test_a_list_cut_short_asks_for_more_letters(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    visit_all(shop)
    monkeypatch.setattr("webui.pages.patients._MOST", 1)
    page = shop.search("a")  # Aline Bodart, and nobody whose name begins so
    assert "tapez encore" not in page
    shop.world.patient(PEOPLE[0])
    assert "tapez encore" in shop.search("19")


def test_the_filter_looks_at_a_part_of_the_past_and_offers_to_go_on(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    seal_all(shop)
    monkeypatch.setattr(ledger_filter, "LOOKED_AT", 2)
    monkeypatch.setattr(ledger_filter, "_STEP", 2)
    oldest = ledger.entries(shop.world.desk)[-1]
    amount = f"{oldest.line.oa_cents // 100},{oldest.line.oa_cents % 100:02d}"
    seen: list[str] = []
    page = shop.post("ledger/find", words=amount).text
    while onward := re.search(r'name="after" value="([0-9A-Z]+)"', page):
        seen += re.findall(r'id="line-([0-9A-Z]+)"', page)
        assert "Chercher plus loin" in page
        page = shop.post("ledger/find", words=amount, after=onward[1]).text
    seen += re.findall(r'id="line-([0-9A-Z]+)"', page)
    assert oldest.line.id in seen
    assert len(seen) == len(set(seen))


def test_an_old_line_is_found_by_the_name_of_its_patient_however_far(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    seal_all(shop)
    monkeypatch.setattr(ledger_filter, "LOOKED_AT", 1)
    monkeypatch.setattr(ledger_filter, "_STEP", 1)
    last = ledger.entries(shop.world.desk)[-1]
    page = shop.post("ledger/find", words=last.patient.last_name).text
    assert f'id="line-{last.line.id}"' in page
    none = shop.post("ledger/find", words=last.patient.last_name, which="paid").text
    assert f'id="line-{last.line.id}"' not in none


def test_a_line_nobody_knows_ends_no_page(shop: Shop) -> None:
    seal_all(shop)
    answer = shop.client.get(f"{shop.door.root}ledger/?after=01NOBODY")
    assert answer.status_code == 404


def test_addresses_are_those_the_application_builds(shop: Shop) -> None:
    with shop.app.test_request_context():
        addresses = Addresses(shop.app.url_for)
        for _ in range(2):
            for endpoint, values in (
                ("patients.show", {"patient_id": "01ABC"}),
                ("billing.seal", {"payer": "100", "month": "2026-03"}),
                ("ledger.index", {"which": "all", "line": "01X", "after": None}),
                ("ledger.index", {"after": "01X", "which": "all"}),
                ("static", {"filename": "icons.svg"}),
                ("lots.show", {"lot_id": "01X", "after": 12}),
                ("patients.index", {"after": "d'août & co"}),
                ("options.index", {"_anchor": "practice"}),
                ("today.index", {}),
            ):
                assert addresses(endpoint, **values) == shop.app.url_for(endpoint, **values)


def test_a_drawing_is_made_once_for_each_language() -> None:
    from markupsafe import Markup

    spoken = ["nl", "nl", "fr_BE"]
    made: list[str] = []

    def draw(state: str) -> Markup:
        made.append(state)
        return Markup("<b>x</b>")

    once = Drawings(lambda: spoken[0])
    for _ in range(3):
        assert once(draw, "Sent") == "<b>x</b>"
        spoken.pop(0) if len(spoken) > 1 else None
    assert made == ["Sent", "Sent"]
