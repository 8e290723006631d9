"""The people of one practice, each with his role, and whoever of them sits at the desk."""

from dataclasses import dataclass, replace

from server.core.rights import Right, Role
from server.services.desk import Desk
from server.store import practice as practices
from server.store.practice import Practitioner, User
from tests.world import World


@dataclass(frozen=True, slots=True)
class Part:
    """What one of them is: a name for tests, and what his rights follow from."""

    name: str
    role: Role
    kine: str = ""  # "own" the holder's, "other" a colleague's, "" none
    main: bool = False
    granted: frozenset[Right] = frozenset()


PARTS = (
    Part("main", Role.MANDANT, "own", main=True),
    Part("holder", Role.MANDANT, "own"),
    Part("sender", Role.MANDATAIRE),
    Part("colleague", Role.STAFF, "other"),
    Part("replacement", Role.STAFF, "other", granted=frozenset({Right.COLLEAGUES, Right.BILLING})),
    Part("office", Role.STAFF),
    Part("accountant", Role.VIEWER),
)
BY_NAME = {part.name: part for part in PARTS}


def seat(world: World, part: Part) -> None:
    """Let the one user of a practice be this one from now on, behind the services' back."""
    desk = world.desk
    holder, *others = practices.practitioners(desk.db)
    kine = {"own": holder.id, "other": "", "": None}[part.kine]
    if kine == "":
        kine = others[0].id if others else _colleague(desk)
    user = replace(
        desk.user, role=part.role, practitioner=kine, is_main=part.main, granted=part.granted
    )
    practices.update_user(desk.db, user)


def another(world: World, part: Part, code: str = "AUTRE") -> User:
    """Write one more user, without a passphrase."""
    desk = world.desk
    kine = practices.practitioners(desk.db)[0].id if part.kine else None
    user = User(
        desk.new_id(), code, "Lenoir", "Thierry", part.role, part.main, True, kine, "fr_BE",
        part.granted,
    )  # fmt: skip
    practices.insert_user(desk.db, user, desk.device.id, 1)
    return user


def _colleague(desk: Desk) -> str:
    kine = Practitioner(desk.new_id(), "54900218507", "Peeters", "Jan", "", True)
    practices.insert_practitioner(desk.db, kine, desk.device.id, 1)
    return kine.id
