"""What the rules of a country answer about one session: the seam its services work behind.

Belgium and France judge by other facts and other tables; what is kept of their answer is the same.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from server.core.care import Quote
from server.countries.blocks import Block


@dataclass(frozen=True, slots=True)
class Billed:
    """Whom a line is asked of, as it is written on it."""

    payer: str  # the organism that receives the claim
    mutuality: str = ""
    ct1: str = ""
    ct2: str = ""
    bim: bool = False


class Judgement(Protocol):
    """One session judged and priced by the rules of its country."""

    @property
    def reasons(self) -> Sequence[Block]:
        """Why it cannot be billed; empty when it can."""
        ...

    @property
    def billed(self) -> Billed | None:
        """Whom its lines are asked of; None while nobody is known: no line is then kept."""
        ...

    def price(self, code: str) -> Quote | None:
        """Price one of its acts; None when no tariff covers the day."""
        ...
