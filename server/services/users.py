"""Users: who may log in, as what, and what each may do beyond or below his role.

Codes are for ever and nobody is ever deleted (SOFT33-12, SOFT33-17): who leaves is made inactive,
loses his slot of the key, and stays on everything he did. One main user and one holder always
remain (CGM-9).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from server.core.country import Country
from server.core.errors import InvalidForm, NotFound
from server.core.identifiers import Nihii
from server.core.rights import ADJUSTED, Right, Role
from server.countries.france.numbers import BillingNumber
from server.countries.france.registers import Rpps
from server.services.desk import Desk, needs
from server.services.forms import Form
from server.services.founding import GENERIC, SHORTEST
from server.services.logins import Logins
from server.store import practice as practices
from server.store.practice import Practitioner, User

LOCALES: Mapping[str, tuple[str, ...]] = {"BE": ("fr_BE", "nl"), "FR": ("fr_FR",)}
"""The languages of the screens in each country."""

_CODE_SIGNS = frozenset(".-_")


@dataclass(frozen=True, slots=True)
class Card:
    """One user with the kiné behind him, and whether a passphrase opens the practice for him."""

    user: User
    kine: Practitioner | None
    can_unlock: bool
    provisional: bool  # with a passphrase he has not chosen himself yet


@needs(Right.USERS)
def listed(desk: Desk, logins: Logins) -> list[Card]:
    """Return every user, the first made first, the inactive after the active."""
    kines = {kine.id: kine for kine in practices.practitioners(desk.db)}
    holders = logins.holders()
    cards = [
        Card(
            user,
            kines.get(user.practitioner or ""),
            user.active and user.id in holders,
            logins.is_provisional(user.id),
        )
        for user in practices.users(desk.db)
    ]
    return sorted(cards, key=lambda card: not card.user.active)


@needs(Right.USERS)
def get(desk: Desk, user_id: str) -> User:
    """Return one user; raise `NotFound`."""
    return _user(desk, user_id)


@needs(Right.USERS)
def kines(desk: Desk) -> Sequence[Practitioner]:
    """Return the kinés a login may stand for."""
    return practices.practitioners(desk.db)


@needs(Right.USERS, fresh=True)
def add(desk: Desk, logins: Logins, typed: Mapping[str, str]) -> str:
    """Add a user with a provisional passphrase and return his id; raise `InvalidForm`.

    Fields: code, those of `amend` but the rights, passphrase, passphrase_again. His rights are
    those of his role.
    """
    form = Form(typed)
    code = _code(desk, form)
    passphrase = _passphrase(form)
    blank = User(desk.new_id(), code, "", "", Role.VIEWER, False, True, None, "")
    user, kine = _read(desk, form, blank)
    _end(form, user)
    with desk.deed("user.added", "user", user.id, _facts(user)) as seq:
        _keep_kine(desk, kine, seq)
        practices.insert_user(desk.db, user, desk.device.id, seq)
    with desk.deed("user.welcomed", "user", user.id):
        logins.give(desk, user, passphrase)
    logins.show(practices.users(desk.db))
    return user.id


@needs(Right.USERS, fresh=True)
def amend(desk: Desk, logins: Logins, user_id: str, typed: Mapping[str, str]) -> None:
    """Keep what was changed of a user; raise `InvalidForm` with every fault.

    Fields: last_name, first_name, role, practitioner, provider_number (a kiné not known yet; with
    billing_number in France), is_main, locale, note, and `right-<right>` for each right looked at
    one by one. Another role, or another kiné behind him, gives him the rights of his new standing.
    """
    held = _user(desk, user_id)
    form = Form(typed)
    user, kine = _read(desk, form, held)
    if (user.role, user.practitioner) == (held.role, held.practitioner):
        wanted = {right for right in ADJUSTED if form.ticked(f"right-{right}")}
        standing = user.standing.adjusted(wanted)
        user = replace(
            user, granted=frozenset(standing.granted), withdrawn=frozenset(standing.withdrawn)
        )
    form.faults += _who_remains(desk, user, "is_main", "role")
    _end(form, user)
    with desk.deed("user.amended", "user", user.id, _facts(user), before=_facts(held)) as seq:
        _keep_kine(desk, kine, seq)
        practices.update_user(desk.db, user)
    logins.show(practices.users(desk.db))


@needs(Right.USERS, fresh=True)
def dismiss(desk: Desk, logins: Logins, user_id: str) -> None:
    """Make a user inactive: from this moment he can neither unlock nor do anything.

    His slot goes before he is written inactive: cut short between, he is active and locked out.
    """
    held = _user(desk, user_id)
    user = replace(held, active=False)
    left = _who_remains(desk, user, "active", "active")
    if left:
        raise InvalidForm(faults=tuple(left[:1]))
    with desk.deed("user.dismissed", "user", user.id, _facts(user), before=_facts(held)):
        practices.update_user(desk.db, user)
        logins.take(desk, user)
    logins.show(practices.users(desk.db))


@needs(Right.USERS, fresh=True)
def welcome(desk: Desk, logins: Logins, user_id: str, typed: Mapping[str, str]) -> None:
    """Give a user a provisional passphrase: who was inactive comes back, who forgot can go on.

    Fields: passphrase, passphrase_again. Raises `InvalidForm`.
    """
    held = _user(desk, user_id)
    form = Form(typed)
    passphrase = _passphrase(form)
    form.end()
    user = replace(held, active=True)
    with desk.deed("user.welcomed", "user", user.id, _facts(user), before=_facts(held)):
        practices.update_user(desk.db, user)
        logins.give(desk, user, passphrase)
    logins.show(practices.users(desk.db))


def _user(desk: Desk, user_id: str) -> User:
    held = practices.user(desk.db, user_id)
    if held is None:
        raise NotFound(kind="user")
    return held


def _code(desk: Desk, form: Form) -> str:
    code = form.text("code", needed=True, most=15).upper()
    if not all(c.isalnum() or c in _CODE_SIGNS for c in code):
        form.faults.append(("code", "shape"))
    if code in GENERIC:
        form.faults.append(("code", "generic"))
    if any(code == user.code.upper() for user in practices.users(desk.db)):
        form.faults.append(("code", "taken"))
    return code


def _passphrase(form: Form) -> str:
    """Read a passphrase typed twice, as it is: spaces are part of it."""
    passphrase = form.typed.get("passphrase", "")
    if len(passphrase) < SHORTEST:
        form.faults.append(("passphrase", "too_short"))
    if form.typed.get("passphrase_again", "") != passphrase:
        form.faults.append(("passphrase_again", "differs"))
    return passphrase


def _read(desk: Desk, form: Form, held: User) -> tuple[User, Practitioner | None]:
    """Read a user with the rights of his role, and the kiné behind him when he is a new one."""
    first = form.text("first_name", needed=True, most=24)
    last = form.text("last_name", needed=True, most=45)
    locale = form.text("locale")
    if locale not in LOCALES[desk.practice.country]:
        form.faults.append(("locale", "unknown"))
    kine, fresh = _read_kine(desk, form, first, last)
    user = replace(
        held, first_name=first, last_name=last, role=form.choice("role", Role) or held.role,
        practitioner=kine, is_main=form.ticked("is_main"), locale=locale, granted=frozenset(),
        withdrawn=frozenset(), note=form.text("note"),
    )  # fmt: skip
    return user, fresh


def _read_kine(
    desk: Desk, form: Form, first: str, last: str
) -> tuple[str | None, Practitioner | None]:
    """Read which kiné stands behind a login: one of the practice, or one by his number.

    In France his RPPS, with the number he bills under at this place.
    """
    known = {kine.id: kine for kine in practices.practitioners(desk.db)}
    chosen = form.text("practitioner")
    french = desk.country is Country.FRANCE
    parse: Callable[[str], Rpps | Nihii] = Rpps.parse if french else Nihii.parse
    number = form.parsed("provider_number", parse)
    billing = form.parsed("billing_number", BillingNumber.parse, needed=french and bool(number))
    if chosen and chosen not in known:
        form.faults.append(("practitioner", "unknown"))
    if number is None:
        return chosen or None, None
    if chosen:
        form.faults.append(("provider_number", "one_kine"))
    same = next((kine.id for kine in known.values() if kine.number == number.digits), None)
    if same is not None:
        return same, None
    kine = Practitioner(
        desk.new_id(), number.digits, last, first, "", True, billing.digits if billing else ""
    )
    return kine.id, kine


def _keep_kine(desk: Desk, kine: Practitioner | None, seq: int) -> None:
    if kine is not None:
        practices.insert_practitioner(desk.db, kine, desk.device.id, seq)


def _end(form: Form, user: User) -> None:
    form.faults += user.standing.faults()
    form.end()


def _who_remains(desk: Desk, changed: User, main: str, role: str) -> list[tuple[str, str]]:
    """Say what the practice would lack, as (field, reason), once a user is changed so."""
    after = [changed if user.id == changed.id else user for user in practices.users(desk.db)]
    active = [user for user in after if user.active]
    lacking = []
    if not any(user.is_main for user in active):
        lacking.append((main, "last_main"))
    if not any(user.role is Role.MANDANT for user in active):
        lacking.append((role, "last_mandant"))
    return lacking


def _facts(user: User) -> Mapping[str, object]:
    """Give what the journal hashes of a user; only the digest is kept there."""
    return {
        "code": user.code, "role": str(user.role), "is_main": user.is_main, "active": user.active,
        "practitioner": user.practitioner, "granted": sorted(user.granted),
        "withdrawn": sorted(user.withdrawn), "name": f"{user.first_name} {user.last_name}",
    }  # fmt: skip
