"""The card: it opens its patient's file by itself, and what goes wrong is a sentence (F4)."""

from flask import Blueprint, Response, abort, render_template, request
from flask.typing import ResponseReturnValue

from server.core.rights import Right
from server.services import patients, user_cards
from webui.desk import desk
from webui.guards import only
from webui.replies import UNSAVED_HEADER, go

page = only(Blueprint("cards", __name__, url_prefix="/cards"), Right.PATIENTS)


@page.get("/")
def index() -> ResponseReturnValue:
    """Say how the reader stands, whose card is in it, and what to do about it."""
    people = desk().services.card_people()
    return render_template("cards/index.html", owner=_owner(), people=people)


@page.get("/arrived")
def arrived() -> ResponseReturnValue:
    """Open the file of the card just read, or offer it when something typed would be lost.

    With the cards of two people in two readers nobody can tell whose turn it is: ask.
    """
    patient_id = request.args.get("subject", "")
    inside = desk().services.frame(desk().now).cards
    if len(inside) > 1:
        return render_template("cards/_choose.html", inside=inside)
    if not request.headers.get(UNSAVED_HEADER):
        return go("patients.show", patient_id=patient_id)
    name = patients.name_of(desk().work(), patient_id)
    return render_template("cards/_arrived.html", patient=patient_id, name=name)


@page.get("/choice")
def choice() -> ResponseReturnValue:
    """Ask which person of a family's card is there."""
    return render_template("cards/_choice.html", people=desk().services.card_people())


@page.post("/take")
def take() -> Response:
    """Open the file of the person said to be there."""
    try:
        place = int(request.form.get("place", ""))
    except ValueError:
        abort(400)
    return go("patients.show", patient_id=desk().services.choose_card(place))


@page.get("/failed")
def failed() -> ResponseReturnValue:
    """Say why a card could not be read or is not taken here, or all there is to know of it."""
    return _said(request.args.get("subject", "").split() or [""])


@page.get("/owner")
def owner() -> ResponseReturnValue:
    """Say that the card in the reader is another user's; one's own needs no word (E-03)."""
    if request.args.get("subject", "") == desk().work().user.id:
        return Response("")
    return render_template("cards/_owner.html", owner=_owner(), patient=_is_a_patient())


@page.get("/namesake")
def namesake() -> ResponseReturnValue:
    """Say that a card which is tied to nobody bears the name of a user, and offer to tie it."""
    user = request.args.get("subject", "")
    name = user_cards.name_of(desk().work(), user)
    return render_template("cards/_namesake.html", user=user, name=name)


@page.post("/patient")
def patient() -> Response:
    """Take the card in the reader for a patient's, whoever else bears it."""
    desk().work().require(Right.PATIENTS)
    readers = desk().services.readers
    found = readers.open_patient() if readers else ""
    return go("patients.show", patient_id=found) if found else go("cards.index")


@page.get("/cleared")
def cleared() -> ResponseReturnValue:
    """Clear what was said of the card before, but not that this one went too early.

    The two events of a card pulled out arrive in either order.
    """
    readers = desk().services.readers
    failure = readers.state.failure if readers else ""
    return _said([failure]) if failure else Response("")


def _said(codes: list[str]) -> str:
    """Draw the sentences of these codes."""
    readers = desk().services.readers
    began, came = readers.swap if readers else ("", "")
    sentences = [_sentence(code, began=began, came=came) for code in codes]
    return render_template("cards/_failed.html", sentences=sentences)


def _owner() -> dict[str, str] | None:
    """Give the other user whose card is in the reader: id and name; None when there is none."""
    readers, work = desk().services.readers, desk().work()
    user = readers.stranger if readers else ""
    name = user_cards.name_of(work, user) if user else ""
    return {"id": user, "name": name} if name else None


def _is_a_patient() -> bool:
    """Say whether who holds the card in the reader has a file here too."""
    readers = desk().services.readers
    card = readers.card if readers else None
    return card is not None and user_cards.has_file(desk().work(), card)


def _sentence(code: str, **facts: str) -> str:
    """Find the sentence of a problem of the reader, or of a refusal (« demo_card »)."""
    spoken = desk().catalogue
    key = code if code.startswith("card.") else f"card.{code}"
    return spoken.say(key if spoken.has(key) else "card.unreadable", **facts)
