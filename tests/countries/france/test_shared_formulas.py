"""Our table of formulas beside the one it was written from: the same codes, the same sums."""

import csv
import re

from server.countries.dated import Table
from server.countries.france.expression import Expression
from server.countries.france.formulas import Formula
from tests.countries.france.conftest import shared

OURS = {"plafond": "cap", "forfait": "lump", "montant_pec": "agreed"}


def in_our_words(expression: str) -> str:
    words = re.sub(r"\bp(DR|MRO|TR|TM|PMSS|TC)\b", lambda m: f"rate_{m[1].lower()}", expression)
    return re.sub(r"\b(plafond|forfait|montant_pec)\b", lambda m: OURS[m[1]], words)


def test_every_formula_is_the_one_it_was_read_from(formulas: Table[Formula]) -> None:
    with shared("sts_formulas.csv").open(encoding="utf-8", newline="") as file:
        theirs = {row["code"]: row["expression"] for row in csv.DictReader(file)}
    assert {row.code: row.expression for row in formulas} == {
        code: Expression.parse(in_our_words(text)) for code, text in theirs.items()
    }
