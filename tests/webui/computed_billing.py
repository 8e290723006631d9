"""Keys that the billing screens build from a value: every value must have its sentence."""

import re
from collections.abc import Iterator
from pathlib import Path

from server.core.outbox import Verdict
from server.countries.belgium import billable_case, pricing
from server.countries.belgium.efact_problems import Fault
from server.services import ledger
from server.services.anchors import Place
from webui.journey import STEP_NAMES
from webui.pages.lots import LETTERS
from webui.pages.refusals import ASIDE
from webui.trouble import FAMILIES, NAMED

_RULES = Path(billable_case.__file__).parent
_BLOCK = re.compile(
    r'"((?:rx|agreement|quota|coverage|third_party|supplement|clock|date|day|intake|price)'
    r'\.[a-z_0-9]+)"'
)
OURS = frozenset(
    f"efact.{name}"
    for name in (
        "empty", "unknown", "too_large", "encoding", "length", "record", "order", "sequence",
        "missing", "check_record", "check_invoice", "check_file", "check_mutuality", "sign",
        "total", "count", "differs", "version", "nature", "nature_mixed", "reference",
        "sending_number", "month", "month_future", "last_day", "destination",
        "destination_order", "footer_union", "invoice_number", "invoice_twice", "purpose",
        "previous", "prescriber_norm", "copay_not_collected", "zone",
    )
)  # fmt: skip
"""Problems that only the program can cause, or that refuse nothing: one sentence for all."""


def block_codes() -> Iterator[str]:
    """Every code a rule can block a session with, as the rules write it."""
    modules = [*_RULES.glob("billable_*.py"), Path(pricing.__file__)]
    for module in modules:
        yield from _BLOCK.findall(module.read_text("utf-8"))


BILLING: dict[str, set[str]] = {
    "block": set(block_codes()),
    "efact": {code.removeprefix("efact.") for code in set(Fault) - OURS},
    "lot": {"clock", "totals", "restored"},
    "mend": {str(place) for place in set(Place) - {Place.INSURER, Place.SOFTWARE, Place.NOWHERE}},
    "life": set(STEP_NAMES),
    "ledger": {"doubtful", "failed", "waiting", "unsealed"},
    "ledger.which": set(ledger.FILTERS),
    "ledger.head": {"care", "patient", "code", "to", "amount", "thread", "state", "lot"},
    "lots.head": {"lot", "insurer", "month", "lines", "day"},
    "attempt": {"send", "ask"},
    "verdict": {"open"} | {verdict.value for verdict in Verdict},
    "letter": set(LETTERS),
    "reason": set(NAMED) | set(FAMILIES),
    "aside": set(ASIDE),
    "refusals.row": {"insurer", "patient", "fee"},
    "billing.tab": {"billing", "ledger", "lots", "refusals", "connection", "amounts"},
    "connection": {
        "no_address",
        "unseen",
        "online",
        "offline",
        "online_since_day",
        "offline_since_day",
    },
    "outbound.why": {"partner", "simulator", "card"},
    "connection.word": {"online", "offline", "unseen"},
}
