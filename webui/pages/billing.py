"""Billing: the lots that could be sealed, what keeps the others, and sealing (W17)."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import Blueprint, Response, make_response, render_template, request
from flask.typing import ResponseReturnValue

from server.core.errors import SealRefused
from server.core.rights import Right
from server.services import agenda, ledger, lots
from server.services.desk import Desk
from server.services.ledger import LotView
from server.services.lots import Draft
from webui.desk import desk
from webui.faults import Told, told
from webui.guards import only
from webui.i18n import Catalogue
from webui.naming import Naming
from webui.replies import go

page = only(Blueprint("billing", __name__, url_prefix="/billing"), Right.BILLING)

_LAST_SHOWN = 6


@dataclass(frozen=True, slots=True)
class DraftView:
    """A lot that could be sealed, as it is shown."""

    draft: Draft
    faults: Sequence[Told]
    later: bool  # another file of this insurer leaves today
    fictional: bool  # a price invented for the demonstration is in it


@dataclass(frozen=True, slots=True)
class Board:
    """Everything that could be sealed, and what it comes to."""

    drafts: Sequence[DraftView]
    last: Sequence[LotView]
    blocked: int

    @property
    def ready(self) -> Sequence[Draft]:
        """The lots without a fault."""
        return [view.draft for view in self.drafts if not view.faults]

    @property
    def shared(self) -> Sequence[Told]:
        """The faults that each of several lots has: mended once, they are told once."""
        if len(self.drafts) < 2:
            return ()
        first, *others = self.drafts
        return [each for each in first.faults if all(each in view.faults for view in others)]

    @property
    def held(self) -> int:
        """How many lots wait for a correction."""
        return len(self.drafts) - len(self.ready)

    @property
    def ready_cents(self) -> int:
        """What insurers will be asked if everything good is sealed."""
        return sum(draft.oa_cents for draft in self.ready)


@page.get("/")
def index() -> ResponseReturnValue:
    """Show what can be sealed, and every fault of what cannot."""
    here = desk()
    work = here.work()
    return render_template(
        "billing/index.html",
        board=_board(work, here.catalogue),
        name=Naming.of(work, here.catalogue),
    )


@page.post("/seal")
def seal_all() -> ResponseReturnValue:
    """Seal every lot that passes its check (F9)."""
    done, _ = lots.seal_all(desk().work())
    return _sealed([each.lot for each in done])


@page.post("/seal/<payer>/<month>")
def seal(payer: str, month: str) -> ResponseReturnValue:
    """Seal the lot of one insurer and month; the page tells each fault if it cannot be."""
    try:
        done = lots.seal(desk().work(), payer, month)
    except SealRefused:
        return make_response(index(), 422)
    return _sealed([done.lot])


@page.get("/sealed")
def sealed() -> ResponseReturnValue:
    """Show what was just sealed: number, padlock, and the day it leaves."""
    here = desk()
    work = here.work()
    views = [ledger.lot(work, key) for key in request.args.getlist("lot")]
    return render_template(
        "billing/sealed.html",
        views=views,
        sum_cents=sum(view.lot.oa_cents for view in views),
        held=sum(bool(draft.faults) for draft in lots.drafts(work)),
        name=Naming.of(work, here.catalogue),
        post=here.services.post,
    )


def _sealed(keys: Sequence[str]) -> Response:
    post = desk().services.post
    if keys and post is not None:
        post.wake()
    return go("billing.sealed", lot=list(keys)) if keys else go("billing.index")


def _board(work: Desk, spoken: Catalogue) -> Board:
    drafts = [
        DraftView(
            draft, told(work, spoken, draft.faults), draft.file_day > work.today,
            any(line.confidence == "T" for line in draft.lines),
        )
        for draft in lots.drafts(work)
    ]  # fmt: skip
    return Board(drafts, ledger.lots(work, most=_LAST_SHOWN), agenda.count_held_back(work))
