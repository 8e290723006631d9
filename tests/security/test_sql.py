"""SQL in every field, every address, every search; and none in the way queries are written."""

import ast
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from server.services import patients
from tests.people import DELVAUX, LAMBIOTTE, OUCHENE
from tests.security.forms import Forms, crawled, names_read
from tests.webui.shop import Shop
from tests.world import World

ROOT = Path(__file__).parents[2]
SQL = (
    "' OR 1=1--", "'; drop table patient;--", '" OR ""="', "') union select 1,2,3--", "\\' or 1--",
    "1; attach 'x.db' as y", "%", "_", "%%%", "*", "a* OR b*", '"unclosed', "NEAR(", "NEAR(a b, 1)",
    "a AND NOT b", "last_name:x", "^x", "-x", "(", "{a b}: c", "x'00'", "\x00", "😀'", "'" * 300,
)  # fmt: skip
QUIET = ("events", "lock")


@pytest.fixture
def shop(world: World) -> Shop:
    made = Shop(world)
    world.visit(OUCHENE)
    world.seal("100")
    for person in (DELVAUX, LAMBIOTTE):
        world.visit(person)
    return made


def contents(shop: Shop) -> dict[str, object]:
    """How many rows the tables of people and claims hold."""
    tables = ("patient", "session", "lot", "treatment", "practice", "app_user")
    return {name: shop.world.sql(f"select count(*) from {name}") for name in tables}  # noqa: S608 - ours


@pytest.mark.parametrize("attack", SQL)
def test_row_15_sql_in_every_parameter_finds_nothing_and_breaks_nothing(
    shop: Shop, attack: str
) -> None:
    before = contents(shop)
    query = dict.fromkeys(sorted(names_read()), attack)
    headers = {"X-Page-Token": shop.door.page_token}
    with shop.app.test_request_context(base_url=shop.door.origin):
        found = [
            (method, rule.build(dict.fromkeys(rule.arguments, attack)) or ("", ""))
            for rule in shop.app.url_map.iter_rules()
            if rule.endpoint not in ("launch", "static")
            for method in sorted((rule.methods or set()) & {"GET", "POST"})
        ]
    for method, (_, path) in found:
        if path.endswith(QUIET) or "/demo/" in path or path.endswith(("unlock", "new")):
            continue
        answer = shop.client.open(
            path, method=method, headers=headers,
            query_string=query if method == "GET" else None,
            data=query if method == "POST" else None,
        )  # fmt: skip
        assert answer.status_code < 500, (method, path)
        answer.close()
    after = contents(shop)
    del before["lot"], after["lot"]  # « tout sceller » has no parameter to attack
    assert after == before


@pytest.mark.parametrize("attack", SQL)
def test_row_15_a_search_is_for_words_and_never_a_query(shop: Shop, attack: str) -> None:
    names = {p.last_name for p in (OUCHENE, DELVAUX, LAMBIOTTE)}
    assert OUCHENE.last_name in shop.search("ouch").title()
    for address in ("patients/found", "patients/first"):
        answer = shop.post(address, q=attack)
        assert answer.status_code < 500
        if address == "patients/found" and attack.strip("%_*\x00 ^-({\"'"):
            assert not [name for name in names if name.upper() in answer.text.upper()], address


def test_row_15_wildcards_are_letters_like_any_other(shop: Shop) -> None:
    for wildcard in ("%", "_", "*", "o%e", "o_chene", "?", "[a-z]"):
        found = patients.search(shop.world.desk, wildcard)
        assert not list(found), wildcard


@pytest.mark.parametrize("attack", SQL[:6])
def test_row_15_sql_typed_into_each_field_is_kept_as_typed_or_refused_in_words(
    shop: Shop, attack: str
) -> None:
    before = contents(shop)
    sent = 0
    pages = list(crawled(lambda path: page(shop, path), shop.door.root, "today/"))
    for _, text in pages:
        for action, names in Forms(text).found:
            if action.endswith(("lock", "send", "stop", "seal")) or not names - {"page_token"}:
                continue
            form = {**dict.fromkeys(names, attack), "page_token": shop.door.page_token}
            answer = shop.client.post(action, data=form)
            assert answer.status_code < 500, action
            sent += 1
    assert sent > 20
    assert contents(shop)["practice"] == before["practice"]
    assert OUCHENE.last_name in shop.search("ouch").title()


def page(shop: Shop, path: str) -> str | None:
    answer = shop.client.get(f"{shop.door.root}{path}")
    return answer.text if answer.mimetype == "text/html" and answer.status_code == 200 else None


SQL_BEGINS = re.compile(
    r"\s*(select|insert|update|delete|replace|pragma|attach|detach|create|drop|alter|vacuum)\s",
    re.IGNORECASE,
)
PRODUCT = ("server", "webui", "hardware", "sync")


OF_OUR_OWN_NAMES = {
    "complementaries.py": 3,  # columns of a dataclass
    "convention_changes.py": 4,  # the tables of each kind by their own names
    "convention_lookup.py": 1,  # the cells that tell one row from another
    "conventions.py": 3,  # columns of dataclasses, and the tables of each kind by their own names
    "dated_importer.py": 1,  # a table of the reference file, named by its shape
    "former.py": 2,  # the past: columns of a dataclass, tables named by their caller
    "french.py": 4,  # columns of dataclasses
    "french_billing.py": 6,  # columns of dataclasses
    "french_care.py": 4,  # columns of dataclasses
    "french_documents.py": 1,  # columns of a dataclass
    "french_lots.py": 1,  # columns of a dataclass
    "french_rejects.py": 2,  # columns of a dataclass
    "french_returns.py": 4,  # columns of dataclasses
    "journal.py": 3,  # the columns that are hashed, and every table that carries their numbers
    "mailbox.py": 1,  # the simulator empties its own tables, named in the loop
    "soundness.py": 1,  # one of two pragmas
    "totals.py": 2,  # each sum and the query that counts it again
    "wholeness.py": 1,  # every table of the file, as the file names them
}
"""How many queries of a module are joined from names of its own tables and columns: no value."""


def test_row_15_no_query_is_written_with_what_somebody_typed() -> None:
    """A query is a constant, or joined from constants in capitals of its own module."""
    found = Counter(fault.partition(":")[0] for name in PRODUCT for fault in faults(ROOT / name))
    assert found == OF_OUR_OWN_NAMES


def test_row_15_the_search_for_such_queries_finds_them(tmp_path: Path) -> None:
    for text in (
        'db.execute(f"select * from t where a = {typed}")', 'db.execute("select " + typed)',
        'db.execute("select %s" % typed)', 'db.execute("select {}".format(typed))',
    ):  # fmt: skip
        (tmp_path / "x.py").write_text(f"def f(db, typed):\n    {text}\n")
        assert len(list(faults(tmp_path))) == 1, text
    (tmp_path / "x.py").write_text('A = "b"\ndef f(db):\n    db.execute(f"select {A} from t")\n')
    assert list(faults(tmp_path)) == []


def faults(folder: Path) -> Iterator[str]:
    for module in sorted(folder.rglob("*.py")):
        if module.parent.name == "bench":  # yardsticks on fabricated rows: nothing typed reaches it
            continue
        tree = ast.parse(module.read_text("utf-8"))
        safe = constants(tree)
        for node in tops(tree):
            if SQL_BEGINS.match(first_words(node)) and not plain(node, safe):
                yield f"{module.name}:{node.lineno}"


def tops(tree: ast.Module) -> Iterator[ast.expr]:
    """The outermost built strings."""
    waiting: list[ast.AST] = [tree]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.expr) and built(node):
            yield node
        else:
            waiting += ast.iter_child_nodes(node)


def first_words(node: ast.expr) -> str:
    """The text a built string begins with, as far as it is written out."""
    match node:
        case ast.Constant(value=str(text)):
            return text
        case ast.JoinedStr(values=[first, *_]) | ast.BinOp(left=first):
            return first_words(first)
        case ast.Call(func=ast.Attribute(value=first)):
            return first_words(first)
        case _:
            return ""


def constants(tree: ast.Module) -> set[str]:
    """Names a module gives to a constant, and loops over constants."""
    return {
        target.id
        for node in tree.body if isinstance(node, (ast.Assign, ast.AnnAssign))
        for target in (node.targets if isinstance(node, ast.Assign) else [node.target])
        if isinstance(target, ast.Name) and target.id.strip("_").isupper()
    }  # fmt: skip


def built(node: ast.AST) -> bool:
    return isinstance(node, (ast.JoinedStr, ast.BinOp)) or (
        isinstance(node, ast.Call) and getattr(node.func, "attr", "") in ("format", "join")
    )


def plain(node: ast.expr, safe: set[str]) -> bool:
    match node:
        case ast.Constant():
            return True
        case ast.Name(id=name):
            return name in safe
        case ast.JoinedStr(values=values):
            return all(plain(value, safe) for value in values)
        case ast.FormattedValue(value=value):
            return plain(value, safe)
        case ast.BinOp(left=left, right=right, op=ast.Add()):
            return plain(left, safe) and plain(right, safe)
        case _:
            return False
