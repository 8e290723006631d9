"""Sightings: who looked at what (`domain.md`, audit view; R9). One journal row per look.

A look is one user at one thing in one run of the program and one hour: a page drawn again, by its
own fragments or by a step back, is the same look. It costs one commit, once. A list that names
patients (the day, a search, the ledger) is no look at a file; what is opened from it is.
Whatever shows the content of one file calls one of these, before it shows it: no note, no sight.
"""

from server.core.rights import Right
from server.services.desk import Desk, needs


@needs(Right.PATIENTS)
def patient(desk: Desk, key: str) -> None:
    """Note that the user saw the file of a patient: identity, insurability, series, sessions."""
    desk.sight("patient.seen", "patient", key)


@needs(Right.CLINICAL)
def past(desk: Desk, key: str) -> None:
    """Note that the user saw a patient's file as it stood on a day."""
    desk.sight("past.seen", "patient", key)


@needs(Right.BILLING)
def line(desk: Desk, key: str) -> None:
    """Note that the user saw the life of one line: its patient, its amounts, its answers."""
    desk.sight("line.seen", "line", key)


@needs(Right.AMOUNTS)
def lot(desk: Desk, key: str) -> None:
    """Note that the user saw a lot, with the patients inside."""
    desk.sight("lot.seen", "lot", key)


@needs(Right.BILLING)
def sent_file(desk: Desk, key: str) -> None:
    """Note that the user took the file of a lot as it left."""
    desk.sight("file.seen", "lot", key)


@needs(Right.BILLING)
def letter(desk: Desk, key: str) -> None:
    """Note that the user took an insurer's answer as it was received."""
    desk.sight("letter.seen", "letter", key)


@needs(Right.BILLING)
def french_return(desk: Desk, key: str) -> None:
    """Note that the user saw a return of a French payer, with the patients it names."""
    desk.sight("return.seen", "return", key)


@needs(Right.CLINICAL)
def document(desk: Desk, key: str) -> None:
    """Note that the user had a patient's paper before him, to print or to keep."""
    desk.sight("document.seen", "document", key)


@needs(Right.JOURNAL)
def journal(desk: Desk) -> None:
    """Note that the user read the journal."""
    desk.sight("journal.seen", "practice", desk.practice.id)


@needs(Right.BILLING)
def french_lot(desk: Desk, key: str) -> None:
    """Note that the user saw a lot of France, with the patients inside."""
    desk.sight("lot.seen", "french_lot", key)
