"""Lots and files of the simulated component, and what it translates of what comes back [T].

A lot is the signed documents of one sender for one receiver, signed once more by the
professional's card; a file holds lots of one receiver under the component's seal.
"""

import base64
import re
from collections.abc import Mapping, Sequence
from typing import Any

from server.simulators.sesam.keys import certificate, holds, is_certified, sign
from server.simulators.sesam.readers import Readers, card, refused, serial
from server.simulators.sesam.seals import (
    COMPONENT,
    FILE,
    FRONT_END,
    LOT,
    RECEIPT,
    RETURN,
    Unsealed,
    body,
    opened,
    seal,
    sealed_by,
    unpacked,
)

CARDS: Mapping[str, Sequence[str]] = {"SECURED": ("CPS", "VITALE"), "DEGRADED": ("CPS",)}
"""Which cards sign the documents of a family, in the order of the alphabet."""


class Lots:
    """The part of the component that makes what is sent, and opens what is received."""

    def __init__(self, readers: Readers) -> None:
        self._readers = readers

    def build(self, asked: dict[str, Any]) -> dict[str, Any]:
        """Make a lot and sign it; the same order gives the same body each time."""
        self._readers.check_pin(asked)
        holder = serial(card(self._readers.cps, "sesam.no_cps"))
        told = _order(asked)
        signed = sign(holder, body(told))
        content = seal(LOT, told, signed, certificate(holder))
        return {"number": told["numero"], "content": base64.b64encode(content).decode()}

    def build_file(self, asked: dict[str, Any]) -> dict[str, Any]:
        """Put lots of one receiver under one seal."""
        lots = asked["lots"]
        if not lots or len(set(lots)) != len(lots):
            raise refused("aucun lot, ou deux fois le même")
        receivers = {_lot(lot)["destinataire"] for lot in lots}
        if len(receivers) != 1:
            raise refused("un fichier, un destinataire")
        told = {"destinataire": receivers.pop(), "lots": lots}
        content = sealed_by(FILE, told, COMPONENT)
        return {"content": base64.b64encode(content).decode()}

    def translate(self, asked: dict[str, Any]) -> dict[str, Any]:
        """Open a receipt or a return of the front-end."""
        content = unpacked(asked["content"])
        for mark, kind in ((RECEIPT, "ARL"), (RETURN, "RSP")):
            if content.startswith(mark.encode()):
                return {"functional": _functional(content, mark, kind)}
        raise refused("ni accusé, ni retour")


def wrong_document(told: Mapping[str, Any], kind: str, family: str) -> str:
    """Say what is wrong with a signed document of a family; "" when nothing is."""
    if told["kind"] != kind:
        return f"{told['kind']} dans un lot de {kind}"
    content = unpacked(told["content"])
    if not content.startswith(f"SIMULE {kind} ".encode()):
        return "document inconnu de ce composant"
    signatures = told["signatures"]
    if sorted(each["card"] for each in signatures) != list(CARDS[family]):
        return "signatures d’une autre famille"
    for each in signatures:
        shown = unpacked(each["certificate"])
        if not is_certified(shown) or not holds(shown, content, unpacked(each["value"])):
            return "signature fausse"
    return ""


def _order(asked: Mapping[str, Any]) -> dict[str, Any]:
    """Check an order of a lot, and give the body of the lot; raises `Refusal`."""
    number, family, sender = asked["number"], asked["family"], asked["sender"]
    recipient, documents = asked["recipient"], asked["documents"]
    if type(number) is not int or not 1 <= number <= 999:
        raise refused("numéro de lot : de 1 à 999")
    if not re.fullmatch(r"\d{9}", sender, re.ASCII) or family not in CARDS:
        raise refused("émetteur ou famille inconnus")
    kind = recipient.partition(" ")[0]
    if not re.fullmatch(r"(FSE|DRE) [^/]*/[^/]*/[^/]*", recipient):
        raise refused("destinataire inconnu")
    if not documents or len({each["content"] for each in documents}) != len(documents):
        raise refused("aucun document, ou deux fois le même")
    for each in documents:
        if wrong := wrong_document(each, kind, family):
            raise refused(wrong)
    return {
        "numero": number, "famille": family, "emetteur": sender, "destinataire": recipient,
        "documents": documents,
    }  # fmt: skip


def _lot(text: object) -> dict[str, Any]:
    try:
        return opened(LOT, unpacked(text))
    except Unsealed as wrong:
        raise refused(f"lot : {wrong}") from None


def _functional(content: bytes, mark: str, kind: str) -> dict[str, Any]:
    try:
        told = opened(mark, content, FRONT_END)
    except Unsealed as wrong:
        raise refused(str(wrong)) from None
    if told.get("kind") != kind:
        raise refused("ni accusé, ni retour")
    return told
