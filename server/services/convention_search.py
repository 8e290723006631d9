"""Finding the convention of a patient, and saying why there is none (F1 to F10, F-16, MAIIA-65)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from server.core.rights import Right
from server.countries.france.convention_age import Age
from server.countries.france.convention_layout import bare_title
from server.countries.france.convention_match import (
    Choice,
    Found,
    Need,
    choose,
    convert,
    criterion_fits,
    in_period,
    signatories_of,
)
from server.countries.france.convention_names import Kind
from server.countries.france.convention_rows import UNIQUE, Convention, Conversion, Member
from server.countries.france.numbers import bare
from server.countries.france.payers import Profile
from server.countries.france.routes import Cover, Known, Plan, plan
from server.countries.france.wildcards import masked
from server.services.conventions import Standing, standing
from server.services.desk import Desk, needs
from server.store import convention_list, convention_lookup, conventions
from server.store.convention_lookup import Kept, Searched
from server.store.conventions import State

__all__ = ["Need"]  # what screens name, besides what is written here

_CARD_NUMBER = 8  # characters of a mutuelle's number on a card, of which some may be wildcards
_MOST_NEAR = 8


@dataclass(frozen=True, slots=True)
class Answer:
    """The conventions that fit, and the one a person chose for this patient when he had to."""

    need: Need
    choice: Choice
    remembered: Found | None = None

    @property
    def chosen(self) -> Found | None:
        """The convention that holds: without doubt, or as a person said."""
        return self.choice.chosen or self.remembered


class Cause(StrEnum):
    """Why no convention was found: the three of FR-48, and what stands just beside them."""

    WRONG_NUMBER = "wrong_number"  # the file and the card do not name the same insurer
    NOT_SIGNED = "not_signed"  # no table has it
    OUT_OF_DATE = "out_of_date"  # a newer table has it, or ours is old


@dataclass(frozen=True, slots=True)
class Check:
    """One cause looked into: whether it is true, and what the sentence about it names."""

    cause: Cause
    true: bool
    facts: dict[str, str]


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """The three checks, in the order a person would make them, and rows that nearly fit."""

    checks: Sequence[Check]
    near: Sequence[Convention]
    standing: Standing


@dataclass(frozen=True, slots=True)
class Compared:
    """One line of the attestation beside what the convention says of it (MAIIA-54)."""

    name: str
    ours: str
    theirs: str

    @property
    def verdict(self) -> str:
        """Whether they say the same: "same", "other", or "unsaid" when one of them says nothing."""
        ours, theirs = bare_title(self.ours).lstrip("0"), bare_title(self.theirs).lstrip("0")
        if not ours or not theirs:
            return "unsaid"
        alike = ours == theirs or (self.name == "name" and (ours in theirs or theirs in ours))
        return "same" if alike or self.name == "criterion" else "other"


@needs(Right.BILLING)
def find(desk: Desk, need: Need, patient: str | None = None) -> Answer:
    """Return the conventions that fit, best first, with what was chosen for this patient before."""
    choice = _choice(desk, need)
    said = convention_list.chosen_for(desk.db, patient, _sought(need)) if patient else None
    remembered = next(
        (one for one in choice.best if isinstance(one.held, Kept) and one.held.said == said),
        None,
    )
    return Answer(need, choice, remembered if len(choice.best) > 1 else None)


@needs(Right.BILLING)
def settle(desk: Desk, need: Need, patient: str, key: int) -> None:
    """Keep which of equal conventions somebody chose for a patient, for the next time (F9)."""
    chosen = next((one.held for one in _choice(desk, need).best if one.held.id == key), None)
    if isinstance(chosen, Kept):
        with desk.deed("convention.chosen", "patient", patient) as seq:
            convention_list.choose_for(
                desk.db, patient, _sought(need), chosen.said, desk.device.id, seq
            )


@needs(Right.BILLING)
def convert_number(desk: Desk, mutual: str, body: str) -> Conversion | None:
    """Return the number to use for the one of a card, by the tables of conversion in use (F7)."""
    number = mutual.strip().upper()
    shapes = masked(number, _every_mask(len(number))) if len(number) <= _CARD_NUMBER else {number}
    return convert(number, body, convention_lookup.conversions(desk.db, shapes))


@needs(Right.BILLING)
def route(desk: Desk, cover: Cover, need: Need, nir: str = "") -> Plan:
    """Decide the route of a day of care with the conventions in use.

    `need.type` is that of the cover; a convention of the other management is looked for when it
    may be what is left.
    """
    if cover.profile in (Profile.C2S, Profile.C2S_LEAVING, Profile.AME):
        return plan(cover, Known(nir=nir), need.day)
    unique = bool(_choice(desk, replace(need, type=UNIQUE)).found)
    separate = need.type != UNIQUE and bool(_choice(desk, need).found)
    if need.type == UNIQUE:
        separate = any(_choice(desk, replace(need, type=each)).found for each in _SEPARATE)
    return plan(cover, Known(unique, separate, nir), need.day)


_SEPARATE = ("OC", "MU", "AC", "RC", "SP")
"""Types of conventions for a DRE (B3)."""


@needs(Right.BILLING)
def why_none(desk: Desk, need: Need, on_card: str = "") -> Diagnosis:
    """Make the three checks of « Aucune convention » (FR-48); `on_card` is the card's number."""
    stands = standing(desk)
    return Diagnosis(
        (
            _wrong_number(desk, need, on_card),
            _not_signed(desk, need),
            _out_of_date(desk, need, stands),
        ),
        [kept.row for kept in _near(desk, need)][:_MOST_NEAR],
        stands,
    )


def _choice(desk: Desk, need: Need, table: int | None = None) -> Choice:
    """Choose among the tables in use, or in one of them."""
    members = convention_lookup.members(desk.db, bare(need.number)) if need.number else []
    where = Searched.of(desk.db, table)
    return choose(need, _candidates(desk, need, where, members), members)


def _candidates(
    desk: Desk, need: Need, where: Searched, members: Sequence[Member]
) -> Sequence[Kept]:
    if need.type == UNIQUE:
        criteria = masked(need.subject, where.masks)
        return list(convention_lookup.with_criteria(desk.db, where, need.accord, criteria))
    numbers = {bare(need.number), *signatories_of(need, members)} - {""}
    return convention_lookup.of_numbers(desk.db, where, numbers) if numbers else ()


def _near(desk: Desk, need: Need) -> Sequence[Kept]:
    """Return rows of the same insurer that fit but for type, accord, criterion or period."""
    number = bare(need.number)
    if not number:
        return ()
    found = convention_lookup.of_numbers(desk.db, Searched.of(desk.db), [number])
    return [kept for kept in found if not _fits(need, kept.row)]


def _fits(need: Need, row: Convention) -> bool:
    same = row.type == need.type and row.accord == need.accord
    return same and criterion_fits(need, row) and in_period(row, need.day)


def _wrong_number(desk: Desk, need: Need, on_card: str) -> Check:
    """Compare the number of the file with the one of the card (a of F-16)."""
    differs = bool(on_card) and bare(on_card) != bare(need.number)
    held = differs and bool(_choice(desk, replace(need, number=on_card)).found)
    facts = {"file": need.number, "card": on_card, "held": "yes" if held else ""}
    return Check(Cause.WRONG_NUMBER, differs, facts)


def _not_signed(desk: Desk, need: Need) -> Check:
    """Look for the insurer in every table in use, whatever its type (b of F-16)."""
    number = bare(need.number)
    rows = convention_lookup.of_numbers(desk.db, Searched.of(desk.db), [number]) if number else []
    members = convention_lookup.members(desk.db, number) if number else []
    signatories = ", ".join(sorted({each.signatory_label or each.signatory for each in members}))
    unknown = not rows and not _waiting(desk, need)
    return Check(Cause.NOT_SIGNED, unknown, {"number": need.number, "signatory": signatories})


def _out_of_date(desk: Desk, need: Need, stands: Standing) -> Check:
    """Look into the files that wait to be confirmed, and at the age of those in use (c of F-16)."""
    waiting = _waiting(desk, need)
    old = stands.age in (Age.AMBER, Age.RED, Age.NONE)
    facts = {"waiting": waiting, "age": str(stands.age), "days": str(stands.days)}
    return Check(Cause.OUT_OF_DATE, bool(waiting) or old, facts)


def _waiting(desk: Desk, need: Need) -> str:
    """Give the id of a file that was read, not confirmed, and has what is looked for."""
    for version in conventions.in_state(desk.db, State.PENDING):
        if version.kind is Kind.CONVENTIONS and _choice(desk, need, version.number).found:
            return version.id
    return ""


def _sought(need: Need) -> str:
    return " ".join((need.type, need.accord, bare(need.number), need.body, need.csr))


def _every_mask(width: int) -> Sequence[str]:
    """Give every shape of so many characters: 256 for the eight of a card."""
    marks = range(2**width)
    return ["".join("?" if n >> place & 1 else "x" for place in range(width)) for n in marks]
