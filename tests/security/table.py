"""The fifty attacks, the tests that carry each, and the surfaces that do not exist yet.

`attacks.csv` has a row per attack: its number, its name, its state, and either a test that must
exist (`tested`) or the surface whose appearance asks for one (`surface absente`). A surface is
written as clauses between « ; »: `import NAME|NAME`, `file REGEX`, `text REGEX`, `route REGEX`,
`command NAME|NAME`. Run this module to write `docs/security.md` again.
"""

import ast
import csv
import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.named import ROOT, every_test

CSV = Path(__file__).parent / "attacks.csv"
PAGE = ROOT / "docs" / "security.md"
PRODUCT = ("server", "webui", "hardware", "sync")
KINDS = frozenset({".py", ".html", ".js", ".sql"})
TESTED, ABSENT, UNDER_WAY = "tested", "surface absente", "en cours"
ROWS = range(1, 51)
MAY_BE_UNDER_WAY = frozenset({*range(33, 44), 48, 49})
_ROUTE = re.compile(r"@\w+\.(?:get|post|route)\(\s*f?[\"']([^\"']*)[\"']")
_COMMAND = re.compile(
    r"@besace\.(?:command|group)\((?:[\"']([\w-]+)[\"'])?.*?^def (\w+)", re.S | re.M
)
_NUMBERED = re.compile(r"test_row_0*(\d+)_\w+")


@dataclass(frozen=True, slots=True)
class Attack:
    """One row of the table."""

    number: int
    name: str
    state: str
    tests: Sequence[str]  # `tests/x/test_y.py::test_row_07_z`
    surface: str

    @property
    def clauses(self) -> list[tuple[str, str]]:
        """The surface as (kind, pattern) pairs."""
        pieces = (clause.strip().partition(" ") for clause in self.surface.split(";"))
        return [(kind, pattern.strip()) for kind, _, pattern in pieces if kind]


@dataclass(frozen=True, slots=True)
class Sources:
    """What the product is made of, as far as surfaces are looked for in it."""

    imports: frozenset[str]
    files: Sequence[str]
    texts: str
    routes: Sequence[str]
    commands: frozenset[str]

    def show(self, kind: str, pattern: str) -> bool:
        """Say whether one clause of a surface is met."""
        if kind == "import":
            return bool(self.imports & set(pattern.split("|")))
        if kind == "command":
            return bool(self.commands & set(pattern.split("|")))
        among = {"file": self.files, "text": [self.texts], "route": self.routes}[kind]
        return any(re.search(pattern, text) for text in among)


def attacks(path: Path = CSV) -> list[Attack]:
    """Read the table."""
    with path.open(encoding="utf-8", newline="") as file:
        return [
            Attack(int(r["number"]), r["name"], r["state"], r["tests"].split(), r["surface"])
            for r in csv.DictReader(file)
        ]


def sources(root: Path = ROOT) -> Sources:
    """Read the product."""
    paths = [p for name in PRODUCT for p in sorted((root / name).rglob("*")) if p.suffix in KINDS]
    paths = [path for path in paths if "vendor" not in path.parts]
    code = {path: path.read_text("utf-8") for path in paths}
    modules = {path: text for path, text in code.items() if path.suffix == ".py"}
    commands = (_COMMAND.findall(text) for path, text in modules.items() if "app" in path.parts)
    return Sources(
        imports=frozenset(name for text in modules.values() for name in _imported(text)),
        files=[path.relative_to(root).as_posix() for path in paths],
        texts="\n".join(code.values()),
        routes=[rule for text in modules.values() for rule in _ROUTE.findall(text)],
        commands=frozenset(a or b.strip("_") for found in commands for a, b in found),
    )


def numbered_tests(root: Path = ROOT) -> dict[int, list[str]]:
    """Every test whose name carries a number, as pytest names it, by that number."""
    found: dict[int, list[str]] = {}
    for test in every_test(root / "tests", holding="test_row_"):
        if match := _NUMBERED.fullmatch(test.function.name):
            found.setdefault(int(match[1]), []).append(test.name)
    return found


def faults(table: Sequence[Attack], tests: dict[int, list[str]], product: Sources) -> Iterator[str]:
    """Say what is wrong with the table, one sentence each."""
    numbers = [attack.number for attack in table]
    yield from (f"row {n} is missing" for n in ROWS if n not in numbers)
    yield from (f"row {n} stands twice" for n in sorted(set(numbers)) if numbers.count(n) > 1)
    yield from (f"row {n} is no attack of the list" for n in numbers if n not in ROWS)
    for attack in table:
        yield from _row_faults(attack, tests.get(attack.number, []), product)


def page(table: Sequence[Attack], tests: dict[int, list[str]]) -> str:
    """Write the table for people."""
    lines = [
        "# Security: fifty attacks and their tests",
        "",
        "Each attack whose surface exists is a test that carries its number. The others wait: a",
        "test fails as soon as their surface appears without them. Written by",
        "`python -m tests.security.table` from `tests/security/attacks.csv`; what the program",
        "promises beside it is in [reliability.md](reliability.md).",
        "",
        "| # | Attack | State | Tests, or the surface waited for |",
        "|---|---|---|---|",
    ]
    for attack in sorted(table, key=lambda attack: attack.number):
        names = tests.get(attack.number, [])
        shown = "<br>".join(f"`{name}`" for name in names)
        waited = attack.surface.replace("|", "\\|")
        proof = shown or (f"`{waited}`" if waited else "")
        lines.append(f"| {attack.number} | {attack.name} | {attack.state} | {proof} |")
    tested = sum(attack.state == TESTED for attack in table)
    total = sum(len(names) for names in tests.values())
    lines += ["", f"{tested} attacks tested, by {total} tests.", ""]
    return "\n".join(lines)


def _row_faults(attack: Attack, tests: list[str], product: Sources) -> Iterator[str]:
    who = f"row {attack.number} ({attack.name})"
    if attack.state == TESTED:
        yield from (f"{who}: {name} is no test of it" for name in attack.tests if name not in tests)
        if not attack.tests:
            yield f"{who}: tested by nothing"
    elif attack.state == ABSENT:
        yield from (f"{who}: no surface is named" for _ in [0] if not attack.clauses)
        met = [f"{kind} {what}" for kind, what in attack.clauses if product.show(kind, what)]
        if met and not tests:
            yield f"{who}: its surface is here ({'; '.join(met)}), its test is not"
    elif attack.state != UNDER_WAY or attack.number not in MAY_BE_UNDER_WAY:
        yield f"{who}: the state « {attack.state} » is not allowed"


def _imported(text: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.split(".")[0]


if __name__ == "__main__":
    PAGE.write_text(page(attacks(), numbered_tests()), "utf-8")
    sys.exit(0)
