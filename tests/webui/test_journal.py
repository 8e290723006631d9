"""Options › Journal: who did and saw what, in plain words, page by page, for the main user."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from server.core.outbox import Verdict
from server.services import journals, lots
from server.services.journals import Asked
from tests.people import DELVAUX, OUCHENE
from tests.store.tampering import lift_guards
from tests.webui.shop import Shop
from tests.world import World
from webui.i18n import LANGUAGES, catalogue

SERVER = Path(journals.__file__).parents[1]
CALLS = {"deed", "sight", "Deed"}


@pytest.fixture
def shop(world: World) -> Shop:
    """Two days, two patients, a lot."""
    world.visit(OUCHENE, copay_collected="2,50")
    world.clock.advance(days=1)
    world.visit(DELVAUX)
    lots.seal_all(world.desk)
    return Shop(world)


def called(node: ast.AST) -> str:
    function = node.func if isinstance(node, ast.Call) else None
    return str(getattr(function, "attr", getattr(function, "id", "")))


def written(value: ast.expr) -> Iterator[str]:
    """The actions an expression can be: a word, either of two words, a verdict."""
    if isinstance(value, ast.Constant):
        yield str(value.value)
    elif isinstance(value, ast.IfExp):
        yield from (*written(value.body), *written(value.orelse))
    elif isinstance(value, ast.JoinedStr) and isinstance(value.values[0], ast.Constant):
        beginning = str(value.values[0].value)
        yield from (beginning + verdict.value for verdict in Verdict)


def actions(module: ast.Module) -> Iterator[str]:
    """Every action a module writes to the journal; it fails on one that cannot be told."""
    for function in ast.walk(module):
        if not isinstance(function, ast.FunctionDef):
            continue
        for node in ast.walk(function):
            if called(node) in CALLS and isinstance(node, ast.Call) and node.args:
                first = node.args[0]
                found = list(written(first))
                if isinstance(first, ast.Name) and first.id == "action":
                    found = list(_passed(module, function))
                    if function.name in CALLS:  # the desk hands on what it was given
                        continue
                assert found or function.name in {"_append", "deed", "sight"}, function.name
                yield from found


def _passed(module: ast.Module, function: ast.FunctionDef) -> Iterator[str]:
    """What a function is given as `action`, by its callers or by its own lines."""
    places = [each.arg for each in function.args.args]
    for node in ast.walk(function):
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "action":
            yield from written(node.value)
    for node in ast.walk(module):
        if isinstance(node, ast.Call) and called(node) == function.name and "action" in places:
            yield from written(node.args[places.index("action")])


def every_action() -> set[str]:
    modules = [*(SERVER / "services").glob("*.py"), *(SERVER / "app").glob("*.py")]
    return {action for path in modules for action in actions(ast.parse(path.read_text("utf-8")))}


@pytest.mark.parametrize("locale", LANGUAGES)
def test_every_action_the_code_writes_has_its_words(locale: str) -> None:
    found = every_action()
    assert {
        "patient.seen",
        "session.voided",
        "message.done",
        "message.asked",
        "lot.sealed",
    } <= found
    assert [each for each in sorted(found) if not catalogue(locale).has(f"act.{each}")] == []


def test_the_journal_is_told_in_words_with_who_and_about_whom(shop: Shop) -> None:
    page = shop.get("journal/")
    assert "Séance notée" in page
    assert "Sophie Marchal" in page
    assert "Fatima OUCHENE" in page
    assert "Envoi scellé" in page
    assert "act." not in page.partition("<table")[2].partition("</table>")[0]


def test_the_journal_of_one_patient_leaves_the_others_out(shop: Shop) -> None:
    shop.get(f"patients/{shop.world.ids[DELVAUX]}")
    page = shop.get(f"journal/?patient={shop.world.ids[DELVAUX]}")
    table = page.partition("<table")[2].partition("</table>")[0]
    assert "Dossier consulté" in table
    assert "Marc DELVAUX" in table
    assert "OUCHENE" not in table


def test_the_journal_of_a_day_and_of_a_user(shop: Shop) -> None:
    first = shop.get("journal/?day=02/03/2026")
    assert "OUCHENE" in first
    assert "DELVAUX" not in first
    user = shop.world.desk.user.id
    assert "OUCHENE" in shop.get(f"journal/?user={user}")
    assert "Aucun acte" in shop.get("journal/?user=01NOBODY")


def test_older_pages_follow_by_key_and_every_row_is_on_one_of_them(shop: Shop) -> None:
    desk = shop.world.desk
    seen: list[int] = []
    before: int | None = None
    while True:
        leaf = journals.leaf(desk, Asked(before=before), most=7)
        seen += [entry.act.seq for entry in leaf.entries]
        if leaf.more is None:
            break
        before = leaf.more
    assert seen == list(range(max(seen), 0, -1))
    for _ in range(60):
        shop.world.clock.advance(hours=1)
        desk = shop.world.desk
        desk.sight("patient.seen", "patient", shop.world.ids[OUCHENE])
    page = shop.get("journal/")
    assert "Plus ancien" in page
    link = page.partition("before=")[2].partition('"')[0]
    assert f">A-{int(link) - 1}<" in shop.get(f"journal/?before={link}")


def test_a_check_says_that_all_holds_and_names_the_row_that_does_not(shop: Shop) -> None:
    assert "rien n’a été modifié" in shop.post("journal/verify").text
    db = shop.world.desk.db
    lift_guards(db)
    db.execute("update journal set user = 'x' where seq = 6")
    told = shop.post("journal/verify").text.replace("\u00a0", " ")
    assert "Une faute dans le journal" in told
    assert "A : la ligne 6 du journal a été modifiée" in told


def test_row_40_the_journal_is_for_the_main_user_alone(shop: Shop) -> None:
    assert "Ouvrir le journal" in shop.get("options/")
    assert "Qui a vu ce dossier" in shop.get(f"patients/{shop.world.ids[OUCHENE]}")
    shop.world.desk.db.execute("update app_user set is_main = 0")
    for path in ("journal/", f"journal/?patient={shop.world.ids[OUCHENE]}"):
        assert shop.client.get(shop.door.root + path).status_code == 403
    assert shop.post("journal/verify").status_code == 403
    assert "Ouvrir le journal" not in shop.get("options/")
    assert "Qui a vu ce dossier" not in shop.get(f"patients/{shop.world.ids[OUCHENE]}")


def test_the_journal_says_what_to_write_down_and_reading_it_is_a_row(shop: Shop) -> None:
    page = shop.get("journal/")
    _, public = journals.newest_heads(shop.world.desk)
    assert public[:16] in page
    assert "Fin de journée" in page
    assert shop.world.sql("select count(*) from journal where action = 'journal.seen'") == 1


def test_a_young_journal_has_no_signature_yet(world: World) -> None:
    assert "Pas encore de signature" in Shop(world).get("journal/")
