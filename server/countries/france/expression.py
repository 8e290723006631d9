"""What a formula of a mutuelle says, as a sum we can evaluate and nothing else.

The notation is ours and closed (`fr-sesam-vitale.md` §9), as in
`min(DR - MRO, cap, rate_tr * TR + lump)`. One optional `min` around sums; a sum adds and takes off
products; a product multiplies names from two short lists. No number, no call, no attribute: a table
can compute, never act.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import prod

from server.core.errors import InvalidValue

AMOUNTS = ("DR", "MRO", "TR", "TM", "PMSS", "TC")
"""Cents of the line: charged, paid by the caisse, tariff, patient's share, ceiling, theory."""

RATES = ("rate_dr", "rate_mro", "rate_tr", "rate_tm", "rate_pmss", "rate_tc")
"""Parameters in basis points: 10 000 is the whole of the amount they multiply."""

SUMS = ("cap", "lump", "agreed")
"""Parameters in cents: the most that is paid, a fixed addition, an amount agreed beforehand."""

PARAMETERS = (*RATES, *SUMS)

_TOKEN = re.compile(r"\s*([A-Za-z_]+|[-+*(),])")
_NAMES = frozenset((*AMOUNTS, *PARAMETERS))
_SIGNS = {"+": 1, "-": -1}
_BASIS = 10_000

Product = tuple[int, tuple[str, ...]]  # +1 or -1, and the names multiplied
Sum = tuple[Product, ...]


@dataclass(frozen=True, slots=True)
class Expression:
    """The sums of which the least is paid, in the order they are written."""

    sums: tuple[Sum, ...]

    @classmethod
    def parse(cls, text: str) -> "Expression":
        """Read the notation; raise InvalidValue(field="expression") for anything else."""
        tokens = list(_tokens(text))
        if tokens[:2] == ["min", "("] and tokens[-1:] == [")"]:
            tokens = tokens[2:-1]
        return cls(tuple(_sum(part) for part in _split(tokens, ",")))

    @property
    def names(self) -> tuple[str, ...]:
        """The amounts and parameters it needs, each once, in the order they are read."""
        read = (name for one in self.sums for _, names in one for name in names)
        return tuple(dict.fromkeys(read))

    @property
    def parameters(self) -> tuple[str, ...]:
        """Those of its names that the formula of a contract must bring."""
        return tuple(name for name in self.names if name in PARAMETERS)

    def values(self, known: Mapping[str, int]) -> tuple[Fraction, ...]:
        """Give each sum exactly, in cents; raise InvalidValue for a name that has no value.

        `known` holds cents, and basis points for the rates; nothing is rounded here.
        """
        exact = {name: _exact(name, known) for name in self.names}
        return tuple(
            sum((_product_value(sign, names, exact) for sign, names in one), Fraction())
            for one in self.sums
        )


def _product_value(sign: int, names: tuple[str, ...], exact: Mapping[str, Fraction]) -> Fraction:
    return prod((exact[name] for name in names), start=Fraction(sign))


def _exact(name: str, known: Mapping[str, int]) -> Fraction:
    if name not in known:
        raise InvalidValue(field=name, reason="missing")
    return Fraction(known[name], _BASIS if name in RATES else 1)


def _tokens(text: str) -> Iterator[str]:
    place, end = 0, len(text.rstrip())
    while place < end:
        found = _TOKEN.match(text, place)
        if found is None:
            raise InvalidValue(field="expression", reason="sign")
        place = found.end()
        yield found[1]


def _split(tokens: list[str], sign: str) -> list[list[str]]:
    parts: list[list[str]] = [[]]
    for token in tokens:
        if token == sign:
            parts.append([])
        else:
            parts[-1].append(token)
    return parts


def _sum(tokens: list[str]) -> Sum:
    products: list[Product] = []
    sign = 1
    begun = 0
    for place, word in enumerate((*tokens, "+")):
        if word in _SIGNS:
            products.append((sign, _product(tokens[begun:place])))
            sign, begun = _SIGNS[word], place + 1
    return tuple(products)


def _product(tokens: list[str]) -> tuple[str, ...]:
    """Read names with a star between them."""
    names = tokens[::2]
    if not names or len(tokens) % 2 == 0 or set(tokens[1::2]) - {"*"}:
        raise InvalidValue(field="expression", reason="shape")
    for name in names:
        if name not in _NAMES:
            raise InvalidValue(field="expression", reason="unknown")
    return tuple(names)
