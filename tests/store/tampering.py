"""Somebody with the file's key and an SQL prompt: the triggers are no obstacle to him."""

import apsw

GUARDS = (
    "journal_is_written_once",
    "journal_is_kept",
    "journal_is_the_act",
    "journal_head_is_written_once",
    "journal_head_is_kept",
)


def lift_guards(db: apsw.Connection) -> None:
    """Take away what keeps the journal from being edited."""
    for name in GUARDS:
        db.execute(f"drop trigger {name}").fetchall()


def flip(text: str, place: int) -> str:
    """Change one character of a text into another of the same kind."""
    at = place % len(text)
    new = chr(ord(text[at]) ^ 1)
    return text[:at] + new + text[at + 1 :]
