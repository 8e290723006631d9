"""An invoice written as the groups the approved component is given, and its dates.

1110 the invoice, 1120 who bills, 1130 for whom, 1310 the caisse, 1321 the complementary if there is
one, then a group a line. The places of 1110 to 1321 are the manual's (SSV 4.03, as retold in
`fr-sesam-vitale.md` §2.3); which fields unique management leaves empty: section N of
`fr-rules-tests.md`. Of the acts' groups only the numbers are known: their ten fields are ours [T].
"""

from collections.abc import Mapping
from datetime import date

from server.core.errors import InvalidValue
from server.core.sesam import Group, Groups, Wanted
from server.countries.france.invoice_facts import (
    ActLine,
    Complementary,
    Compulsory,
    Identity,
    InvoiceFacts,
    Patient,
    Performer,
)

NO_DATE = "0" * 12
_LIBERAL = "L"
_BY_NIR = "1"  # how the beneficiary is named [K]
_NEEDED_BY_A_DRE = ("routing", "domain", "host")


def invoice_groups(facts: InvoiceFacts, wanted: Wanted) -> Groups:
    """Write an invoice; raise InvalidValue when a DRE is wanted and nothing says where it goes."""
    if wanted is not Wanted.FSE:
        _check_dre(facts.complementary)
    amc = facts.complementary
    return (
        _identity(facts.identity, facts.performer.situation),
        _performer(facts.performer),
        _patient(facts.patient),
        _compulsory(facts.compulsory),
        *((_complementary(amc, wanted),) if amc else ()),
        *map(_act, facts.acts),
    )


def card_date(day: date | None) -> str:
    """Write a civil day in the twelve digits of a card, zeros for none."""
    return card_birth(day.isoformat()) if day else NO_DATE


def card_birth(written: str) -> str:
    """Write a birth as the practice keeps it, "1942-19-01" too (M5), in twelve digits."""
    return written.replace("-", "").ljust(12, "0")


def _check_dre(amc: Complementary | None) -> None:
    if amc is None:
        raise InvalidValue(field="complementary", reason="missing")
    for name in _NEEDED_BY_A_DRE:
        if not getattr(amc, name):
            raise InvalidValue(field=name, reason="missing")


def _identity(identity: Identity, situation: str) -> Group:
    corrected = identity.corrected_number
    return Group(1110, (
        _nine(identity.number), identity.nature, card_date(identity.day), situation,
        _nine(corrected) if corrected else "", card_date(identity.corrected_day),
    ))  # fmt: skip


def _performer(who: Performer) -> Group:
    digits = who.billing.digits
    agreements = ("", "", "")
    return Group(1120, (
        digits[:8], digits[8:], who.last_name, who.first_name, who.convention, who.specialty,
        who.zone, who.travel_zone, *agreements, _LIBERAL,
    ))  # fmt: skip


def _patient(who: Patient) -> Group:
    booklet = ""
    return Group(1130, (
        _BY_NIR, who.nir.body, who.nir.key, who.birth, who.rank, who.quality, who.cover, booklet,
    ))  # fmt: skip


def _compulsory(amo: Compulsory) -> Group:
    body, to = amo.body, amo.recipient
    return Group(1310, (body[:2], body[2:5], body[5:], to.organism, to.place))


def _complementary(amc: Complementary, wanted: Wanted) -> Group:
    """Write group 1321: without a DRE, nothing of where one would go."""
    filled = {1: amc.contract, 2: amc.number, 3: amc.member, 10: amc.indicator}
    if wanted is not Wanted.FSE:
        filled |= {6: amc.edi_number, 8: amc.routing, 9: amc.domain, 11: amc.host}
    return Group(1321, _placed(filled, 13))


def _act(line: ActLine) -> Group:
    amounts = (
        line.hundredths, line.quantity, line.unit_cents, line.base_cents, line.rate_bp,
        line.amo_cents, line.fee_cents, line.amc_cents,
    )  # fmt: skip
    return Group(int(line.group), (card_date(line.day), line.code, *map(str, amounts)))


def _placed(filled: Mapping[int, str], width: int) -> tuple[str, ...]:
    return tuple(filled.get(place, "") for place in range(1, width + 1))


def _nine(number: int) -> str:
    return f"{number:09d}"
