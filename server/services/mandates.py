"""Mandates per service: given and ended by the main user, asked for before anything is sent.

The mandant holds the practice and needs none; a mandataire reaches a service in his name, and only
while he has a mandate for that one (SOFT33-3, SOFT33-4, E-06, E-07). Work offline asks for none.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from server.core import online, teletransmission
from server.core.errors import InvalidForm, NotFound, SendingHeld
from server.core.mandates import Service, Standing, overlap, standing
from server.core.rights import Right, Role
from server.services.desk import Desk, needs
from server.services.forms import Form
from server.store import mandates
from server.store import practice as practices
from server.store.mandates import Mandate
from server.store.practice import Practitioner, User

OF_STREAM: Mapping[str, Service] = {"efact": Service.EFACT}
"""The service each stream of the outbox belongs to."""


@dataclass(frozen=True, slots=True)
class Given:
    """One mandate as the screen shows it."""

    mandate: Mandate
    user: User
    standing: Standing
    given_by: str


@dataclass(frozen=True, slots=True)
class Mandated:
    """One mandataire, and how he stands for each service today."""

    user: User
    services: Mapping[Service, Given | None]  # the running mandate, else the next, else the last


@dataclass(frozen=True, slots=True)
class Board:
    """Who holds the practice, who acts for him, and by which mandates."""

    mandants: Sequence[tuple[User, Practitioner | None]]
    mandated: Sequence[Mandated]
    given: Sequence[Given]
    number: str  # the practice's number on the mandates, twelve characters


def may_reach(desk: Desk, service: Service) -> bool:
    """Say whether who is at work may reach a service of the hub today."""
    if desk.user.role is not Role.MANDATAIRE:
        return True
    held = mandates.of_user(desk.db, desk.user.id, service)
    return any(_standing(each, desk.today) is Standing.RUNNING for each in held)


def may_travel(desk: Desk, stream: str) -> bool:
    """Say whether a stream of the outbox may leave, and be answered, for who is at work.

    Questions about people leave for who may see people: their answers are read at once.
    """
    if stream == online.STREAM:
        return desk.user.may(Right.PATIENTS)
    if stream == teletransmission.STREAM:
        return desk.user.may(Right.BILLING)
    service = OF_STREAM.get(stream)
    return service is None or may_reach(desk, service)


@needs(Right.BILLING)
def require(desk: Desk, service: Service) -> None:
    """Raise `SendingHeld` when who is at work has no mandate for a service today."""
    if not may_reach(desk, service):
        raise SendingHeld(reason="mandate", service=service)


@needs(Right.USERS)
def board(desk: Desk) -> Board:
    """Return who acts for whom, and every mandate there is or was."""
    users = {user.id: user for user in practices.users(desk.db)}
    kines = {kine.id: kine for kine in practices.practitioners(desk.db)}
    given = [
        Given(each, users[each.user], _standing(each, desk.today), _name(users, each.given_by))
        for each in mandates.every(desk.db)
    ]
    mandants = [
        (user, kines.get(user.practitioner or ""))
        for user in users.values() if user.active and user.role is Role.MANDANT
    ]  # fmt: skip
    mandated = [
        Mandated(user, {service: _telling(given, user, service) for service in Service})
        for user in users.values() if user.active and user.role is Role.MANDATAIRE
    ]  # fmt: skip
    return Board(mandants, mandated, given, _number(desk))


@needs(Right.USERS, fresh=True)
def give(desk: Desk, typed: Mapping[str, str]) -> str:
    """Write a mandate and return its id; raise `InvalidForm` with every fault.

    Fields: user, service, valid_from, valid_to. Two mandates of one person for one service never
    share a day.
    """
    form = Form(typed)
    service = form.choice("service", Service)
    first, last = form.day("valid_from", needed=True), form.day("valid_to")
    user = practices.user(desk.db, form.text("user", needed=True))
    if user is None or not user.active or user.role is not Role.MANDATAIRE:
        form.faults.append(("user", "not_mandated"))
    if first and last and last < first:
        form.faults.append(("valid_to", "before"))
    if user and service and first and _shares_a_day(desk, user, service, (first, last)):
        form.faults.append(("valid_from", "overlaps"))
    form.end()
    if user is None or service is None or first is None:
        raise InvalidForm(faults=form.faults)
    mandate = Mandate(
        desk.new_id(), user.id, service, _number(desk), first, last, desk.now, desk.user.id
    )
    with desk.deed("mandate.given", "user", user.id, _facts(mandate)) as seq:
        mandates.add(desk.db, mandate, desk.device.id, seq)
    return mandate.id


@needs(Right.USERS, fresh=True)
def end(desk: Desk, mandate_id: str, typed: Mapping[str, str]) -> None:
    """Write the last day of a mandate: `last_day`, today when nothing is typed.

    A mandate that is over stays over; one that has not begun ends on its first day at the earliest.
    """
    held = mandates.get(desk.db, mandate_id)
    if held is None:
        raise NotFound(kind="mandate")
    form = Form(typed)
    last = form.day("last_day") or max(desk.today, held.valid_from)
    if last < held.valid_from:
        form.faults.append(("last_day", "before"))
    if _standing(held, desk.today) is Standing.OVER:
        form.faults.append(("last_day", "over"))
    form.end()
    after = {**_facts(held), "valid_to": last.isoformat()}
    with desk.deed("mandate.ended", "user", held.user, after, before=_facts(held)):
        mandates.end(desk.db, mandate_id, last)


def _standing(mandate: Mandate, day: date) -> Standing:
    return standing(mandate.valid_from, mandate.valid_to, day)


def _telling(given: Sequence[Given], user: User, service: Service) -> Given | None:
    """Choose the mandate that tells how a person stands for a service: the running one first."""
    his = [x for x in given if (x.mandate.user, x.mandate.service) == (user.id, service)]
    order = list(Standing)
    return min(his, key=lambda each: order.index(each.standing), default=None)


def _shares_a_day(
    desk: Desk, user: User, service: Service, period: tuple[date, date | None]
) -> bool:
    held = mandates.of_user(desk.db, user.id, service)
    return any(overlap((each.valid_from, each.valid_to), period) for each in held)


def _number(desk: Desk) -> str:
    """Give the practice's number as a mandate bears it: a zero before the eleven digits."""
    holder = practices.practitioners(desk.db)[0]
    return (desk.practice.third_party_number or holder.number).rjust(12, "0")


def _name(users: Mapping[str, User], user: str) -> str:
    return users[user].door_name if user in users else ""


def _facts(mandate: Mandate) -> dict[str, object]:
    """Give what the journal hashes of a mandate; only the digest is kept there."""
    return {
        "user": mandate.user, "service": str(mandate.service), "number": mandate.number,
        "valid_from": mandate.valid_from.isoformat(),
        "valid_to": mandate.valid_to.isoformat() if mandate.valid_to else "",
    }  # fmt: skip
