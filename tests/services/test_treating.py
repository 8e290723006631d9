"""Who reads the care of whom: the kiné who treats, who holds the practice, nobody else (F30)."""

from collections.abc import Callable

import pytest

from server.core.errors import Forbidden, InvalidForm
from server.core.rights import Right
from server.services import (
    agenda,
    documents,
    past,
    patients,
    sessions,
    sightings,
    today,
    treating,
    treatments,
)
from server.services.desk import Desk
from server.store import practice as practices
from tests.people import DELVAUX, OUCHENE, VERHULST, Person
from tests.services.people_of import BY_NAME, seat
from tests.world import World, faults

Act = Callable[[Desk], object]


def care_of(world: World, person: Person, session: str) -> list[Act]:
    """Everything that reads or gives the care of a patient."""
    patient, series = world.ids[person], world.series[person]
    return [
        lambda d: treatments.series(d, series),
        lambda d: treatments.of_patient(d, patient),
        lambda d: treatments.open_series(d, patient, {}),
        lambda d: treatments.set_prescription(d, series, {}),
        lambda d: treatments.agree(d, series, {}),
        lambda d: treatments.insure(d, patient, {"number": "1"}),
        lambda d: sessions.propose(d, series),
        lambda d: sessions.record(d, series, {}),
        lambda d: sessions.view(d, session),
        lambda d: sessions.of_series(d, series),
        lambda d: sessions.void(d, session, "erreur"),
        lambda d: sessions.second(d, session, {}),
        lambda d: sessions.make_private(d, session, {}),
        lambda d: documents.proof(d, session),
        lambda d: documents.keep(d, session, b""),
        lambda d: past.as_of(d, patient, d.today),
        lambda d: past.days_of(d, patient),
    ]


@pytest.mark.parametrize(
    ("who", "right"),
    [
        ("colleague", Right.COLLEAGUES),
        ("office", Right.CLINICAL),
        ("sender", Right.CLINICAL),
        ("accountant", Right.CLINICAL),
    ],
)
def test_the_care_of_a_patient_is_closed_to_who_does_not_treat_him(
    world: World, who: str, right: Right
) -> None:
    session = world.visit(OUCHENE)
    acts = care_of(world, OUCHENE, session)
    before = world.sql("select max(seq) from journal")
    seat(world, BY_NAME[who])
    for act in acts:
        with pytest.raises(Forbidden) as refused:
            act(world.desk)
        told = refused.value.facts["right"]
        assert told == right or (who, told) == ("accountant", Right.PATIENTS)
    assert world.sql("select max(seq) from journal") == before


@pytest.mark.parametrize("who", ["holder", "replacement"])
def test_the_holder_and_who_replaces_him_read_the_care_of_all(world: World, who: str) -> None:
    session = world.visit(OUCHENE)
    seat(world, BY_NAME[who])
    assert sessions.view(world.desk, session).session.id == session
    assert treating.treats(world.desk, world.ids[OUCHENE])


def test_a_colleague_begins_with_a_patient_nobody_treats_and_then_treats_him(world: World) -> None:
    seat(world, BY_NAME["colleague"])
    patient = world.patient(OUCHENE)
    assert treating.treats(world.desk, patient)
    session = world.visit(OUCHENE)
    held = sessions.view(world.desk, session).session
    assert held.practitioner == world.desk.user.practitioner
    seat(world, BY_NAME["holder"])
    world.open_series(OUCHENE)
    seat(world, BY_NAME["colleague"])
    assert treating.treats(world.desk, patient), "another series takes nothing away"


def test_a_holder_confides_a_patient_by_a_series_in_the_name_of_a_colleague(world: World) -> None:
    world.visit(OUCHENE)
    seat(world, BY_NAME["colleague"])
    other = world.desk.user.practitioner or ""
    assert [key for key, _ in treatments.kines(world.desk)] == [other]
    patient = world.ids[OUCHENE]
    assert not treating.treats(world.desk, patient)
    seat(world, BY_NAME["main"])
    assert [key for key, _ in treatments.kines(world.desk)] == [
        world.desk.user.practitioner, other
    ]  # fmt: skip
    world.open_series(OUCHENE, practitioner=other)
    seat(world, BY_NAME["colleague"])
    assert treating.treats(world.desk, patient)


def test_nobody_opens_a_series_in_the_name_of_another_unless_he_sees_everybody(
    world: World,
) -> None:
    holder = world.desk.user.practitioner or ""
    seat(world, BY_NAME["colleague"])
    with pytest.raises(Forbidden) as refused:
        world.open_series(OUCHENE, practitioner=holder)
    assert refused.value.facts["right"] is Right.COLLEAGUES
    seat(world, BY_NAME["main"])
    with pytest.raises(InvalidForm) as wrong:
        world.open_series(DELVAUX, practitioner="01NOBODY")
    assert ("practitioner", "unknown") in faults(wrong.value)


@pytest.mark.parametrize("who", ["office", "sender", "colleague"])
def test_the_office_keeps_the_agenda_and_the_till(world: World, who: str) -> None:
    session = world.visit(OUCHENE)
    seat(world, BY_NAME[who])
    desk = world.desk
    [seen] = agenda.of_day(desk, desk.today)
    assert (seen.id, seen.patient.last_name) == (session, "Ouchene")
    assert agenda.last_of(desk, world.ids[OUCHENE], 5) == [seen]
    account = agenda.account(desk, session)
    assert (account.series, account.fee_cents, account.collected_cents) == ("", 3388, 0)
    agenda.collect(desk, session, {"copay_collected": "2,50", "payment_means": "card"})
    assert agenda.account(world.desk, session).collected_cents == 250
    patients.amend(desk, world.ids[OUCHENE], {"last_name": "Ouchene", "first_name": "Fatima"})
    assert (today.overview(desk).business is None) == (who == "colleague")


def test_the_office_is_told_the_reasons_it_can_mend_and_the_number_of_the_others(
    world: World,
) -> None:
    world.open_series(VERHULST, agreed=False)
    world.visit(VERHULST)  # no agreement, and no insurer is typed
    world.ids[DELVAUX] = patients.create(
        world.desk, {"last_name": "Delvaux", "first_name": "Marc", "niss": DELVAUX.niss}
    )
    uninsured = world.visit(DELVAUX)
    everything = {
        each.passage.id: {block.opens for block in each.blocks}
        for each in agenda.held_back(world.desk)
    }
    seat(world, BY_NAME["office"])
    seen = {
        each.passage.id: {block.opens for block in each.blocks}
        for each in agenda.held_back(world.desk, most=3)
    }
    assert uninsured in seen
    for key, opens in seen.items():
        assert opens == everything[key] & {"coverage", "tariff", "clock", "practice"}
    assert agenda.count_held_back(world.desk) == len(everything) == 2
    assert agenda.standing(world.desk, uninsured).blocks == [
        block
        for each in agenda.held_back(world.desk)
        if each.passage.id == uninsured
        for block in each.blocks
    ]


def test_a_colleague_is_told_the_reasons_of_his_own_patients(world: World) -> None:
    world.open_series(VERHULST, agreed=False)
    world.visit(VERHULST)
    seat(world, BY_NAME["colleague"])
    assert agenda.held_back(world.desk) == []
    world.open_series(OUCHENE, agreed=False)
    own = world.visit(OUCHENE)
    assert [each.passage.id for each in agenda.held_back(world.desk, most=3)] == [own]
    assert agenda.held_back(world.desk)[0].blocks


def test_a_look_is_noted_for_who_may_look(world: World) -> None:
    session = world.visit(OUCHENE)
    seat(world, BY_NAME["accountant"])
    for look in (sightings.patient, sightings.past, sightings.line, sightings.document):
        with pytest.raises(Forbidden):
            look(world.desk, session)
    assert practices.users(world.desk.db)[0].role == "VIEWER"
