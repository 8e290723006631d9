"""Cards of users: tied, recognised, ended, never deleted, never a way in (SOFT33-5, 6, 7, E-03)."""

import json
from dataclasses import replace
from datetime import date

import apsw
import pytest

from hardware.apdu import processed
from hardware.eid_trust import TrustAnchors
from hardware.fake_ca import demo_root
from hardware.fake_eid import EidCard
from hardware.fake_person import Person
from hardware.fakes import PaperLink
from hardware.reading import ReadingOrder, read_eid
from server.core.cards import CardRead, Proof
from server.core.errors import Forbidden, InvalidForm, ProofNeeded
from server.services import cards, patients, user_cards
from server.services.desk import Desk
from server.services.doorstep import Doorstep
from tests.people import OUCHENE, niss
from tests.services.people_of import BY_NAME, another, seat
from tests.world import World, faults

SOPHIE = Person(
    niss=niss(1979, 5, 17, 998), last_name="Marchal", first_names="Sophie Anne",
    birth_date=date(1979, 5, 17), sex="F", street="Rue A 1", postcode="4000", municipality="Liège",
)  # fmt: skip
THIERRY = replace(SOPHIE, niss=niss(1976, 9, 23, 997), last_name="Lenoir", first_names="Thierry")
FATIMA = replace(
    SOPHIE, niss=OUCHENE.niss, last_name="Ouchene", first_names="Fatima",
    birth_date=date(1981, 11, 2),
)  # fmt: skip


def card_of(person: Person, world: World) -> CardRead:
    """Read a fabricated card through the real reader of cards."""
    order = ReadingOrder("paper", world.clock.now(), TrustAnchors(demo=(demo_root(),)))
    link = processed(PaperLink(EidCard(person)), lambda _: False)
    return read_eid(link, order, lambda *_: None).read


def fresh(world: World) -> Desk:
    return replace(world.desk, fresh=True)


def tie(world: World, user: str, read: CardRead) -> None:
    user_cards.tie(fresh(world), world.cabinet.slots(), user, read)


@pytest.mark.row("SOFT33-5")
def test_a_user_has_one_card_or_two_and_each_says_since_when_and_by_whom(world: World) -> None:
    me = world.desk.user.id
    tie(world, me, card_of(SOPHIE, world))
    second = card_of(SOPHIE, world)
    second = replace(second, identity=replace(second.identity, card_number="592000000101"))
    tie(world, me, second)
    found = user_cards.listed(world.desk, me)
    assert [each.tied_by for each in found] == ["Sophie MARCHAL"] * 2
    assert {each.card.holder for each in found} == {SOPHIE.niss}
    assert user_cards.bearers(world.desk) == {me: 2}


@pytest.mark.row("SOFT33-5")
def test_a_card_is_ended_and_never_deleted_or_changed(world: World) -> None:
    me = world.desk.user.id
    tie(world, me, card_of(SOPHIE, world))
    [held] = user_cards.listed(world.desk, me)
    for _ in range(2):  # twice is once
        assert user_cards.untie(fresh(world), world.cabinet.slots(), held.card.id) == me
    [ended] = user_cards.listed(world.desk, me)
    assert ended.ended_by == "Sophie MARCHAL" and not ended.card.active
    assert cards.present(world.desk, card_of(FATIMA, world)).patient
    for act in ("delete from user_card", "update user_card set ended_at = null"):
        with pytest.raises(apsw.ConstraintError):
            world.desk.db.execute(act)
    acts = "select count(*) from journal where action in ('user.card_tied', 'user.card_ended')"
    assert world.sql(acts) == 2


@pytest.mark.row("SOFT33-6")
def test_a_tied_card_is_its_user_s_and_opens_no_patient(world: World) -> None:
    me = world.desk.user.id
    tie(world, me, card_of(SOPHIE, world))
    before = world.sql("select count(*) from patient")
    assert cards.present(world.desk, card_of(SOPHIE, world)).user == me
    assert world.sql("select count(*) from patient") == before
    assert world.sql("select entity_id from journal where action = 'card.user'") == me


@pytest.mark.row("SOFT33-6")
def test_an_untied_card_named_like_a_user_drafts_nobody_and_names_the_user(world: World) -> None:
    shown = cards.present(world.desk, card_of(SOPHIE, world))
    assert (shown.namesake, shown.patient) == (world.desk.user.id, None)
    patient = cards.present(world.desk, card_of(SOPHIE, world), of_a_patient=True).patient
    assert patient and patients.name_of(world.desk, patient) == "Sophie Anne MARCHAL"
    assert cards.present(world.desk, card_of(SOPHIE, world)).patient == patient


def test_who_has_a_card_of_his_own_is_not_taken_for_a_patient_of_the_same_name(
    world: World,
) -> None:
    tie(world, world.desk.user.id, card_of(SOPHIE, world))
    other = replace(SOPHIE, niss=niss(1990, 1, 5, 996))
    assert cards.present(world.desk, card_of(other, world)).drafted


def test_a_patient_s_card_goes_on_opening_his_file(world: World) -> None:
    key = world.patient(OUCHENE)
    tie(world, world.desk.user.id, card_of(SOPHIE, world))
    assert cards.present(world.desk, card_of(FATIMA, world)).patient == key


def test_a_renewed_card_is_still_its_holder_s_and_can_be_tied_too(world: World) -> None:
    me = world.desk.user.id
    tie(world, me, card_of(SOPHIE, world))
    read = card_of(SOPHIE, world)
    renewed = replace(read, identity=replace(read.identity, card_number="592000000202"))
    assert cards.present(world.desk, renewed).user == me
    assert user_cards.offer(world.desk, me, renewed).fault == ""
    assert user_cards.offer(world.desk, me, read).fault == "tied"


@pytest.mark.row("SOFT33-6")
def test_one_card_has_one_user(world: World) -> None:
    lenoir = another(world, BY_NAME["sender"])
    tie(world, world.desk.user.id, card_of(SOPHIE, world))
    with pytest.raises(InvalidForm) as refused:
        tie(world, lenoir.id, card_of(SOPHIE, world))
    assert faults(refused.value) == (("card", "other_user"),)
    offered = user_cards.offer(world.desk, lenoir.id, card_of(SOPHIE, world))
    assert (offered.owner, offered.other_name) == ("Sophie MARCHAL", True)


def test_what_cannot_be_tied_is_told_and_nothing_is_kept(world: World) -> None:
    me, read = world.desk.user.id, card_of(SOPHIE, world)
    with pytest.raises(InvalidForm) as refused:
        user_cards.tie(fresh(world), world.cabinet.slots(), me, None)
    assert faults(refused.value) == (("card", "none"),)
    for proof, reason in ((Proof.FORGED, "forged"), (Proof.VERIFIED, "real_card")):
        with pytest.raises(InvalidForm) as refused:
            tie(world, me, replace(read, proof=proof))
        assert faults(refused.value) == (("card", reason),)
    assert world.sql("select count(*) from user_card") == 0


def test_the_card_of_who_is_inactive_is_nobody_s(world: World) -> None:
    lenoir = another(world, BY_NAME["sender"])
    tie(world, lenoir.id, card_of(THIERRY, world))
    world.desk.db.execute("update app_user set active = 0 where id = ?", (lenoir.id,))
    assert cards.present(world.desk, card_of(THIERRY, world)).drafted
    assert user_cards.offer(world.desk, lenoir.id, card_of(SOPHIE, world)).fault == "inactive"


def test_only_a_main_user_ties_and_with_a_fresh_proof(world: World) -> None:
    me, slots = world.desk.user.id, world.cabinet.slots()
    with pytest.raises(ProofNeeded):
        user_cards.tie(replace(world.desk, fresh=False), slots, me, card_of(SOPHIE, world))
    seat(world, BY_NAME["holder"])
    with pytest.raises(Forbidden):
        tie(world, me, card_of(SOPHIE, world))


@pytest.mark.row("SOFT33-22")
def test_the_closed_door_knows_whose_a_card_is_and_nothing_else_of_it(world: World) -> None:
    me, step = world.desk.user.id, Doorstep(world.folder, world.cabinet.keyring)
    read = card_of(SOPHIE, world)
    tie(world, me, read)
    world.cabinet.lock()
    assert step.bearer_of(read) == me
    assert step.bearer_of(card_of(FATIMA, world)) == ""
    text = (world.folder / "besace.key").read_text()
    assert SOPHIE.niss not in text and read.identity.card_number not in text
    assert len(json.loads(text)["sign"]["cards"]["salt"]) == 32
    kept = b"".join(path.read_bytes() for path in world.folder.iterdir())
    assert SOPHIE.niss.encode() not in kept


def test_a_card_ended_or_whose_user_left_is_unknown_to_the_door(world: World) -> None:
    me, step = world.desk.user.id, Doorstep(world.folder, world.cabinet.keyring)
    read = card_of(SOPHIE, world)
    assert step.bearer_of(read) == ""
    tie(world, me, read)
    slots = step.keyring.file.slots()
    step.keyring.file.remove(f"user:{me}")
    assert step.bearer_of(read) == "" and slots
    [held] = user_cards.listed(world.desk, me)
    user_cards.untie(fresh(world), world.cabinet.slots(), held.card.id)
    assert json.loads((world.folder / "besace.key").read_text())["sign"]["cards"]["marks"] == {}
