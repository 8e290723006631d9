"""The keyring of the session opens for who wanted it, and for nobody else, and proves nothing."""

import pytest

from server.core.errors import ProofNeeded, WrongKey
from server.services import safety, system_keys
from server.services.cabinet import Cabinet
from tests.wallet import Wallet
from tests.world import PASSPHRASE, World


@pytest.fixture
def wallet() -> Wallet:
    return Wallet()


def keep(cabinet: Cabinet, wallet: Wallet) -> bool:
    return system_keys.keep(cabinet.desk(), cabinet.keyring, cabinet.vault().key, wallet)


def acts(world: World) -> list[str]:
    asked = "select action from journal where action like 'keys.%' order by seq"
    return [str(action) for (action,) in world.desk.db.execute(asked)]


def test_what_the_keyring_holds_opens_the_practice_without_proving_anything(
    world: World, wallet: Wallet
) -> None:
    cabinet = world.cabinet
    me = world.desk.user.id
    assert keep(cabinet, wallet)
    assert system_keys.has_one(world.desk, cabinet.keyring)
    cabinet.lock()
    cabinet.unlock_with_system(me, wallet.get(me))
    assert world.desk.user.id == me
    assert not world.desk.fresh
    assert acts(world) == ["keys.system"]
    kinds = {each.kind for each in safety.kept(world.desk, cabinet.keyring).slots}
    assert kinds == {"user", "recovery", "system"}


def test_a_wrong_or_absent_secret_opens_nothing_and_is_counted(
    world: World, wallet: Wallet
) -> None:
    cabinet, me = world.cabinet, world.desk.user.id
    keep(cabinet, wallet)
    cabinet.lock()
    for secret in ("", "0" * 64):
        with pytest.raises(WrongKey):
            cabinet.unlock_with_system(me, secret)
    with pytest.raises(WrongKey):
        cabinet.unlock_with_system("somebody else", wallet.get(me))
    cabinet.unlock(me, PASSPHRASE)
    refused = "select reason from journal where action = 'door.refused' and entity_id = ?"
    assert world.sql(refused, (me,)) == "2"


def test_it_is_given_up_by_its_user(world: World, wallet: Wallet) -> None:
    cabinet, me = world.cabinet, world.desk.user.id
    keep(cabinet, wallet)
    secret = wallet.get(me)
    for _ in range(2):  # harmless twice
        system_keys.give_up(world.desk, cabinet.keyring, wallet)
    assert wallet.held == {}
    assert acts(world) == ["keys.system", "keys.no_system"]
    cabinet.lock()
    with pytest.raises(WrongKey):
        cabinet.unlock_with_system(me, secret)


def test_a_keyring_that_refuses_makes_no_slot(world: World, wallet: Wallet) -> None:
    wallet.locked = True
    assert not keep(world.cabinet, wallet)
    assert not system_keys.has_one(world.desk, world.cabinet.keyring)


def test_it_is_asked_for_by_somebody_who_just_proved_who_he_is(
    world: World, wallet: Wallet
) -> None:
    world.clock.advance(minutes=11)
    with pytest.raises(ProofNeeded):
        keep(world.cabinet, wallet)


def test_another_passphrase_leaves_it_and_a_new_key_ends_it(world: World, wallet: Wallet) -> None:
    cabinet, me = world.cabinet, world.desk.user.id
    keep(cabinet, wallet)
    cabinet.change_passphrase(PASSPHRASE, "quatre mots sans lien")
    cabinet.lock()
    cabinet.unlock_with_system(me, wallet.get(me))
    cabinet.reencrypt("quatre mots sans lien", lambda done, total: None)
    cabinet.lock()
    with pytest.raises(WrongKey):
        cabinet.unlock_with_system(me, wallet.get(me))
