"""What each service answers: from the books, or as a fault tells it to [T].

An answer says whose request it is for (`reference`, and the SHA-256 of its bytes), whether it is
given or refused, and that everything in it is simulated.
"""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from server.simulators.sesam.online.books import Contract, Person, contracts, holds, people
from server.simulators.sesam.online.judge import FOLLOW_UP, FORMAT, Request

_WHOLE_BP = 10_000
_GOOD_FOR = timedelta(days=30)  # how long a commitment holds
_SITUATIONS = {"ALD": "ALD", "EXEMPTION": "EXONERATION", "MATERNITY": "MATERNITE"}
_OTHER_CAISSE = "999990000"


class Refused(Exception):
    """The service understood and says no; the text is its code."""


@dataclass(frozen=True, slots=True)
class Mood:
    """How a service answers this time: as its books say, or otherwise."""

    refusal: str = ""  # a code to refuse with
    contradicting: bool = False  # what is answered disagrees with cards, or with an earlier answer


def answer(request: Request, body: bytes, mood: Mood) -> bytes:
    """Give the answer to a request that was understood."""
    told: dict[str, Any] = {
        "format": FORMAT, "service": request.service, "reference": request.reference,
        "empreinte": hashlib.sha256(body).hexdigest(), "simule": True,
    }  # fmt: skip
    try:
        if mood.refusal:
            raise Refused(mood.refusal)
        given = _GIVE[request.service](request)
        if mood.contradicting:
            given = _CONTRADICT[request.service](given)
        told |= {"issue": "OK", "motif": "", "rendu": given}
    except Refused as refused:
        told |= {"issue": "REFUS", "motif": str(refused), "rendu": {}}
    return json.dumps(told, ensure_ascii=False).encode()


def unknown(reference: str) -> bytes:
    """Say that no request of this reference was ever received."""
    told = {"format": FORMAT, "service": FOLLOW_UP, "reference": reference, "connu": False}
    return json.dumps(told).encode()


def _rights(request: Request) -> dict[str, Any]:
    """ADRi: where somebody is insured, for which periods, and what spares him a share."""
    who = _insured(request)
    return {
        "organisme": who.organism,
        "periodes": [{"du": who.begins, "au": who.ends}],
        "situations": [
            {"genre": _SITUATIONS[kind], "code": code, "numero": "", "du": who.begins,
             "au": who.ends}
            for kind, code in who.situations
        ],
    }  # fmt: skip


def _convention(request: Request) -> dict[str, Any]:
    contract = _contract(request)
    if not contract.signed:
        raise Refused("PAS_DE_CONVENTION")
    return {
        "signataire": contract.signatory, "libelle": contract.label, "type": contract.type,
        "formules": [code for code, _ in contract.formulas],
    }  # fmt: skip


def _cover(request: Request) -> dict[str, Any]:
    """Whether the complementary insures somebody on the day of care."""
    _insured(request)
    contract = _contract(request)
    if contract.members and request.told["amc"]["adherent"] not in contract.members:
        raise Refused("ADHERENT_INCONNU")
    if not holds(contract.begins, contract.ends, request.day):
        raise Refused("DROITS_FERMES")
    return {"du": contract.begins, "au": contract.ends}


def _amount(request: Request) -> dict[str, Any]:
    return {"montant": _share(request, _contract(request))}


def _commitment(request: Request) -> dict[str, Any]:
    """Promise to pay what was computed, and nothing else."""
    _cover(request)
    if request.told["montant"] != _share(request, _contract(request)):
        raise Refused("MONTANT_DIFFERENT")
    until = date.fromisoformat(request.day) + _GOOD_FOR
    return {
        "numero": f"T{request.reference[-9:]}", "montant": request.told["montant"],
        "valable": until.isoformat(),
    }  # fmt: skip


def _share(request: Request, contract: Contract) -> int:
    """Give the part of a complementary, line by line, half a cent upwards.

    By the formula asked for when the contract has it, else by its first.
    """
    if not contract.signed:
        raise Refused("PAS_DE_CONVENTION")
    known = dict(contract.formulas)
    share_bp = known.get(request.told["facture"]["formule"], contract.formulas[0][1])
    return sum(
        ((line["total"] - line["amo"]) * share_bp * 2 + _WHOLE_BP) // (2 * _WHOLE_BP)
        for line in request.told["facture"]["lignes"]
    )


def _insured(request: Request) -> Person:
    asked = request.told["assure"]
    who = people().get(asked["nir"])
    if who is None or who.birth != asked["naissance"]:
        raise Refused("ASSURE_INCONNU")
    return who


def _contract(request: Request) -> Contract:
    found = contracts().get(request.told["amc"]["numero"])
    if found is None:
        raise Refused("ORGANISME_INCONNU")
    return found


_GIVE: Mapping[str, Callable[[Request], dict[str, Any]]] = {
    "ADRI": _rights, "CONVENTION": _convention, "DROITS": _cover, "MONTANT": _amount,
    "ENGAGEMENT": _commitment,
}  # fmt: skip

_CONTRADICT: Mapping[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
    "ADRI": lambda given: {**given, "organisme": _OTHER_CAISSE, "situations": []},
    "CONVENTION": lambda given: {**given, "type": "SP"},
    "DROITS": lambda given: {**given, "au": given["du"]},
    "MONTANT": lambda given: {"montant": given["montant"] // 2},
    "ENGAGEMENT": lambda given: {**given, "montant": given["montant"] // 2},
}
"""The same answer, disagreeing with what the other side knows."""
