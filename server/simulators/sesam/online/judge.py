"""Reads a request as strictly as a partner would, before anything is answered.

The format is invented [T] and described in `docs/online-fr.md`. Nothing here is shared with who
writes requests: the two readings of that page meet only on the wire.
"""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

FORMAT = "FR-T1"
FOLLOW_UP = "SUIVI"
SERVICES: Mapping[str, frozenset[str]] = {
    "ADRI": frozenset({"assure"}),
    "CONVENTION": frozenset({"amc"}),
    "DROITS": frozenset({"assure", "amc"}),
    "MONTANT": frozenset({"amc", "facture"}),
    "ENGAGEMENT": frozenset({"assure", "amc", "facture", "montant"}),
}
"""What each service is given beside the head: that, and nothing more."""

MOST_BYTES = 64 * 1024
_HEAD = frozenset({"format", "service", "reference", "emetteur", "date_soins"})
_MOST_LINES = 20


class Malformed(Exception):
    """The request cannot be answered as it is written; the text says what is wrong."""


@dataclass(frozen=True, slots=True)
class Request:
    """One request that was understood."""

    service: str
    reference: str
    told: Mapping[str, Any]

    @property
    def day(self) -> str:
        """The day of care, ISO; "" in a follow-up."""
        return str(self.told.get("date_soins", ""))


def read(body: bytes, path: str) -> Request:
    """Read a request that came to the door of a service; raises `Malformed`."""
    try:
        told = json.loads(body.decode("utf-8"))
    except ValueError:
        raise Malformed("ce n’est pas du JSON en UTF-8") from None
    if not isinstance(told, dict):
        raise Malformed("ce n’est pas un objet")
    service = _text(told, "service", r"[A-Z]{4,12}")
    _text(told, "format", re.escape(FORMAT))
    reference = _text(told, "reference", r"[0-9A-Z]{26}")
    if service.lower() != path:
        raise Malformed("service : ce n’est pas celui de cette adresse")
    if service == FOLLOW_UP:
        _exactly(told, {"format", "service", "reference"})
        return Request(service, reference, told)
    _exactly(told, _HEAD | SERVICES[service])
    _text(told, "emetteur", r"\d{9}")
    _day(told, "date_soins")
    for part in sorted(SERVICES[service]):
        _PARTS[part](told[part])
    return Request(service, reference, told)


def _insured(told: Any) -> None:
    _exactly(told, {"nir", "naissance", "rang"})
    _text(told, "nir", r"\d{5}[\dAB]{2}\d{6}")
    _text(told, "naissance", r"\d{8}")
    if told["rang"] not in range(1, 10):
        raise Malformed("rang : de 1 à 9")


def _complementary(told: Any) -> None:
    _exactly(told, {"numero", "type", "csr", "adherent"})
    _text(told, "numero", r"\d{10}")
    _text(told, "type", r"(OC|MU|AC|RC|SP)?")
    _text(told, "csr", r".{0,15}")
    _text(told, "adherent", r".{0,20}")


def _invoice(told: Any) -> None:
    _exactly(told, {"formule", "lignes"})
    _text(told, "formule", r"[0-9A-Z]{0,3}")
    lines = told["lignes"]
    if not isinstance(lines, list) or not 1 <= len(lines) <= _MOST_LINES:
        raise Malformed("lignes : de une à vingt")
    for line in lines:
        _exactly(line, {"acte", "total", "amo"})
        _text(line, "acte", r".{1,10}")
        _cents(line["total"])
        _cents(line["amo"])
        if line["amo"] > line["total"]:
            raise Malformed("amo : plus que le total")


def _cents(told: Any) -> None:
    if isinstance(told, bool) or not isinstance(told, int) or not 0 <= told < 10**8:
        raise Malformed("montant : des centimes entiers")


_PARTS: Mapping[str, Callable[[Any], None]] = {
    "assure": _insured, "amc": _complementary, "facture": _invoice, "montant": _cents,
}  # fmt: skip


def _exactly(told: Any, names: set[str] | frozenset[str]) -> None:
    if not isinstance(told, dict):
        raise Malformed("un objet est attendu")
    if set(told) != set(names):
        odd = sorted(set(told) ^ set(names))
        raise Malformed(f"de trop ou absent : {', '.join(odd)[:200]}")


def _text(told: Mapping[str, Any], name: str, shape: str) -> str:
    value = told.get(name)
    if not isinstance(value, str) or not re.fullmatch(shape, value, re.ASCII):
        raise Malformed(f"{name} : illisible")
    return value


def _day(told: Mapping[str, Any], name: str) -> None:
    try:
        date.fromisoformat(_text(told, name, r"\d{4}-\d\d-\d\d"))
    except ValueError:
        raise Malformed(f"{name} : ce jour n’existe pas") from None
