"""The fabricated practice of France of the scenarios (`scenarios.md` §0.1), and its people."""

from server.app.demo_france import CARD, FORM
from server.app.demo_france_people import (
    BEN_AMAR,
    CASANOVA,
    GARREC,
    KOVACH,
    MARCHAND,
    MEYER,
    PETROV,
    ROUSSET,
    FrenchPerson,
)
from server.services import patients
from tests.world import World

__all__ = (
    "BEN_AMAR", "CARD", "CASANOVA", "FORM", "GARREC", "KOVACH", "MARCHAND", "MEYER", "PETROV",
    "ROUSSET", "FrenchPerson", "admitted",
)  # fmt: skip


def admitted(world: World, person: FrenchPerson, **typed: str) -> str:
    """Type the file of a person; return its id."""
    return patients.create(world.desk, {**person.form, **typed})
