"""The insurers: their habits where they differ, and the acts of a kiné, both read from tables.

Sources: returned samples and `be-efact.md` §2–4; each insurer words a misplaced patient number and
a missing prescriber in its own way. Only kinés' acts (56…) and pseudo-codes (639…) are known.
"""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files


@dataclass(frozen=True, slots=True)
class Insurer:
    """A union and its habits: message format, wording of some refusals."""

    union: str
    format: str
    misplaced_patient: tuple[str, ...]
    no_prescriber: str
    cascade: bool


class Need(StrEnum):
    """Whether an act must, may or must not carry something."""

    REQUIRED = "required"
    OPTIONAL = "optional"
    FORBIDDEN = "forbidden"


@dataclass(frozen=True, slots=True)
class Wants:
    """What an act asks for."""

    agreement: Need
    prescriber: Need


@cache
def insurers() -> Mapping[str, Insurer]:
    """Read every insurer by its union number."""
    return {
        row["union"]: Insurer(
            row["union"],
            row["format"],
            tuple(row["misplaced_patient"].split()),
            row["no_prescriber"],
            row["cascade"] == "1",
        )
        for row in rows("insurers.csv")
    }


def union_of(mutuality: str) -> str:
    """Find the union a three-digit mutuality belongs to; empty when there is none."""
    union = mutuality[:1] + "00"
    return union if len(mutuality) == 3 and mutuality.isdigit() and union in insurers() else ""


def destination_of(affiliation: str) -> str:
    """Tell where the invoice of a member goes: 3xx to 300 but 306 to itself, 4xx to 400 (§3)."""
    if affiliation[0] == "3" and affiliation != "306":
        return "300"
    return "400" if affiliation[0] == "4" else affiliation


@cache
def wants(code: str) -> Wants:
    """Tell what the act asks for; an act of another profession asks for nothing here."""
    for row in rows("acts.csv"):
        if code.startswith(row["prefix"]):
            return Wants(Need(row["agreement"]), Need(row["prescriber"]))
    return Wants(Need.OPTIONAL, Need.OPTIONAL)


def rows(name: str) -> list[dict[str, str]]:
    """Read the rows of one table of this package."""
    return list(csv.DictReader(files(__package__).joinpath(name).read_text("utf-8").splitlines()))
