"""« Numériser » on the screen: what is offered, asked, and said of how it went."""

import pytest

from hardware.scan_ports import ScanProblem
from server.core.tray import Origin
from server.services import scanners, tray
from tests.people import OUCHENE
from tests.webui.shop import SINCE, FakeFolder, FakeScans, Shop
from tests.world import World
from webui.folder import FolderState, Seen
from webui.scanning import FoundScanner, ScanState, WantedScan

PLAIN = FoundScanner("sane:0", "Petit scanner", True, ["glass"], ["grey"], [150, 300], False)
TALL = FoundScanner(
    "wia:1", "Grand scanner", False, ["glass", "feeder"], ["colour", "grey"], [200], True
)


@pytest.fixture
def shop(world: World) -> Shop:
    made = Shop(world)
    made.rooms.scans = FakeScans(ScanState(found=(PLAIN, TALL)))
    return made


def scans(shop: Shop) -> FakeScans:
    assert isinstance(shop.rooms.scans, FakeScans)
    return shop.rooms.scans


def test_the_scanners_are_looked_for_when_nobody_has_yet(shop: Shop) -> None:
    scans(shop).state = ScanState()
    page = shop.get("scan/")
    assert scans(shop).asked == ["look"]
    assert "Aucun scanner ne répond" in page
    scans(shop).state = ScanState(looking=True)
    assert "Recherche des scanners" in shop.get("scan/")


def test_what_any_scanner_has_is_offered_and_one_never_tried_says_so(shop: Shop) -> None:
    page = shop.get("scan/")
    assert "Grand scanner — non vérifié" in page
    for word in ("Sur la vitre", "Dans le chargeur", "Recto verso", "Couleur", "200, conseillé"):
        assert word in page


@pytest.mark.row("MAIIA-34")
def test_a_scan_is_asked_as_chosen_and_proposed_again_the_next_time(shop: Shop) -> None:
    chosen = {"scanner": "wia:1", "source": "feeder", "mode": "grey", "dpi": "300", "duplex": "1"}
    assert shop.post("scan/start", **chosen, patient="someone").status_code == 303
    assert scans(shop).asked == [WantedScan("wia:1", "feeder", "grey", 300, True, "someone")]
    page = shop.get("scan/")
    assert '<option value="wia:1" selected>' in page
    assert 'value="feeder" checked' in page
    assert 'value="300" checked' in page


def test_a_fineness_that_is_not_offered_is_refused_in_words(shop: Shop) -> None:
    answer = shop.post("scan/start", scanner="wia:1", source="glass", mode="grey", dpi="9999")
    assert answer.status_code == 422
    assert "Cette finesse n’existe pas ici" in answer.text
    assert scans(shop).asked == []


def test_the_pages_are_counted_as_they_come_and_the_scan_can_be_stopped(shop: Shop) -> None:
    scans(shop).state = ScanState(found=(PLAIN,), number=4, running=True)
    assert "Le scanner prend la première page" in shop.get("scan/progress?number=4")
    scans(shop).state = ScanState(found=(PLAIN,), number=4, running=True, pages=3)
    assert "3 pages reçues" in shop.get("scan/progress?number=4")
    shop.post("scan/stop")
    assert scans(shop).asked == ["stop"]


def test_the_window_that_watched_goes_to_the_document_for_the_same_patient(shop: Shop) -> None:
    patient = shop.world.patient(OUCHENE)
    key = tray.receive(shop.world.desk, b"%PDF-1.7 scanned", "", Origin.SCAN).id
    scans(shop).state = ScanState(found=(PLAIN,), number=4, pages=2, document=key, patient=patient)
    address, words = f"{shop.door.root}scan/progress", {"HX-Request": "true"}
    gone = shop.client.get(f"{address}?number=4", headers=words)
    assert gone.headers["HX-Redirect"] == f"{shop.door.root}tray/{key}?patient={patient}"
    other = shop.client.get(f"{address}?number=0", headers=words)
    assert "2 pages au porte-document" in other.text
    tray.looked_into(shop.world.desk, key, [])
    page = shop.get(f"tray/{key}?patient={patient}")
    assert f'value="{patient}" data-item checked' in page
    assert "Numérisation" in page


def test_a_scan_that_failed_says_why_what_to_do_and_what_is_kept(shop: Shop) -> None:
    key = tray.receive(shop.world.desk, b"%PDF-1.7 scanned", "", Origin.SCAN).id
    scans(shop).state = ScanState(
        found=(PLAIN,), number=4, pages=2, document=key, problem="scan.jam"
    )
    page = shop.get("scan/progress?number=4")
    assert "Une feuille est coincée" in page
    assert "Les 2 pages déjà passées sont gardées" in page
    scans(shop).state = ScanState(found=(PLAIN,), number=5, problem="scan.no_paper")
    assert "Aucune page n’était passée" in shop.get("scan/progress?number=5")


def test_beside_a_file_that_is_only_read_nothing_is_scanned(shop: Shop) -> None:
    shop.rooms.scans = None
    answer = shop.client.get(f"{shop.door.root}scan/")
    assert answer.status_code == 503
    assert "ouvert qu’en lecture" in answer.text


def test_the_address_of_a_scanner_is_kept_shown_and_taken_away(shop: Shop) -> None:
    for typed, words in (("", "Aucune adresse"), ("ftp://x", "n’est pas celle d’un scanner")):
        refused = shop.post("options/devices/scanner", address=typed)
        assert refused.status_code == 422
        assert words in refused.text
    page = shop.follow("options/devices/scanner", address="192.168.1.20")
    assert "http://192.168.1.20:80/eSCL" in page
    assert scans(shop).asked == ["look"]
    again = shop.post("options/devices/scanner", address="192.168.1.20:80")
    assert "déjà dans la liste" in again.text
    key = scanners.known(shop.world.desk)[0].id
    page = shop.follow(f"options/devices/scanner/{key}/forget")
    assert "192.168.1.20:80" not in page
    assert shop.post(f"options/devices/scanner/{key}/forget").status_code == 404


def folder(shop: Shop) -> FakeFolder:
    assert isinstance(shop.rooms.folder, FakeFolder)
    return shop.rooms.folder


def test_the_folder_to_watch_is_chosen_in_the_options_and_can_be_left(shop: Shop) -> None:
    page = shop.get("options/devices/")
    assert 'name="on" value="1" checked' in page
    assert "Rien n’y est encore tombé" not in page
    shop.follow("options/devices/folder", folder="/home/anne/Scans", on="1")
    shop.follow("options/devices/folder", folder="/home/anne/Scans")
    assert folder(shop).asked == [("/home/anne/Scans", True), ("/home/anne/Scans", False)]


def test_a_watched_folder_says_what_it_took_had_and_left(shop: Shop) -> None:
    key = tray.receive(shop.world.desk, b"%PDF-1.7 dropped", "a.pdf", Origin.FOLDER).id
    folder(shop).state = FolderState(
        on=True, path="/scans",
        seen=(
            Seen(SINCE, "a2.pdf", "already", key), Seen(SINCE, "b.lnk", "inbox.link"),
            Seen(SINCE, "a.pdf", "taken", key),
        ),
    )  # fmt: skip
    page = shop.get("options/devices/")
    for words in ("Surveillé", "déjà reçu", "c’est un lien", "a.pdf", "07:30"):
        assert words in page
    table = shop.get("tray/")
    assert "1 fichier est resté dans le dossier surveillé" in table
    assert "1 fichier du dossier surveillé était déjà reçu" in table
    assert f"tray/{key}?already=1" in table
    assert ">reçu<" not in shop.get("tray/folder")


@pytest.mark.parametrize(
    ("trouble", "words"),
    [
        ("inbox.gone", "ne répond plus"), ("inbox.closed", "n’a pas le droit de lire"),
        ("inbox.many", "seuls les 500 premiers"),
    ],
)  # fmt: skip
def test_a_watched_folder_that_cannot_be_read_is_said_in_both_places(
    shop: Shop, trouble: str, words: str
) -> None:
    folder(shop).state = FolderState(on=True, path="/media/cle", trouble=trouble)
    for page in (shop.get("tray/"), shop.get("options/devices/folder")):
        assert words in page
        assert "/media/cle" in page


def test_beside_a_file_that_is_only_read_no_folder_is_watched(shop: Shop) -> None:
    shop.rooms.folder = None
    assert "Dossier surveillé" not in shop.get("options/devices/")
    assert "dossier surveillé" not in shop.get("tray/folder")
    refused = shop.post("options/devices/folder", folder="/scans", on="1")
    assert refused.status_code == 503
    assert "ouvert qu’en lecture" in refused.text


@pytest.mark.parametrize("problem", ScanProblem)
def test_every_trouble_of_a_scanner_is_a_sentence(shop: Shop, problem: ScanProblem) -> None:
    scans(shop).state = ScanState(found=(PLAIN,), number=4, problem=str(problem))
    page = shop.get("scan/progress?number=4")
    assert "scan.problem." not in page
    assert "Aucune page n’était passée" in page
