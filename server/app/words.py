"""The sentences of the command line: tables of the package, read when a command needs them."""

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Self

Row = dict[str, str]


def table(name: str) -> list[Row]:
    """Read one table of `server/reference`: `be_efact_codes` gives its rows."""
    with files("server.reference").joinpath(f"{name}.csv").open(encoding="utf-8") as lines:
        return list(csv.DictReader(lines))


@dataclass(frozen=True, slots=True)
class Words:
    """Sentences by code, in one language; facts fill their places."""

    sentences: Mapping[str, str]

    @classmethod
    def load(cls, language: str, names: Iterable[str]) -> Self:
        """Read some tables of sentences; `language` is the name of a column, "fr" or "nl"."""
        return cls({row["code"]: row[language] for name in names for row in table(name)})

    def say(self, code: str, facts: Mapping[str, str]) -> str:
        """Give the sentence of a code; the code itself where we have none."""
        return self.sentences.get(code, code).format_map(_Known(facts))


class _Known(dict[str, str]):
    """Facts of a sentence; one that is missing is shown as a gap rather than raised."""

    def __missing__(self, key: str) -> str:
        return "…"
