"""A Vitale card and a professional's card as values, built from their groups in the card's order.

Groups 105 to 111 belong to the last beneficiary (104) before them; however many there are is read.
Nothing is translated: codes and numbers are the card's own characters.
Source: `fr-sesam-vitale.md` §2.3–2.4, `hardware.md` §3.2.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Self

from server.core.sesam import Group
from server.countries.france.card_layout import OF_THE_PERSON, SHAPES, Kind

INSURED_QUALITY = "0"


@dataclass(frozen=True, slots=True)
class Fields:
    """A group whose fields have names; a field the card does not hold is empty."""

    group: Group
    index: int  # of the group in the card, from 0

    def __getitem__(self, name: str) -> str:
        return self.group.field(SHAPES[self.group.number].place(name))


@dataclass(slots=True)
class Beneficiary:
    """One person on a card, with the groups that follow."""

    who: Fields
    rights: list[Fields] = field(default_factory=list)  # 105
    covers: list[Fields] = field(default_factory=list)  # 106
    mutuals: list["Mutual"] = field(default_factory=list)  # 107, 109
    common: list[Fields] = field(default_factory=list)  # 111


@dataclass(slots=True)
class Mutual:
    """A complementary cover: group 107 with its periods (108), or group 109."""

    data: Fields
    periods: list[Fields] = field(default_factory=list)


@dataclass(slots=True)
class VitaleCard:
    """A card: whose it is, who is on it, and the groups that had no place."""

    insured: Fields | None = None
    family: list[Fields] = field(default_factory=list)  # 102
    accidents: list[Fields] = field(default_factory=list)  # 103
    beneficiaries: list[Beneficiary] = field(default_factory=list)
    orphans: list[Fields] = field(default_factory=list)  # of a person, before any person
    unknown: list[Group] = field(default_factory=list)
    counts: Mapping[str, int] = field(default_factory=dict)

    @classmethod
    def of(cls, groups: Iterable[Group]) -> Self:
        """Put the groups of a card in their places."""
        card, counts = cls(), Counter[str]()
        for index, group in enumerate(groups):
            counts[str(group.number)] += 1
            card._take(group, index)
        card.counts = dict(counts)
        return card

    def nir_of(self, person: Beneficiary) -> tuple[str, str]:
        """Give the certified NIR and key of a person, or the insured's own, or ("", "")."""
        if person.who["nir"].strip():
            return person.who["nir"], person.who["key"]
        if self.insured and person.who["quality"] == INSURED_QUALITY:
            return self.insured["nir"], self.insured["key"]
        return "", ""

    def _take(self, group: Group, index: int) -> None:
        if group.number not in SHAPES:
            self.unknown.append(group)
            return
        read = Fields(group, index)
        if group.number in OF_THE_PERSON:
            self._give_to_person(read)
        elif group.number == Kind.BENEFICIARY:
            self.beneficiaries.append(Beneficiary(read))
        elif group.number == Kind.INSURED and self.insured is None:
            self.insured = read
        elif group.number == Kind.FAMILY_SERVICE:
            self.family.append(read)
        elif group.number == Kind.WORK_ACCIDENTS:
            self.accidents.append(read)
        else:
            self.unknown.append(group)

    def _give_to_person(self, read: Fields) -> None:
        if not self.beneficiaries:
            self.orphans.append(read)
            return
        person = self.beneficiaries[-1]
        if read.group.number == Kind.MUTUAL_PERIOD:
            if person.mutuals:
                person.mutuals[-1].periods.append(read)
            else:
                self.orphans.append(read)
        elif read.group.number in (Kind.MUTUAL, Kind.COMPLEMENTARY):
            person.mutuals.append(Mutual(read))
        else:
            places = {Kind.RIGHTS_PERIOD: person.rights, Kind.COVER_PERIOD: person.covers}
            places.get(Kind(read.group.number), person.common).append(read)


@dataclass(frozen=True, slots=True)
class PsCard:
    """A professional's card as the approved component gives it: who, and each situation."""

    holder: Fields | None
    situations: tuple[Fields, ...]

    @classmethod
    def of(cls, groups: Iterable[Group]) -> Self:
        """Keep the groups of a professional's card."""
        read = [Fields(group, index) for index, group in enumerate(groups)]
        holders = [fields for fields in read if fields.group.number == Kind.PS_HOLDER]
        situations = [fields for fields in read if fields.group.number == Kind.PS_SITUATION]
        return cls(holders[0] if holders else None, tuple(situations))
