"""What must not stand in the code: what runs what it reads, readers that fall over."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from server.countries.belgium.efact_read import read_efact
from server.countries.belgium.efact_returns import interpret

ROOT = Path(__file__).parents[2]
PRODUCT = ("server", "webui", "hardware", "sync")
RUNS_WHAT_IT_READS = {
    "pickle", "cPickle", "dill", "shelve", "marshal", "jsonpickle", "joblib", "yaml", "xmlrpc",
    "telnetlib", "ftplib", "code", "codeop", "pty", "runpy", "imp",
}  # fmt: skip
XML_READERS = ("XMLParser", "iterparse", "XMLPullParser")
CALLS = {"eval", "exec", "compile", "__import__"}


def syntax() -> Iterator[tuple[Path, ast.AST]]:
    for name in PRODUCT:
        for path in sorted((ROOT / name).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                yield path, node


def test_row_25_nothing_that_is_read_is_run() -> None:
    found = []
    for path, node in syntax():
        if isinstance(node, ast.Import):
            names = {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names = {(node.module or "").split(".")[0]}
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            names = {node.func.id} & CALLS
        else:
            continue
        found += [(path.name, name) for name in names & (RUNS_WHAT_IT_READS | CALLS)]
    assert found == []


def test_row_24_xml_is_read_where_everything_is_closed() -> None:
    """Answers of the insurers in one place, those of scanners in another."""
    readers = {
        path.relative_to(ROOT).as_posix()
        for path, node in syntax()
        if isinstance(node, ast.Attribute) and node.attr in XML_READERS
        and "simulators" not in path.parts
    }  # fmt: skip
    assert readers == {"sync/transports/soap_answer.py", "hardware/escl_messages.py"}
    closed = ("resolve_entities=False", "no_network=True", "load_dtd=False", "huge_tree=False")
    for name in readers:
        text = (ROOT / name).read_text("utf-8")
        assert [each for each in closed if each not in text] == []


HOSTILE = {
    "nothing": b"",
    "NUL": b"\0" * 5_000,
    "UTF-16": "920900".encode("utf-16") * 400,
    "one endless line": b"920900" + b"9" * 20_000_000,
    "wrong length": b"920900" + b"0" * 1_000,
    "negative sums": b"920900" + b"-" * 2_000,
    "counters that overflow": b"920098" + b"9" * (227 - 6 + 800 * 4),
    "letters for digits": b"931000" + b"A" * 400,
    "line ends": (b"920900" + b"0" * 221 + b"\r\n") * 5,
}


@pytest.mark.parametrize("content", HOSTILE.values(), ids=HOSTILE.keys())
def test_row_26_a_return_that_is_none_is_a_problem_and_never_a_fault(content: bytes) -> None:
    reading = read_efact(content)
    assert reading.problems or reading.file is None or interpret(content) is not None
    interpret(content)
