"""Finances: transfers awaited and recorded, one line and one Enter each (W20)."""

from collections.abc import Sequence
from typing import Protocol

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from server.core.money import euros
from server.services import ledger, payments
from server.services.desk import Desk
from server.services.payments import Expected, Recorded
from webui.desk import desk
from webui.forms import shown_again_by
from webui.naming import Naming
from webui.replies import go

page = Blueprint("finances", __name__, url_prefix="/finances")


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
    awaited = payments.expected(work)
    wanted = request.args.get("lot", awaited[0].lot.id if awaited else "")
    chosen = next((e for e in awaited if e.lot.id == wanted), None)
    return render_template(
        "finances/index.html",
        awaited=awaited,
        due_cents=sum(each.due_cents for each in awaited),
        chosen=chosen,
        amount=euros(chosen.due_cents, "") if chosen else "",
        payers=[(payer, name.insurer(payer)) for payer in _payers(work, awaited)],
        unmatched=[(each, _left(each)) for each in payments.unmatched(work)],
        short=payments.tasks(work),
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
    held = [p for p in payments.unmatched(work) if p.id == request.args.get("payment")]
    return render_template(
        "finances/recorded.html",
        views=views,
        left_cents=sum(map(_left, held)),
        awaited=len(payments.expected(work)),
        name=Naming.of(work, here.catalogue),
    )


def _left(payment: Payment) -> int:
    """Give the part of a payment that nothing explains yet."""
    return payment.amount_cents - payment.matched_cents


def _told(done: Recorded) -> ResponseReturnValue:
    return go("finances.recorded", payment=done.payment, lot=list(done.lots))


def _payers(work: Desk, awaited: Sequence[Expected]) -> list[str]:
    """Give the insurers that can pay: those awaited first, then every one ever billed."""
    billed = (view.lot.payer for view in ledger.lots(work, most=200))
    return list(dict.fromkeys([*(each.lot.payer for each in awaited), *billed]))
