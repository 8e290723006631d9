"""Options › Utilisateurs: who may log in, as what, and what each may do (W26)."""

from flask import Blueprint, Response, render_template, request
from flask.typing import ResponseReturnValue

from server.core.rights import ADJUSTED, Right, Role
from server.services import user_cards, users
from webui.desk import desk
from webui.forms import shown_again_by
from webui.guards import only
from webui.pages import gate
from webui.replies import go

page = only(Blueprint("users", __name__, url_prefix="/options/users"), Right.USERS)


@page.get("/")
def index() -> ResponseReturnValue:
    """List every user, active or not."""
    work = desk().work()
    return render_template(
        "users/index.html",
        cards=users.listed(work, desk().services.logins),
        tied=user_cards.bearers(work),
    )


@page.get("/new")
def new() -> ResponseReturnValue:
    """Ask for a user: six fields, and a provisional passphrase typed twice."""
    return render_template("users/new.html", is_main=_ticked("is_main", held=False), **_choices())


@page.post("/new")
@shown_again_by(new)
def create() -> Response:
    """Add the user, and show what he may do."""
    key = users.add(desk().work(), desk().services.logins, request.form)
    return go("users.show", user_id=key)


@page.get("/<user_id>")
def show(user_id: str) -> ResponseReturnValue:
    """Show a user: names, role, kiné, rights, passphrase."""
    work = desk().work()
    user = users.get(work, user_id)
    return render_template(
        "users/show.html",
        user=user,
        is_main=_ticked("is_main", held=user.is_main),
        adjusted=[
            (each, _ticked(f"right-{each}", held=each in user.standing.rights)) for each in ADJUSTED
        ],
        oneself=user.id == work.user.id,
        tied=user_cards.listed(work, user_id),
        can_unlock=user.active and user.id in desk().services.logins.holders(),
        **_choices(),
    )


@page.post("/<user_id>")
@shown_again_by(show)
def amend(user_id: str) -> Response:
    """Keep what was changed."""
    users.amend(desk().work(), desk().services.logins, user_id, request.form)
    return go("users.show", user_id=user_id)


@page.post("/<user_id>/dismiss")
@shown_again_by(show)
def dismiss(user_id: str) -> Response:
    """Make the user inactive; who does so to himself is shown out."""
    work = desk().work()
    users.dismiss(work, desk().services.logins, user_id)
    return gate.lock() if user_id == work.user.id else go("users.index")


@page.post("/<user_id>/welcome")
@shown_again_by(show)
def welcome(user_id: str) -> Response:
    """Give the user a provisional passphrase."""
    users.welcome(desk().work(), desk().services.logins, user_id, request.form)
    return go("users.index")


@page.get("/<user_id>/card")
def card(user_id: str) -> ResponseReturnValue:
    """Show the card in the reader, and offer to tie it to the user."""
    work, readers = desk().work(), desk().services.readers
    user = users.get(work, user_id)
    read = readers.card if readers else None
    return render_template(
        "users/card.html",
        user=user,
        readers=readers.state if readers else None,
        offer=user_cards.offer(work, user_id, read) if read else None,
    )


@page.post("/<user_id>/card/await")
def await_card(user_id: str) -> Response:
    """Take the next card for the user's, and not for a patient's."""
    users.get(desk().work(), user_id)
    readers = desk().services.readers
    if readers is not None:
        readers.await_card(user_id)
    return go("users.card", user_id=user_id)


@page.post("/<user_id>/card")
@shown_again_by(card)
def tie_card(user_id: str) -> Response:
    """Tie the card in the reader to the user."""
    here = desk()
    readers = here.services.readers
    user_cards.tie(here.work(), here.services.logins, user_id, readers.card if readers else None)
    if readers is not None:
        readers.await_nobody()
    return go("users.show", user_id=user_id, _anchor="cards")


@page.post("/cards/<card_id>/end")
def untie_card(card_id: str) -> Response:
    """End what ties a card to its user."""
    here = desk()
    user = user_cards.untie(here.work(), here.services.logins, card_id)
    return go("users.show", user_id=user, _anchor="cards")


def _ticked(name: str, *, held: bool) -> bool:
    """Say whether a box is ticked: as just typed, else as it is held."""
    just_typed = request.endpoint in ("users.create", "users.amend")
    return name in request.form if just_typed else held


def _choices() -> dict[str, object]:
    here = desk()
    work, say = here.work(), here.catalogue.say
    kines = users.kines(work)
    return {
        "roles": [(str(each), say(f"role.{each.lower()}")) for each in Role],
        "kines": [
            ("", say("users.no_kine")),
            *((k.id, f"{k.first_name} {k.last_name.upper()}, {k.number}") for k in kines),
        ],
        "locales": [
            (each, say(f"locale.{each}")) for each in users.LOCALES[work.practice.country]
        ],
    }  # fmt: skip
