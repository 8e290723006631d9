"""Notes, alarms, addresses, particulars of a file (SOFIA-25): kept whole, for their readers."""

from collections.abc import Callable, Mapping
from datetime import date, timedelta

import apsw
import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.core.errors import Forbidden, InvalidForm, NotFound, StateConflict
from server.services import addresses, alarms, areas, journals, notes, particulars, past, past_areas
from server.services.addresses import Kind
from server.services.desk import Desk
from server.services.notes import noted
from server.store.file_areas import Note
from tests.people import DELVAUX, OUCHENE
from tests.services.people_of import BY_NAME, seat
from tests.world import START, World, faults


@pytest.fixture
def patient(world: World) -> str:
    """A patient of the holder's."""
    world.visit(OUCHENE)
    return world.ids[OUCHENE]


def note(world: World, patient: str, body: str, reach: str = "PRACTICE", **more: str) -> str:
    return notes.write(world.desk, patient, {"note": body, "reach": reach, **more})


def alarm(world: World, patient: str, body: str, **typed: str) -> str:
    return alarms.set_alarm(world.desk, patient, {"alarm": body, "reach": "PRACTICE", **typed})


def said(world: World, patient: str) -> list[str]:
    return [each.note.body for each in notes.of_patient(world.desk, patient).held]


def due(world: World, patient: str) -> list[str]:
    return [each.alarm.body for each in alarms.due(world.desk, patient)]


def test_a_note_is_corrected_by_a_new_one_and_the_older_stays_readable(
    world: World, patient: str
) -> None:
    first = note(world, patient, "Appeler  sa fille\n\nle soir")
    second = notes.correct(world.desk, first, {"note": "Appeler son fils"})
    third = notes.correct(world.desk, second, {"note": "Appeler ses enfants"})
    [held] = notes.of_patient(world.desk, patient).held
    assert (held.note.id, held.author) == (third, "Sophie MARCHAL")
    assert [(each.body, name) for each, name in held.older] == [
        ("Appeler son fils", "Sophie MARCHAL"), ("Appeler sa fille\nle soir", "Sophie MARCHAL"),
    ]  # fmt: skip
    assert notes.count(world.desk, patient) == 1
    assert world.sql("select count(*) from patient_note") == 3
    assert journals.verify(world.desk).flaws == []


def test_a_struck_note_keeps_who_struck_it_and_when(world: World, patient: str) -> None:
    key = note(world, patient, "À oublier")
    world.clock.advance(minutes=5)
    notes.strike(world.desk, key)
    found = notes.of_patient(world.desk, patient)
    [struck] = found.struck
    assert found.held == []
    assert struck.struck is not None
    assert (struck.struck_by, struck.struck.at > struck.note.at) == ("Sophie MARCHAL", True)
    assert notes.count(world.desk, patient) == 0


def test_a_note_replaced_or_struck_is_neither_corrected_nor_struck_again(
    world: World, patient: str
) -> None:
    first = note(world, patient, "Un")
    second = notes.correct(world.desk, first, {"note": "Deux"})
    notes.strike(world.desk, second)
    for key in (first, second):
        with pytest.raises(StateConflict):
            notes.correct(world.desk, key, {"note": "Trois"})
        with pytest.raises(StateConflict):
            notes.strike(world.desk, key)


def test_what_was_written_cannot_be_changed_in_the_file_itself(world: World, patient: str) -> None:
    note(world, patient, "Un")
    alarm(world, patient, "Radio")
    for change in ("update patient_note set body = 'x'", "update patient_alarm set body = 'x'"):
        with pytest.raises(apsw.ConstraintError, match="never changed"):
            world.desk.db.execute(change)


def test_the_same_form_sent_twice_keeps_one_row(world: World, patient: str) -> None:
    key = world.desk.new_id()
    place = {"kind": "CARE", "city": "Namur"}
    for _ in range(2):
        note(world, patient, "Une fois", form_key=key)
        alarm(world, patient, "Une fois", form_key=key)
        addresses.keep(world.desk, patient, {**place, "form_key": key})
    assert world.sql("select count(*) from patient_note") == 1
    assert world.sql("select count(*) from patient_alarm") == 1
    assert world.sql("select count(*) from patient_place") == 1
    assert world.sql("select count(*) from journal where action = 'patient.noted'") == 1


@pytest.mark.parametrize("who", ["colleague", "office", "sender"])
def test_what_is_of_care_is_neither_read_nor_written_by_who_does_not_treat(
    world: World, patient: str, who: str
) -> None:
    care = note(world, patient, "De soins", "CARE")
    pace = alarm(world, patient, "Stimulateur", reach="CARE")
    note(world, patient, "Du cabinet")
    alarm(world, patient, "Radio")
    assert areas.sees_care(world.desk, patient)
    assert {each.alarm.body for each in alarms.due_today(world.desk)} == {"Stimulateur", "Radio"}
    seat(world, BY_NAME[who])
    assert not areas.sees_care(world.desk, patient)
    assert said(world, patient) == ["Du cabinet"]
    assert due(world, patient) == ["Radio"]
    assert [each.alarm.body for each in alarms.due_today(world.desk)] == ["Radio"]
    acts: list[Callable[[Desk], object]] = [
        lambda d: notes.write(d, patient, {"note": "x", "reach": "CARE"}),
        lambda d: notes.correct(d, care, {"note": "x"}),
        lambda d: notes.strike(d, care),
        lambda d: notes.patient_of(d, care),
        lambda d: alarms.set_alarm(d, patient, {"alarm": "x", "reach": "CARE"}),
        lambda d: alarms.end(d, pace),
        lambda d: past_areas.as_of(d, patient, d.today),
    ]
    for act in acts:
        with pytest.raises(Forbidden):
            act(world.desk)


def test_the_accountant_reads_none_of_it(world: World, patient: str) -> None:
    seat(world, BY_NAME["accountant"])
    acts: list[Callable[[Desk], object]] = [
        lambda d: notes.of_patient(d, patient),
        lambda d: alarms.of_patient(d, patient),
        lambda d: alarms.due_today(d),
        lambda d: addresses.of_patient(d, patient),
        lambda d: particulars.of_patient(d, patient),
    ]
    for act in acts:
        with pytest.raises(Forbidden):
            act(world.desk)


@pytest.mark.parametrize(
    ("typed", "fault"),
    [
        ({"note": " \n ", "reach": "PRACTICE"}, ("note", "missing")),
        ({"note": "x" * 2001, "reach": "PRACTICE"}, ("note", "too_long")),
        ({"note": "x", "reach": "NOBODY"}, ("reach", "unknown")),
    ],
)
def test_a_note_says_what_is_wrong_with_it(
    world: World, patient: str, typed: Mapping[str, str], fault: tuple[str, str]
) -> None:
    with pytest.raises(InvalidForm) as refused:
        notes.write(world.desk, patient, typed)
    assert faults(refused.value) == (fault,)
    key = note(world, patient, "x" * 2000)
    with pytest.raises(InvalidForm):
        notes.correct(world.desk, key, {"note": ""})


def test_an_alarm_is_due_from_its_first_day_to_its_last(world: World, patient: str) -> None:
    today = world.desk.today
    first, last = today + timedelta(days=2), today + timedelta(days=3)
    alarm(world, patient, "Ôter les fils", shown_from=first.isoformat(),
          shown_until=last.isoformat())  # fmt: skip
    found = alarms.of_patient(world.desk, patient)
    assert ([*found.due], [*found.over]) == ([], [])
    assert [each.alarm.body for each in found.coming] == ["Ôter les fils"]
    for days, shown in ((1, False), (2, True), (3, True), (4, False)):
        world.clock.go_to(START + timedelta(days=days))
        assert due(world, patient) == (["Ôter les fils"] if shown else []), days
        assert bool(alarms.due_today(world.desk)) == shown, days
    assert [each.alarm.body for each in alarms.of_patient(world.desk, patient).over] == [
        "Ôter les fils"
    ]


def test_an_alarm_without_a_last_day_stays_until_it_is_done(world: World, patient: str) -> None:
    key = alarm(world, patient, "Demander la radio")
    other = alarm(world, patient, "Rendre les béquilles", shown_until="2026-03-20")
    world.clock.advance(days=10)
    assert due(world, patient) == ["Rendre les béquilles", "Demander la radio"]
    assert {alarms.end(world.desk, each) for each in (key, other)} == {patient}
    assert due(world, patient) == [] and alarms.due_today(world.desk) == []
    over = alarms.of_patient(world.desk, patient).over
    assert {each.ended_by for each in over} == {"Sophie MARCHAL"}
    assert world.sql("select count(*) from patient_alarm_open") == 0
    with pytest.raises(StateConflict):
        alarms.end(world.desk, key)


def test_alarms_to_come_are_in_the_order_of_their_days(world: World, patient: str) -> None:
    for day in ("2026-03-09", "2026-03-05", "2026-03-07"):
        alarm(world, patient, day, shown_from=day)
    assert [each.alarm.body for each in alarms.of_patient(world.desk, patient).coming] == [
        "2026-03-05", "2026-03-07", "2026-03-09",
    ]  # fmt: skip


def test_what_is_for_each_visit_is_shown_in_the_file_and_no_task_of_the_day(
    world: World, patient: str
) -> None:
    alarm(world, patient, "Allergie au latex", each_visit="1")
    assert due(world, patient) == ["Allergie au latex"]
    assert alarms.due_today(world.desk) == []


def test_the_day_names_whose_alarm_it_is_the_oldest_first_and_no_file_put_away(
    world: World, patient: str
) -> None:
    other = world.patient(DELVAUX)
    alarm(world, other, "Second", shown_from="2026-03-01")
    alarm(world, patient, "Premier", shown_from="2026-02-01")
    found = alarms.due_today(world.desk)
    assert [(each.patient.id, each.alarm.body) for each in found] == [
        (patient, "Premier"), (other, "Second"),
    ]  # fmt: skip
    world.desk.db.execute("update patient set archived = 1 where id = ?", (other,))
    assert [each.patient.id for each in alarms.due_today(world.desk)] == [patient]


@pytest.mark.parametrize(
    ("typed", "fault"),
    [
        ({"alarm": ""}, ("alarm", "missing")),
        ({"alarm": "x" * 201}, ("alarm", "too_long")),
        ({"reach": "?"}, ("reach", "unknown")),
        ({"shown_from": "demain"}, ("shown_from", "date")),
        ({"shown_from": "10/03/2026", "shown_until": "09/03/2026"},
         ("shown_until", "before_start")),
        ({"shown_from": "01/02/2026", "shown_until": "01/03/2026"}, ("shown_until", "past")),
    ],
)  # fmt: skip
def test_an_alarm_says_what_is_wrong_with_it(
    world: World, patient: str, typed: Mapping[str, str], fault: tuple[str, str]
) -> None:
    with pytest.raises(InvalidForm) as refused:
        alarms.set_alarm(world.desk, patient, {"alarm": "x", "reach": "PRACTICE", **typed})
    assert faults(refused.value) == (fault,)


def place(world: World, patient: str, **typed: str) -> str:
    return addresses.keep(
        world.desk,
        patient,
        {"kind": "CARE", "street": "Rue du Moulin 12", "city": "Namur", **typed},
    )


def city_on(world: World, patient: str, day: str, kind: Kind = Kind.CARE) -> str:
    found = addresses.on(world.desk, patient, kind, date.fromisoformat(day))
    return found.city if found else ""


def test_of_two_places_that_hold_the_one_that_began_last_counts(world: World, patient: str) -> None:
    place(world, patient, valid_from="2026-01-01")
    place(world, patient, city="Dinant", valid_from="2026-03-01", valid_until="2026-03-10")
    place(world, patient, kind="LETTERS", city="Ciney")
    for day, city in (
        ("2025-12-31", ""), ("2026-01-01", "Namur"), ("2026-03-01", "Dinant"),
        ("2026-03-10", "Dinant"), ("2026-03-11", "Namur"),
    ):  # fmt: skip
        assert city_on(world, patient, day) == city, day
    assert city_on(world, patient, "2026-03-02", Kind.LETTERS) == "Ciney"


def test_a_place_is_ended_once_on_its_last_day_and_stays(world: World, patient: str) -> None:
    key = place(world, patient, valid_from="2026-01-01", valid_until="2026-12-31")
    addresses.end(world.desk, key, {"last_day": "05/03/2026"})
    assert city_on(world, patient, "2026-03-05") == "Namur"
    assert city_on(world, patient, "2026-03-06") == ""
    [kept] = addresses.of_patient(world.desk, patient).kept
    assert (kept.last_day, kept.author) == (date(2026, 3, 5), "Sophie MARCHAL")
    with pytest.raises(StateConflict):
        addresses.end(world.desk, key, {"last_day": "06/03/2026"})
    other = place(world, patient)
    with pytest.raises(InvalidForm) as refused:
        addresses.end(world.desk, other, {"last_day": ""})
    assert faults(refused.value) == (("last_day", "missing"),)
    assert addresses.patient_of(world.desk, other) == patient


@pytest.mark.parametrize(
    ("typed", "fault"),
    [
        ({"street": "", "city": ""}, ("street", "missing")),
        ({"kind": "HOME"}, ("kind", "unknown")),
        ({"access": "x" * 301}, ("access", "too_long")),
        ({"place_name": "x" * 61}, ("place_name", "too_long")),
        ({"valid_from": "05/03/2026", "valid_until": "04/03/2026"},
         ("valid_until", "before_start")),
    ],
)  # fmt: skip
def test_an_address_says_what_is_wrong_with_it(
    world: World, patient: str, typed: Mapping[str, str], fault: tuple[str, str]
) -> None:
    with pytest.raises(InvalidForm) as refused:
        place(world, patient, **typed)
    assert faults(refused.value) == (fault,)


def test_a_particular_replaces_the_one_before_and_only_what_changed_is_written(
    world: World, patient: str
) -> None:
    particulars.keep(world.desk, patient, {"profession": "Maçon", "employer": "Bâti SA"})
    world.clock.advance(minutes=1)
    particulars.keep(
        world.desk, patient, {"profession": "Chef de chantier", "employer": "Bâti SA", "more": ""}
    )
    world.clock.advance(minutes=1)
    particulars.keep(world.desk, patient, {"employer": "", "more": "Aime\nle vélo"})
    found = particulars.of_patient(world.desk, patient)
    assert {key: each.fact.value for key, each in found.now.items()} == {
        "PROFESSION": "Chef de chantier", "MORE": "Aime\nle vélo",
    }  # fmt: skip
    assert {(each.fact.key, each.fact.value) for each in found.before} == {
        ("EMPLOYER", "Bâti SA"), ("PROFESSION", "Maçon"),
    }  # fmt: skip
    assert {each.author for each in found.before} == {"Sophie MARCHAL"}
    before = world.sql("select count(*) from journal where action = 'patient.told'")
    particulars.keep(world.desk, patient, {"profession": "Chef de chantier", "employer": ""})
    assert world.sql("select count(*) from journal where action = 'patient.told'") == before == 3


def test_a_particular_too_long_is_refused(world: World, patient: str) -> None:
    with pytest.raises(InvalidForm) as refused:
        particulars.keep(world.desk, patient, {"physician": "x" * 201, "more": "y" * 2001})
    assert faults(refused.value) == (("physician", "too_long"), ("more", "too_long"))


def test_nothing_is_kept_of_nobody(world: World) -> None:
    acts: list[Callable[[Desk], object]] = [
        lambda d: notes.of_patient(d, "01NOBODY"),
        lambda d: notes.write(d, "01NOBODY", {"note": "x", "reach": "PRACTICE"}),
        lambda d: notes.patient_of(d, "01NONOTE"),
        lambda d: alarms.set_alarm(d, "01NOBODY", {"alarm": "x", "reach": "PRACTICE"}),
        lambda d: alarms.end(d, "01NOALARM"),
        lambda d: addresses.keep(d, "01NOBODY", {"kind": "CARE", "city": "x"}),
        lambda d: addresses.end(d, "01NOPLACE", {}),
        lambda d: particulars.keep(d, "01NOBODY", {"profession": "x"}),
    ]
    for act in acts:
        with pytest.raises(NotFound):
            act(world.desk)


def test_an_evening_has_the_notes_and_alarms_it_had(world: World, patient: str) -> None:
    first = note(world, patient, "Avant")
    struck = note(world, patient, "Rayée")
    ended = alarm(world, patient, "Radio", shown_until="2026-03-03")
    alarm(world, patient, "Plus tard", shown_from="2026-03-04")
    world.clock.go_to(START + timedelta(days=1))
    notes.correct(world.desk, first, {"note": "Après"})
    notes.strike(world.desk, struck)
    world.clock.go_to(START + timedelta(days=2))
    alarms.end(world.desk, ended)

    def evening(day: int) -> tuple[list[str], list[str]]:
        found = past_areas.as_of(world.desk, patient, date(2026, 3, day))
        return [e.note.body for e in found.notes], [e.body for e in found.alarms]

    assert evening(1) == ([], [])
    assert evening(2) == (["Rayée", "Avant"], ["Radio"])
    assert evening(3) == (["Après"], ["Radio"])
    assert evening(4) == (["Après"], ["Plus tard"])
    days = past.days_of(world.desk, patient)
    assert days == [date(2026, 3, day) for day in (4, 3, 2)]


@given(st.lists(st.integers(0, 9), max_size=8))
def test_every_chain_of_corrections_is_one_note_with_all_it_said_before(picks: list[int]) -> None:
    """Each number corrects one of the notes that stand, or writes a new one when it is too high."""
    rows: list[Note] = []
    standing: list[Note] = []
    for number, pick in enumerate(picks):
        replaced = standing.pop(pick) if pick < len(standing) else None
        row = Note(
            f"{number:03}", "P", START, "U", care=False, body=str(number),
            replaces=replaced.id if replaced else None,
        )  # fmt: skip
        rows.insert(0, row)
        standing.append(row)
    found = noted(rows, {}, {})
    assert {each.note.id for each in found} == {each.id for each in standing}
    told = [each.note.id for each in found] + [old.id for each in found for old, _ in each.older]
    assert sorted(told) == sorted(row.id for row in rows)
