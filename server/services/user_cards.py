"""Cards tied to users: whose a card is, tied by the main user, ended and never deleted (SOFT33-5).

A card opens nothing and proves nothing here: an identity card can sign, not decrypt. It says who is
likely to sit down, and who may not be mistaken for somebody else (SOFT33-6, SOFT33-7, E-03).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from server.core.cards import CardKind, CardRead, Proof, mark_of
from server.core.errors import InvalidForm, NotFound
from server.core.rights import Right
from server.services.desk import Desk, needs
from server.services.logins import Logins
from server.store import patients, user_cards
from server.store import practice as practices
from server.store.patients import search_key
from server.store.practice import User
from server.store.user_cards import UserCard


@dataclass(frozen=True, slots=True)
class Tied:
    """One card of a user as his page shows it."""

    card: UserCard
    tied_by: str  # names of who did so
    ended_by: str


@dataclass(frozen=True, slots=True)
class Offer:
    """A card that could be tied: what it says, and why it cannot be, if it cannot."""

    name: str
    number: str
    kind: CardKind
    other_name: bool  # the card's holder is not named like the user
    fault: str  # reason, "" when the card can be tied
    owner: str  # name of the user it is tied to already, "" when nobody


def refusal_of(read: CardRead, *, demo: bool) -> str:
    """Say why a card may not be used here: fabricated cards and real ones never mix."""
    if read.proof is Proof.FORGED:
        return "forged"
    fabricated = read.proof is Proof.DEMO
    if fabricated and not demo:
        return "demo_card"
    if demo and not fabricated:
        return "real_card"
    return ""


def owner_of(desk: Desk, read: CardRead) -> User | None:
    """Return the active user a card stands for: by the card itself, else by its holder."""
    held = _standing(desk, read)
    user = practices.user(desk.db, held.user) if held else None
    return user if user is not None and user.active else None


def namesake_of(desk: Desk, read: CardRead) -> User | None:
    """Return the user whom an untied card names and nobody else can be, if there is one.

    Somebody with a file here is a patient, and who has a card of another number is not this person.
    """
    if patients.by_niss(desk.db, read.identity.niss.digits) is not None:
        return None
    bearers = {card.user for card in user_cards.tied(desk.db)}
    found = [
        user
        for user in practices.users(desk.db)
        if user.active and user.id not in bearers and _is_named(user, read)
    ]
    return found[0] if len(found) == 1 else None


@needs(Right.PATIENTS)
def name_of(desk: Desk, user_id: str) -> str:
    """Return the name of a user whose card is in the reader; "" when there is none such."""
    user = practices.user(desk.db, user_id)
    return user.door_name if user is not None and user.active else ""


@needs(Right.PATIENTS)
def has_file(desk: Desk, read: CardRead) -> bool:
    """Say whether the holder of a card has a patient's file too."""
    return patients.by_niss(desk.db, read.identity.niss.digits) is not None


@needs(Right.USERS)
def bearers(desk: Desk) -> dict[str, int]:
    """Return how many cards stand for each user who has one."""
    found: dict[str, int] = {}
    for card in user_cards.tied(desk.db):
        found[card.user] = found.get(card.user, 0) + 1
    return found


@needs(Right.USERS)
def listed(desk: Desk, user_id: str) -> Sequence[Tied]:
    """Return the cards a user has and had."""
    names = {user.id: user.door_name for user in practices.users(desk.db)}
    return [
        Tied(card, names.get(card.tied_by, ""), names.get(card.ended_by or "", ""))
        for card in user_cards.of_user(desk.db, user_id)
    ]


@needs(Right.USERS)
def offer(desk: Desk, user_id: str, read: CardRead) -> Offer:
    """Say what tying a card to a user would mean; nothing is written."""
    user, who = _user(desk, user_id), read.identity
    owner = owner_of(desk, read)
    return Offer(
        _name(read), who.card_number, read.kind, not _is_named(user, read),
        next(_faults(desk, user, read), ""), owner.door_name if owner else "",
    )  # fmt: skip


@needs(Right.USERS, fresh=True)
def tie(desk: Desk, logins: Logins, user_id: str, read: CardRead | None) -> None:
    """Tie the card in the reader to a user; raise `InvalidForm` when it cannot be (field `card`).

    The door learns to know the card by a mark that tells nothing else.
    """
    user = _user(desk, user_id)
    if read is None:
        raise InvalidForm(faults=(("card", "none"),))
    faults = [("card", reason) for reason in _faults(desk, user, read)]
    if faults:
        raise InvalidForm(faults=tuple(faults))
    who, salt = read.identity, logins.card_salt(desk.entropy)
    card = UserCard(
        desk.new_id(), user.id, read.kind, who.niss.digits, who.card_number, _name(read),
        mark_of(read, salt), desk.now, desk.user.id,
    )  # fmt: skip
    with desk.deed("user.card_tied", "user", user.id, _facts(card)) as seq:
        user_cards.add(desk.db, card, desk.device.id, seq)
        logins.show_cards(_marks(desk))


@needs(Right.USERS, fresh=True)
def untie(desk: Desk, logins: Logins, card_id: str) -> str:
    """End what ties a card, and return the id of its user; harmless when it was ended before."""
    card = user_cards.get(desk.db, card_id)
    if card is None:
        raise NotFound(kind="user_card")
    if card.active:
        ended = replace(card, ended_at=desk.now, ended_by=desk.user.id)
        with desk.deed("user.card_ended", "user", card.user, _facts(ended), before=_facts(card)):
            user_cards.end(desk.db, card_id, desk.now, desk.user.id)
            logins.show_cards(_marks(desk))
    return card.user


def _faults(desk: Desk, user: User, read: CardRead) -> Iterator[str]:
    refusal = refusal_of(read, demo=desk.practice.demo)
    if refusal:
        yield refusal
    if not user.active:
        yield "inactive"
    held = _standing(desk, read)
    if held is not None and held.user != user.id:
        yield "other_user"
    elif held is not None and held.number == read.identity.card_number:
        yield "tied"


def _standing(desk: Desk, read: CardRead) -> UserCard | None:
    """Find the card itself among those tied, else one of the same person: a card is renewed."""
    same = user_cards.of_holder(desk.db, read.kind, read.identity.niss.digits)
    number = read.identity.card_number
    return next((card for card in same if card.number == number), same[0] if same else None)


def _is_named(user: User, read: CardRead) -> bool:
    """Say whether card and user bear one name; a card gives all first names, or cuts them."""
    first, given = search_key(user.first_name), search_key(read.identity.first_names)
    same = search_key(user.last_name) == search_key(read.identity.last_name)
    return same and bool(first) and (given.startswith(first) or first.startswith(given))


def _name(read: CardRead) -> str:
    return f"{read.identity.first_names} {read.identity.last_name.upper()}"


def _marks(desk: Desk) -> dict[str, str]:
    return {card.mark: card.user for card in user_cards.tied(desk.db)}


def _user(desk: Desk, user_id: str) -> User:
    held = practices.user(desk.db, user_id)
    if held is None:
        raise NotFound(kind="user")
    return held


def _facts(card: UserCard) -> dict[str, object]:
    """Give what the journal hashes of a card; only the digest is kept there."""
    return {
        "user": card.user, "kind": str(card.kind), "number": card.number, "mark": card.mark,
        "ended": card.ended_at.isoformat() if card.ended_at else "",
    }  # fmt: skip
