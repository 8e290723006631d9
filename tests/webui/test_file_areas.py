"""The areas of a patient's file on the screens (SOFIA-25): ten leaves, what each says, to whom."""

import re

import pytest

from server.core.tray import Origin
from server.services import (
    addresses,
    alarms,
    french_assessments,
    french_sheets,
    notes,
    practices,
    tray,
)
from server.services.tray import Page
from tests.france import GARREC, MARCHAND, admitted
from tests.people import OUCHENE
from tests.security.exercised import of_france
from tests.services.people_of import BY_NAME, seat
from tests.webui.shop import Shop
from tests.world import World
from webui.paper.fee_note import write_fee_note

LEAVES = {
    "Assuré": ("1", "patients/{}"),
    "Droits": ("R", "rights/{}"),
    "Adresses": ("2", "addresses/{}"),
    "Complémentaire": ("3", "covers/{}"),
    "Factures": ("4", "invoices/{}"),
    "Bloc-notes": ("5", "notes/{}"),
    "Alarmes": ("6", "alarms/{}"),
    "Ordonnances": ("7", "file/{}/prescriptions"),
    "Courriers": ("8", "file/{}/letters"),
    "Documents": ("9", "file/{}/documents"),
    "Divers": ("0", "particulars/{}"),
}
"""The leaves of a file in France in their order: the key and the address of each."""

IN_BELGIUM = {"Dossier": "1", "Adresses": "2", "Bloc-notes": "5", "Alarmes": "6", "Divers": "0"}


@pytest.fixture
def shop(french_world: World) -> Shop:
    """The holder's patient, a treatment, one visit, an assessment."""
    return of_france(french_world)


@pytest.fixture
def patient(shop: Shop) -> str:
    return str(shop.world.sql("select id from patient"))


@pytest.fixture
def belgian(world: World) -> Shop:
    world.visit(OUCHENE)
    return Shop(world)


def main_of(page: str) -> str:
    text = page.partition("<main")[2].partition("</main>")[0]
    return " ".join(text.replace("\u00a0", " ").split())


def bar_of(page: str) -> str:
    return page.partition('class="tabs"')[2].partition("</nav>")[0]


def leaves_of(page: str) -> list[tuple[str, str]]:
    """Give (word, key) of each leaf, in their order."""
    found = re.findall(r'data-key="Alt\+(.)"[^>]*>([^<]+?)(?: <|<)', bar_of(page))
    return [(word, key) for key, word in found]


def post(shop: Shop, path: str, status: int = 303, **typed: str) -> str:
    answer = shop.post(path, **typed)
    assert answer.status_code == status, answer.text
    return answer.text


@pytest.mark.row("SOFIA-25")
def test_the_ten_areas_are_leaves_of_every_page_of_the_file_each_with_its_key(
    shop: Shop, patient: str
) -> None:
    wanted = [(word, key) for word, (key, _) in LEAVES.items()]
    assert sorted(key for _, key in wanted) == [*"0123456789R"]
    for word, (_, path) in LEAVES.items():
        page = shop.get(path.format(patient))
        assert leaves_of(page) == wanted
        bar = bar_of(page)
        here = bar.partition('aria-current="page">')[2]
        assert here.startswith(word), word
        assert f"/{path.format(patient)}" in bar


def test_a_leaf_says_how_many_notes_and_alarms_there_are_in_words_too(
    shop: Shop, patient: str
) -> None:
    assert "<b>" not in bar_of(shop.get(f"patients/{patient}"))
    for _ in range(2):
        post(shop, f"notes/{patient}", note="Sonner", reach="PRACTICE")
    post(shop, f"alarms/{patient}", alarm="Radio", reach="PRACTICE")
    bar = bar_of(shop.get(f"rights/{patient}"))
    assert 'Bloc-notes <b>2<span class="sr"> notes</span></b>' in bar
    assert 'Alarmes <b>1<span class="sr"> alarme à voir</span></b>' in bar


def test_a_note_is_written_corrected_and_struck_on_its_leaf(shop: Shop, patient: str) -> None:
    assert "Aucune note dans ce dossier." in main_of(shop.get(f"notes/{patient}"))
    post(shop, f"notes/{patient}", note="Sonner\ndeux fois", reach="CARE")
    key = str(shop.world.sql("select id from patient_note"))
    page = main_of(shop.get(f"notes/{patient}"))
    assert "1 note dans ce dossier." in page and "de soins" in page
    assert '<p class="long">Sonner</p><p class="long">deux fois</p>' in page
    form = shop.get(f"notes/{patient}?note={key}")
    assert ">Sonner\ndeux fois</textarea>" in form and f"notes/{key}/correct" in form
    refused = post(shop, f"notes/{key}/correct", 422, note="")
    assert "La note est vide." in refused and f"notes/{key}/correct" in refused
    post(shop, f"notes/{key}/correct", note="Sonner trois fois")
    page = main_of(shop.get(f"notes/{patient}"))
    assert "corrigée : ce qu’elle disait avant" in page and "deux fois" in page
    newest = str(shop.world.sql("select max(id) from patient_note"))
    post(shop, f"notes/{newest}/strike")
    page = main_of(shop.get(f"notes/{patient}"))
    assert "1 note rayée" in page and "rayée, Maël LE GOFF" in page
    post(shop, f"notes/{newest}/strike", 409)


def test_an_alarm_heads_every_leaf_and_the_visit_until_it_is_done(shop: Shop, patient: str) -> None:
    series = str(shop.world.sql("select id from treatment"))
    post(shop, f"alarms/{patient}", alarm="Demander la radio", reach="PRACTICE")
    post(shop, f"alarms/{patient}", alarm="Latex", reach="CARE", each_visit="1")
    everywhere = [path.format(patient) for _, path in LEAVES.values()]
    for path in [*everywhere, f"sessions/of/{series}"]:
        page = main_of(shop.get(path))
        assert "<b>Demander la radio</b>" in page, path
        assert ('id="due"' in page) == (path != f"alarms/{patient}"), path
    page = main_of(shop.get("today/"))
    assert "1 alarme de dossier à voir aujourd’hui." in page
    listed = main_of(shop.get("alarms/"))
    assert "Demander la radio" in listed and "Latex" not in listed and "MARCHAND" in listed
    key = str(shop.world.sql("select id from patient_alarm where body like 'Demander%'"))
    answer = shop.post(f"alarms/{key}/end", from_list="1")
    assert answer.headers["Location"].endswith("/alarms/")
    assert "Aucune alarme aujourd’hui." in main_of(shop.get("alarms/"))
    assert "alarme de dossier" not in main_of(shop.get("today/"))
    page = main_of(shop.get(f"alarms/{patient}"))
    assert "1 alarme passée" in page and "fait, Maël LE GOFF" in page
    other = str(shop.world.sql("select id from patient_alarm where body = 'Latex'"))
    assert shop.post(f"alarms/{other}/end").headers["Location"].endswith(f"/alarms/{patient}")
    assert 'id="due"' not in shop.get(f"patients/{patient}")


def test_more_than_three_alarms_are_counted_at_the_head(shop: Shop, patient: str) -> None:
    for number in range(5):
        post(shop, f"alarms/{patient}", alarm=f"Alarme {number}", reach="PRACTICE")
    head = shop.get(f"notes/{patient}").partition('id="due"')[2].partition("</ul>")[0]
    assert "et 2 autres alarmes" in head and "Alarme 1" not in head and "Alarme 2" in head


def test_a_refused_alarm_keeps_what_was_typed(shop: Shop, patient: str) -> None:
    page = post(
        shop, f"alarms/{patient}", 422, alarm="Radio", shown_until="01/01/2020", each_visit="1",
        reach="CARE",
    )  # fmt: skip
    assert 'value="Radio"' in page and 'name="each_visit" value="1" checked' in page
    assert re.search(r'name="reach" value="CARE" checked', page)
    assert "l’alarme" in page
    assert shop.world.sql("select count(*) from patient_alarm") == 0


def test_an_alarm_to_come_is_told_apart(shop: Shop, patient: str) -> None:
    post(shop, f"alarms/{patient}", alarm="Fils", shown_from="01/01/2030", reach="PRACTICE")
    page = shop.get(f"alarms/{patient}")
    assert "Fils" in page.partition('id="coming"')[2].partition("</section>")[0]
    assert "Rien à rappeler" in page


def test_the_home_keeps_its_history_and_the_place_of_care_is_told_at_the_visit(
    shop: Shop, patient: str
) -> None:
    series = str(shop.world.sql("select id from treatment"))
    post(
        shop, f"addresses/{patient}", kind="CARE", place_name="Chez sa sœur", city="Quimper",
        street="12 rue du Port", postcode="29000", access="Code B45\nEtage 2",
    )  # fmt: skip
    post(shop, f"addresses/{patient}", kind="CARE", city="Brest", valid_from="01/01/2030")
    shop.post(
        f"patients/{patient}/edit",
        **{**MARCHAND.form, "street": "1 rue Neuve", "city": "Brest"},
    )
    page = main_of(shop.get(f"addresses/{patient}"))
    assert "Habite 1 rue Neuve, Brest." in page
    assert "1 ancien domicile" in page and MARCHAND.street in page
    assert "valable aujourd’hui" in page and "à venir" in page
    told = shop.get(f"sessions/of/{series}").partition('id="care-place"')[2].partition("</p>")[0]
    assert "Chez sa sœur, 12 rue du Port, 29000 Quimper" in told and "Code B45 · Etage 2" in told


def test_a_place_is_ended_on_its_leaf(shop: Shop, patient: str) -> None:
    post(shop, f"addresses/{patient}", kind="LETTERS", city="Quimper", valid_from="01/01/2020")
    key = str(shop.world.sql("select id from patient_place"))
    asked = shop.get(f"addresses/{patient}?end={key}")
    assert f"addresses/{key}/end" in asked
    refused = post(shop, f"addresses/{key}/end", 422, last_day="jamais")
    assert "Ce n’est pas une date." in refused and f"addresses/{key}/end" in refused
    post(shop, f"addresses/{key}/end", last_day="01/02/2021")
    page = main_of(shop.get(f"addresses/{patient}"))
    assert "1 adresse qui ne vaut plus" in page and "01/02/2021" in page
    assert "Les soins se donnent au domicile" in page


def test_a_file_without_a_home_says_so(belgian: Shop) -> None:
    patient = belgian.world.ids[OUCHENE]
    belgian.world.desk.db.execute("delete from patient_address")
    page = main_of(belgian.get(f"addresses/{patient}"))
    assert "Le domicile n’est pas noté." in page and "Aucun domicile" in page


def test_the_note_of_fees_goes_to_the_address_for_letters(
    shop: Shop, patient: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []
    monkeypatch.setattr("webui.paper.fee_note.part", lambda pdf, title, *lines: told.extend(lines))
    series = str(shop.world.sql("select id from treatment"))
    write_fee_note(french_sheets.fee_note(shop.world.desk, series))
    assert f"{MARCHAND.street}, {MARCHAND.postcode} {MARCHAND.city}" in told
    told.clear()
    post(shop, f"addresses/{patient}", kind="LETTERS", place_name="Mme Annie Le Roux",
         street="8 quai Sud", postcode="29200", city="Brest", valid_until="31/12/2030")  # fmt: skip
    write_fee_note(french_sheets.fee_note(shop.world.desk, series))
    assert told[-3:] == ["Hélène MARCHAND", "Mme Annie Le Roux", "8 quai Sud, 29200 Brest"]
    told.clear()
    post(shop, f"addresses/{patient}", kind="LETTERS", city="Crozon")
    write_fee_note(french_sheets.fee_note(shop.world.desk, series))
    assert told[-2:] == ["Hélène MARCHAND", "Crozon"]
    told.clear()
    key = addresses.of_patient(shop.world.desk, patient).kept[0].place.id
    addresses.end(shop.world.desk, key, {"last_day": "01/01/2020"})
    write_fee_note(french_sheets.fee_note(shop.world.desk, series))
    assert told[-1] == "8 quai Sud, 29200 Brest"


def test_particulars_say_who_said_what_and_what_was_before(shop: Shop, patient: str) -> None:
    assert "Rien de plus n’est noté." in main_of(shop.get(f"particulars/{patient}"))
    post(shop, f"particulars/{patient}", physician="Dr Anne Morvan", more="Aime\nle vélo")
    post(shop, f"particulars/{patient}", physician="Dr Yves Kerien", more="")
    post(shop, f"particulars/{patient}", more="Tricote")
    page = shop.get(f"particulars/{patient}")
    assert 'value="Dr Yves Kerien"' in page and ">Tricote</textarea>" in page
    before = page.partition("Ce qui était noté avant")[2]
    assert "Dr Anne Morvan" in before and "vidé" in before and "le vélo" in before
    refused = post(shop, f"particulars/{patient}", 422, profession="x" * 201)
    assert "trop long" in refused


def test_prescriptions_name_who_wrote_them_and_show_their_image(shop: Shop, patient: str) -> None:
    page = main_of(shop.get(f"file/{patient}/prescriptions"))
    for words in ("1 ordonnance notée.", "Dr Yann Kerdreux", "10008888801", "pas rangée"):
        assert words in page, words
    desk = shop.world.desk
    for kind, dated in (("RX_SCAN", "2020-01-01"), ("RX_SCAN", desk.today.isoformat())):
        key = tray.receive(desk, f"%PDF-1.7 {dated}".encode(), "rx.pdf", Origin.SCAN).id
        tray.looked_into(desk, key, [Page(b"\xff\xd8 page", 90, ())])
        tray.integrate(desk, key, {"patient": patient, "kind": kind, "dated": dated})
    page = main_of(shop.get(f"file/{patient}/prescriptions"))
    assert f"tray/{key}" in page and "pas rangée" not in page
    listed = main_of(shop.get(f"file/{patient}/documents"))
    assert "2 documents rangés." in listed and listed.count("Ordonnance</b>") == 2
    assert "du 01/01/2020" in listed and "Ajouter un document" in listed and "1 page" in listed


def test_letters_are_the_papers_handed_over_and_the_reports_sent(shop: Shop, patient: str) -> None:
    series = str(shop.world.sql("select id from treatment"))
    page = main_of(shop.get(f"file/{patient}/letters"))
    assert "Aucun papier remis." in page and "Compte rendu pas encore envoyé" in page
    assert shop.client.get(f"{shop.door.root}papers/fees/{series}/document.pdf").status_code == 200
    today = shop.world.desk.today.isoformat()
    [assessment] = french_assessments.of_series(shop.world.desk, series).found
    french_assessments.sent(shop.world.desk, assessment.id, {"means": "POST", "sent_on": today})
    page = main_of(shop.get(f"file/{patient}/letters"))
    assert "1 papier remis." in page and "Note d’honoraires" in page
    assert re.search(r"envoyé le \d\d/\d\d/\d{4}", page)


def test_empty_areas_say_why(french_world: World) -> None:
    shop, patient = Shop(french_world), admitted(french_world, GARREC)
    for path, words in (
        ("prescriptions", "elle se note en ouvrant un traitement"),
        ("letters", "il n’y a pas de compte rendu à envoyer"),
        ("documents", "Aucun document dans ce dossier."),
    ):
        assert words in main_of(shop.get(f"file/{patient}/{path}")), path


@pytest.mark.parametrize("who", ["office", "colleague"])
def test_who_does_not_treat_has_no_leaf_of_care_and_reads_no_note_of_care(
    shop: Shop, patient: str, who: str
) -> None:
    desk = shop.world.desk
    notes.write(desk, patient, {"note": "Douleur du soir", "reach": "CARE"})
    notes.write(desk, patient, {"note": "Sonner", "reach": "PRACTICE"})
    alarms.set_alarm(desk, patient, {"alarm": "Stimulateur", "reach": "CARE"})
    seat(shop.world, BY_NAME[who])
    words = [word for word, _ in leaves_of(shop.get(f"notes/{patient}"))]
    missing = {"Ordonnances", "Courriers"} | ({"Factures"} if who == "colleague" else set())
    assert words == [word for word in LEAVES if word not in missing]
    for path in ("notes", "alarms", "addresses", "particulars"):
        page = shop.get(f"{path}/{patient}")
        assert "Douleur du soir" not in page and "Stimulateur" not in page
    page = shop.get(f"notes/{patient}")
    assert "Sonner" in page and "Lue par tout le cabinet" in page and 'value="CARE"' not in page
    post(shop, f"notes/{patient}", 403, note="x", reach="CARE")


def test_a_belgian_file_has_a_short_row_of_leaves(belgian: Shop) -> None:
    patient = belgian.world.ids[OUCHENE]
    for path in ("patients", "addresses", "notes", "alarms", "particulars"):
        page = belgian.get(f"{path}/{patient}")
        assert leaves_of(page) == [*IN_BELGIUM.items()], path
    for path in ("prescriptions", "letters", "documents"):
        answer = belgian.client.get(f"{belgian.door.root}file/{patient}/{path}")
        assert answer.status_code == 404


def test_a_belgian_visit_shows_the_alarms_and_the_place_of_care(belgian: Shop) -> None:
    world, patient = belgian.world, belgian.world.ids[OUCHENE]
    alarms.set_alarm(world.desk, patient, {"alarm": "Demander la radio", "reach": "PRACTICE"})
    addresses.keep(world.desk, patient, {"kind": "CARE", "city": "Namur", "access": "Code 1"})
    page = belgian.get(f"sessions/of/{world.series[OUCHENE]}")
    assert "Demander la radio" in page.partition('id="due"')[2]
    assert "Namur" in page.partition('id="care-place"')[2].partition("</p>")[0]


def test_the_areas_speak_dutch(belgian: Shop) -> None:
    world, patient = belgian.world, belgian.world.ids[OUCHENE]
    practices.choose_language(world.desk, "nl")
    page = belgian.get(f"alarms/{patient}")
    assert [word for word, _ in leaves_of(page)] == [
        "Dossier", "Adressen", "Notities", "Aandachtspunten", "Varia",
    ]  # fmt: skip
    assert "Vandaag geen aandachtspunt." in page


def test_an_evening_shows_the_notes_and_alarms_it_had(shop: Shop, patient: str) -> None:
    desk = shop.world.desk
    key = notes.write(desk, patient, {"note": "Douleur\ndu soir", "reach": "CARE"})
    alarms.set_alarm(desk, patient, {"alarm": "Radio", "reach": "PRACTICE"})
    shop.world.clock.advance(days=1)
    notes.correct(shop.world.desk, key, {"note": "Mieux"})
    page = main_of(shop.get(f"past/{patient}?day={desk.today.isoformat()}"))
    held = page.partition('id="notes"')[2].partition("</section>")[0]
    assert "du soir" in held and "Mieux" not in held and "de soins" in held
    assert "Radio" in page.partition('id="alarms"')[2].partition("</section>")[0]
    page = main_of(shop.get(f"past/{patient}"))
    assert "Mieux" in page.partition('id="notes"')[2].partition("</section>")[0]


HOSTILE = '"><img src=x onerror=m()>{{7*7}}</textarea><m-x>'


def test_row_12_what_the_areas_keep_is_shown_as_text(shop: Shop, patient: str) -> None:
    series = str(shop.world.sql("select id from treatment"))
    post(shop, f"notes/{patient}", note=HOSTILE, reach="CARE")
    post(shop, f"alarms/{patient}", alarm=HOSTILE, reach="CARE")
    post(
        shop, f"addresses/{patient}", kind="CARE", place_name=HOSTILE, street=HOSTILE,
        postcode=HOSTILE[:12], city=HOSTILE, access=HOSTILE,
    )  # fmt: skip
    for value in (HOSTILE, "x"):
        post(
            shop, f"particulars/{patient}", physician=value, contact=value, employer=value,
            came_by=value, more=value,
        )  # fmt: skip
    key = str(shop.world.sql("select id from patient_note"))
    for path in (
        f"notes/{patient}", f"notes/{patient}?note={key}", f"alarms/{patient}", "alarms/",
        f"addresses/{patient}", f"particulars/{patient}", f"patients/{patient}",
        f"sessions/of/{series}", f"past/{patient}",
    ):  # fmt: skip
        page = shop.get(path)
        assert "<img src=x" not in page and "<m-x>" not in page, path
        assert "&lt;img src=x onerror=m()&gt;{{7*7}}" in page, path
