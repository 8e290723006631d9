"""The post of a practice of France: receipts and returns, stored, translated, applied, confirmed.

The approved component alone translates what came; it is asked outside any act. What it does not
understand is set aside and stays in the mailbox. A table of conventions is read as any other.
Source: `fr-sesam-vitale.md` §5–6; cases K8, K10, K13; write order C4–C7 of
`reliability-security.md` §3.1.
"""

import hashlib
import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from server.core.errors import InvalidValue, StateConflict, TableRefused
from server.core.outbox import Letter
from server.core.rights import Right
from server.core.sesam import DriverError, SesamProblem
from server.core.teletransmission import Acknowledgement, Return
from server.countries.france import returns
from server.services import convention_import, french_receipts, french_returns
from server.services.convention_import import pieces_of
from server.services.desk import Desk, needs
from server.services.intake import Intake
from server.store import post
from server.store.conventions import Origin
from server.store.post import LetterRow

log = logging.getLogger(__name__)

Translate = Callable[[bytes], Mapping[str, object]]
"""The component's translation; raises `DriverError`."""

_FORMS = {"ARL": "fr.arl", "RSP": "fr.rsp", "TABLE": "fr.conventions"}
_TABLE = ".csv"  # how a table of conventions is named [T]; the component names its own otherwise


class FrenchIntake(Intake):
    """Reads the post of one open practice of France."""

    def __init__(self, desk: Callable[[], Desk], translate: Translate) -> None:
        super().__init__(desk)
        self._translate = translate

    def _apply(self, desk: Desk, key: str, letter: Letter, now: datetime) -> bool:
        if letter.name.lower().endswith(_TABLE):
            return _read_table(desk, key, letter)
        sha256 = hashlib.sha256(letter.content).hexdigest()
        return _apply(desk, key, letter.content, sha256, self._translate)


@needs(Right.BILLING)
def set_aside(desk: Desk) -> Sequence[LetterRow]:
    """Return the letters nobody could read yet, the oldest first."""
    return post.letters_in(desk.db, "Quarantined")


def _apply(desk: Desk, key: str, content: bytes, sha256: str, translate: Translate) -> bool:
    """Understand a stored letter and apply it; True when nothing of it is left to understand."""
    try:
        told = returns.read(translate(content))
    except DriverError as error:
        if error.problem is SesamProblem.REFUSED:
            return _leave(desk, key, "unreadable")
        log.info("a letter waits for the component: %s", error.problem)
        return False  # it stays Received, and is taken again at the next look
    except InvalidValue:
        return _leave(desk, key, "unreadable")
    if isinstance(told, Acknowledgement):
        return _acknowledge(desk, key, told)
    return _settle(desk, key, sha256, told)


def _acknowledge(desk: Desk, key: str, told: Acknowledgement) -> bool:
    with desk.deed("letter.applied", "letter", key) as seq:
        problem = french_receipts.take(desk, seq, key, told)
        state = "Quarantined" if problem else "Applied"
        post.file_letter(desk.db, key, state, _FORMS["ARL"], None, problem, desk.now)
    return not problem


def _settle(desk: Desk, key: str, sha256: str, told: Return) -> bool:
    with desk.deed("letter.applied", "letter", key) as seq:
        french_returns.take(desk, seq, key, sha256, told)
        post.file_letter(desk.db, key, "Applied", _FORMS["RSP"], None, "", desk.now)
    return True


def _read_table(desk: Desk, key: str, letter: Letter) -> bool:
    """Read a table of conventions, to be confirmed by a person: nothing waits for his word.

    It is the affair of who settles the practice: for others it waits in the mailbox. One older
    than the table in use leaves nothing to do. Source: MAIIA-11, MAIIA-66; cases E1 to E5.
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
    except TableRefused as refused:  # the log of imports says why
        if refused.facts["reason"] != "older":
            return _leave(desk, key, "table")
    with desk.deed("letter.applied", "letter", key):
        post.file_letter(desk.db, key, "Applied", _FORMS["TABLE"], None, "", desk.now)
    return True


def _leave(desk: Desk, key: str, problem: str) -> bool:
    """Keep a letter apart with its reason; the mailbox keeps it too."""
    held = post.letter(desk.db, key)
    if held is None or held.state != "Quarantined" or held.reason != problem:
        with desk.deed("letter.set_aside", "letter", key, reason=problem):
            post.file_letter(desk.db, key, "Quarantined", "", None, problem, desk.now)
    return False
