"""Copies made while the practice is used, checked by coming back, thinned out, announced."""

from pathlib import Path

import pytest

from server.services import backups
from server.services.vault import Vault
from tests.people import DELVAUX
from tests.world import World


@pytest.fixture
def vault(world: World) -> Vault:
    world.visit(DELVAUX)
    return world.cabinet.vault()


def local(world: World) -> Path:
    return backups.local_place(world.folder)


def test_a_copy_is_made_checked_by_coming_back_and_remembered(world: World, vault: Vault) -> None:
    made = backups.back_up(vault, "ASKED")
    assert made.is_good
    assert made.path.parent == local(world) == world.folder.parent / "practice-sauvegardes"
    assert sorted(x.name for x in made.path.iterdir()) == [
        "besace.db", "besace.key", "manifest.json", "reference.db",
    ]  # fmt: skip
    [held] = backups.listed(world.desk, world.folder)
    assert (held.id, held.verdict, held.cause) == (made.id, "GOOD", "ASKED")
    assert not [x for x in world.folder.iterdir() if "drill" in x.name]
