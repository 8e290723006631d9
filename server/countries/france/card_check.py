"""What is odd about a French card: problems for people, each with its place; nothing is refused.

`where` is the number of the group and its rank among all groups of the file, from 1: `104#3 nir`.
"""

from collections.abc import Iterable, Iterator

from server.core.errors import InvalidNumber
from server.core.identifiers import Nir
from server.core.inspection import Problem, Severity
from server.core.sesam import Group
from server.countries.france.card import Beneficiary, Fields, PsCard, VitaleCard
from server.countries.france.card_dates import calendar_day, is_plausible
from server.countries.france.card_layout import KNOWN, SHAPES, Kind
from server.countries.france.card_wire import Damage
from server.countries.france.numbers import luhn

_CONTROL = frozenset(map(chr, (*range(0x20), *range(0x7F, 0xA0))))


def check_wire(groups: Iterable[Group], damage: Damage | None) -> Iterator[Problem]:
    """Say what is odd about the bytes and the shape of the groups."""
    if damage:
        yield Problem(damage.code, "", facts={"at": str(damage.at)})
    for index, group in enumerate(groups):
        read = Fields(group, index)
        if group.number not in KNOWN:
            yield _problem("card.unknown_group", read, "", Severity.INFO, found=str(group.number))
        elif group.number in SHAPES:
            yield from _check_shape(read)


def check_vitale(card: VitaleCard) -> Iterator[Problem]:
    """Say what is odd about a Vitale card as a whole."""
    if card.insured is None:
        yield Problem("card.no_insured", "101")
    else:
        yield from _check_nir(card.insured, Severity.ERROR)
    if not card.beneficiaries:
        yield Problem("card.nobody", "104")
    for orphan in card.orphans:
        yield _problem("card.orphan", orphan, "")
    for person in card.beneficiaries:
        yield from _check_person(person)


def check_ps(card: PsCard) -> Iterator[Problem]:
    """Say what is odd about a professional's card."""
    if card.holder is None:
        yield Problem("card.no_ps", "1")
    if not card.situations:
        yield Problem("card.no_situation", "2", Severity.WARNING)
    for situation in card.situations:
        number = situation["billing_number"] + situation["billing_key"]
        if situation["billing_number"] and not luhn(number):
            name = "billing_number"
            yield _problem("card.billing_key", situation, name, Severity.WARNING, found=number)


def _check_shape(read: Fields) -> Iterator[Problem]:
    """Look at the number of fields, their letters and their dates."""
    shape, fields = SHAPES[read.group.number], read.group.fields
    if len(fields) != len(shape.fields):
        facts = {"found": str(len(fields)), "known": str(len(shape.fields))}
        yield _problem("card.field_count", read, "", Severity.INFO, **facts)
    for name, text in zip(shape.fields, fields, strict=False):
        if _CONTROL.intersection(text):
            yield _problem("card.letters", read, name, Severity.WARNING)
        elif name in shape.dates and not is_plausible(text, birth=name == "birth"):
            yield _problem("card.date", read, name, Severity.WARNING, found=text)


def _check_person(person: Beneficiary) -> Iterator[Problem]:
    if person.who["nir"].strip():
        yield from _check_nir(person.who, Severity.WARNING)  # a test card of the GIE has two
    for period in (*person.rights, *person.covers, *_periods(person)):
        begin, end = calendar_day(period["from"]), calendar_day(period["to"])
        if begin and end and end < begin:
            facts = {"begin": begin.isoformat(), "end": end.isoformat()}
            yield _problem("card.period", period, "", Severity.WARNING, **facts)


def _periods(person: Beneficiary) -> Iterator[Fields]:
    for mutual in person.mutuals:
        yield from mutual.periods
        if mutual.data.group.number == Kind.COMPLEMENTARY:
            yield mutual.data


def _check_nir(read: Fields, severity: Severity) -> Iterator[Problem]:
    number = f"{read['nir']} {read['key']}"
    try:
        Nir.parse(number)
    except InvalidNumber as error:
        yield _problem(f"card.nir_{error.facts['reason']}", read, "nir", severity, found=number)


def _problem(
    code: str, read: Fields, name: str, severity: Severity = Severity.ERROR, **facts: str
) -> Problem:
    where = f"{read.group.number}#{read.index + 1} {name}".rstrip()
    return Problem(code, where, severity, facts)
