"""What the simulated caisses and complementaries know: invented people and contracts [T].

Two tables beside this file. Whoever is not in them is unknown there, as a typing error would be.
"""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Person:
    """One insured person; days are ISO text, "" when open."""

    nir: str  # thirteen characters
    birth: str  # AAAAMMJJ, also of a day no calendar knows
    organism: str
    begins: str
    ends: str
    situations: tuple[tuple[str, str], ...]  # (kind, code)


@dataclass(frozen=True, slots=True)
class Contract:
    """What a complementary promises, to everybody it insures and to every kiné who signed."""

    number: str
    label: str
    signatory: str
    type: str
    formulas: tuple[tuple[str, int], ...]  # code, and ten thousandths of what the caisse leaves
    signed: bool  # by the kiné
    members: tuple[str, ...]  # none: every number is taken
    begins: str
    ends: str


@cache
def people() -> Mapping[str, Person]:
    """Give everybody, by number."""
    return {
        row["nir"]: Person(
            row["nir"], row["birth"], row["organism"], row["from"], row["to"],
            tuple(_pair(each) for each in row["situations"].split()),
        )
        for row in _rows("people.csv")
    }  # fmt: skip


@cache
def contracts() -> Mapping[str, Contract]:
    """Give the contract of each complementary, by its ten digits."""
    return {
        row["number"]: Contract(
            row["number"], row["label"], row["signatory"], row["type"],
            tuple((code, int(share)) for code, share in map(_pair, row["formulas"].split())),
            row["convention"] == "yes", tuple(row["members"].split()), row["from"], row["to"],
        )
        for row in _rows("contracts.csv")
    }  # fmt: skip


def holds(begins: str, ends: str, day: str) -> bool:
    """Whether a period holds a day, both ISO text; an empty end is open."""
    return begins <= day and (not ends or day <= ends)


def _pair(text: str) -> tuple[str, str]:
    kind, _, code = text.partition(":")
    return kind, code


def _rows(name: str) -> list[dict[str, str]]:
    with (_HERE / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter=";"))
