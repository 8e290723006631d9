"""Drafts: what was typed in a form and not sent, so that a lock falls on nothing.

They are no act: nothing of the practice changes, so there is no row in the journal and no event.
They lie in the encrypted file, belong to the user who typed, and die when the form is sent, when
he discards them, or after a week.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from server.services.desk import Desk
from server.store import drafts
from server.store.drafts import Draft

KEPT = timedelta(days=7)
_MOST_CHARACTERS = 200_000  # of one page
_MOST_PAGES = 50  # of one user


@dataclass(frozen=True, slots=True)
class Typed:
    """One form: the address it is sent to, and (name, value) of its fields in their order."""

    action: str
    fields: Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Left:
    """What a user left on a page, and when."""

    place: str
    at: datetime
    forms: Sequence[Typed]


def keep(desk: Desk, place: str, forms: Sequence[Typed]) -> None:
    """Keep what a page holds; without any form, or when the file is only read, nothing is."""
    if desk.damaged:
        return
    text = json.dumps([[form.action, list(form.fields)] for form in forms])
    if not forms or len(text) > _MOST_CHARACTERS:
        return
    with desk.db:
        drafts.drop_older(desk.db, desk.now - KEPT)
        drafts.put(desk.db, desk.user.id, Draft(place, text, desk.now, shown=True))
        for old in drafts.of_user(desk.db, desk.user.id)[_MOST_PAGES:]:
            drafts.drop(desk.db, desk.user.id, old.place)


def of_page(desk: Desk, place: str) -> Left | None:
    """Return what the user left on a page; None when there is nothing, or nothing recent."""
    held = drafts.get(desk.db, desk.user.id, place)
    return _read(held) if held is not None and _is_recent(desk, held) else None


def resumed(desk: Desk) -> str:
    """Return the page that was open when the lock fell, "" when nothing was being typed."""
    held = drafts.of_user(desk.db, desk.user.id)
    return next((x.place for x in held if x.shown and _is_recent(desk, x)), "")


def leave(desk: Desk, place: str) -> None:
    """Note that the user left a page by himself: unlocking does not lead back to it."""
    if not desk.damaged:
        with desk.db:
            drafts.leave(desk.db, desk.user.id, place)


def discard(desk: Desk, place: str) -> None:
    """Forget what was left on a page."""
    if not desk.damaged:
        with desk.db:
            drafts.drop(desk.db, desk.user.id, place)


def sent(desk: Desk, action: str) -> None:
    """Forget what was typed in a form now that it was sent, wherever it was shown."""
    held = [] if desk.damaged else drafts.of_user(desk.db, desk.user.id)
    concerned = [each for each in map(_read, held) if any(f.action == action for f in each.forms)]
    if not concerned:
        return
    with desk.db:
        for left in concerned:
            others = [form for form in left.forms if form.action != action]
            drafts.drop(desk.db, desk.user.id, left.place)
            if others:
                text = json.dumps([[form.action, list(form.fields)] for form in others])
                drafts.put(desk.db, desk.user.id, Draft(left.place, text, left.at, shown=True))


def _is_recent(desk: Desk, draft: Draft) -> bool:
    return desk.now - draft.at < KEPT


def _read(draft: Draft) -> Left:
    forms = [
        Typed(action, [(n, v) for n, v in fields]) for action, fields in json.loads(draft.forms)
    ]
    return Left(draft.place, draft.at, forms)
