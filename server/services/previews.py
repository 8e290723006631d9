"""What a refused line would become if it were billed again now: before and after, side by side."""

from dataclasses import dataclass

from server.core.errors import NotFound
from server.core.rights import Right
from server.services import belgian_cases
from server.services.desk import Desk, needs
from server.store import visits
from server.store.invoices import Line


@dataclass(frozen=True, slots=True)
class Again:
    """The same act, priced and judged on what is known now; amounts in cents."""

    ct1: str
    ct2: str
    bim: bool
    oa_cents: int
    copay_cents: int
    fee_cents: int
    owed_back_cents: int  # what the patient paid too much, were it so billed (H-04)
    blocked: bool  # something would keep it from being billed


@needs(Right.BILLING)
def again(desk: Desk, line: Line) -> Again | None:
    """Price and judge a refused line anew; None when no price is known. Nothing is written."""
    return desk.once(lambda: _again(desk, line), "again", line.id, desk.today.isoformat())


def _again(desk: Desk, line: Line) -> Again | None:
    session = visits.session(desk.db, line.session)
    if session is None:
        raise NotFound(kind="session")
    codes = tuple(act.code for act in visits.acts(desk.db, session.id))
    judged = belgian_cases.examine(desk, session, codes)
    price = belgian_cases.quote_for(
        desk, line.code, line.care_date, judged.coverage, judged.case.conventioned
    )
    if judged.coverage is None or price is None:
        return None
    paid = min(session.copay_collected_cents, line.copay_cents)
    return Again(
        judged.coverage.ct1, judged.coverage.ct2, judged.coverage.bim, price.oa_cents,
        price.copay_cents, price.fee_cents, max(0, paid - price.copay_cents),
        bool(judged.reasons),
    )  # fmt: skip
