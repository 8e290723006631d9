"""Conventions as the practice keeps them: the list, how old it is, and rows typed by hand.

A row somebody typed survives every import; one somebody put aside stays aside, and is never deleted
(MAIIA-19 to 26, E7, E8, F-05).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from server.core.clock import civil_date
from server.core.country import Country
from server.core.errors import InvalidForm, InvalidValue, NotFound
from server.core.rights import Right
from server.countries.france.convention_age import Age, age_of
from server.countries.france.convention_names import Kind
from server.countries.france.convention_reader import BadRow
from server.countries.france.convention_rows import OUTSIDE, THIRD_PARTY, UNIQUE, Convention
from server.countries.france.wildcards import BODY_WIDTH, hand_made, mask, meet
from server.services.convention_rules import convention_rules
from server.services.desk import Desk, needs
from server.services.forms import Form
from server.store import convention_list, conventions
from server.store.convention_changes import Changed
from server.store.convention_lookup import Kept
from server.store.conventions import Origin, State, Version

__all__ = [
    "BadRow",
    "Changed",
    "Kind",
    "Version",
]  # what screens name, besides what is written here

PAGE = 50
MOST_CAISSES = 40
_LONGEST_LABEL = 60
_EMPTY = dict.fromkeys(Convention._fields, "")


@dataclass(frozen=True, slots=True)
class Standing:
    """How the conventions of the practice stand today."""

    age: Age
    imported_on: date | None  # civil date of the last import of conventions
    days: int  # since then
    tables: Sequence[Version]  # in use, the newest first
    waiting: Sequence[Version]  # read, to be confirmed


@dataclass(frozen=True, slots=True)
class Caisse:
    """A caisse of a table in use, as a criterion finds it."""

    criterion: str
    number: str
    name: str


@needs(Right.BILLING)
def standing(desk: Desk) -> Standing:
    """Return how old the conventions are and what waits; rows typed by hand are no import."""
    active = conventions.in_state(desk.db, State.ACTIVE)
    tables = [each for each in active if each.origin is not Origin.HAND]
    instants = [
        each.activated_at for each in tables
        if each.kind is Kind.CONVENTIONS and each.activated_at
    ]  # fmt: skip
    on = civil_date(max(instants), desk.practice.country) if instants else None
    return Standing(
        age_of(on, desk.today, convention_rules(desk).settings),
        on,
        (desk.today - on).days if on else 0,
        tables,
        conventions.in_state(desk.db, State.PENDING),
    )


@needs(Right.SETTINGS)
def waiting(desk: Desk) -> Sequence[Version]:
    """Return the files that were read and wait for a person, the newest first."""
    return conventions.in_state(desk.db, State.PENDING)


@needs(Right.BILLING)
def listed(
    desk: Desk, words: str = "", type_: str = "", after: int = 0, most: int = PAGE
) -> Sequence[Kept]:
    """Return conventions in use, found by number, criterion or name, a page at a time."""
    return convention_list.listed(desk.db, " ".join(words.split()), type_, after, most)


@needs(Right.BILLING)
def by_hand(desk: Desk) -> Sequence[Kept]:
    """Return the conventions typed by hand that hold."""
    return convention_list.by_hand(desk.db)


@needs(Right.BILLING)
def aside(desk: Desk) -> Sequence[Kept]:
    """Return the conventions somebody put aside."""
    return convention_list.aside(desk.db)


@needs(Right.SETTINGS)
def add_by_hand(desk: Desk, typed: Mapping[str, str]) -> int:
    """Keep a convention of unique management typed by a person, and give its id.

    Fields: `signatory` (two digits), `label`, `accord`, `criterion`. Raise `InvalidForm`; what
    there is already is refused, what was put aside comes back.
    """
    desk.require_country(Country.FRANCE)
    row = _typed(typed)
    before = convention_list.alike(desk.db, row)
    if before is not None and convention_list.is_aside(desk.db, before.named):
        take_back(desk, before.id)
        return before.id
    if before is not None:
        raise InvalidForm(faults=(("criterion", "known"),))
    key = desk.new_id()
    facts = {"signatory": row.signatory, "criterion": row.criterion, "accord": row.accord}
    with desk.deed("convention.typed", "convention", key, facts) as seq:
        table = convention_list.hand_table(desk.db)
        if table is None:
            who = (desk.device.id, desk.user.id)
            table = convention_list.begin_by_hand(desk.db, desk.new_id(), who, seq, desk.now)
        conventions.add(desk.db, table, Kind.CONVENTIONS, [row])
        made = int(desk.db.last_insert_rowid())
        convention_list.count_by_hand(desk.db, table, mask(row.criterion))
    return made


@needs(Right.SETTINGS)
def put_aside(desk: Desk, key: int) -> None:
    """Let a convention hold no more, whatever file brings it again; raise `NotFound`."""
    kept = _in_use(desk, key)
    facts = {"signatory": kept.row.signatory, "criterion": kept.row.criterion}
    with desk.deed("convention.aside", "convention", str(kept.id), facts) as seq:
        who = (desk.device.id, desk.user.id)
        convention_list.put_aside(desk.db, kept.named, who, seq, desk.now)


@needs(Right.SETTINGS)
def take_back(desk: Desk, key: int) -> None:
    """Let a convention that was put aside hold again; raise `NotFound`."""
    kept = _in_use(desk, key)
    with desk.deed("convention.back", "convention", str(kept.id)):
        convention_list.take_back(desk.db, kept.named)


@needs(Right.BILLING)
def caisses(desk: Desk, criterion: str) -> Sequence[Caisse]:
    """Return the caisses of the tables in use that a criterion being typed would hold for."""
    start = criterion.strip().partition("?")[0]
    if not start.isdigit() or len(criterion.strip()) > BODY_WIDTH:
        return ()
    whole = start.ljust(BODY_WIDTH, "?")
    rows = (each.row for each in convention_list.of_regime(desk.db, start, MOST_CAISSES))
    found = [
        Caisse(row.criterion, row.signatory, row.signatory_label)
        for row in rows if meet(whole, row.criterion)
    ]  # fmt: skip
    return list(dict.fromkeys(found))


def _typed(typed: Mapping[str, str]) -> Convention:
    form = Form(typed)
    signatory = form.text("signatory", needed=True, most=2)
    label = form.text("label", needed=True, most=_LONGEST_LABEL)
    accord = form.text("accord") or THIRD_PARTY
    criterion = form.text("criterion", needed=True)
    if signatory and not (len(signatory) == 2 and signatory.isascii() and signatory.isdigit()):
        form.faults.append(("signatory", "two_digits"))
    if accord not in (THIRD_PARTY, OUTSIDE):
        form.faults.append(("accord", "unknown"))
    if criterion:
        try:
            hand_made(signatory, criterion)
        except InvalidValue as wrong:
            form.faults.append(("criterion", str(wrong.facts["reason"])))
    form.end()
    facts = {
        **_EMPTY, "support": "I", "signatory": signatory, "signatory_label": label,
        "type": UNIQUE, "criterion": criterion, "accord": accord, "unique": "1",
    }  # fmt: skip
    return Convention(**facts)


def _in_use(desk: Desk, key: int) -> Kept:
    kept = convention_list.one_in_use(desk.db, key)
    if kept is None:
        raise NotFound(kind="convention")
    return kept
