"""A Vitale card on a French desk: the right person's file, never another's, never twice."""

from datetime import UTC, date, datetime

import pytest

from server.core.cards import Proof
from server.core.errors import Forbidden
from server.core.identifiers import Nir
from server.core.vitale import VitalePerson, VitaleRead
from server.services import cards, patients, vitale
from server.store import nirs
from server.store.rows import value
from tests.services.people_of import BY_NAME, seat
from tests.world import World

FATHER = Nir.parse("170076799990730")
AT = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)


def who(first: str, birth: str, nir: Nir | None = FATHER, last: str = "MARTIN") -> VitalePerson:
    try:
        day = date(int(birth[:4]), int(birth[4:6]), int(birth[6:]))
    except ValueError:
        day = None
    return VitalePerson(nir, last, first, day, birth, f"{first} raw".encode())


LOIC, ZOE = who("LOÏC", "19700701"), who("ZOÉ", "20100203")
MAEL, NOAH = who("MAËL", "20151401"), who("NOAH", "20151401")


def card(*people: VitalePerson, proof: Proof = Proof.DEMO) -> VitaleRead:
    return VitaleRead(AT, "Reader", people, proof)


def admit(world: World, read: VitaleRead, place: int = 0) -> str:
    shown = vitale.present(world.desk, read, place)
    assert shown.patient
    return shown.patient


def test_a_new_person_is_drafted_with_number_birth_and_sex(french_world: World) -> None:
    shown = vitale.present(french_world.desk, card(LOIC), 0)
    assert (shown.drafted, shown.contradicts, shown.refusal) == (True, False, "")
    file = patients.open_file(french_world.desk, str(shown.patient))
    assert (file.patient.last_name, file.patient.birth_date) == ("MARTIN", date(1970, 7, 1))
    assert (file.patient.sex, file.patient.draft) == ("M", True)
    assert file.nir == "1 70 07 67 999 907 30"
    assert file.origin == "CARD"
    reading = cards.reading_today(french_world.desk, str(shown.patient))
    assert reading is not None
    assert reading.proof == "DEMO"


def test_the_same_card_opens_the_same_file(french_world: World) -> None:
    first = admit(french_world, card(LOIC))
    assert admit(french_world, card(LOIC)) == first
    assert french_world.sql("select count(*) from patient") == 1
    assert french_world.sql("select count(*) from patient_nir") == 1
    assert french_world.sql("select count(*) from card_read") == 2


def test_a_child_who_bears_a_parent_s_number_has_a_file_of_its_own(french_world: World) -> None:
    family = card(LOIC, ZOE)
    father, child = admit(french_world, family, 0), admit(french_world, family, 1)
    assert father != child
    assert admit(french_world, family, 1) == child
    assert patients.open_file(french_world.desk, child).patient.sex == ""


def test_twins_whose_birth_no_calendar_knows_are_told_apart(french_world: World) -> None:
    family = card(LOIC, MAEL, NOAH)
    mael = admit(french_world, family, 1)
    noah = admit(french_world, family, 2)
    assert mael != noah
    assert (admit(french_world, family, 1), admit(french_world, family, 2)) == (mael, noah)


def test_of_the_others_on_the_card_nothing_is_kept(french_world: World) -> None:
    admit(french_world, card(LOIC, ZOE), 1)
    kept = french_world.sql("select group_concat(identity_file) from card_read")
    assert kept in (b"ZO\xc3\x89 raw", "ZOÉ raw")
    assert french_world.sql("select count(*) from patient where first_name like 'LO%'") == 0


def test_a_patient_typed_before_is_found_by_name_and_birth_and_gains_the_number(
    french_world: World,
) -> None:
    typed = patients.create(
        french_world.desk, {"last_name": "Martin", "first_name": "Loïc", "birth_date": "1970-07-01"}
    )
    shown = vitale.present(french_world.desk, card(LOIC), 0)
    assert (shown.patient, shown.drafted) == (typed, False)
    assert nirs.of(french_world.desk.db, typed) == FATHER.digits


def test_a_card_that_contradicts_a_confirmed_file_never_overwrites_it(french_world: World) -> None:
    patient = admit(french_world, card(LOIC))
    patients.amend(
        french_world.desk, patient,
        {"last_name": "Martin", "first_name": "Loïc", "birth_date": "1970-07-01"},
    )  # fmt: skip
    married = who("LOÏC", "19700701", last="DURAND")
    shown = vitale.present(french_world.desk, card(married), 0)
    assert (shown.patient, shown.contradicts) == (patient, True)
    file = patients.open_file(french_world.desk, patient)
    assert file.patient.last_name == "Martin"
    assert file.contradiction is not None
    assert file.contradiction.last_name == "DURAND"


def test_the_person_meant_is_the_only_one_or_the_only_one_known(french_world: World) -> None:
    family = card(LOIC, ZOE, MAEL)
    assert vitale.recognise(french_world.desk, card(ZOE)) == 0
    assert vitale.recognise(french_world.desk, family) is None
    admit(french_world, family, 1)
    assert vitale.recognise(french_world.desk, family) == 1
    admit(french_world, family, 0)
    assert vitale.recognise(french_world.desk, family) is None


def test_without_a_number_a_person_is_not_drafted_twice(french_world: World) -> None:
    bare = who("INÈS", "20120101", nir=None)
    assert admit(french_world, card(bare)) == admit(french_world, card(bare))


@pytest.mark.parametrize("typed", ["1700767999", "1 70 07 67 999 907", "170076799990730"])
def test_a_number_typed_finds_its_patient(french_world: World, typed: str) -> None:
    patient = admit(french_world, card(LOIC))
    assert [found.id for found in patients.search(french_world.desk, typed)] == [patient]
    assert patients.search(french_world.desk, "2700767999") == []


def test_a_real_card_is_refused_by_a_demo_practice(french_world: World) -> None:
    shown = vitale.present(french_world.desk, card(LOIC, proof=Proof.UNVERIFIED), 0)
    assert (shown.patient, shown.refusal) == (None, "real_card")
    assert french_world.sql("select count(*) from patient") == 0


def test_a_fabricated_card_is_refused_by_a_real_practice(
    french_real_world: World,
) -> None:
    shown = vitale.present(french_real_world.desk, card(LOIC), 0)
    assert (shown.patient, shown.refusal) == (None, "demo_card")
    taken = vitale.present(french_real_world.desk, card(LOIC, proof=Proof.UNVERIFIED), 0)
    assert taken.patient
    db = french_real_world.desk.db
    assert value(db, "select proof from card_read") == "UNVERIFIED"


def test_a_belgian_practice_takes_nothing_of_it(world: World) -> None:
    before = world.sql("select count(*) from patient")
    assert vitale.recognise(world.desk, card(LOIC, ZOE)) == 0
    assert vitale.present(world.desk, card(LOIC), 0).refusal == "foreign_card"
    assert world.sql("select count(*) from patient") == before


def test_who_may_not_see_patients_may_not_present_a_card(
    french_world: World,
) -> None:
    seat(french_world, BY_NAME["accountant"])
    for work in (
        lambda: vitale.present(french_world.desk, card(LOIC), 0),
        lambda: vitale.recognise(french_world.desk, card(LOIC)),
    ):
        with pytest.raises(Forbidden):
            work()
