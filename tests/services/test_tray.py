"""The porte-document: kept before it is understood, once, filed by a person, version by version."""

from datetime import date

import apsw
import pytest

from server.core.errors import Forbidden, InvalidForm, NotFound, StateConflict
from server.core.rights import Role
from server.core.tray import Kind, Origin, TrayState
from server.services import tray
from server.services.tray import Page
from tests.people import LAMBIOTTE, OUCHENE
from tests.world import World, faults

PDF = b"%PDF-1.7 fabricated"
PAGES = [Page(b"\xff\xd8 one", 92, ()), Page(b"\xff\xd8 two", 55, ("blurred", "pale"))]


def received(world: World, content: bytes = PDF, name: str = "scan.pdf") -> str:
    """A document that came in and was looked into."""
    key = tray.receive(world.desk, content, name, Origin.SCAN).id
    tray.looked_into(world.desk, key, PAGES)
    return key


def filed(world: World, kind: Kind = Kind.RX_SCAN, **typed: str) -> str:
    key = received(world)
    form = {"patient": world.patient(OUCHENE), "kind": str(kind), **typed}
    tray.integrate(world.desk, key, form)
    return key


def act_as(world: World, role: Role, *, linked: bool) -> None:
    world.desk.db.execute(
        "update app_user set role = ?, is_main = 0, practitioner = "
        "case when ? then practitioner end", (str(role), linked)
    )  # fmt: skip


def test_a_file_is_kept_as_it_came_before_anybody_looks_into_it(world: World) -> None:
    got = tray.receive(world.desk, b"anything", "C:\\scans\\ordo\u202e.pdf", Origin.FOLDER)
    assert not got.already
    assert list(tray.unseen(world.desk)) == [got.id]
    assert tray.raw(world.desk, got.id) == b"anything"
    assert tray.count(world.desk) == 1
    assert tray.waiting(world.desk)[0].incoming.name == "ordo.pdf"


@pytest.mark.scenario("H-16")
def test_the_same_bytes_come_in_once(world: World) -> None:
    first = tray.receive(world.desk, PDF, "a.pdf", Origin.SCAN)
    again = tray.receive(world.desk, PDF, "b.pdf", Origin.IMPORT)
    assert (again.id, again.already) == (first.id, True)
    assert world.sql("select count(*) from incoming") == 1


def test_what_was_looked_into_is_to_be_processed_with_its_pages(world: World) -> None:
    key = received(world)
    document = tray.document(world.desk, key)
    assert document.filing.state is TrayState.TO_PROCESS
    assert (document.worst, list(document.advice)) == (55, ["blurred", "pale"])
    assert tray.page(world.desk, key, 2) == PAGES[1].content
    assert list(tray.unseen(world.desk)) == []
    with pytest.raises(NotFound):
        tray.page(world.desk, key, 3)
    with pytest.raises(StateConflict):
        tray.looked_into(world.desk, key, PAGES)


def test_what_cannot_be_shown_waits_with_the_reason(world: World) -> None:
    key = tray.receive(world.desk, b"broken", "a.pdf", Origin.IMPORT).id
    tray.looked_into(world.desk, key, (), "code.encrypted")
    assert tray.document(world.desk, key).filing.problem == "code.encrypted"


@pytest.mark.row("MAIIA-33")
def test_a_filed_document_leaves_the_table_for_the_file_of_its_patient(world: World) -> None:
    key = filed(world, dated="12/03/2026")
    assert tray.count(world.desk) == 0
    found = tray.of_patient(world.desk, world.patient(OUCHENE))
    assert [each.incoming.id for each in found] == [key]
    assert found[0].filing.dated == date(2026, 3, 12)
    assert tray.of_patient(world.desk, world.patient(LAMBIOTTE)) == []


@pytest.mark.row("MAIIA-35")
def test_the_copy_is_hashed_and_each_word_said_of_it_is_a_version(world: World) -> None:
    key = filed(world)
    form = {"patient": world.patient(LAMBIOTTE), "kind": "CORRESPONDENCE"}
    tray.integrate(world.desk, key, form)
    said = tray.versions(world.desk, key)
    assert [each.version for each in said] == [1, 2, 3, 4]
    assert [str(each.kind) for each in said[2:]] == ["RX_SCAN", "CORRESPONDENCE"]
    assert tray.of_patient(world.desk, world.patient(OUCHENE)) == []
    for change in ("update incoming set name = ''", "update filing set kind = 'AMC_CARD'"):
        with pytest.raises(apsw.ConstraintError):
            world.desk.db.execute(change)


@pytest.mark.scenario("F-12")
def test_an_attestation_without_its_dates_is_not_filed(world: World) -> None:
    key = received(world)
    form = {"patient": world.patient(OUCHENE), "kind": "AMC_CARD"}
    with pytest.raises(InvalidForm) as refused:
        tray.integrate(world.desk, key, form)
    assert faults(refused.value) == (("valid_from", "missing"), ("valid_to", "missing"))
    with pytest.raises(InvalidForm):
        tray.integrate(
            world.desk, key, {**form, "valid_from": "2026-02-01", "valid_to": "2026-01-01"}
        )
    tray.integrate(world.desk, key, {**form, "valid_from": "2026-01-01", "valid_to": "2026-12-31"})
    assert tray.count(world.desk) == 0


@pytest.mark.parametrize(
    ("field", "typed", "reason"),
    [("patient", "nobody", "unknown"), ("kind", "LETTER", "unknown"), ("dated", "soon", "date")],
)
def test_a_form_that_cannot_be_filed_says_which_field(
    world: World, field: str, typed: str, reason: str
) -> None:
    key = received(world)
    form = {"patient": world.patient(OUCHENE), "kind": "RX_SCAN", field: typed}
    with pytest.raises(InvalidForm) as refused:
        tray.integrate(world.desk, key, form)
    assert faults(refused.value) == ((field, reason),)


def test_a_discarded_document_can_be_taken_back_for_thirty_days(world: World) -> None:
    key = received(world)
    with pytest.raises(InvalidForm):
        tray.discard(world.desk, key, "  ")
    tray.discard(world.desk, key, "page blanche")
    assert tray.count(world.desk) == 0
    assert [each.incoming.id for each in tray.discarded(world.desk)] == [key]
    tray.take_back(world.desk, key)
    assert (tray.count(world.desk), list(tray.discarded(world.desk))) == (1, [])
    tray.discard(world.desk, key, "page blanche")
    world.clock.advance(days=31)
    assert list(tray.discarded(world.desk)) == []
    with pytest.raises(StateConflict):
        tray.take_back(world.desk, key)


def test_a_document_in_the_wrong_state_is_left_alone(world: World) -> None:
    fresh = tray.receive(world.desk, b"x", "x", Origin.IMPORT).id
    form = {"patient": world.patient(OUCHENE), "kind": "RX_SCAN"}
    with pytest.raises(StateConflict):
        tray.integrate(world.desk, fresh, form)
    with pytest.raises(StateConflict):
        tray.discard(world.desk, fresh, "why")
    with pytest.raises(StateConflict):
        tray.take_back(world.desk, fresh)
    for nobody in (tray.document, tray.raw):
        with pytest.raises(NotFound):
            nobody(world.desk, "nobody")


def test_who_sees_no_care_opens_no_prescription_filed_but_the_attestation(world: World) -> None:
    rx = filed(world)
    card = tray.receive(world.desk, b"card", "c.pdf", Origin.SCAN).id
    tray.looked_into(world.desk, card, PAGES)
    year = {"valid_from": "2026-01-01", "valid_to": "2026-12-31"}
    patient = world.patient(OUCHENE)
    tray.integrate(world.desk, card, {"patient": patient, "kind": "AMC_CARD", **year})
    act_as(world, Role.STAFF, linked=False)
    assert [each.incoming.id for each in tray.of_patient(world.desk, patient)] == [card]
    assert tray.page(world.desk, card, 1)
    for refused in (tray.document, tray.versions):
        with pytest.raises(Forbidden):
            refused(world.desk, rx)
    with pytest.raises(Forbidden):
        tray.page(world.desk, rx, 1)
    with pytest.raises(Forbidden):
        tray.integrate(world.desk, rx, {"patient": patient, "kind": "CORRESPONDENCE"})


def test_looking_at_a_document_is_journalled(world: World) -> None:
    key = received(world)
    tray.document(world.desk, key)
    seen = "select count(*) from journal where action = 'tray.seen' and entity_id = ?"
    assert world.sql(seen, (key,)) == 1


def test_the_dates_proposed_are_those_of_the_year(world: World) -> None:
    assert tray.suggested_year(date(2026, 5, 4)) == (date(2026, 1, 1), date(2026, 12, 31))
