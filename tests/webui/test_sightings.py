"""Who saw what: every page about one patient, line, lot, answer or paper leaves a row (R9)."""

from collections.abc import Callable

import pytest

from server.core.leaves import Leaf
from server.services import journals, revisions
from tests.people import DELVAUX, OUCHENE
from tests.security.exercised import of_france, of_french_ids, paper_on
from tests.webui.shop import Shop
from tests.world import World

Key = Callable[[Shop], str]


def sql(text: str) -> Key:
    return lambda shop: str(shop.world.sql(text))


def turned_paper(shop: Shop) -> str:
    """A document whose page was turned, asked for without looking at it."""
    key, desk = paper_on(shop), shop.world.desk
    revisions._ask(desk, key, [Leaf(1).turned()])
    (asked,) = revisions.to_make(desk)
    revisions.made(desk, asked, [], b"%PDF-1.7 turned")
    return key


_SESSION = sql("select min(id) from session")
_LOT = sql("select min(id) from lot")
LOOKS: dict[str, tuple[str, Key, str]] = {
    "patients.show": ("patients/{}", lambda s: s.world.ids[OUCHENE], "patient.seen"),
    "patients.edit": ("patients/{}/edit", lambda s: s.world.ids[OUCHENE], "patient.seen"),
    "notes.show": ("notes/{}", lambda s: s.world.ids[OUCHENE], "patient.seen"),
    "alarms.show": ("alarms/{}", lambda s: s.world.ids[OUCHENE], "patient.seen"),
    "addresses.show": ("addresses/{}", lambda s: s.world.ids[OUCHENE], "patient.seen"),
    "particulars.show": ("particulars/{}", lambda s: s.world.ids[OUCHENE], "patient.seen"),
    "series.new": ("series/of/{}/new", lambda s: s.world.ids[OUCHENE], "patient.seen"),
    "series.show": ("series/{}", lambda s: s.world.series[OUCHENE], "patient.seen"),
    "sessions.visit": ("sessions/of/{}", lambda s: s.world.series[OUCHENE], "patient.seen"),
    "sessions.show": ("sessions/{}", _SESSION, "patient.seen"),
    "sessions.paper": ("sessions/{}/paper", _SESSION, "patient.seen"),
    "sessions.document": ("sessions/{}/document.pdf", _SESSION, "document.seen"),
    "refusals.replaced": ("refusals/replaced/{}", _SESSION, "patient.seen"),
    "past.show": ("past/{}", lambda s: s.world.ids[OUCHENE], "past.seen"),
    "tray.show": ("tray/{}", paper_on, "tray.seen"),
    "tray.picture": ("tray/{}/page/1", paper_on, "tray.seen"),
    "tray.corrected": ("tray/{}/corrected", turned_paper, "tray.seen"),
    "tray.original": ("tray/{}/original", paper_on, "tray.seen"),
    "lots.show": ("lots/{}", _LOT, "lot.seen"),
    "lots.sent": ("lots/{}/sent", _LOT, "file.seen"),
    "ledger.proof": ("ledger/proof/{}", sql("select min(id) from letter"), "letter.seen"),
}
"""By endpoint: the address, the id in it, and the action of the row."""

NO_LOOK = {
    "conventions.show",
    "enrolment.letter",
    "enrolment.paper",
    "payers.show",
    "static",
    "launch",
    "proof.ask",
    "users.card",
    "users.show",
}  # none is about somebody cared for


@pytest.fixture
def shop(world: World) -> Shop:
    """Sessions of two patients, one lot sent and answered; the ledger is opened on a line."""
    world.visit(OUCHENE, copay_collected="2,50")
    world.visit(DELVAUX)
    lot = world.seal("100")
    made = Shop(world)
    made.office.run()
    made.office.take(made.office.sent(lot).accepted())
    return made


FRENCH_LOOKS = {
    "rights.show": ("rights/{patient_id}", "patient.seen"),
    "signing.show": ("invoicing/{session_id}/sign", "patient.seen"),
    "transmission.lot": ("transmission/lots/{lot_id}", "lot.seen"),
    "secure_tp.show": ("sessions/{session_id}/tp", "patient.seen"),
    "invoices.show": ("invoices/{patient_id}", "patient.seen"),
    "french_returns.show": ("returns/{return_id}", "return.seen"),
    "invoicing.show": ("invoicing/{session_id}", "patient.seen"),
    "covers.show": ("covers/{patient_id}", "patient.seen"),
    "patients.show": ("patients/{patient_id}", "patient.seen"),
    "assessments.index": ("assessments/{series_id}", "patient.seen"),
    "file_papers.prescriptions": ("file/{patient_id}/prescriptions", "patient.seen"),
    "file_papers.letters": ("file/{patient_id}/letters", "patient.seen"),
    "file_papers.documents": ("file/{patient_id}/documents", "patient.seen"),
    "french_papers.show": ("papers/fees/{series_id}", "patient.seen"),
    "french_papers.document": ("papers/fees/{series_id}/document.pdf", "document.seen"),
}


@pytest.mark.parametrize("endpoint", FRENCH_LOOKS)
def test_a_look_at_a_file_in_france_is_a_row_too(french_world: World, endpoint: str) -> None:
    shop = of_france(french_world)
    path, action = FRENCH_LOOKS[endpoint]
    address = shop.door.root + path.format_map(of_french_ids(shop))
    for _ in range(2):
        assert shop.client.get(address).status_code == 200
    assert looks(shop, action) == 1
    assert journals.verify(french_world.desk).flaws == []


def looks(shop: Shop, action: str) -> int:
    return int(str(shop.world.sql("select count(*) from journal where action = ?", (action,))))


@pytest.mark.parametrize("endpoint", LOOKS)
def test_a_look_at_one_thing_is_a_row_of_the_journal_and_a_second_look_is_none(
    shop: Shop, endpoint: str
) -> None:
    path, key, action = LOOKS[endpoint]
    address = path.format(key(shop))
    assert shop.client.get(shop.door.root + address).status_code == 200
    assert looks(shop, action) == 1
    assert shop.client.get(shop.door.root + address).status_code == 200
    assert looks(shop, action) == 1
    assert journals.verify(shop.world.desk).flaws == []


def test_no_page_about_one_thing_is_forgotten(shop: Shop) -> None:
    about_one = {
        rule.endpoint
        for rule in shop.app.url_map.iter_rules()
        if rule.arguments and "GET" in (rule.methods or ())
    }
    assert about_one - NO_LOOK == {*LOOKS, *FRENCH_LOOKS}


def test_the_line_opened_beside_a_list_is_a_look_at_it(shop: Shop) -> None:
    line = str(shop.world.sql("select min(id) from line"))
    shop.get(f"ledger/?line={line}")
    assert shop.world.sql(
        "select 1 from journal where action = 'line.seen' and entity_id = ?", (line,)
    )


def test_a_page_of_nobody_is_no_look(shop: Shop) -> None:
    answer = shop.client.get(f"{shop.door.root}patients/01NOBODY")
    assert answer.status_code == 404
    assert looks(shop, "patient.seen") == 0


def test_row_34_the_title_of_no_page_names_a_patient(shop: Shop) -> None:
    """A browser keeps titles in its history, and a print queue is given them as names."""
    pages = ["today/", "patients/", "billing/", "ledger/", "lots/", "refusals/", "finances/"]
    pages += [path.format(key(shop)) for path, key, action in LOOKS.values() if "seen" in action]
    for path in pages:
        answer = shop.client.get(shop.door.root + path)
        if answer.mimetype != "text/html":
            name = answer.headers.get("Content-Disposition", "")
        else:
            name = answer.text.partition("<title>")[2].partition("</title>")[0]
            assert name.endswith("— Besace"), path
        for word in ("ouchene", "fatima", OUCHENE.niss, "delvaux"):
            assert word not in name.lower(), path
