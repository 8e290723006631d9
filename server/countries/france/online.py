"""Requests to the online services of France and what their answers hold, as one table each.

The format is invented [T], `docs/online-fr.md`: the contracts of ADRi, IDB and CLC are not public
(`fr-sesam-vitale.md` §10, §11). Each service is given what its line of `PARTS` names, no more.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from server.core.errors import InvalidValue
from server.core.online import FORMAT, Envelope, OnlineService
from server.countries.france.rights import Kind


@dataclass(frozen=True, slots=True)
class Insured:
    """Whom a request is about."""

    nir: str  # thirteen characters
    birth: str  # AAAAMMJJ, also of a day no calendar knows
    rank: int


@dataclass(frozen=True, slots=True)
class Contract:
    """The complementary a request is about."""

    number: str  # ten digits
    type: str
    criterion: str
    member: str


@dataclass(frozen=True, slots=True)
class InvoiceLine:
    """One line of the invoice whose share is asked for; cents."""

    code: str
    total_cents: int
    amo_cents: int


@dataclass(frozen=True, slots=True)
class Request:
    """One request; a part its service does not take is not written."""

    service: OnlineService
    reference: str
    sender: str  # billing number of the kiné
    day: date  # of care
    insured: Insured | None = None
    contract: Contract | None = None
    formula: str = ""
    lines: tuple[InvoiceLine, ...] = ()
    cents: int | None = None  # what was computed before


def _insured(request: Request) -> object:
    who = request.insured
    return who and {"nir": who.nir, "naissance": who.birth, "rang": who.rank}


def _contract(request: Request) -> object:
    held = request.contract
    return held and {
        "numero": held.number, "type": held.type, "csr": held.criterion, "adherent": held.member,
    }  # fmt: skip


def _invoice(request: Request) -> object:
    lines = [
        {"acte": line.code, "total": line.total_cents, "amo": line.amo_cents}
        for line in request.lines
    ]
    return {"formule": request.formula, "lignes": lines} if lines else None


_S = OnlineService
_Write = Callable[[Request], object]
_WHO: tuple[str, _Write] = ("assure", _insured)
_AMC: tuple[str, _Write] = ("amc", _contract)
_BILL: tuple[str, _Write] = ("facture", _invoice)
PARTS: Mapping[OnlineService, tuple[tuple[str, _Write], ...]] = {
    _S.ADRI: (_WHO,),
    _S.CONVENTION: (_AMC,),
    _S.COVER: (_WHO, _AMC),
    _S.AMOUNT: (_AMC, _BILL),
    _S.COMMITMENT: (_WHO, _AMC, _BILL, ("montant", lambda request: request.cents)),
}
"""What each service is given beside the head, in the order it is written."""


def write_request(request: Request) -> bytes:
    """Write a request; the same facts give the same bytes. Raise `InvalidValue` for a part missing.

    A reference, a sender and a day are in every one of them.
    """
    told: dict[str, object] = {
        "format": FORMAT, "service": request.service, "reference": request.reference,
        "emetteur": request.sender, "date_soins": request.day.isoformat(),
    }  # fmt: skip
    for name, write in PARTS[request.service]:
        part = write(request)
        if part is None:
            raise InvalidValue(field=name, reason="missing")
        told[name] = part
    return json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()


def asked_lines(payload: bytes) -> tuple[InvoiceLine, ...]:
    """Give the lines of an invoice as a request of ours once asked about them."""
    told = json.loads(payload)["facture"]["lignes"]
    return tuple(InvoiceLine(line["acte"], line["total"], line["amo"]) for line in told)


@dataclass(frozen=True, slots=True)
class GivenRight:
    """One right ADRi gives."""

    kind: Kind
    since: date | None
    until: date | None
    code: str = ""
    number: str = ""


@dataclass(frozen=True, slots=True)
class GivenRights:
    """Everything ADRi knows of somebody on a day: where he is insured, and what spares him."""

    organism: str
    rights: tuple[GivenRight, ...]


@dataclass(frozen=True, slots=True)
class GivenConvention:
    """The convention of a complementary with the kiné."""

    signatory: str
    label: str
    type: str
    formulas: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class GivenCover:
    """The period a complementary insures somebody for."""

    since: date | None
    until: date | None

    def covers(self, day: date) -> bool:
        """Whether the period holds a day; an open end is open."""
        return (self.since or day) <= day <= (self.until or day)


@dataclass(frozen=True, slots=True)
class GivenAmount:
    """The share a complementary computes, in cents."""

    cents: int


@dataclass(frozen=True, slots=True)
class GivenCommitment:
    """The promise to pay a share."""

    number: str
    cents: int
    until: date | None


Given = GivenRights | GivenConvention | GivenCover | GivenAmount | GivenCommitment


def read_given(opened: Envelope) -> Given | None:
    """Read what a service gives; None when it makes no sense, or when the service is no such."""
    read = _READ.get(opened.service)
    try:
        return read(opened.content) if read else None
    except (KeyError, TypeError, ValueError):
        return None


_KINDS = {
    "ALD": Kind.ALD, "MATERNITE": Kind.MATERNITY, "AT": Kind.WORK_ACCIDENT,
    "EXONERATION": Kind.EXEMPTION,
}  # fmt: skip
_LONGEST = 80  # characters of a text
_MOST = 50  # rights in an answer


def _rights(told: Mapping[str, Any]) -> GivenRights:
    organism = _text(told, "organisme")
    if len(organism) != 9 or not (organism.isascii() and organism.isdigit()):
        raise ValueError("organisme")
    found = tuple(_each_right(told))
    if not 0 < len(found) <= _MOST:
        raise ValueError("periodes")
    return GivenRights(organism, found)


def _each_right(told: Mapping[str, Any]) -> Iterator[GivenRight]:
    for period in told["periodes"]:
        yield GivenRight(Kind.AMO, *_period(period))
    for each in told["situations"]:
        kind = _KINDS[each["genre"]]
        yield GivenRight(kind, *_period(each), _text(each, "code"), _text(each, "numero"))


def _convention(told: Mapping[str, Any]) -> GivenConvention:
    formulas = tuple(str(each)[:3] for each in told["formules"])
    return GivenConvention(
        _text(told, "signataire"), _text(told, "libelle"), _text(told, "type"), formulas
    )


def _cover(told: Mapping[str, Any]) -> GivenCover:
    return GivenCover(*_period(told))


def _amount(told: Mapping[str, Any]) -> GivenAmount:
    return GivenAmount(_cents(told))


def _commitment(told: Mapping[str, Any]) -> GivenCommitment:
    number = _text(told, "numero")
    if not number:
        raise ValueError("numero")
    return GivenCommitment(number, _cents(told), _day(told, "valable"))


_READ: Mapping[str, Callable[[Mapping[str, Any]], Given]] = {
    _S.ADRI: _rights, _S.CONVENTION: _convention, _S.COVER: _cover, _S.AMOUNT: _amount,
    _S.COMMITMENT: _commitment,
}  # fmt: skip


def _period(told: Mapping[str, Any]) -> tuple[date | None, date | None]:
    return _day(told, "du"), _day(told, "au")


def _day(told: Mapping[str, Any], name: str) -> date | None:
    text = _text(told, name)
    return date.fromisoformat(text) if text else None


def _text(told: Mapping[str, Any], name: str) -> str:
    value = told[name]
    if not isinstance(value, str) or len(value) > _LONGEST or not value.isprintable():
        raise ValueError(name)
    return value


def _cents(told: Mapping[str, Any]) -> int:
    value = told["montant"]
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < 10**8:
        raise ValueError("montant")
    return value
