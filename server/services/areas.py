"""What the areas of a patient's file share: what is for whose eyes, who wrote it, and since when.

What is of care is read and written by who treats the patient (`treating`); the rest by whoever
sees the file. SOFIA-25; `product.md` F1.
"""

from collections.abc import Mapping
from enum import StrEnum

from server.core.errors import StateConflict
from server.core.rights import Right
from server.services import patients, treating
from server.services.desk import Desk, needs
from server.store import practice as practices


class Reach(StrEnum):
    """Who reads it."""

    PRACTICE = "PRACTICE"
    CARE = "CARE"  # who treats the patient


@needs(Right.PATIENTS)
def sees_care(desk: Desk, patient: str) -> bool:
    """Say whether the user reads and writes what is of care here; raise `NotFound`."""
    patients.open_file(desk, patient)
    return desk.once(lambda: treating.treats(desk, patient), "treats", patient)


@needs(Right.PATIENTS)
def authors(desk: Desk) -> Mapping[str, str]:
    """Return the names of the users, by id."""
    return desk.once(
        lambda: {user.id: user.door_name for user in practices.users(desk.db)}, "authors"
    )


@needs(Right.PATIENTS)
def require_reach(desk: Desk, patient: str, *, care: bool) -> None:
    """Raise `NotFound`, or `Forbidden` for what is of care to who does not treat the patient."""
    patients.open_file(desk, patient)
    if care:
        treating.require(desk, patient)


def require_open(kind: str, *, still: bool) -> None:
    """Raise `StateConflict` for what somebody ended or replaced in the meantime."""
    if not still:
        raise StateConflict(kind=kind, state="ended", wanted="open")
