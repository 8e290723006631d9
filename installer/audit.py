"""What `run.py audit` looks for: forbidden constructs, security rules, licences, weaknesses.

The regular lint can be silenced line by line; these searches cannot. Licences are compared with
`docs/dependencies.md`, so that a library that changes its terms, or comes in by the back door of
another one, is seen. Known weaknesses are asked of a service (`installer.weaknesses`); where none
answers the audit says so, and is not green.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import Distribution, distributions
from pathlib import Path

from installer import weaknesses
from installer.machine import Machine, ThisMachine

PRODUCT = ("server", "webui", "hardware", "sync")
KINDS = frozenset({".py", ".html", ".js", ".sql", ".toml"})

FORBIDDEN = {
    r"verify\s*=\s*False": "une vérification TLS désactivée",
    r"\byaml\.(load|unsafe_load)\b": "yaml.load",
    r"^\s*(import|from)\s+(pickle|marshal|shelve|dill)\b": "un format qui exécute en lisant",
    r"(?<![\w.])(eval|exec)\(": "eval ou exec",
    r"shell\s*=\s*True|\bos\.system\(": "un interprète de commandes",
    r"resolve_entities\s*=\s*True": "des entités XML résolues",
    r"\|\s*safe\b|autoescape\s+false": "un texte inséré sans échappement",
    r"hx-on[:=]|\bon(click|load|error)\s*=\s*[\"']": "un script dans la page",
    r"CERT_NONE|_create_unverified_context": "un certificat non vérifié",
    r"\bjs_api\s*=": "un pont entre la page et Python",
    r"#\s*(noqa(:\s*[A-Z]+\d+(,\s*[A-Z]+\d+)*)?|type:\s*ignore(\[[a-z, -]+\])?)\s*$": (
        "un silence sans raison"
    ),
    r"\b(TODO|FIXME|XXX)\b": "un travail remis à plus tard",
}

ALLOWED = (
    "0BSD",
    "Apache-2.0",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "CC0-1.0",
    "LGPL-2.1-or-later",
    "LGPL-3.0-only",
    "LGPL-3.0-or-later",
    "MIT",
    "MIT-0",
    "MIT-CMU",
    "MPL-2.0",
    "OSI-approved",
    "PSF-2.0",
    "Public-Domain",
    "ZPL-2.1",
    "Zlib",
)
"""Terms under which a library may be used, unmodified, by an Apache-2.0 program."""


NOT_ASKED = (
    "B303",  # SHA-1: the eID's cards of before 2014 sign with it, and nothing else here does
    "B608",  # queries joined from constants: `tests/security` judges each by its syntax
    "B704",  # the one `Markup`: a sentence of our own catalogue, its facts escaped
)
"""Rules of bandit that cannot tell these cases from mistakes."""


@dataclass(frozen=True, slots=True)
class Licence:
    """A library's row in `docs/dependencies.md`: its name and the licence it claims."""

    name: str
    licence: str


def main() -> int:
    """Look everywhere; write one sentence per finding. Words of the command go to the rows broken.

    Returns 1 when there is a finding, 3 when there is none but something could not be asked.
    """
    root = Path(__file__).resolve().parent.parent
    return carry_out(ThisMachine(root), root, lambda: datetime.now(UTC))


def carry_out(machine: Machine, root: Path, now: Callable[[], datetime]) -> int:
    """Do every search on a machine; say what was found, what was not done, and the verdict."""
    findings = [*construct_findings(root), *licence_findings(root)]
    wrong = [name for name, command in _searches() if machine.run(command)]
    known = weaknesses.look(machine, root, now())
    for sentence in (*findings, *known.findings):
        machine.say(sentence)
    for name in wrong:
        machine.say(f"{name} : à revoir, voir plus haut.")
    machine.say(known.standing)
    if findings or wrong or known.findings:
        machine.say("Audit : à revoir.")
        return 1
    machine.say("Audit : rien à redire." if known.done else "Audit : incomplet.")
    return 0 if known.done else 3


def _searches() -> Iterator[tuple[str, list[str]]]:
    """Give the programs that search, each with its command."""
    places = [*PRODUCT, "run.py", "installer"]
    yield "ruff", [sys.executable, "-m", "ruff", "check", "--select", "S", *places]
    bandit = [sys.executable, "-m", "bandit", "--quiet", "--severity-level", "medium"]
    yield "bandit", [*bandit, "--skip", ",".join(NOT_ASKED), "--recursive", *places]
    yield "lignes brisées", [sys.executable, "-m", "tests.rows.broken", *sys.argv[1:]]


def construct_findings(root: Path) -> Iterator[str]:
    """Yield a sentence per forbidden construct in the product's own files."""
    files = (path for folder in PRODUCT for path in sorted((root / folder).rglob("*")))
    for path in files:
        if path.suffix in KINDS and "vendor" not in path.parts:
            for number, name in forbidden_constructs(path.read_text(encoding="utf-8")):
                yield f"{path.relative_to(root)}:{number} : {name}."


def licence_findings(root: Path) -> Iterator[str]:
    """Yield a sentence per library we ship whose terms are unknown, unfit or changed."""
    locks = root / "installer" / "locks"
    shipped = [
        (locks / f"{name}.lock").read_text(encoding="utf-8") for name in ("runtime", "cards")
    ]
    names = set().union(*(locked_names(lock) for lock in shipped))
    page = (root / "docs" / "dependencies.md").read_text(encoding="utf-8")
    claims = {_normalised(found.name): claim(found) for found in distributions()}
    yield from licence_faults(names, documented(page), claims)


def forbidden_constructs(text: str) -> Iterator[tuple[int, str]]:
    """Yield the line number and the name of each forbidden construct of a text."""
    for number, line in enumerate(text.splitlines(), 1):
        for pattern, name in FORBIDDEN.items():
            if re.search(pattern, line):
                yield number, name


def locked_names(lock: str) -> set[str]:
    """Return the names pinned by a lock."""
    return set(re.findall(r"^([a-z0-9][a-z0-9._-]*)==", lock, re.MULTILINE))


def documented(page: str) -> dict[str, Licence]:
    """Read the tables of `docs/dependencies.md`: first column the name, second the licence."""
    rows = re.findall(r"^\|\s*`([a-z0-9._-]+)`\s*\|\s*([^|]+?)\s*\|", page, re.MULTILINE)
    return {name: Licence(name, licence) for name, licence in rows}


def licence_faults(
    names: Iterable[str], known: Mapping[str, Licence], claims: Mapping[str, str]
) -> Iterator[str]:
    """Yield a sentence for each library without a row, with bad terms, or claiming other terms.

    `claims` holds what the installed library itself says, for those installed here.
    """
    for name in sorted(names):
        row = known.get(name)
        if row is None:
            yield f"{name} : pas de ligne dans docs/dependencies.md."
        elif not all(term in ALLOWED for term in _terms(row.licence)):
            yield f"{name} : la licence {row.licence} n'est pas admise."
        elif name in claims and not _agrees(row.licence, claims[name]):
            yield f"{name} : la page dit {row.licence}, la bibliothèque dit {claims[name]}."


def claim(distribution: Distribution) -> str:
    """Return all that a distribution says of its licence, in one line."""
    metadata = distribution.metadata
    classifiers = [text for text in metadata.get_all("Classifier") or [] if "License" in text]
    fields = [*(metadata.get_all("License-Expression") or []), *(metadata.get_all("License") or [])]
    return " ; ".join(text.partition("\n")[0] for text in (*fields, *classifiers))


def _normalised(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _terms(licence: str) -> list[str]:
    return re.split(r" (?:OR|AND) ", licence)


def _agrees(licence: str, said: str) -> bool:
    """Compare by family: "BSD-3-Clause" agrees with "BSD License"; silence agrees with all."""
    families = {term.split("-")[0].lower() for term in _terms(licence)}
    return not said or any(family in said.lower() for family in families)


if __name__ == "__main__":
    sys.exit(main())
