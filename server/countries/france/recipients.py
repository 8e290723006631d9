"""Who receives what is sent: the body behind a patient's caisse, or the complementary's own post.

A caisse seldom reads its own post: a table says which body does, and which computing centre
("centre informatique"); rules stand in where the table is silent. What nothing says is None, and
nothing is sent. `fr-sesam-vitale.md` §4 and §5; case K1.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import lru_cache
from typing import Self

from server.core.errors import InvalidValue
from server.core.teletransmission import DocumentKind, Recipient
from server.countries.dated import Cells, Origin, Table, in_force, needed_cell, text_cell
from server.countries.france.acts import choice_cell
from server.countries.france.wildcards import Closeness, matches

ANY_CENTRE = "0000"
"""The centre of a row that speaks for every centre of its caisse which has no row of its own."""

_BODY = re.compile(r"[0-9]{9}")
_REGIME, _CAISSE, _CENTRE = re.compile(r"\d{2}"), re.compile(r"\d{3}"), re.compile(r"\d{4}")
_SOME_CAISSE, _SOME_CENTRE = re.compile(r"[0-9?]{3}"), re.compile(r"[0-9?]{4}")
_POST = re.compile(r"[0-9A-Za-z._-]+")


@dataclass(frozen=True, slots=True)
class KnownRecipient:
    """A row of `fr_recipients`: the caisse and centre of a patient, and who reads for them."""

    regime: str  # 2 digits
    caisse: str  # 3
    centre: str  # 4; `ANY_CENTRE`: those that have no row
    organism: str  # 3
    place: str  # computing centre, 3
    origin: Origin

    @classmethod
    def from_mapping(cls, cells: Cells) -> Self:
        """Read a row; raise InvalidValue naming the bad column."""
        return cls(
            regime=_cell(cells, "regime", _REGIME),
            caisse=_cell(cells, "caisse", _CAISSE),
            centre=_cell(cells, "centre", _CENTRE),
            organism=_cell(cells, "organism", _CAISSE),
            place=_cell(cells, "computing_centre", _CAISSE),
            origin=Origin.from_mapping(cells),
        )

    @property
    def body(self) -> str:
        """Regime, caisse and centre in a row, as patients' rights keep them."""
        return self.regime + self.caisse + self.centre


class Answer(StrEnum):
    """What a rule makes of a caisse."""

    ITSELF = "ITSELF"
    REGION = "REGION"  # its first two digits and 1: the body of its region
    FIXED = "FIXED"  # the one the row names
    TABLE = "TABLE"  # nobody but the table knows


@dataclass(frozen=True, slots=True)
class RecipientRule:
    """A row of `fr_recipient_rules`: what is done with the caisses it fits that have no row."""

    regime: str
    caisse: str  # one `?` stands for one digit
    centre: str
    answer: Answer
    organism: str  # of FIXED, "" otherwise
    place: str  # computing centre; "": the one the table knows for the body found
    origin: Origin

    @classmethod
    def from_mapping(cls, cells: Cells) -> Self:
        """Read a row; raise InvalidValue naming the bad column."""
        answer = choice_cell(cells, "answer", Answer)
        fixed = answer is Answer.FIXED
        if text_cell(cells, "organism") and not fixed:
            raise InvalidValue(field="organism", reason="unknown")
        named = fixed or bool(text_cell(cells, "computing_centre"))
        return cls(
            regime=_cell(cells, "regime", _REGIME),
            caisse=_cell(cells, "caisse", _SOME_CAISSE),
            centre=_cell(cells, "centre", _SOME_CENTRE),
            answer=answer,
            organism=_cell(cells, "organism", _CAISSE) if fixed else "",
            place=_cell(cells, "computing_centre", _CAISSE) if named else "",
            origin=Origin.from_mapping(cells),
        )

    @property
    def criterion(self) -> str:
        """The bodies it is for, nine characters."""
        return self.regime + self.caisse + self.centre

    def organism_of(self, body: str) -> str:
        """Give the body that reads for another; "" when the rule leaves it to the table."""
        caisse = body[2:5]
        answers = {
            Answer.ITSELF: caisse,
            Answer.REGION: f"{caisse[:2]}1",
            Answer.FIXED: self.organism,
        }
        return answers.get(self.answer, "")


@dataclass(frozen=True, slots=True)
class _Known:
    """The table of a day, put in order for look-ups."""

    rows: Mapping[str, KnownRecipient]  # by body
    places: Mapping[str, str]  # computing centre of a regime and organism


def of_patient(
    body: str, day: date, table: Table[KnownRecipient], rules: Table[RecipientRule]
) -> Recipient | None:
    """Give who receives the FSE of a patient of a caisse, by the rows of a day.

    `body` is regime, caisse and centre, nine digits. The row of that very centre wins over that of
    its caisse, which wins over the rules. None: nobody says, and nothing may be sent.
    """
    if not _BODY.fullmatch(body):
        return None
    known = _known(table, day)
    row = known.rows.get(body) or known.rows.get(body[:5] + ANY_CENTRE)
    if row is not None:
        return Recipient(DocumentKind.FSE, row.regime, row.organism, row.place)
    return _by_rule(body, day, known, rules)


def of_complementary(routing: str, host: str, domain: str) -> Recipient | None:
    """Give who receives the DRE, by three cells of a convention or of a card's group 109.

    A domain is the same in capitals or not: one lot, not two. None when a cell is missing or holds
    what no address does.
    """
    cells = [cell.strip() for cell in (routing, host, domain)]
    if not all(map(_POST.fullmatch, cells)):
        return None
    return Recipient(DocumentKind.DRE, cells[0].upper(), cells[1], cells[2].lower())


def _by_rule(body: str, day: date, known: _Known, rules: Table[RecipientRule]) -> Recipient | None:
    fitting = [rule for rule in in_force(rules, day) if matches(rule.criterion, body)]
    rule = min(fitting, key=lambda each: Closeness.of(each.criterion), default=None)
    organism = rule.organism_of(body) if rule else ""
    if rule is None or not organism:
        return None
    place = rule.place or known.places.get(rule.regime + organism)
    return Recipient(DocumentKind.FSE, rule.regime, organism, place) if place else None


@lru_cache(maxsize=16)
def _known(table: Table[KnownRecipient], day: date) -> _Known:
    rows = sorted(in_force(table, day), key=lambda row: row.origin.valid_from)
    return _Known(
        {row.body: row for row in rows},
        {row.regime + row.organism: row.place for row in rows},
    )


def _cell(cells: Cells, name: str, shape: re.Pattern[str]) -> str:
    text = needed_cell(cells, name)
    if not (text.isascii() and shape.fullmatch(text)):
        raise InvalidValue(field=name, reason="shape")
    return text
