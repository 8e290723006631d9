"""An empty folder becomes a real, empty, encrypted practice on plain pages, then opens again."""

import re
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from server.services import practices
from server.services.cabinet import Cabinet
from server.settings import BUILT_ON
from tests.app.running import Running
from tests.app.visitor import Visitor
from tests.world import CHEAP, FixedClock, seeded

PASSPHRASE = "quatre mots sans lien"
NEW = {
    "country": "BE",
    "locale": "fr_BE",
    "practice_name": "Kiné des Tilleuls",
    "holder_name": "Sophie Marchal",
    "provider_number": "54900119527",
    "passphrase": PASSPHRASE,
    "passphrase_again": PASSPHRASE,
}
FRENCH = {
    **NEW,
    "country": "FR",
    "locale": "fr_FR",
    "practice_name": "Cabinet Arvor",
    "holder_name": "Maël Le Goff",
    "provider_number": "10009999904",
    "billing_number": "297000010",
}
Start = Callable[..., Running]
Visit = Callable[[str], Visitor]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "cabinet"


@pytest.fixture
def serve(start: Start, visit: Visit, folder: Path) -> Callable[[], tuple[Running, Visitor]]:
    """Start `besace run` on the folder and follow its address."""

    def begin() -> tuple[Running, Visitor]:
        running = start("run", "--practice", str(folder), "--no-window", "--json")
        return running, visit(running.said()["url"])

    return begin


def code_shown(visitor: Visitor) -> str:
    """The recovery code on the page, its groups together."""
    shown = visitor.text.partition('class="recovery"')[2].partition("</ul>")[0]
    return "".join(re.findall(r"<li>(.+?)</li>", shown)).replace("-", "")


def retype(visitor: Visitor, code: str) -> None:
    """Type the characters asked for."""
    asked = visitor.text.partition("<fieldset")[2]
    positions = [int(n) for n in re.findall(r"<span>\D*(\d+)\D*</span>", asked)]
    assert len(positions) == 4
    visitor.post("recovery", character=[code[n - 1] for n in positions])


def test_an_empty_folder_becomes_a_practice_that_opens_again(
    serve: Callable[[], tuple[Running, Visitor]], folder: Path
) -> None:
    running, visitor = serve()
    assert visitor.where == "new"
    visitor.post("new", **NEW)
    assert visitor.where == "recovery"
    retype(visitor, code_shown(visitor))
    assert "unlock" not in visitor.where
    assert "Kiné des Tilleuls" in visitor.text
    assert running.end() == 0

    assert not (folder / "besace.db").read_bytes().startswith(b"SQLite format 3")
    assert folder.stat().st_mode & 0o777 == 0o700
    assert {file.stat().st_mode & 0o777 for file in folder.iterdir()} == {0o600}

    _, visitor = serve()
    assert visitor.where == "unlock"
    user = visitor.user()
    visitor.post("unlock", user=user, passphrase="une autre phrase")
    assert visitor.page.status_code == 403
    assert "Cette phrase de passe n’ouvre pas le cabinet" in visitor.text
    visitor.post("unlock", user=user, passphrase=PASSPHRASE)
    assert visitor.page.status_code == 200
    assert "unlock" not in visitor.where


def test_a_first_run_cut_before_the_code_was_retyped_asks_for_a_new_code(
    serve: Callable[[], tuple[Running, Visitor]],
) -> None:
    running, visitor = serve()
    visitor.post("new", **NEW)
    first = code_shown(visitor)
    running.end(signal.SIGKILL)

    _, visitor = serve()
    visitor.post("unlock", user=visitor.user(), passphrase=PASSPHRASE)
    assert visitor.where == "recovery"
    second = code_shown(visitor)
    assert len(second) == len(first)
    assert second != first
    retype(visitor, first)
    assert visitor.page.status_code == 422
    retype(visitor, second)
    assert visitor.page.status_code == 200
    assert "recovery" not in visitor.where


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"provider_number": "54900219527"}, "numéro"),
        ({"passphrase": "court", "passphrase_again": "court"}, "trop courte"),
        ({"country": "FR"}, "pays"),
    ],
)
def test_what_cannot_be_used_is_a_sentence_and_the_folder_stays_empty_of_a_practice(
    serve: Callable[[], tuple[Running, Visitor]], folder: Path, wrong: dict[str, str], told: str
) -> None:
    _, visitor = serve()
    visitor.post("new", **{**NEW, **wrong})
    assert visitor.page.status_code == 422
    assert told.lower() in visitor.text.lower()
    assert not (folder / "besace.db").exists()
    visitor.post("new", **NEW)
    assert visitor.where == "recovery"


def test_no_page_makes_a_demo_practice_and_no_service_makes_one_of_a_real_one(
    serve: Callable[[], tuple[Running, Visitor]], folder: Path
) -> None:
    running, visitor = serve()
    visitor.post("new", **NEW, demo="1")
    retype(visitor, code_shown(visitor))
    running.end()
    cabinet = Cabinet(folder, FixedClock(), seeded(), BUILT_ON, CHEAP)
    cabinet.unlock(cabinet.logins()[0].id, PASSPHRASE)
    practices.amend(
        cabinet.desk(),
        {"name": "x", "last_name": "y", "first_name": "z", "demo": "1"},
    )
    desk = cabinet.desk()
    assert desk.practice.demo is False
    with pytest.raises(Exception, match="immutable"):
        desk.db.execute("update practice set demo = 1").fetchall()
    cabinet.lock()


def test_a_damaged_key_file_is_told_on_a_page(
    serve: Callable[[], tuple[Running, Visitor]], folder: Path
) -> None:
    running, visitor = serve()
    visitor.post("new", **NEW)
    running.end()
    (folder / "besace.key").write_text("{")
    running, visitor = serve()
    assert visitor.page.status_code == 500
    assert "Le fichier du cabinet est abîmé" in visitor.text
    running.end()
    assert "Traceback" not in running.errors


def test_an_empty_folder_becomes_the_practice_of_a_copy_on_plain_pages(
    serve: Callable[[], tuple[Running, Visitor]], folder: Path
) -> None:
    running, visitor = serve()
    visitor.post("new", **NEW)
    retype(visitor, code_shown(visitor))
    assert running.end() == 0  # the copy of what was left is made at the end
    folder.rename(folder.with_name("stolen"))

    running, visitor = serve()
    assert visitor.where == "new"
    visitor.get("restore/")
    proposed = re.search(r'name="copy"[^>]* value="([^"]+)"', visitor.page.text)
    assert proposed
    visitor.post("restore/", copy=proposed[1], secret="une autre phrase", new_passphrase="")
    assert visitor.page.status_code == 403
    assert "Ni une phrase de passe" in visitor.text
    visitor.post("restore/", copy=proposed[1], secret=PASSPHRASE, new_passphrase="")
    assert visitor.page.status_code == 200
    assert "Kiné des Tilleuls" in visitor.text
    assert visitor.where == "today/"
    assert running.end() == 0
    assert "Traceback" not in running.errors


@pytest.mark.row("SOFT33-8")
@pytest.mark.scenario("E-02")
def test_no_account_ships_with_the_program_and_the_first_run_makes_a_named_user(
    serve: Callable[[], tuple[Running, Visitor]], folder: Path
) -> None:
    running, visitor = serve()
    for page in ("", "today/", "options/users/", "unlock"):
        visitor.get(page)
        assert visitor.where == "new" or visitor.page.status_code == 403 or page == "unlock"
        assert 'name="passphrase"' not in visitor.page.text or visitor.where == "new"
    visitor.get("new")
    for user in ("USER", "user", "admin", "1"):
        visitor.post("unlock", user=user, passphrase=user)
        assert not (folder / "besace.db").exists()
        visitor.get("")
        assert visitor.where == "new"
    visitor.post("new", **{**NEW, "holder_name": "Ana User"})
    retype(visitor, code_shown(visitor))
    assert running.end() == 0
    cabinet = Cabinet(folder, FixedClock(), seeded(), BUILT_ON, CHEAP)
    [login] = cabinet.logins()
    assert login.name == "Ana USER"
    cabinet.unlock(login.id, PASSPHRASE)
    codes = cabinet.desk().db.execute("select code from app_user").fetchall()
    cabinet.lock()
    assert codes == [("TITULAIRE",)]


def test_a_practice_of_france_is_founded_and_its_screens_are_french(
    serve: Callable[[], tuple[Running, Visitor]], folder: Path
) -> None:
    _, visitor = serve()
    visitor.post("new", **FRENCH)
    assert visitor.where == "recovery"
    retype(visitor, code_shown(visitor))
    assert "Cabinet Arvor" in visitor.text and 'lang="fr-FR"' in visitor.text
    assert "options" in visitor.text and "billing" not in visitor.text
