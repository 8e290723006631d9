"""May a session be billed? Every reason why not, each with its sentence and the panel that helps.

A session that fails is recorded all the same and waits, blocked, until no reason is left
(`domain.md` §2.1.1, §3.3). A refusal is a result: nothing here raises or warns.
"""

from collections.abc import Callable, Iterable

from server.countries.belgium.billable_case import Case
from server.countries.belgium.billable_coverage import coverage_blocks, payment_blocks
from server.countries.belgium.billable_dates import date_blocks, same_day_blocks
from server.countries.belgium.billable_prescription import prescription_blocks
from server.countries.belgium.billable_price import intake_blocks, price_blocks
from server.countries.belgium.billable_series import agreement_blocks, quota_blocks
from server.countries.belgium.rulebook import Rulebook
from server.countries.blocks import Block

# In the order a kiné would mend them.
_RULES: tuple[Callable[[Case, Rulebook], Iterable[Block]], ...] = (
    date_blocks,
    prescription_blocks,
    agreement_blocks,
    quota_blocks,
    coverage_blocks,
    payment_blocks,
    same_day_blocks,
    intake_blocks,
    price_blocks,
)


def block_reasons(case: Case, rules: Rulebook) -> tuple[Block, ...]:
    """Give every reason that keeps a session from being billed; empty means ready."""
    return tuple(block for rule in _RULES for block in rule(case, rules))
