"""The assistant that sets a practice up: six steps, judged from the practice itself (SOFT33-2).

Nothing is kept of the assistant but what it leads to, so that it goes on wherever it was left.
"""

from collections.abc import Sequence

from server.core.mandates import Service, Standing
from server.core.rights import Right, Role
from server.core.setup import Reached, Step, StepState
from server.countries.belgium.obtaining import Need
from server.countries.dated import in_force
from server.services import mandates, user_cards
from server.services.desk import Desk, needs
from server.store import practice as practices
from server.store import reference
from server.store.practice import User

_SENDERS = frozenset({Role.MANDANT, Role.MANDATAIRE})


@needs(Right.USERS)
def states(desk: Desk) -> tuple[StepState, ...]:
    """Return how far each step is; the test is judged by what runs beside, and says so."""
    return (
        _users(desk),
        StepState(Step.CREDENTIAL, Reached.NOT_YET, "unsigned"),
        _phone(desk),
        _authorisations(desk),
        StepState(Step.INSURABILITY, Reached.NOT_YET, "no_refresh"),
        StepState(Step.TEST, Reached.NOT_YET, "real")
        if not desk.practice.demo
        else StepState(Step.TEST, Reached.TO_DO, "untried"),
    )


@needs(Right.USERS)
def to_obtain(desk: Desk) -> Sequence[Need]:
    """Return what must be obtained from others today, in the order of the steps.

    None with tables built before these rows were: nothing is then pretended.
    """
    if not reference.holds(desk.db, "be_setup"):
        return ()
    rows = in_force([Need.from_mapping(x) for x in reference.rows(desk.db, "be_setup")], desk.today)
    order = list(Step)
    return sorted(rows, key=lambda need: order.index(need.step))


def _users(desk: Desk) -> StepState:
    """Want a card for everybody who sends, so that nobody sends under another's name."""
    tied = user_cards.bearers(desk)
    without = [user for user in _senders(desk) if user.id not in tied]
    if without:
        return StepState(Step.USERS, Reached.TO_DO, "without_card", _named(without))
    return StepState(Step.USERS, Reached.DONE, "done", _named(_senders(desk)))


def _phone(desk: Desk) -> StepState:
    holder = practices.practitioners(desk.db)[0]
    name = ("name", f"{holder.first_name} {holder.last_name.upper()}")
    if not holder.phone:
        return StepState(Step.PHONE, Reached.TO_DO, "missing", (name,))
    return StepState(Step.PHONE, Reached.DONE, "done", (name, ("phone", holder.phone)))


def _authorisations(desk: Desk) -> StepState:
    """Want a running eFact mandate for each mandataire: the one service this version sends to."""
    mandated = mandates.board(desk).mandated
    if not mandated:
        return StepState(Step.AUTHORISATIONS, Reached.NOTHING, "nobody")
    without = []
    for each in mandated:
        given = each.services[Service.EFACT]
        if given is None or given.standing is not Standing.RUNNING:
            without.append(each.user)
    if without:
        return StepState(Step.AUTHORISATIONS, Reached.TO_DO, "without", _named(without))
    return StepState(
        Step.AUTHORISATIONS, Reached.DONE, "done", _named([each.user for each in mandated])
    )


def _senders(desk: Desk) -> list[User]:
    return [x for x in practices.users(desk.db) if x.active and x.role in _SENDERS]


def _named(users: Sequence[User]) -> tuple[tuple[str, str], ...]:
    return (("names", ", ".join(user.door_name for user in users)),)
