"""Every screen, photographed: readable, accessible, without a complaint, at every width.

`BESACE_UPDATE_SCREENS=1` renews the pictures of `docs/screens`; otherwise they are made and thrown
away.
"""

import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from io import BytesIO
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize, expect

from server.app.demo_practice import PASSPHRASE
from server.app.keycards import KeyCardTrials
from server.core.cards import CardKind
from server.core.errors import TableRefused
from server.core.tray import Origin
from server.services import (
    addresses,
    agenda,
    convention_import,
    conventions,
    french_invoices,
    ledger,
    notes,
    practices,
    tray,
)
from server.services.convention_import import pieces_of
from server.services.desk import Desk
from server.store import french_lots, french_returns
from tests.app.waiting import until
from tests.countries.france.tables import line, many, written
from tests.e2e.pictures import folder_of, save
from tests.e2e.stages import PLAYS, Day, Stage
from tests.e2e.stages_billing import decided, with_formulas, without_convention
from tests.e2e.stages_billing import refused as refused_invoices
from tests.e2e.stages_france import (
    FRENCH_PLAYS,
    FrenchDay,
    adri_answered,
    committed,
    refused,
)
from tests.e2e.stages_sending import sending_morning, shared, to_sign
from tests.hardware.drawn import on_a_page, pdf, qr
from tests.hardware.keytokens import make_token
from tests.webui.browsing import hear
from tests.world import seeded

pytestmark = pytest.mark.e2e

DESK = ViewportSize(width=1366, height=768)
ZOOMED = ViewportSize(width=683, height=384)
PHONE = ViewportSize(width=320, height=700)


@dataclass(frozen=True)
class Scene:
    """One picture: its name, the moment of the day, and the address below the door's."""

    name: str
    stage: str
    path: Callable[[Stage], str]


SENDING = "france-sending"


def _for_whom(day: Stage) -> str:
    """Have a paper lie on the table; who comes from this file adds another."""
    _paper(day)
    return day.patient("lambiotte")


def _french_lot(day: Stage) -> str:
    return french_lots.newest(day.desk.db, 1)[0].id


def _return(day: Stage) -> str:
    return french_returns.page(day.desk.db, most=1)[0].id


def _french(day: Stage) -> FrenchDay:
    assert isinstance(day, FrenchDay)
    return day


def at(path: str) -> Callable[[Stage], str]:
    return lambda day: path


def _refused(day: Stage) -> str:
    return next(entry.line.id for entry in ledger.entries(day.desk, "refused"))


def _session(day: Stage) -> str:
    return agenda.of_day(day.desk, day.desk.today)[0].id


def _user(day: Stage) -> str:
    return day.desk.user.id


def _lot(day: Stage) -> str:
    return next(view.lot.id for view in ledger.lots(day.desk) if view.lot.payer == "300")


def _paper(day: Stage) -> str:
    """Receive a certificate drawn for the occasion; the program's own sorter looks into it."""
    content = pdf(
        on_a_page(qr("NumeroAMC=775678584;NumAdherent=0123456789"), height=1000, width=720)
    )
    key = tray.receive(day.desk, content, "attestation.pdf", Origin.IMPORT).id
    assert day.program.sorter is not None
    day.program.sorter.wake()
    until(lambda: tray.document(day.desk, key).pages)
    return key


def _code(day: Stage) -> str:
    """Read an attestation with a hand reader."""
    assert day.program.codes is not None
    day.program.codes.take("NumeroAMC=775678584;NumAdherent=0123456789")
    return "codes/"


def _code_of_a_card(day: Stage) -> str:
    """Have a card in whose code was mistaken twice."""
    token = make_token(CardKind.EID, Path(tempfile.mkdtemp()) / "eid", "Besace Demo Reader 00 00")
    token.tries = 1
    assert day.program.keycards is not None
    day.program.keycards.stop()
    tried = KeyCardTrials(token.cards(), day.program.broker.publish, lambda _: token.tries)
    day.program.keycards = tried
    tried.start()
    tried.look()
    until(lambda: not tried.state.looking)
    return "options/card-code/"


def _formulas(day: Stage) -> str:
    """Have a session to bill, whose attestation prints several formulas."""
    assert isinstance(day, FrenchDay)
    _conventions(day)
    return f"invoicing/{with_formulas(day)}"


def _no_convention(day: Stage) -> str:
    """Have a session to bill, whose mutuelle no table has."""
    assert isinstance(day, FrenchDay)
    _conventions(day)
    return f"invoicing/{without_convention(day)}"


def _invoiced(day: Stage) -> str:
    """Have the billing of the day decided."""
    assert isinstance(day, FrenchDay)
    decided(day)
    return "invoicing/"


def _to_mend(day: Stage) -> str:
    """Have a refused invoice that waits, and one that was corrected."""
    assert isinstance(day, FrenchDay)
    _conventions(day)
    return f"invoices/{refused_invoices(day)}"


def _to_correct(day: Stage) -> str:
    """The session of the one that waits: its corrected invoice is one OK away."""
    return f"invoicing/{french_invoices.refused_waiting(day.desk)[0].session.id}"


SIGNED = (
    line("01291", criterion="01291????", label="CPAM DU FINISTERE"),
    line("02", criterion="02??1????", label="MSA D'ARMORIQUE"),
    line("0799900010", "OC", "", label="MUTUELLE TI DOUE"),
    line("0799900036", "MU", "", label="MUTUELLE AR MOR"),
)


def _conventions(day: Stage) -> str:
    """Have conventions in use, one typed by hand, one put aside; the place of their screen."""
    if not convention_import.log(day.desk):
        first = written([*SIGNED, *many(8)])
        key = convention_import.read(day.desk, "C-InterAMC_20260112.csv", pieces_of(first)).id
        convention_import.confirm(day.desk, key)
        typed = {"signatory": "08", "label": "CNMSS", "accord": "T", "criterion": "08???????"}
        conventions.add_by_hand(day.desk, typed)
        conventions.put_aside(day.desk, conventions.listed(day.desk, "ar mor")[0].id)
    return "options/conventions/"


def _unplaced(day: Stage) -> str:
    """Have a table read whose columns nobody knows."""
    content = "Sign.;Intitulé;Type de convention;Accord;Critère secondaire;Divers\n" + "".join(
        f"{79_990_001 + n};MUTUELLE DES GOELANDS {n};OC;T;;x\n" for n in range(4)
    )
    france = day.program.france
    tables = france.tables if france else None
    assert tables is not None
    with suppress(TableRefused):
        tables.read("C-Goélands.csv", content.encode("latin-1"))
    return "options/conventions/columns"


def _offered(day: Stage) -> str:
    """Have a newer table read: one insurer more, one renamed, two gone, a line left out."""
    place = _conventions(day)
    rows = [*SIGNED[:3], line("0799900044", "OC", "", label="MUTUELLE DES GOELANDS"), *many(6)]
    rows[1] = line("02", criterion="02??1????", label="MSA ARMORIQUE")
    content = written([*rows, *([many(1)[0]] * 200), ["illisible"]])
    key = convention_import.read_any(day.desk, "InterAMC_20260203.csv", lambda: [content]).id
    return f"{place}version/{key}"


def _drawn(day: Stage, key: str) -> bool:
    return bool(tray.document(day.desk, key).pages)


def _filed(day: Stage) -> str:
    """Have an attestation and a prescription filed under a patient; whose file it is."""
    patient = day.patient("meyer")
    if not tray.of_patient(day.desk, patient):
        today = day.desk.today
        for name, kind in (("attestation.pdf", "AMC_CARD"), ("ordonnance.pdf", "RX_SCAN")):
            drawn = pdf(on_a_page(qr(f"NumeroAMC=775678584;{name}"), height=1000, width=720))
            key = tray.receive(day.desk, drawn, name, Origin.SCAN).id
            assert day.program.sorter is not None
            day.program.sorter.wake()
            until(partial(_drawn, day, key))
            said = {"patient": patient, "kind": kind, "dated": today.isoformat()}
            if kind == "AMC_CARD":
                said |= {"valid_from": f"01/01/{today.year}", "valid_to": f"31/12/{today.year}"}
            tray.integrate(day.desk, key, said)
    return patient


def _lambiotte(day: Stage) -> str:
    """Have notes and an address of care in a Belgian file; whose it is."""
    patient, desk = day.patient("lambiotte"), day.desk
    if not notes.of_patient(desk, patient).held:
        written_note(desk, patient)
    return patient


def written_note(desk: Desk, patient: str) -> None:
    said = "Sa fille Claire l’accompagne le mardi.\nSonner longtemps."
    notes.write(desk, patient, {"note": said, "reach": "PRACTICE"})
    addresses.keep(
        desk, patient,
        {"kind": "CARE", "place_name": "Chez sa fille", "street": "Rue du Moulin 12",
         "postcode": "5000", "city": "Namur", "access": "Code 1234\nDeuxième étage"},
    )  # fmt: skip


SCENES = (
    Scene("entree", "closed", at("unlock")),
    Scene("nouveau-cabinet", "empty", at("new")),
    Scene("aujourdhui", "morning", at("today/")),
    Scene("patients", "morning", at("patients/")),
    Scene("patient", "morning", lambda day: f"patients/{day.patient('lambiotte')}"),
    Scene("patient-notes", "morning", lambda day: f"notes/{_lambiotte(day)}"),
    Scene("patient-adresses", "morning", lambda day: f"addresses/{_lambiotte(day)}"),
    Scene("patient-nouveau", "morning", lambda day: f"patients/{day.patient('pirson')}"),
    Scene("serie-nouvelle", "morning", lambda day: f"series/of/{day.patient('pirson')}/new"),
    Scene("serie", "morning", lambda day: f"series/{day.series_of('delvaux')}"),
    Scene("visite", "morning", lambda day: f"sessions/of/{day.series_of('lambiotte')}"),
    Scene("seance", "morning", lambda day: f"sessions/{_session(day)}"),
    Scene("porte-document", "morning", lambda day: f"tray/{_paper(day)}"),
    Scene("porte-document-patient", "morning", lambda day: f"tray/?patient={_for_whom(day)}"),
    Scene("numeriser", "morning", at("scan/")),
    Scene("lire-un-code", "morning", _code),
    Scene("lecteur-a-main", "morning", at("codes/reader")),
    Scene("carte", "morning", at("cards/")),
    Scene("facturation-faute", "faulty", at("billing/")),
    Scene("facturation", "morning", at("billing/")),
    Scene("aujourdhui-soir", "evening", at("today/")),
    Scene("connexion", "evening", at("connection/")),
    Scene("aujourdhui-refus", "answered", at("today/")),
    Scene("registre", "answered", lambda day: f"ledger/?line={_refused(day)}"),
    Scene("lots", "answered", at("lots/")),
    Scene("lot", "answered", lambda day: f"lots/{_lot(day)}"),
    Scene("refus", "answered", at("refusals/")),
    Scene("paiements", "answered", at("finances/")),
    Scene("options", "morning", at("options/")),
    Scene("utilisateurs", "morning", at("options/users/")),
    Scene("utilisateur-nouveau", "morning", at("options/users/new")),
    Scene("utilisateur-carte", "morning", lambda day: f"options/users/{_user(day)}/card"),
    Scene("scanners", "morning", at("options/devices/")),
    Scene("mandats", "morning", at("options/mandates/")),
    Scene("mise-en-route", "morning", at("options/setup/")),
    Scene("lecteur", "morning", at("options/setup/reader")),
    Scene("diagnostic", "morning", at("help/diagnosis/")),
    Scene("code-carte", "morning", _code_of_a_card),
    Scene("montants", "answered", at("amounts/")),
    Scene("comme-au", "answered", lambda day: f"past/{day.patient('lambiotte')}"),
    Scene("journal", "answered", at("journal/")),
    Scene("sauvegardes", "kept", at("options/backups/")),
    Scene("restaurer", "empty", at("restore/")),
    Scene("conventions", "france", _conventions),
    Scene("conventions-import", "france", _offered),
    Scene("convention-colonnes", "france", _unplaced),
    Scene("convention-ajout", "france", at("options/conventions/new?signatory=08")),
    Scene("aide", "morning", at("help/keys")),
    Scene("demonstration", "morning", at("demo/")),
    Scene("france-traitement-nouveau", "france",
          lambda day: f"series/of/{day.patient('casanova')}/new"),
    Scene("france-traitement", "france", lambda day: f"series/{day.series_of('meyer')}"),
    Scene("france-visite", "france", lambda day: f"sessions/of/{day.series_of('marchand')}"),
    Scene("france-bilan", "france", lambda day: f"assessments/{day.series_of('meyer')}"),
    Scene("france-seance", "france", lambda day: f"sessions/{_session(day)}"),
    Scene("fr-nouveau-cabinet", "empty", at("new?locale=fr_FR")),
    Scene("fr-aujourdhui", "france", at("today/")),
    Scene("fr-options", "france", at("options/")),
    Scene("fr-patient-nouveau", "france", at("patients/new")),
    Scene("fr-patient", "france", lambda day: f"patients/{day.patient('meyer')}"),
    Scene("fr-droits", "france", lambda day: f"rights/{day.patient('marchand')}"),
    Scene("fr-complementaire", "france", lambda day: f"covers/{day.patient('meyer')}"),
    Scene("fr-ame", "france", lambda day: f"covers/{day.patient('petrov')}"),
    Scene("fr-complementaires", "france", at("payers/")),
    Scene("fr-attestations", "france", at("notices/")),
    Scene("fr-tarifs-et-regles", "france", at("options/tables/")),
    Scene("fr-se-conventionner", "france", at("options/enrolment/")),
    Scene("fr-complementaire-creer", "france", at("payers/new")),
    Scene("fr-facturation", "france", _formulas),
    Scene("fr-aucune-convention", "france", _no_convention),
    Scene("fr-montant-facture", "france", _invoiced),
    Scene("fr-factures", "france", lambda day: f"invoices/{day.patient('casanova')}"),
    Scene("fr-adresses", "france", lambda day: f"addresses/{day.patient('marchand')}"),
    Scene("fr-bloc-notes", "france", lambda day: f"notes/{day.patient('marchand')}"),
    Scene("fr-alarmes", "france", lambda day: f"alarms/{day.patient('marchand')}"),
    Scene("fr-ordonnances", "france", lambda day: f"file/{day.patient('meyer')}/prescriptions"),
    Scene("fr-courriers", "france", lambda day: f"file/{day.patient('meyer')}/letters"),
    Scene("fr-documents", "france", lambda day: f"file/{_filed(day)}/documents"),
    Scene("fr-divers", "france", lambda day: f"particulars/{day.patient('marchand')}"),
    Scene("fr-alarmes-du-jour", "france", at("alarms/")),
    Scene("fr-comme-au", "france", lambda day: f"past/{day.patient('meyer')}"),
    Scene("fr-factures-rejet", "france", _to_mend),
    Scene("fr-facture-corrigee", "france", _to_correct),
    Scene("fr-signer", SENDING, lambda day: f"invoicing/{to_sign(_french(day))}/sign"),
    Scene("fr-parcours", SENDING, lambda day: f"invoicing/{shared(_french(day))}/sign"),
    Scene("fr-teletransmission", SENDING, at("transmission/")),
    Scene("fr-lot", SENDING, lambda day: f"transmission/lots/{_french_lot(day)}"),
    Scene("fr-retours", SENDING, at("returns/")),
    Scene("fr-retour", SENDING, lambda day: f"returns/{_return(day)}"),
    Scene("fr-adri", "france-online", lambda day: f"rights/{adri_answered(_french(day))}"),
    Scene("fr-tp-engage", "france-online", lambda day: f"sessions/{committed(_french(day))}/tp"),
    Scene("fr-tp-arrete", "france-online", lambda day: f"sessions/{refused(_french(day))}/tp"),
)  # fmt: skip
IN_DUTCH = (
    "aujourdhui",
    "patient",
    "visite",
    "facturation",
    "registre",
    "refus",
    "paiements",
    "sauvegardes",
    "mise-en-route",
    "numeriser",
)


class Visitor:
    """Somebody who came through the door of a stage, with a large and a zoomed window."""

    def __init__(self, browser: Browser, stage: Stage, play: Callable[[], None] | None) -> None:
        self.stage = stage
        self.complaints: list[str] = []
        door = stage.program.door
        self.base = door.origin + door.root
        self.large = self._window(browser.new_context(viewport=DESK, locale="fr-BE"))
        self.large.goto(door.invite())
        if play is not None:
            self._unlock()
            self.large.goto("about:blank")  # a card put in would lead an open page elsewhere
            play()
        known = self.large.context.storage_state()
        zoomed = browser.new_context(
            viewport=ZOOMED, device_scale_factor=2, locale="fr-BE", storage_state=known
        )
        self.zoomed = self._window(zoomed)

    def _unlock(self) -> None:
        expect(self.large.locator("[name=passphrase]")).to_be_focused()
        self.large.keyboard.type(PASSPHRASE)
        self.large.keyboard.press("Enter")
        expect(self.large.get_by_role("navigation").first).to_be_visible()

    def _window(self, context: BrowserContext) -> Page:
        page = context.new_page()
        hear(page, self._note)
        return page

    def _note(self, words: str) -> None:
        self.complaints.append(words)

    def leave(self) -> None:
        self.large.context.close()
        self.zoomed.context.close()


def _set(browser: Browser, name: str, folder: Path) -> Visitor:
    if name == "empty":
        return Visitor(browser, Stage(folder), None)
    if name in (*FRENCH_PLAYS, SENDING):
        french = FrenchDay(folder)
        play = sending_morning if name == SENDING else FRENCH_PLAYS[name]
        return Visitor(browser, french, partial(play, french))
    day = Day(folder)
    return Visitor(browser, day, partial(PLAYS[name], day) if name in PLAYS else None)


@pytest.fixture(scope="module")
def same_keys() -> Iterator[None]:
    """Draw the same keys at each run: rows made in one instant keep their order on pictures."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("secrets.token_bytes", seeded())
        yield


@pytest.fixture(scope="module")
def visitors(
    browser: Browser, tmp_path_factory: pytest.TempPathFactory, same_keys: None
) -> Iterator[Callable[[str], Visitor]]:
    """Give the visitor of a stage, which is set once for all its scenes."""
    known: dict[str, Visitor] = {}

    def visitor(stage: str) -> Visitor:
        if stage not in known:
            known[stage] = _set(browser, stage, tmp_path_factory.mktemp(stage))
        return known[stage]

    yield visitor
    for each in known.values():
        each.leave()
        each.stage.put_away()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return folder_of(tmp_path)


@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.name)
def test_a_screen_is_accessible_quiet_and_never_wider_than_its_window(
    scene: Scene, visitors: Callable[[str], Visitor], folder: Path
) -> None:
    here = visitors(scene.stage)
    address = here.base + scene.path(here.stage)
    shoot(here.large, address, folder / f"{scene.name}.png")
    shoot(here.zoomed, address, folder / f"{scene.name}-zoom200.png")
    for page in (here.large, here.zoomed):
        found = Axe().run(page)
        assert found.violations_count == 0, found.generate_report()
        assert not is_too_wide(page)
    here.zoomed.set_viewport_size(PHONE)
    assert not is_too_wide(here.zoomed)
    here.zoomed.set_viewport_size(ZOOMED)
    assert here.complaints == []


@pytest.mark.parametrize("name", IN_DUTCH)
def test_the_main_screens_are_whole_in_dutch(
    name: str, visitors: Callable[[str], Visitor], folder: Path
) -> None:
    scene = next(scene for scene in SCENES if scene.name == name)
    here = visitors(scene.stage)
    practices.choose_language(here.stage.desk, "nl")
    shoot(here.large, here.base + scene.path(here.stage), folder / f"{name}.nl.png")
    practices.choose_language(here.stage.desk, "fr_BE")
    expect(here.large.locator("html")).to_have_attribute("lang", "nl-BE")
    assert Axe().run(here.large).violations_count == 0
    here.large.set_viewport_size(PHONE)
    assert not is_too_wide(here.large)
    here.large.set_viewport_size(DESK)
    assert here.complaints == []


_ON_ANY_MACHINE = """([ours, anybody]) => {
    const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walk.nextNode()) {
        const said = walk.currentNode;
        if (said.data.includes(ours + "/"))
            said.data = said.data.replace(/\\/[^ ]*\\/(?=[^ \\/]*$)/, anybody + "/");
    }
}"""
"""Show the folder of a test as that of anybody: a picture is of no machine in particular."""


_LOST = os.environ.get("PYTEST_DEBUG_TEMPROOT", tempfile.gettempdir())


def shoot(page: Page, address: str, file: Path) -> None:
    """Open a page and photograph what its window shows."""
    page.goto(address)
    page.evaluate("document.fonts.ready")
    page.evaluate(_ON_ANY_MACHINE, [_LOST, "/home/kine"])
    with Image.open(BytesIO(still(page))) as picture:
        save(picture.convert("RGB"), file)


def still(page: Page) -> bytes:
    """Photograph a page once nothing moves on it any more."""
    seen, before = page.screenshot(animations="disabled"), b""
    while seen != before:
        seen, before = page.screenshot(animations="disabled"), seen
    return seen


def is_too_wide(page: Page) -> bool:
    """Whether the page can be pushed sideways."""
    return bool(page.evaluate("document.documentElement.scrollWidth > innerWidth"))
