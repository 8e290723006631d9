"""What the component does with each call: two readers, a PIN, signatures of test keys."""

import base64
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from server.simulators.sesam import phone
from server.simulators.sesam.cards import Group, write
from server.simulators.sesam.keys import certificate, sign
from server.simulators.sesam.lots import Lots
from server.simulators.sesam.readers import Readers, Refusal, card, refused, serial

_VITALE_MODES, _CPS_MODES = (3, 4), (3, 5)
_PARTS = {1: ("FSE",), 2: ("DRE",), 3: ("FSE", "DRE")}
_INVOICE_NUMBER = 1110


class Component:
    """The simulated component; one call after another."""

    def __init__(self, readers: Readers, late_by: timedelta = timedelta()) -> None:
        """`late_by` is how far the clock of the reader is from that of the PC."""
        self._readers = readers
        self._late_by = late_by
        lots = Lots(readers)
        self._calls: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
            "config": self._config,
            "read_ps": self._read_ps,
            "read_vitale": self._read_vitale,
            "read_apcv": self._read_apcv,
            "secure": self._secure,
            "countersign": self._countersign,
            "clock": self._clock,
            "build_lot": lots.build,
            "build_file": lots.build_file,
            "translate": lots.translate,
        }

    def call(self, asked: dict[str, Any]) -> dict[str, Any]:
        """Answer one call; raises `Refusal`."""
        work = self._calls.get(str(asked.get("call")))
        if work is None:
            raise refused("appel inconnu")
        return work(asked)

    def _config(self, _: dict[str, Any]) -> dict[str, Any]:
        name = "Composant simulé, non homologué"
        return {"name": name, "version": "1", "simulated": True}

    def _clock(self, _: dict[str, Any]) -> dict[str, Any]:
        return {"now": (datetime.now(UTC) + self._late_by).isoformat()}

    def _read_ps(self, asked: dict[str, Any]) -> dict[str, Any]:
        self._readers.check_pin(asked)
        return {"groups": card(self._readers.cps, "sesam.no_cps")}

    def _read_vitale(self, asked: dict[str, Any]) -> dict[str, Any]:
        self._readers.check_pin(asked)
        return {"groups": card(self._readers.patients, "sesam.no_vitale")}

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
            raise refused("mode inconnu")
        number = next((f[0] for n, f in invoice if n == _INVOICE_NUMBER and f), "")
        if not number or number in self._readers.secured:
            reason = "numéro de facture déjà signé" if number else "numéro de facture absent"
            raise refused(reason)
        signers = []
        if mode in _VITALE_MODES:
            signers.append(("VITALE", serial(card(self._readers.patients, "sesam.no_vitale"))))
        if mode in _CPS_MODES:
            self._readers.check_pin(asked)
            signers.append(("CPS", serial(card(self._readers.cps, "sesam.no_cps"))))
        self._readers.secured.add(number)
        return {"sealed": [_sealed(kind, write(invoice), signers) for kind in parts]}

    def _countersign(self, asked: dict[str, Any]) -> dict[str, Any]:
        self._readers.check_pin(asked)
        sealed = asked["sealed"]
        if [each["card"] for each in sealed["signatures"]] != ["VITALE"]:
            raise refused("déjà contresigné")
        holder = serial(card(self._readers.cps, "sesam.no_cps"))
        content = base64.b64decode(sealed["content"])
        signatures = [*sealed["signatures"], _signature("CPS", holder, content)]
        return {"sealed": {**sealed, "signatures": signatures}}


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
