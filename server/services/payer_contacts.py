"""What was agreed with a complementary, one contact at a time, as the journal keeps it (MAIIA-13).

Outside interAMC one writes to the insurer, signs, and asks for its table. A contact is an act: it
is noted once, dated when it is noted, and never rewritten.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from server.core.rights import Right
from server.services import complementaries
from server.services.desk import Desk, needs
from server.services.forms import Form
from server.store import journal

ACTS: Mapping[str, str] = {
    "CONTACTED": "complementary.contacted",
    "SIGNED": "complementary.signed",
    "TABLE_ASKED": "complementary.table_asked",
}
"""What may be noted, and the act that keeps it."""

_MOST_TEXT = 200
_KINDS = {act: kind for kind, act in ACTS.items()}


@dataclass(frozen=True, slots=True)
class Contact:
    """One contact with an insurer."""

    kind: str  # one of ACTS
    at: datetime
    words: str


@needs(Right.PATIENTS)
def of(desk: Desk, number: str) -> Sequence[Contact]:
    """Return the contacts with a complementary, the newest first; raise `NotFound`."""
    entry = complementaries.get(desk, number)
    rows = journal.acts_on(desk.db, "complementary", entry.number, list(_KINDS))
    return [Contact(_KINDS[action], at, words) for at, action, words in rows]


@needs(Right.PATIENTS)
def note(desk: Desk, number: str, typed: Mapping[str, str]) -> None:
    """Note a contact; raise `InvalidForm` with every fault, `NotFound`.

    Fields: contact_kind, contact_words (with whom, what was said; no patient).
    """
    entry = complementaries.get(desk, number)
    form = Form(typed)
    kind = form.text("contact_kind", needed=True)
    words = form.text("contact_words", needed=True, most=_MOST_TEXT)
    if kind and kind not in ACTS:
        form.faults.append(("contact_kind", "unknown"))
    form.end()
    action = (
        "complementary.signed" if kind == "SIGNED"
        else "complementary.table_asked" if kind == "TABLE_ASKED" else "complementary.contacted"
    )  # fmt: skip
    with desk.deed(action, "complementary", entry.number, {"kind": kind}, reason=words):
        pass
