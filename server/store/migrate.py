"""Numbered SQL files: the schema, read as SQL; each applied once, in its own transaction."""

import apsw

from server.core.errors import NewerPractice


def migrate(db: apsw.Connection) -> int:
    """Apply what is missing and return the version reached.

    Raises `NewerPractice` when the file was written by a newer program.
    """
    from importlib.resources import files  # slow to load, and not for the first page

    version = int(db.pragma("user_version"))
    folder = files("server.store") / "migrations"
    steps = sorted((f for f in folder.iterdir() if f.name.endswith(".sql")), key=lambda f: f.name)
    if version > len(steps):
        raise NewerPractice(found=version, known=len(steps))
    for number, step in enumerate(steps, start=1):
        if int(step.name[:4]) != number:
            raise ValueError(f"{step.name} should be number {number:04d}")
        if number > version:
            with db:
                db.execute(step.read_text("utf-8")).fetchall()  # exhausts every statement
                db.pragma("user_version", number)
    return len(steps)
