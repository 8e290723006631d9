"""Finances: transfers awaited and recorded, one line and one Enter each (W20)."""

from collections.abc import Sequence
from typing import Protocol

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from server.core.money import euros
from server.core.rights import Right
from server.services import ledger, payments
from server.services.desk import Desk
from server.services.payments import Expected, Recorded
from webui.desk import desk
from webui.forms import shown_again_by
from webui.guards import only
from webui.naming import Naming
from webui.replies import go

page = only(Blueprint("finances", __name__, url_prefix="/finances"), Right.BILLING)

_MOST, _SHORT = 25, 5  # rows of one page, and of the note above it


class Payment(Protocol):
    """Money received, as far as its remainder goes."""

    @property
    def amount_cents(self) -> int:
        """What was received."""
        ...

    @property
    def matched_cents(self) -> int:
        """The part that lines explain."""
        ...


@page.get("/")
def index() -> ResponseReturnValue:
    """Show the transfers awaited, one of them already filled in: that of `lot`, or the first."""
    here = desk()
    work = here.work()
    name = Naming.of(work, here.catalogue)
    after = request.args.get("after", "")
    found = payments.expected(work, after, _MOST + 1)
    awaited = found[:_MOST]
    count, due_cents = payments.awaited_sum(work)
    wanted = request.args.get("lot", awaited[0].lot.id if awaited else "")
    chosen = payments.awaited(work, wanted) if wanted else None
    unmatched = payments.unmatched(work, _MOST)
    return render_template(
        "finances/index.html",
        form_key=work.new_id(),
        awaited=awaited,
        count=count,
        after=after,
        onward=awaited[-1].lot.id if len(found) > _MOST else "",
        due_cents=due_cents,
        chosen=chosen,
        amount=euros(chosen.due_cents, "") if chosen else "",
        payers=[(payer, name.insurer(payer)) for payer in _payers(work, awaited)],
        unmatched=[(each, _left(each)) for each in unmatched],
        short=payments.tasks(work, _SHORT),
        more_short=max(0, payments.count_tasks(work) - _SHORT),
        name=name,
    )


@page.post("/")
@shown_again_by(index)
def record() -> ResponseReturnValue:
    """Record one transfer and match it."""
    return _told(payments.record(desk().work(), request.form))


@page.post("/<payment_id>/match")
def rematch(payment_id: str) -> ResponseReturnValue:
    """Try again to match what is left of a payment."""
    return _told(payments.rematch(desk().work(), payment_id))


@page.get("/recorded")
def recorded() -> ResponseReturnValue:
    """Say what a transfer did: which lots it paid, and what it leaves unexplained."""
    here = desk()
    work = here.work()
    views = [ledger.lot(work, key) for key in request.args.getlist("lot")]
    return render_template(
        "finances/recorded.html",
        views=views,
        left_cents=payments.left_of(work, request.args.get("payment", "")),
        awaited=payments.awaited_sum(work)[0],
        name=Naming.of(work, here.catalogue),
    )


def _left(payment: Payment) -> int:
    """Give the part of a payment that nothing explains yet."""
    return payment.amount_cents - payment.matched_cents


def _told(done: Recorded) -> ResponseReturnValue:
    return go("finances.recorded", payment=done.payment, lot=list(done.lots))


def _payers(work: Desk, awaited: Sequence[Expected]) -> list[str]:
    """Give the insurers that can pay: those awaited first, then every one ever billed."""
    return list(dict.fromkeys([*(each.lot.payer for each in awaited), *ledger.payers(work)]))
