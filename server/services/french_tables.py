"""Tables of conventions that come with the answers: read at once, used once somebody confirms.

Nothing waits for that word: receipts and returns are taken all the same, and what is sent goes on.
Source: MAIIA-11, MAIIA-66; cases E1 to E5, for how a table is read.
"""

from server.core.errors import StateConflict, TableRefused
from server.core.outbox import Letter
from server.core.rights import Right
from server.services import convention_import
from server.services.convention_import import pieces_of
from server.services.desk import Desk
from server.store import post
from server.store.conventions import Origin

FORM = "fr.conventions"
_SUFFIX = ".csv"
_HELD = frozenset({"older"})  # why nothing of a table is left to be done: a newer one is in use


def is_table(letter: Letter) -> bool:
    """Say whether a letter brings a table: the component gives its answers other names."""
    return letter.name.lower().endswith(_SUFFIX)


def take(desk: Desk, key: str, letter: Letter) -> bool:
    """Read the table of a stored letter, to be confirmed; True when the letter is understood.

    A table is the affair of who settles the practice: for others it waits in the mailbox. One
    that cannot be read is set aside with its reason, and the log of imports says it too.
    """
    if not desk.user.may(Right.SETTINGS):
        return False
    try:
        convention_import.read_any(
            desk, letter.name, lambda: pieces_of(letter.content),
            origin=Origin.DURING_TRANSMISSION,
        )  # fmt: skip
    except StateConflict:
        return False  # another one is being read: this one is taken at the next look
    except TableRefused as refused:
        if refused.facts["reason"] not in _HELD:
            return _leave(desk, key, str(refused.facts["reason"]))
    with desk.deed("letter.applied", "letter", key):
        post.file_letter(desk.db, key, "Applied", FORM, None, "", desk.now)
    return True


def _leave(desk: Desk, key: str, reason: str) -> bool:
    held = post.letter(desk.db, key)
    if held is None or held.state != "Quarantined":
        with desk.deed("letter.set_aside", "letter", key, reason=f"table {reason}"):
            post.file_letter(desk.db, key, "Quarantined", FORM, None, "table", desk.now)
    return False
