"""Numbered SQL files: the schema, read as SQL; each applied once, in its own transaction."""

from typing import TYPE_CHECKING

import apsw

from server.core.errors import NewerPractice

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable


def migrate(db: apsw.Connection) -> int:
    """Apply what is missing and return the version reached.

    Raises `NewerPractice` when the file was written by a newer program.
    """
    version, steps = int(db.pragma("user_version")), _steps()
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


def is_behind(db: apsw.Connection) -> bool:
    """Say whether a file holds something and is to be migrated: it is copied first."""
    return 0 < int(db.pragma("user_version")) < len(_steps())


def _steps() -> "list[Traversable]":
    from importlib.resources import files  # slow to load, and not for the first page

    folder = files("server.store") / "migrations"
    return sorted((f for f in folder.iterdir() if f.name.endswith(".sql")), key=lambda f: f.name)
