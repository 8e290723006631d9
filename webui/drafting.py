"""What is typed and not sent, between the page and the practice: kept, given back, forgotten.

The page keeps it as one types (`static/besace.js`); an act that needs the passphrase again keeps
what it was sent. Secrets are never part of it. Addresses are told below the prefix of this launch.
"""

import json
from collections.abc import Iterable
from typing import TYPE_CHECKING

from flask import request

from server.core.errors import InvalidValue
from webui.desk import desk
from webui.security import TOKEN_FIELD

if TYPE_CHECKING:
    from server.services.drafts import Left, Typed

_NEVER = frozenset(
    {
        TOKEN_FIELD, "form_key", "passphrase", "current", "new_passphrase", "again", "secret",
        "pin", "pin_again", "rekey_passphrase", "character",
    }
)  # fmt: skip


def below(address: str) -> str:
    """Give an address without the prefix of this launch, which the next one has not."""
    return address.removeprefix(desk().door.root)


def here() -> str:
    """Name the page being read, what follows its path included."""
    return below(request.full_path.removesuffix("?"))


def left_here() -> "Left | None":
    """Return what the user left on the page being drawn; a form shown again speaks for itself."""
    if request.method != "GET":
        return None
    from server.services import drafts

    return drafts.of_page(desk().work(), here())


def read(text: str) -> "list[Typed]":
    """Read the forms a page sends; raise `InvalidValue` on what our pages do not send."""
    from server.services.drafts import Typed

    try:
        forms = [(str(action), _pairs(fields)) for action, fields in json.loads(text)]
    except (TypeError, ValueError):
        raise InvalidValue(field="forms", reason="unreadable") from None
    return [Typed(below(action), fields) for action, fields in forms]


def written(forms: "Iterable[Typed]") -> str:
    """Write forms as a page reads them back: with the prefix of this launch."""
    root = desk().door.root
    return json.dumps([[root + form.action, list(form.fields)] for form in forms])


def keep_what_was_sent(place: str) -> None:
    """Keep the form of this request for the screen it comes from."""
    from server.services import drafts
    from server.services.drafts import Typed

    sent = Typed(below(request.path), _wanted(request.form.items(multi=True)))
    if sent.fields:
        drafts.keep(desk().work(), below(place), [sent])


def _pairs(fields: Iterable[tuple[object, object]]) -> list[tuple[str, str]]:
    return _wanted((str(name), str(value)) for name, value in fields)


def _wanted(fields: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    return [(name, value) for name, value in fields if name not in _NEVER]
