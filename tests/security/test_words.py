"""Sixty hostile texts in every field that keeps text, and every page looked at in Chromium."""

import re
from collections import Counter
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from server.services import (
    addresses,
    alarms,
    notes,
    particulars,
    patients,
    payments,
    practices,
    sessions,
    treatments,
)
from tests.people import DELVAUX, OUCHENE, Person, niss
from tests.security.conftest import Served
from tests.services.answers import put
from tests.webui.browsing import hear
from tests.webui.shop import Shop
from tests.world import DELPORTE, PASSPHRASE, World

pytestmark = pytest.mark.e2e

BODIES = (
    "<m-x>", "<img src=x onerror=m()>", "<svg onload=m()>", "<script>m()</script>",
    "<a href=javascript:m()>", "<iframe src=/>", "<style>*{}</style>", "<base href=//e>",
    "<form action=//e>", "<m-x hx-get=/ hx-trigger=load>", "<details open ontoggle=m()>",
    "<input autofocus onfocus=m()>", "<!--<m-x>", "<![CDATA[<m-x>", "&lt;m-x&gt;&amp;", "{{7*7}}",
    "{% raw %}%(n)s${7*7}", "</title><m-x>", "</script><m-x>", "</textarea><m-x>",
)  # fmt: skip
BREAKOUTS = ("", '">', "'>")
PAYLOADS = tuple(f"{way}{body}" for way in BREAKOUTS for body in BODIES)
INJECTED = (
    "m-x, [onerror], [onload], [ontoggle], [onfocus], img[src=x], iframe[src='/'], base, "
    "form[action^='//'], a[href^='javascript'], [hx-trigger=load][hx-get='/'], body style"
)
TEXT = """() => document.title + " " + document.body.innerText + " "
  + [...document.querySelectorAll("input, textarea, option")].map(e => e.value || e.text).join(" ")
  + [...document.querySelectorAll("[title], [aria-label]")].map(
      e => (e.title || "") + (e.getAttribute("aria-label") || "")).join(" ")"""
LINKS = "() => [...document.querySelectorAll('a[href]')].map(a => a.getAttribute('href'))"
ID = re.compile(r"[0-9A-Z]{26}")
FILES = re.compile(r"\.pdf$|/sent$|ledger/proof/")  # handed over as files, not as pages


def test_there_are_sixty_of_them() -> None:
    assert len(set(PAYLOADS)) == 60


@pytest.fixture
def furnished(served: Served) -> Served:
    """A practice in which whatever can hold a text holds hostile ones."""
    world = served.shop.world
    marked(served)
    for number, payload in enumerate(PAYLOADS):
        form = {
            "last_name": payload[:45], "first_name": BODIES[number % 20][:24],
            "niss": niss(1955, 1 + number % 12, 1 + number // 12, 997),
            "street": payload[:60], "postcode": payload[:60], "city": payload[:60],
            "phone": payload[:30],
        }  # fmt: skip
        patients.create(world.desk, form)
    hostile = {"name": " ".join(PAYLOADS[:6])[:200], "street": PAYLOADS[6], "city": PAYLOADS[7]}
    practices.amend(world.desk, {**DELPORTE, **hostile, "first_name": PAYLOADS[0][:24]})
    return served


def marked(served: Served) -> None:
    """A series, sessions, a lot refused with a comment of the insurer, a payment."""
    world, office = served.shop.world, served.shop.office
    series = world.open_series(
        OUCHENE, prescriber_name=PAYLOADS[22], diagnosis=PAYLOADS[23], situation=""
    )
    for person in (OUCHENE, DELVAUX):
        world.visit(person)
    lot = world.seal("100")
    office.run()
    insurer = office.sent(lot)
    rank = insurer.rank(office.line_of(lot, OUCHENE).ref)
    answer = insurer.saying(rank, "R500522").accepted().decode()
    at = next(n for n in range(len(answer) - 800, 0, -800) if answer[n : n + 2] == "50")
    record = put(answer[at : at + 800], 534, "<m-x>CSV QR")
    assert office.take((answer[:at] + record + answer[at + 800 :]).encode())
    payments.record(world.desk, {"payer": "100", "reference": PAYLOADS[26], "amount": "1,00"})
    treatments.insure(
        world.desk, world.ids[OUCHENE],
        {"mutuality": "134", "ct1": "111", "ct2": "111", "engagement": PAYLOADS[25]},
    )  # fmt: skip
    held = {"niss": OUCHENE.niss, "last_name": PAYLOADS[3], "first_name": PAYLOADS[21][:24]}
    patients.amend(world.desk, world.ids[OUCHENE], held)
    _told(world, world.ids[OUCHENE])
    second = sessions.record(world.desk, series, {"institution": PAYLOADS[27]})
    assert second


def _told(world: World, patient: str) -> None:
    """Hostile texts in each area of the file."""
    notes.write(world.desk, patient, {"note": "\n".join(PAYLOADS[28:34]), "reach": "CARE"})
    alarms.set_alarm(world.desk, patient, {"alarm": PAYLOADS[34], "reach": "PRACTICE"})
    place = {"street": PAYLOADS[35], "postcode": BODIES[0], "access": PAYLOADS[36]}
    addresses.keep(world.desk, patient, {"kind": "CARE", **place, "place_name": PAYLOADS[37]})
    for at in (38, 44):
        keys = ("physician", "contact", "profession", "employer", "came_by", "more")
        particulars.keep(world.desk, patient, dict(zip(keys, PAYLOADS[at:], strict=False)))


def visited(page: Page, served: Served) -> Iterator[str]:
    """Open every patient and two pages of each kind there is a link to; give the path of each."""
    root = served.shop.door.root
    everybody = served.shop.world.desk.db.execute("select id from patient").fetchall()
    waiting = ["today/", *(f"patients/{key}" for (key,) in everybody)]
    seen, shapes = set(waiting), Counter[str]()
    while waiting:
        path = waiting.pop(0)
        answer = page.goto(served.shop.door.origin + root + path, wait_until="domcontentloaded")
        assert answer is not None and answer.status < 500, path
        yield path
        for link in page.evaluate(LINKS):
            plain = link.partition("#")[0]
            assert plain == "" or plain.startswith(root), link
            wanted = plain.removeprefix(root)
            shape = ID.sub("*", wanted.partition("?")[0])
            if wanted and wanted not in seen and not FILES.search(wanted) and shapes[shape] < 2:
                shapes[shape] += 1
                seen.add(wanted)
                waiting.append(wanted)


def test_row_12_hostile_texts_are_shown_as_text_on_every_page(
    browser: Browser, furnished: Served
) -> None:
    context = browser.new_context(viewport={"width": 1366, "height": 768})
    page, complaints = context.new_page(), list[str]()
    hear(page, complaints.append)
    page.on("dialog", lambda dialog: complaints.append(dialog.message))
    page.goto(furnished.shop.door.invite())
    page.get_by_label("Phrase de passe").fill(PASSPHRASE)
    page.keyboard.press("Enter")
    page.wait_for_url("**/today/")
    shown, paths = "", []
    for path in visited(page, furnished):
        paths.append(path)
        assert page.locator(INJECTED).count() == 0, path
        shown += page.evaluate(TEXT)
    context.close()
    assert complaints == []
    assert len(paths) > 80
    words = " ".join(shown.split())
    assert [text for text in PAYLOADS if text[:45] not in words] == []
    assert [text for text in PAYLOADS[22:23] if text not in words] == []
    assert "<m-x>CSV QR" in words


def test_row_13_a_template_typed_as_text_stays_text(world: World) -> None:
    shop = Shop(world)
    person = Person("{{7*7}}", "{% x %}%(n)s", niss(1955, 1, 1, 997), "134", "111")
    world.visit(person)
    name = world.ids[person]
    text = shop.get(f"patients/{name}")
    assert "{{7*7}}" in text.replace("&#39;", "'") and "{% X %}%(N)S" in text.upper()
    assert ">49<" not in text


def test_row_12_the_paper_and_its_name_take_hostile_texts_as_text(world: World) -> None:
    shop = Shop(world)
    person = Person("<m-x>()\\(", '../../"x', niss(1955, 1, 1, 997), "134", "111")
    session = world.visit(person)
    answer = shop.client.get(f"{shop.door.root}sessions/{session}/document.pdf")
    assert answer.status_code == 200
    name = answer.headers["Content-Disposition"]
    assert name == f'inline; filename="besace-{session[-8:]}.pdf"'
    for active in (b"/JavaScript", b"/JS", b"/Launch", b"/EmbeddedFile", b"/URI"):
        assert active not in answer.data
