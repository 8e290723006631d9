"""Who hears which event: the stream tells nobody more than his screens would.

Families are the first word of an event's kind. One that stands in no table is told to nobody: a
new kind is given its listeners here.
"""

from collections.abc import Mapping, Set

from server.core.rights import Right

_EVERYBODY = None

ROWS: Mapping[str, Right | None] = {
    "patient": Right.PATIENTS, "coverage": Right.PATIENTS, "card": Right.PATIENTS,
    "treatment": Right.CLINICAL, "session": Right.CLINICAL, "agreement": Right.CLINICAL,
    "document": Right.CLINICAL, "tray": Right.PATIENTS,
    "lot": Right.BILLING, "line": Right.BILLING, "message": Right.BILLING,
    "letter": Right.BILLING, "payment": Right.BILLING, "answer": Right.BILLING,
    "post": Right.BILLING, "online": Right.BILLING,
    "journal": Right.JOURNAL, "user": Right.USERS, "mandate": Right.USERS,
    "door": Right.SECURITY, "keys": Right.SECURITY, "lock": Right.SECURITY,
    "backup": _EVERYBODY, "device": _EVERYBODY, "practice": _EVERYBODY,
    "reference": _EVERYBODY, "root": _EVERYBODY, "outbound": _EVERYBODY,
    "mail": Right.PATIENTS, "scanner": Right.PATIENTS, "complementary": Right.PATIENTS,
    "return": Right.BILLING, "convention": Right.BILLING, "invoice": Right.BILLING,
}  # fmt: skip
"""Rows of the event table: what was done."""

PASSING: Mapping[str, Right | None] = {
    "card": Right.PATIENTS, "reader": Right.PATIENTS, "service": Right.PATIENTS,
    "keycard": Right.PATIENTS,
    "post": Right.AMOUNTS, "scan": Right.PATIENTS, "folder": Right.PATIENTS,
    "code": Right.PATIENTS, "mail": Right.PATIENTS,
    "rights": Right.PATIENTS,
    "signing": Right.BILLING,
    "convention": Right.BILLING,
    "line": _EVERYBODY,  # the line to the hub
    "backup": _EVERYBODY, "outbound": _EVERYBODY, "practice": _EVERYBODY,
}  # fmt: skip
"""What passes without a row."""

_TRAVELS = frozenset({"lot", "line", "message", "letter", "payment"})
_OF_THE_DAY = frozenset({"session"})
_ON_THE_TABLE = frozenset({"tray"})


def hears(table: Mapping[str, Right | None], kind: str, rights: Set[Right]) -> bool:
    """Say whether an event of a kind ("lot.sealed") is told to who holds these rights."""
    family = kind.partition(".")[0]
    if family not in table:
        return False
    right = table[family]
    return right is None or right in rights


def signals(kinds: Set[str], rights: Set[Right]) -> list[str]:
    """Name what screens listen to besides the rows themselves; it says that, and not what.

    `outbox.changed` when something travelled, `agenda.changed` when a session came or went,
    `tray.changed` when a document came in, was read, filed or thrown away.
    """
    families = {kind.partition(".")[0] for kind in kinds}
    found = []
    if families & _TRAVELS and Right.AMOUNTS in rights:
        found.append("outbox.changed")
    if families & _OF_THE_DAY and Right.PATIENTS in rights:
        found.append("agenda.changed")
    if families & _ON_THE_TABLE and Right.PATIENTS in rights:
        found.append("tray.changed")
    return found
