"""Who may read the care of a patient: a kiné reads that of those he treats (§7 of the checklist).

He treats who has a series or a session of his, and may begin with anybody whom nobody treats yet.
A colleague's patient is confided to him by who holds the practice: a series opened in his name.
"""

from server.core.errors import Forbidden
from server.core.rights import Right
from server.services.desk import Desk
from server.store import care


def treats(desk: Desk, patient: str) -> bool:
    """Say whether the user may read the clinical content of a patient, and give care to him."""
    user = desk.user
    if not user.may(Right.CLINICAL):
        return False
    return user.may(Right.COLLEAGUES) or care.may_be_of(desk.db, patient, user.practitioner or "")


def require(desk: Desk, patient: str) -> None:
    """Raise `Forbidden` unless the user treats this patient."""
    desk.require(Right.CLINICAL)
    if not treats(desk, patient):
        raise Forbidden(right=Right.COLLEAGUES)
