"""A French card for `besace inspect`: its problems, and its content in the keys of `cli.md`."""

from collections import Counter
from collections.abc import Iterable, Iterator

from server.core.inspection import Inspection, Json, Problem, Severity
from server.core.sesam import Groups
from server.countries.france.card import Beneficiary, Fields, Mutual, PsCard, VitaleCard
from server.countries.france.card_check import check_ps, check_vitale, check_wire
from server.countries.france.card_dates import written
from server.countries.france.card_layout import KNOWN, SHAPES, Kind
from server.countries.france.card_wire import first_number, read_groups
from server.countries.france.cps_dump import is_dump, read_dump

VITALE, CPS = "fr.card", "fr.cps"
FORMATS = (VITALE, CPS)
_HOLDER = ("nir", "key", "regime", "caisse", "centre", "serial", "card_type", "management")
_PS_GROUPS = frozenset((Kind.PS_HOLDER, Kind.PS_SITUATION))


def is_card(data: bytes) -> bool:
    """Tell a serialised card by its first group, and a text dump by its first section."""
    return first_number(data) in KNOWN or is_dump(data)


def inspect_card(data: bytes) -> Inspection:
    """Read and check a card of either kind, in bytes or as a text dump; never raises."""
    if is_dump(data):
        dump = read_dump(data)
        remarks = [Problem("card.dump_line", name, Severity.INFO) for name in dump.strange]
        if dump.in_utf8:
            remarks.append(Problem("card.utf8", "", Severity.WARNING))
        return _inspection(dump.groups, [*remarks, *check_wire(dump.groups, None)])
    reading = read_groups(data)
    return _inspection(reading.groups, check_wire(reading.groups, reading.damage))


def _inspection(groups: Groups, found: Iterable[Problem]) -> Inspection:
    if groups and groups[0].number in _PS_GROUPS:
        ps = PsCard.of(groups)
        return Inspection(CPS, (*found, *check_ps(ps)), _ps_content(ps, groups))
    card = VitaleCard.of(groups)
    return Inspection(VITALE, (*found, *check_vitale(card)), _vitale_content(card))


def _vitale_content(card: VitaleCard) -> dict[str, Json]:
    return {
        "holder": _holder(card.insured),
        "beneficiaries": [_person(card, person) for person in card.beneficiaries],
        "groups": dict(card.counts),
    }


def _holder(insured: Fields | None) -> dict[str, Json]:
    if insured is None:
        return dict.fromkeys((*_HOLDER, "valid_to"))
    return {**_texts(insured, _HOLDER), "valid_to": written(insured["valid_to"])}


def _person(card: VitaleCard, person: Beneficiary) -> dict[str, Json]:
    who = person.who
    nir, key = card.nir_of(person)
    return {
        **_texts(who, ("name", "first_name", "birth_name")),
        "birth": written(who["birth"]),
        "nir": nir or None,
        "key": key or None,
        **_texts(who, ("rank", "quality", "service")),
        "address": [who[f"address_{line}"] for line in range(1, 6)],
        "amo": [_period(period) for period in (*person.rights, *person.covers)],
        "amc": [entry for mutual in person.mutuals for entry in _amc(mutual)],
    }


def _period(period: Fields) -> dict[str, Json]:
    cover = period.group.number == Kind.COVER_PERIOD
    return {
        "from": written(period["from"]),
        "to": written(period["to"]),
        "cover": period["cover"] if cover else None,
        "situation": period["situation"] if cover else None,
        "group": period.group.number,
    }


def _amc(mutual: Mutual) -> Iterator[dict[str, Json]]:
    """Give one entry per period of a 107, one without dates when it has none; one for a 109."""
    data, own = mutual.data, mutual.data.group.number == Kind.COMPLEMENTARY
    periods: list[Fields | None] = [*mutual.periods] or [None]
    for period in periods:
        dated = data if own else period
        yield {
            "number": data["number"],
            "member": data["member"] if own else None,
            "indicator": data["indicator"],
            "from": written(dated["from"]) if dated else None,
            "to": written(dated["to"]) if dated else None,
            "routing": data["routing"] if own else None,
            "host": data["host"] if own else None,
            "domain": data["domain"] if own else None,
            "sts": data["sts"],
            "group": data.group.number,
        }


def _ps_content(card: PsCard, groups: Groups) -> dict[str, Json]:
    counts = Counter(str(group.number) for group in groups)
    return {
        "holder": _all_texts(card.holder) if card.holder else None,
        "situations": [_all_texts(situation) for situation in card.situations],
        "groups": dict(counts),
    }


def _texts(read: Fields, names: Iterable[str]) -> dict[str, Json]:
    return {name: read[name] for name in names}


def _all_texts(read: Fields) -> dict[str, Json]:
    return _texts(read, SHAPES[read.group.number].fields)
