"""Users: added, changed, made inactive, back again; never deleted (SOFT33-12 … 20, CGM-9, E-08)."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import apsw
import pytest

from server.core.errors import Forbidden, InvalidForm, Locked, NotFound, ProofNeeded, WrongKey
from server.core.rights import ADJUSTED, Right, Role
from server.services import journals, sessions, users
from server.services.cabinet import Cabinet
from server.services.desk import Desk
from server.store import practice as practices
from tests.people import OUCHENE
from tests.services.people_of import BY_NAME, seat
from tests.world import BUILT_ON, CHEAP, PASSPHRASE, World, faults, seeded

PROVISIONAL = "provisoire et longue"
LENOIR = {
    "code": "lenoir", "first_name": "Thierry", "last_name": "Lenoir", "role": "MANDATAIRE",
    "locale": "fr_BE", "note": "remplaçant en juillet", "passphrase": PROVISIONAL,
    "passphrase_again": PROVISIONAL,
}  # fmt: skip


def fresh(world: World) -> Desk:
    """The desk of somebody who typed his passphrase a moment ago."""
    return replace(world.desk, fresh=True)


def add(world: World, **typed: str) -> str:
    return users.add(fresh(world), world.cabinet.slots(), {**LENOIR, **typed})


def as_shown(world: World, key: str, **changed: str) -> Mapping[str, str]:
    """The form of a user as his page shows it, with some fields changed; "" unticks."""
    user = users.get(world.desk, key)
    form = {
        "first_name": user.first_name, "last_name": user.last_name, "role": str(user.role),
        "locale": user.locale, "note": user.note, "practitioner": user.practitioner or "",
        "is_main": "1" if user.is_main else "",
        **{f"right-{each}": "1" for each in ADJUSTED if each in user.standing.rights},
    }  # fmt: skip
    return {name: text for name, text in {**form, **changed}.items() if text}


def amend(world: World, key: str, **changed: str) -> None:
    form = as_shown(world, key, **changed)
    users.amend(fresh(world), world.cabinet.slots(), key, form)


def reopened(world: World, user: str, passphrase: str) -> Cabinet:
    """The same folder in another run of the program, opened by somebody."""
    world.cabinet.lock()
    cabinet = Cabinet(world.folder, world.clock, seeded(), BUILT_ON, CHEAP)
    cabinet.unlock(user, passphrase)
    return cabinet


def test_a_user_is_added_and_unlocks_with_his_provisional_passphrase(world: World) -> None:
    key = add(world)
    held = users.get(world.desk, key)
    assert (held.code, held.role, held.active, held.note) == (
        "LENOIR", Role.MANDATAIRE, True, "remplaçant en juillet"
    )  # fmt: skip
    assert held.rights == {Right.PATIENTS, Right.BILLING, Right.PAYMENTS, Right.AMOUNTS}
    cards = users.listed(world.desk, world.cabinet.slots())
    assert [(card.user.code, card.can_unlock) for card in cards] == [
        ("MARCHAL", True), ("LENOIR", True)
    ]  # fmt: skip
    cabinet = reopened(world, key, PROVISIONAL)
    assert cabinet.desk().user.id == key
    assert [(x.name, x.role, x.main) for x in cabinet.logins()] == [
        ("Sophie MARCHAL", Role.MANDANT, True), ("Thierry LENOIR", Role.MANDATAIRE, False)
    ]  # fmt: skip
    cabinet.lock()
    with pytest.raises(WrongKey):
        cabinet.unlock(key, PASSPHRASE)


@pytest.mark.parametrize(
    ("typed", "fault"),
    [
        ({"code": ""}, ("code", "missing")),
        ({"code": "marchal"}, ("code", "taken")),
        ({"code": "A" * 16}, ("code", "too_long")),
        ({"code": "a b"}, ("code", "shape")),
        ({"code": "user"}, ("code", "generic")),
        ({"first_name": ""}, ("first_name", "missing")),
        ({"role": "OWNER"}, ("role", "unknown")),
        ({"locale": "de"}, ("locale", "unknown")),
        ({"practitioner": "01NOBODY"}, ("practitioner", "unknown")),
        ({"role": "MANDANT"}, ("practitioner", "needed")),
        ({"is_main": "1"}, ("is_main", "not_of_role")),
        ({"provider_number": "54911119527"}, ("provider_number", "check")),
        ({"passphrase": "courte"}, ("passphrase", "too_short")),
        ({"passphrase_again": "autre chose"}, ("passphrase_again", "differs")),
    ],
)
def test_what_cannot_be_is_told_with_its_field_and_nothing_is_kept(
    world: World, typed: dict[str, str], fault: tuple[str, str]
) -> None:
    with pytest.raises(InvalidForm) as refused:
        add(world, **typed)
    assert fault in faults(refused.value)
    assert world.sql("select count(*) from app_user") == 1
    assert len(world.cabinet.logins()) == 1


def test_a_new_kine_comes_with_his_user_and_the_same_number_is_one_kine(world: World) -> None:
    first = add(world, role="STAFF", provider_number="5-49002-18-507")
    second = add(world, code="B", role="STAFF", provider_number="54900218507")
    kine = users.get(world.desk, first).practitioner
    assert kine == users.get(world.desk, second).practitioner
    assert [(k.number, k.last_name) for k in users.kines(world.desk)][1:] == [
        ("54900218507", "Lenoir")
    ]
    assert Right.CLINICAL in users.get(world.desk, first).rights
    with pytest.raises(InvalidForm) as refused:
        amend(world, first, provider_number="54900218507")
    assert ("provider_number", "one_kine") in faults(refused.value)


def test_e_08_a_mandataire_who_sends_keeps_patients_and_billing(world: World) -> None:
    key = add(world)
    for right in ("patients", "billing"):
        with pytest.raises(InvalidForm) as refused:
            amend(world, key, **{f"right-{right}": ""})
        assert faults(refused.value) == ((f"right-{right}", "kept"),)
    amend(world, key, **{"right-payments": "", "right-settings": "1"})
    held = users.get(world.desk, key)
    assert held.granted == {Right.SETTINGS} and held.withdrawn == {Right.PAYMENTS}
    assert not held.may(Right.PAYMENTS) and held.may(Right.SETTINGS)


def test_another_role_gives_the_rights_of_that_role(world: World) -> None:
    key = add(world)
    amend(world, key, **{"right-settings": "1"})
    amend(world, key, role="VIEWER")
    held = users.get(world.desk, key)
    assert not held.granted and held.rights == {Right.AMOUNTS}


def test_a_right_is_granted_to_whom_it_can_be(world: World) -> None:
    key = add(world, role="VIEWER")
    with pytest.raises(InvalidForm) as refused:
        amend(world, key, **{"right-patients": "1"})
    assert faults(refused.value) == (("right-patients", "not_of_role"),)


def test_one_main_user_and_one_holder_always_remain(world: World) -> None:
    me, slots = world.desk.user.id, world.cabinet.slots()
    with pytest.raises(InvalidForm) as refused:
        amend(world, me, is_main="")
    assert faults(refused.value) == (("is_main", "last_main"),)
    with pytest.raises(InvalidForm) as refused:
        amend(world, me, role="STAFF")
    assert faults(refused.value) == (("role", "last_mandant"),)
    with pytest.raises(InvalidForm) as refused:
        users.dismiss(fresh(world), slots, me)
    assert faults(refused.value) == (("active", "last_main"),)
    kine = world.desk.user.practitioner or ""
    other = add(world, role="MANDANT", practitioner=kine, is_main="1")
    users.dismiss(fresh(world), slots, other)
    with pytest.raises(InvalidForm):
        users.dismiss(fresh(world), slots, me)  # an inactive one does not count
    users.welcome(fresh(world), slots, other, LENOIR)
    users.dismiss(fresh(world), slots, me)
    with pytest.raises(Locked):
        _ = world.desk
    assert reopened(world, other, PROVISIONAL).desk().user.is_main


def test_who_is_made_inactive_loses_his_slot_and_stays_on_what_he_did(world: World) -> None:
    key = add(world, role="STAFF", provider_number="54900218507")
    cabinet = reopened(world, key, PROVISIONAL)
    his = World(cabinet, world.clock, world.folder)
    session = his.visit(OUCHENE)
    cabinet = reopened(his, world.cabinet.logins()[0].id, PASSPHRASE)
    here = World(cabinet, world.clock, world.folder)
    users.dismiss(fresh(here), cabinet.slots(), key)
    assert [x.id for x in cabinet.logins()] == [here.desk.user.id]
    [card] = [c for c in users.listed(here.desk, cabinet.slots()) if c.user.id == key]
    assert (card.user.active, card.can_unlock, card.user.rights) == (False, False, frozenset())
    held = sessions.view(here.desk, session).session
    assert card.kine is not None and held.practitioner == card.kine.id
    assert ("Thierry Lenoir") in [name for _, name in journals.people(here.desk)]
    cabinet.lock()
    with pytest.raises(WrongKey):
        cabinet.unlock(key, PROVISIONAL)
    cabinet.unlock(here.cabinet.logins()[0].id, PASSPHRASE)
    users.welcome(
        replace(cabinet.desk(), fresh=True), cabinet.slots(), key,
        {"passphrase": "une autre phrase", "passphrase_again": "une autre phrase"},
    )  # fmt: skip
    cabinet.lock()
    with pytest.raises(WrongKey):
        cabinet.unlock(key, PROVISIONAL)
    cabinet.unlock(key, "une autre phrase")
    assert cabinet.desk().user.rights == {Right.PATIENTS, Right.CLINICAL}


def test_cut_short_between_slot_and_practice_he_is_locked_out_and_can_be_helped(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = add(world)

    def stumble(*_: object) -> None:
        raise apsw.FullError

    monkeypatch.setattr("server.services.desk.events.add", stumble)
    with pytest.raises(apsw.FullError):
        users.dismiss(fresh(world), world.cabinet.slots(), key)
    monkeypatch.undo()
    [card] = [c for c in users.listed(world.desk, world.cabinet.slots()) if c.user.id == key]
    assert (card.user.active, card.can_unlock) == (True, False)
    users.welcome(fresh(world), world.cabinet.slots(), key, LENOIR)
    assert world.cabinet.slots().holders() == {world.desk.user.id, key}


def test_a_name_that_changes_changes_on_the_door(world: World) -> None:
    key = add(world)
    amend(world, key, last_name="Lenoir-Petit")
    assert [x.name for x in world.cabinet.logins()][1] == "Thierry LENOIR-PETIT"


def test_every_change_is_journalled_under_its_right(world: World) -> None:
    key = add(world)
    amend(world, key, note="")
    users.dismiss(fresh(world), world.cabinet.slots(), key)
    users.welcome(fresh(world), world.cabinet.slots(), key, LENOIR)
    rows = world.desk.db.execute(
        'select action, "right" from journal where entity_id = ? order by seq', (key,)
    ).fetchall()
    assert rows == [
        (f"user.{word}", "users")
        for word in ("added", "welcomed", "amended", "dismissed", "welcomed")
    ]
    assert journals.verify(world.desk).flaws == []


@pytest.mark.parametrize("who", ["holder", "sender", "colleague", "office", "accountant"])
def test_nobody_but_a_main_user_touches_users(world: World, who: str) -> None:
    me, slots = world.desk.user.id, world.cabinet.slots()
    seat(world, BY_NAME[who])
    for act in (
        lambda d: users.listed(d, slots),
        lambda d: users.get(d, me),
        lambda d: users.kines(d),
        lambda d: users.add(d, slots, LENOIR),
        lambda d: users.amend(d, slots, me, {}),
        lambda d: users.dismiss(d, slots, me),
        lambda d: users.welcome(d, slots, me, LENOIR),
    ):
        with pytest.raises(Forbidden) as refused:
            act(fresh(world))
        assert refused.value.facts["right"] is Right.USERS


def test_a_change_wants_a_passphrase_typed_minutes_ago(world: World) -> None:
    me, slots = world.desk.user.id, world.cabinet.slots()
    stale = replace(world.desk, fresh=False)
    for act in (
        lambda d: users.add(d, slots, LENOIR),
        lambda d: users.amend(d, slots, me, {}),
        lambda d: users.dismiss(d, slots, me),
        lambda d: users.welcome(d, slots, me, LENOIR),
    ):
        with pytest.raises(ProofNeeded):
            act(stale)
    assert users.listed(stale, slots), "looking asks for nothing more"


def test_an_unknown_user_is_not_found(world: World) -> None:
    with pytest.raises(NotFound):
        users.get(world.desk, "01NOBODY")
    with pytest.raises(NotFound):
        users.dismiss(fresh(world), world.cabinet.slots(), "01NOBODY")


def test_a_code_never_changes_and_nobody_is_deleted(world: World) -> None:
    key = add(world)
    for sql in (
        "update app_user set code = 'OTHER' where id = ?",
        "delete from app_user where id = ?",
    ):
        with pytest.raises(apsw.ConstraintError):
            world.desk.db.execute(sql, (key,))
    amend(world, key, code="OTHER")
    assert practices.user(world.desk.db, key) is not None
    assert users.get(world.desk, key).code == "LENOIR"


def test_no_slot_is_touched_while_the_practice_is_locked(world: World, tmp_path: Path) -> None:
    world.cabinet.lock()
    with pytest.raises(Locked):
        world.cabinet.slots()
    slots = Cabinet(world.folder, world.clock, seeded(), BUILT_ON, CHEAP).logins()
    assert [x.main for x in slots] == [True], "a practice of before says nothing of roles"
