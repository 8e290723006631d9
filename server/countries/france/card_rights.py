"""The rights and covers of one person, out of the groups an approved component read.

Group 105 says when one is insured, 106 a long illness and a situation, 103 up to three accidents,
107 to 109 the complementary. What a code means stays with the card: a long illness is any code of
field 3 but zero [K]. Source: `fr-sesam-vitale.md` §2.3.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from server.core.sesam import Groups
from server.countries.france.card import INSURED_QUALITY, Beneficiary, Fields, Mutual, VitaleCard
from server.countries.france.card_dates import calendar_day
from server.countries.france.card_layout import Kind as GroupKind
from server.countries.france.rights import Kind

_ACCIDENTS = (("body", "identifier"), ("body_1", "identifier_1"), ("body_2", "identifier_2"))


@dataclass(frozen=True, slots=True)
class CardRight:
    """One right of a person on a card."""

    kind: Kind
    since: date | None
    until: date | None
    organism: str = ""
    code: str = ""
    number: str = ""


@dataclass(frozen=True, slots=True)
class CardCover:
    """One complementary cover of a person on a card."""

    number: str
    member: str
    indicator: str
    since: date | None
    until: date | None
    integrated: bool  # group 107: the caisse manages it; 109: the complementary does


def person_of(groups: Groups, nir: str, birth: str, first_name: str) -> Beneficiary | None:
    """Find a person on a card by number and birth; twins are told apart by first name.

    `nir` is thirteen characters; `birth` is eight digits, as the card writes a birth.
    """
    card = VitaleCard.of(groups)
    same = [
        person for person in card.beneficiaries
        if person.who["birth"][:8] == birth and _number(card, person) in ("", nir)
    ]  # fmt: skip
    if len(same) > 1:
        same = [each for each in same if each.who["first_name"].upper() == first_name.upper()]
    return same[0] if len(same) == 1 else None


def serial_of(groups: Groups) -> str:
    """Give the serial number of a Vitale card (group 101), "" without it."""
    insured = VitaleCard.of(groups).insured
    return insured["serial"].strip() if insured else ""


def rights_of(groups: Groups, person: Beneficiary) -> Iterator[CardRight]:
    """Give the rights of a person; without a period of rights one is known, ended or open."""
    card = VitaleCard.of(groups)
    organism = "".join(card.insured[name] for name in ("regime", "caisse", "centre")) if (
        card.insured
    ) else ""  # fmt: skip
    organism = organism if len(organism) == 9 and organism.isdigit() else ""
    situation = next((cover["situation"] for cover in person.covers), "")
    for period in person.rights:
        yield CardRight(Kind.AMO, _day(period, "from"), _day(period, "to"), organism, situation)
    for cover in person.covers:
        if cover["cover"].strip("0 "):
            yield CardRight(
                Kind.ALD, _day(cover, "from"), _day(cover, "to"), code=cover["cover"].strip()
            )
    for group in card.accidents if person.who["quality"] == INSURED_QUALITY else ():
        for body, identifier in _ACCIDENTS:
            if group[identifier].strip():
                yield CardRight(
                    Kind.WORK_ACCIDENT, None, None, _organism(group[body]),
                    number=group[identifier].strip(),
                )  # fmt: skip


def covers_of(person: Beneficiary) -> Iterator[CardCover]:
    """Give the complementary covers of a person, one for each period."""
    for mutual in person.mutuals:
        data = mutual.data
        if data["number"].strip():
            integrated = data.group.number == GroupKind.MUTUAL
            member = "" if integrated else data["member"].strip()
            for period in _periods(mutual, integrated=integrated):
                yield CardCover(
                    data["number"].strip(), member, data["indicator"].strip(),
                    _day(period, "from") if period else None,
                    _day(period, "to") if period else None, integrated,
                )  # fmt: skip


def _periods(mutual: Mutual, *, integrated: bool) -> list[Fields | None]:
    """Give where the dates stand: groups 108 of a 107, the fields of a 109 itself."""
    return [*mutual.periods] or [None] if integrated else [mutual.data]


def _number(card: VitaleCard, person: Beneficiary) -> str:
    """Give the number a person bears on the card, or the insured's under which he is."""
    number, _ = card.nir_of(person)
    return number or (card.insured["nir"] if card.insured else "")


def _organism(text: str) -> str:
    return text.strip() if len(text.strip()) == 9 and text.strip().isdigit() else ""


def _day(read: Fields, name: str) -> date | None:
    return calendar_day(read[name])
