"""What a tester asks of a front-end in another process, in JSON: scenarios, invoices, tables."""

from collections.abc import Callable, Mapping
from typing import Any

from server.simulators.sesam.front.answers import Table
from server.simulators.sesam.front.scenario import ANY, Answered, Fate, Kind, Receipt, Scenario
from server.simulators.sesam.front.service import Admin

_OF_RECEIPT = {"reason": str, "days": int}
_OF_FATE = {"code": str, "text": str, "cents": int}


def orders(admin: Admin) -> Mapping[str, Callable[[Mapping[str, Any]], None]]:
    """Give the orders a front-end takes, by name; each raises ValueError, KeyError or TypeError."""
    return {
        "scenario": lambda told: admin.set(
            scenario_of(told), str(told.get("sender", ANY)), str(told.get("recipient", ANY))
        ),
        "invoice": lambda told: admin.set_invoice(
            int(told["number"]), _fate(told), str(told.get("origin", ANY))
        ),
        "table": lambda told: admin.give(
            Table(str(told["name"]), str(told["content"]).encode("latin-1"))
        ),
        "heal": lambda _: admin.heal(),
    }


def scenario_of(told: Mapping[str, Any]) -> Scenario:
    """Read a scenario: `receipt`, `amo`, `amc`, each with its `kind`; raises as `orders`."""
    receipt = told.get("receipt", {"kind": Receipt.OK})
    return Scenario(
        Answered(Receipt(receipt["kind"]), **_rest(receipt, _OF_RECEIPT)),
        _fate(told.get("amo", {"kind": Kind.PAID})), _fate(told.get("amc", {"kind": Kind.PAID})),
    )  # fmt: skip


def _fate(told: Mapping[str, Any]) -> Fate:
    return Fate(Kind(told["kind"]), **_rest(told, _OF_FATE))


def _rest(told: Mapping[str, Any], known: Mapping[str, type]) -> dict[str, Any]:
    """Take what else is told, each of its type."""
    for name, kind in known.items():
        if name in told and type(told[name]) is not kind:
            raise ValueError(f"{name} : {kind.__name__}")
    return {name: told[name] for name in known if name in told}
