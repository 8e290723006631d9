"""Break the product line a row leans on, and see that the row's tests turn red.

    python -m tests.rows.broken [--seed N] [--rows N] [ROW …]

Works on a copy of the checkout: nothing here is ever changed. The rows are drawn by a seed that is
printed, so that the same ones can be drawn again. Returns 1 when a broken line turns nothing red.
"""

import os
import shutil
import subprocess
import sys
from argparse import ArgumentParser
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from tests.named import ROOT
from tests.rows.table import Leaning, Proofs, leanings, proofs

COPIED = ("server", "webui", "hardware", "sync", "tests", "installer")
FILES = ("pyproject.toml", "run.py", "README.md")
_RED = 1  # pytest's own word for "tests were run, and some failed"

Play = Callable[[Path, Sequence[str]], int]
"""Runs some tests in a checkout; returns pytest's exit status."""


def main(arguments: Sequence[str]) -> int:
    """Draw rows, break each, say what came of it."""
    asked = ArgumentParser(prog="tests.rows.broken")
    asked.add_argument("rows_named", nargs="*", metavar="ROW")
    asked.add_argument("--seed", type=int, default=int(datetime.now(UTC).strftime("%Y%m%d")))
    asked.add_argument("--rows", type=int, default=20)
    told = asked.parse_args(arguments)
    proved = proofs()
    known = [each for each in leanings() if each.row in proved]
    chosen = [each for each in known if each.row in told.rows_named] if told.rows_named else (
        draw(known, told.rows, told.seed)
    )  # fmt: skip
    _say(f"Lignes brisées : graine {told.seed}, {len(chosen)} sur {len(known)}.")
    with checkout() as copy:
        dumb = [each.row for each in chosen if not turns_red(copy, each, proved, play)]
    if dumb:
        _say(f"Brisées sans que rien ne le dise : {', '.join(dumb)}.")
    return 1 if dumb or not chosen else 0


def draw(known: Sequence[Leaning], most: int, seed: int) -> list[Leaning]:
    """Draw so many rows, or all of them when there are fewer."""
    return Random(seed).sample(known, min(most, len(known)))  # noqa: S311 - no secret hangs on it


def turns_red(copy: Path, leaning: Leaning, proved: Proofs, run: Play) -> bool:
    """Break a line of a copy, run the tests of its row, mend it; say whether they failed.

    They are run whole first: a test that fails for another reason would prove nothing either.
    """
    tests, path = proved[leaning.row], copy / leaning.file
    whole = path.read_text("utf-8")
    if run(copy, tests) != 0:
        _say(f"{leaning.row} : déjà rouge avant d'être brisé.")
        return False
    path.write_text(leaning.broken(copy), "utf-8")
    try:
        red = run(copy, tests) == _RED
    finally:
        path.write_text(whole, "utf-8")
    _say(f"{leaning.row} : {'rouge' if red else 'VERT'} sans « {leaning.text.strip()} ».")
    return red


@contextmanager
def checkout() -> Iterator[Path]:
    """Copy what the tests need into a folder that goes away."""
    with TemporaryDirectory(prefix="besace-rows-") as folder:
        copy = Path(folder) / ROOT.name
        copy.mkdir()
        for name in COPIED:
            shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
        for name in FILES:
            shutil.copy(ROOT / name, copy / name)
        shutil.copytree(ROOT / "docs", copy / "docs")
        yield copy


def play(copy: Path, tests: Sequence[str]) -> int:
    """Run some tests of a copy: its modules come before those of this checkout."""
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", *tests]
    environ = {**os.environ, "PYTHONPATH": str(copy)}
    done = subprocess.run(command, cwd=copy, env=environ, capture_output=True, check=False)
    return done.returncode


def _say(words: str) -> None:
    sys.stdout.write(f"{words}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
