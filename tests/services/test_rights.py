"""A service is called by who holds its rights, and proved who he is when it matters."""

from dataclasses import replace

import pytest

from server.core.errors import Forbidden, ProofNeeded
from server.core.rights import Right, Role
from server.services.desk import Desk, needs
from tests.world import World


@needs(Right.SETTINGS, Right.BILLING)
def _both(desk: Desk, word: str) -> str:
    return f"{desk.user.code} {word}"


@needs(Right.SETTINGS, fresh=True)
def _guarded(desk: Desk) -> str:
    return desk.user.code


def test_a_service_runs_for_who_holds_every_right_it_names(world: World) -> None:
    assert _both(world.desk, word="ok").endswith(" ok")


def test_one_right_short_is_refused_by_its_name(world: World) -> None:
    desk = world.desk
    staff = replace(desk, user=replace(desk.user, role=Role.STAFF))
    with pytest.raises(Forbidden) as refused:
        _both(staff, "ok")
    assert refused.value.facts["right"] is Right.SETTINGS


def test_the_rights_asked_for_are_kept_for_the_journal(world: World) -> None:
    desk = world.desk
    _both(desk, "ok")
    assert desk.used == [Right.SETTINGS, Right.BILLING]


def test_a_guarded_act_wants_a_passphrase_typed_minutes_ago(world: World) -> None:
    desk = world.desk
    assert _guarded(replace(desk, fresh=True)) == desk.user.code
    with pytest.raises(ProofNeeded):
        _guarded(replace(desk, fresh=False))
