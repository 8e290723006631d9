"""A form that creates something, sent twice: one effect; corrected in between, it is another."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import pytest

from server.services import patients, payments, sessions, treatments
from server.services.desk import Desk
from tests.people import DELVAUX, OUCHENE
from tests.world import World

Send = Callable[[Desk, Mapping[str, str]], object]


@dataclass(frozen=True)
class Act:
    """A form of the product: how it is sent, its fields, a field corrected, where its row goes."""

    send: Callable[[World], Send]
    typed: Mapping[str, str]
    corrected: Mapping[str, str]
    table: str


def session(world: World) -> Send:
    series = world.open_series(OUCHENE)
    return lambda desk, typed: sessions.record(desk, series, typed)


def series(world: World) -> Send:
    patient = world.patient(OUCHENE)
    return lambda desk, typed: treatments.open_series(desk, patient, typed)


def transfer(world: World) -> Send:
    world.visit(DELVAUX)
    world.seal("300")
    return payments.record


ACTS = {
    "session": Act(session, {"copay_collected": "2,50"}, {"copay_collected": "0"}, "session"),
    "patient": Act(
        lambda _: patients.create, {"last_name": "Servais", "first_name": "Ana"},
        {"first_name": "Anna"}, "patient",
    ),
    "series": Act(
        series,
        {
            "category": "COMMON_1", "place": "CABINET", "start_date": "02/03/2026",
            "rx_date": "02/03/2026", "prescriber": "19990116004",
            "prescriber_name": "Dr Anne Willems", "max_sessions": "18",
        },
        {"max_sessions": "9"}, "treatment",
    ),
    "transfer": Act(
        transfer, {"payer": "300", "reference": "INCONNU", "amount": "12,00"},
        {"amount": "13,00"}, "payment",
    ),
}  # fmt: skip


@pytest.fixture(params=list(ACTS.values()), ids=list(ACTS))
def act(request: pytest.FixtureRequest) -> Act:
    found: Act = request.param
    return found


def rows(world: World, act: Act) -> int:
    return int(str(world.sql(f"select count(*) from {act.table}")))  # noqa: S608 - a table of ours


def test_the_same_form_twice_is_one_row_and_one_answer(world: World, act: Act) -> None:
    send = act.send(world)
    form = {**act.typed, "form_key": world.desk.new_id()}
    before = rows(world, act)
    first = send(world.desk, form)
    acts = world.sql("select count(*) from journal")
    world.clock.advance(minutes=1)
    assert send(world.desk, form) == first
    assert rows(world, act) == before + 1
    assert world.sql("select count(*) from journal") == acts


def test_a_form_corrected_before_it_is_sent_again_is_another(world: World, act: Act) -> None:
    send = act.send(world)
    form = {**act.typed, "form_key": world.desk.new_id()}
    before = rows(world, act)
    first = send(world.desk, form)
    assert send(world.desk, {**form, **act.corrected}) != first
    assert rows(world, act) == before + 2


def test_the_same_words_on_two_forms_are_two_acts(world: World, act: Act) -> None:
    send = act.send(world)
    before = rows(world, act)
    for _ in range(2):
        send(world.desk, {**act.typed, "form_key": world.desk.new_id()})
    send(world.desk, {**act.typed, "form_key": "typed by somebody"})
    assert rows(world, act) == before + 3


def test_one_form_for_two_series_is_a_session_of_each(world: World) -> None:
    key = world.desk.new_id()
    for person in (OUCHENE, DELVAUX):
        sessions.record(world.desk, world.open_series(person), {"form_key": key})
    assert world.sql("select count(distinct treatment) from session") == 2
