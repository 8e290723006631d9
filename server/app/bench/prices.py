"""The figure of a French price: a whole visit with its reasons, beside the sums alone.

The yardstick is the same integer arithmetic on ready numbers, in bare Python: no table, no date, no
reason. A visit is an act, its allowance, its kilometres, and a mutuelle's formula on each line.
"""

import csv
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from importlib.resources import files
from io import StringIO
from random import Random
from time import perf_counter

from server.app.bench.figure import Figure, best_of
from server.countries.france.acts import Family
from server.countries.france.formulas import formula_of
from server.countries.france.letters import Coding, Zone
from server.countries.france.pricing import GivenAct, Visit, bill
from server.countries.france.rates import Situation, cover
from server.countries.france.rulebook import Rulebook
from server.countries.france.shares import Contract, Terms
from server.countries.france.travel import Trip

_VISITS = 2_000
_ROUNDS = 5
_FIRST, _DAYS = date(2024, 2, 22), 900
_CODINGS = tuple(map(Coding.parse, ("TER 9,5", "AMK 8", "RPE 6", "RSM 8,1", "NMI 10")))
_SITUATIONS: tuple[tuple[Situation, ...], ...] = ((), (Situation.ALD,), (Situation.C2S,))


def run() -> list[Figure]:
    """Price visits drawn from a seed; one by one for the slow ones, all together for the ratio."""
    work = _works()
    bare = _bare()
    best = best_of(_ROUNDS, {"bare": lambda: [bare() for _ in work], "ours": lambda: _all(work)})
    return [
        Figure("prices.visit_p95", _p95(work), 1.0, "lower", "ms"),
        Figure("prices.beside_bare_sums", best["ours"] / best["bare"], 150.0, "lower", "×"),
    ]


def _works() -> list[Callable[[], object]]:
    rules, draw = _rulebook(), Random(26)  # noqa: S311 - draws visits, no secret
    formula = formula_of("052", _FIRST, rules.formulas)
    contract = Contract(formula) if formula else None
    works: list[Callable[[], object]] = []
    for _ in range(_VISITS):
        day = _FIRST + timedelta(days=draw.randrange(_DAYS))
        covered = cover(draw.choice(_SITUATIONS), day, rules.rates)
        if covered is None:
            raise LookupError("no rate for a day of the draw")
        trip = Trip(one_way_metres=draw.randrange(40_000), family=draw.choice((None, *Family)))
        visit = Visit(day, draw.choice(tuple(Zone)), [GivenAct(draw.choice(_CODINGS))], trip)
        works.append(_priced(visit, Terms(covered, contract), rules))
    return works


def _priced(visit: Visit, terms: Terms, rules: Rulebook) -> Callable[[], object]:
    return lambda: bill(visit, terms, rules.prices(visit.care_date))


def _bare() -> Callable[[], object]:
    """Give the same sums on ready numbers: three lines, two shares each."""

    def sums() -> tuple[int, int, int]:
        lines = ((221 * 950 + 50) // 100, 400, (38 * 14_000 + 500) // 1000)
        parts = [(cents, (cents * 6000 + 5000) // 10_000) for cents in lines]
        amc = [cents - amo for cents, amo in parts]
        return sum(lines), sum(amo for _, amo in parts), sum(amc)

    return sums


def _all(works: list[Callable[[], object]]) -> None:
    for work in works:
        work()


def _p95(works: list[Callable[[], object]]) -> float:
    """Time each visit in milliseconds; the best of a few rounds counts for each."""
    best = [float("inf")] * len(works)
    for _ in range(_ROUNDS):
        for place, work in enumerate(works):
            start = perf_counter()
            work()
            best[place] = min(best[place], (perf_counter() - start) * 1000)
    return sorted(best)[len(best) * 95 // 100]


def _rulebook() -> Rulebook:
    """Read the shipped tables as the reference file would give them."""
    folder = files("server.reference")
    tables: dict[str, list[Mapping[str, object]]] = {}
    for sheet in folder.iterdir():
        if sheet.name.startswith("fr_") and sheet.name.endswith(".csv"):
            text = StringIO(sheet.read_text("utf-8"), newline="")
            tables[sheet.name.removesuffix(".csv")] = list(csv.DictReader(text))
    return Rulebook.from_tables(tables, demo=False)
