"""The fabricated Vitale cards of the demo, as an approved component would read their rights [T]."""

from collections.abc import Sequence

from server.app.demo_france_people import (
    BEN_AMAR,
    GARREC,
    MARCHAND,
    MEYER,
    ROUSSET,
    FrenchPerson,
)
from server.simulators.sesam.cards import Group, write

_NONE = "0" * 12
_OPEN, _END = "202001010000", "203112310000"
_LONG_ILLNESS = (MARCHAND,)


def serialised(people: Sequence[FrenchPerson]) -> bytes:
    """Write the card of somebody and of those under his number, with rights and covers."""
    first = people[0]
    groups: list[Group] = [_insured(first)]
    for rank, person in enumerate(people):
        groups += _beneficiary(person, insured=rank == 0)
    return write(groups)


def _insured(who: FrenchPerson) -> Group:
    regime, caisse, centre = who.organism[:2], who.organism[2:5], who.organism[5:]
    return (101, ["T", "99000009", _END, "0", "", "", "A", who.nir[:13], who.nir[13:], regime,
                  caisse, centre, "10", ""])  # fmt: skip


def _beneficiary(who: FrenchPerson, *, insured: bool) -> list[Group]:
    birth = who.birth.replace("-", "") + "0000"
    nir = (who.nir[:13], who.nir[13:]) if insured else ("", "")
    name, first = who.last_name.upper(), who.first_name.upper()
    groups: list[Group] = [
        (104, [name, name, first, "", "", who.street, "", f"{who.postcode} {who.city}", *nir, _NONE,
               birth, "1", "0" if insured else "6", "0", _NONE, _NONE, ""]),
        (105, [_OPEN, _END]),
        (106, [_OPEN, _NONE, "1" if who in _LONG_ILLNESS else "0", "0100"]),
    ]  # fmt: skip
    return groups + _covers(who)


def _covers(who: FrenchPerson) -> list[Group]:
    if who is BEN_AMAR:
        return [(107, ["99999997", "", "62", "", "", "U"]), (108, ["202601010000", "202712310000"])]
    if who in (ROUSSET, GARREC, MEYER):
        return [(107, ["1221212145", "", "02", "", "", "R"]), (108, [_OPEN, "202712310000"])]
    if who is MARCHAND:
        return [(109, ["0799900010", "", "A0099", "33", "202601010000", "202712310000", "OC",
                       "001", "DRE.TEST.FR", "M", "", ""])]  # fmt: skip
    return []
