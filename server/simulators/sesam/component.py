"""What the component does with each call: two readers, a PIN, signatures of test keys."""

import base64
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from server.simulators.sesam import phone
from server.simulators.sesam.cards import Group, Unreadable, parse, write
from server.simulators.sesam.keys import certificate, sign
from server.simulators.sesam.people import PIN

_TRIES = 3
_VITALE_MODES, _CPS_MODES = (3, 4), (3, 5)
_PARTS = {1: ("FSE",), 2: ("DRE",), 3: ("FSE", "DRE")}
_INVOICE_NUMBER = 1110


class Refusal(Exception):
    """A call gives nothing; `told` is what is answered."""

    def __init__(self, problem: str, *, retryable: bool = True, **told: object) -> None:
        super().__init__(problem)
        self.told = {"problem": problem, "retryable": retryable, **told}


@dataclass(slots=True)
class Readers:
    """The two slots: the files of the cards in them, None when one is empty."""

    cps: bytes | None
    vitale: bytes | None
    slot: Path | None = None  # a file that comes and goes, read at each call as a card is
    tries: int = _TRIES
    secured: set[str] = field(default_factory=set)  # numbers of the invoices already signed

    @property
    def patients(self) -> bytes | None:
        """The file of the patient's card that is in now."""
        if self.slot is None:
            return self.vitale
        return self.slot.read_bytes() if self.slot.exists() else None


class Component:
    """The simulated component; one call after another."""

    def __init__(self, readers: Readers) -> None:
        self._readers = readers
        self._calls: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
            "config": self._config,
            "read_ps": self._read_ps,
            "read_vitale": self._read_vitale,
            "read_apcv": self._read_apcv,
            "secure": self._secure,
            "countersign": self._countersign,
        }

    def call(self, asked: dict[str, Any]) -> dict[str, Any]:
        """Answer one call; raises `Refusal`."""
        work = self._calls.get(str(asked.get("call")))
        if work is None:
            raise Refusal("sesam.refused", retryable=False, reason="appel inconnu")
        return work(asked)

    def _config(self, _: dict[str, Any]) -> dict[str, Any]:
        name = "Composant simulé, non homologué"
        return {"name": name, "version": "1", "simulated": True}

    def _read_ps(self, asked: dict[str, Any]) -> dict[str, Any]:
        self._check_pin(asked)
        return {"groups": _card(self._readers.cps, "sesam.no_cps")}

    def _read_vitale(self, asked: dict[str, Any]) -> dict[str, Any]:
        self._check_pin(asked)
        return {"groups": _card(self._readers.patients, "sesam.no_vitale")}

    def _read_apcv(self, asked: dict[str, Any]) -> dict[str, Any]:
        try:
            at = datetime.fromisoformat(str(asked.get("at")))
            payload = base64.b64decode(str(asked.get("payload")))
            return {"groups": phone.read(payload, at)}
        except phone.Over:
            raise Refusal("sesam.old_payload") from None
        except (phone.NotACode, ValueError, TypeError):
            raise Refusal("sesam.bad_payload") from None

    def _secure(self, asked: dict[str, Any]) -> dict[str, Any]:
        """Sign each document asked for with the cards of the mode; a number signs once."""
        mode, parts = asked.get("mode"), _PARTS.get(asked.get("wanted", 0))
        invoice: list[Group] = [(number, list(fields)) for number, fields in asked["invoice"]]
        if parts is None or mode not in (*_VITALE_MODES, *_CPS_MODES):
            raise Refusal("sesam.refused", retryable=False, reason="mode inconnu")
        number = next((f[0] for n, f in invoice if n == _INVOICE_NUMBER and f), "")
        if not number or number in self._readers.secured:
            reason = "numéro de facture déjà signé" if number else "numéro de facture absent"
            raise Refusal("sesam.refused", retryable=False, reason=reason)
        signers = []
        if mode in _VITALE_MODES:
            signers.append(("VITALE", _serial(_card(self._readers.patients, "sesam.no_vitale"))))
        if mode in _CPS_MODES:
            self._check_pin(asked)
            signers.append(("CPS", _serial(_card(self._readers.cps, "sesam.no_cps"))))
        self._readers.secured.add(number)
        return {"sealed": [_sealed(kind, write(invoice), signers) for kind in parts]}

    def _countersign(self, asked: dict[str, Any]) -> dict[str, Any]:
        self._check_pin(asked)
        sealed = asked["sealed"]
        if [each["card"] for each in sealed["signatures"]] != ["VITALE"]:
            raise Refusal("sesam.refused", retryable=False, reason="déjà contresigné")
        serial = _serial(_card(self._readers.cps, "sesam.no_cps"))
        content = base64.b64decode(sealed["content"])
        signatures = [*sealed["signatures"], _signature("CPS", serial, content)]
        return {"sealed": {**sealed, "signatures": signatures}}

    def _check_pin(self, asked: dict[str, Any]) -> None:
        """Take one try; three wrong ones in a row block the card."""
        if self._readers.cps is None:
            raise Refusal("sesam.no_cps")
        if self._readers.tries == 0:
            raise Refusal("sesam.blocked", retryable=False)
        if asked.get("pin") != PIN:
            self._readers.tries -= 1
            if self._readers.tries == 0:
                raise Refusal("sesam.blocked", retryable=False)
            raise Refusal("sesam.wrong_pin", tries=self._readers.tries)
        self._readers.tries = _TRIES


def _card(data: bytes | None, absent: str) -> list[Group]:
    if data is None:
        raise Refusal(absent)
    try:
        groups = parse(data)
    except Unreadable:
        raise Refusal("sesam.unreadable") from None
    if not groups:
        raise Refusal("sesam.unreadable")
    return groups


def _serial(groups: list[Group]) -> str:
    """Name the holder of a card's key: the professional's number, or the card's own."""
    number, fields = groups[0]
    return f"{number}-{'-'.join(fields[:5])}"


def _sealed(kind: str, invoice: bytes, signers: list[tuple[str, str]]) -> dict[str, Any]:
    content = f"SIMULE {kind} ".encode() + invoice
    signatures = [_signature(card, serial, content) for card, serial in signers]
    return {
        "kind": kind,
        "content": base64.b64encode(content).decode(),
        "signatures": signatures,
    }


def _signature(card: str, serial: str, content: bytes) -> dict[str, Any]:
    return {
        "card": card,
        "value": base64.b64encode(sign(serial, content)).decode(),
        "certificate": base64.b64encode(certificate(serial)).decode(),
    }
