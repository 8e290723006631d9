"""The same card behind the system's own PC/SC service, with a virtual reader."""

import pytest

from hardware.fake_eid import EidCard
from hardware.fake_eid_files import APPLET_17
from hardware.fake_person import Person
from hardware.fake_vitale import CpsSlot, OnCard, VitaleCard
from hardware.fakes import Faults, FaultyCard
from hardware.pcsc import load_scard, open_card
from hardware.ports import (
    CardDone,
    CardEvent,
    CardFailed,
    CardInserted,
    CardProblem,
    CardRemoved,
    ReaderAdded,
    ReaderRemoved,
    ServiceDown,
    ServiceUp,
    VitaleDone,
)
from server.core.cards import CardKind, Proof
from tests.hardware.daemon import PORT
from tests.hardware.desk import Desk, insert

pytestmark = pytest.mark.device


@pytest.mark.parametrize("older", [False, True])
def test_a_card_is_read_through_the_system_service(desk: Desk, ana: Person, older: bool) -> None:
    with insert(EidCard(ana, APPLET_17) if older else EidCard(ana)) as handle:
        assert desk.until(CardInserted).kind is CardKind.EID
        read = desk.until(CardDone).read
        assert read.identity.niss.digits == ana.niss
        assert read.reader.startswith("Virtual PCD")
        assert read.proof is Proof.DEMO
        assert read.photo
        handle.remove()
        assert desk.until(CardRemoved).reader == read.reader


def test_a_card_pulled_in_mid_read_is_read_when_it_comes_back(desk: Desk, ana: Person) -> None:
    with insert(FaultyCard(EidCard(ana), Faults(pull_after=9))) as handle:
        said: set[type[CardEvent]] = set()
        while not {CardFailed, CardRemoved} <= said:  # by two threads, in either order
            event = desk.events.get(timeout=10)
            said.add(type(event))
            if isinstance(event, CardFailed):
                assert event.problem is CardProblem.PULLED
        handle.insert(EidCard(ana))
        assert desk.until(CardDone).read.identity.last_name == ana.last_name


def test_the_daemon_dies_and_reading_resumes_by_itself(desk: Desk, ana: Person) -> None:
    with insert(EidCard(ana)) as handle:
        desk.until(CardDone)
        desk.daemon.kill()
        assert desk.until(CardRemoved)
        assert desk.until(ReaderRemoved)
        assert desk.until(ServiceDown) == ServiceDown(CardProblem.SERVICE_DOWN)
        desk.daemon.start()
        assert desk.until(ServiceUp)
        assert desk.until(ReaderAdded)
        handle.insert()
        assert desk.until(CardDone).read.identity.niss.digits == ana.niss


def test_another_program_may_use_the_card_while_we_hold_it_open(desk: Desk, ana: Person) -> None:
    with insert(EidCard(ana)):
        reader = desk.until(CardDone).read.reader
        scard = load_scard()
        with open_card(scard, reader) as ours, open_card(scard, reader) as theirs:
            select = bytes.fromhex("00A4080C04DF014031")
            assert ours.send(select).sw == theirs.send(select).sw == 0x9000
        with open_card(scard, reader) as again:  # nobody reset the card: the file is still chosen
            assert again.send(bytes.fromhex("00B0000004")).sw == 0x9000


FAMILY = (
    OnCard("MARTIN", "LOÏC", "19700701", "170076799990730"),
    OnCard("MARTIN", "MAËL", "20151401", "170076799990730"),
)


@pytest.mark.parametrize("slots", [(0, 1), (1, 0)])
def test_a_vitale_and_a_professional_s_card_lie_side_by_side_in_either_slot(
    desk: Desk, slots: tuple[int, int]
) -> None:
    cps = CpsSlot()
    with insert(cps, PORT + slots[0]):
        assert desk.until(CardInserted).kind is CardKind.CPS
        with insert(VitaleCard(FAMILY, padding=400), PORT + slots[1]):
            read = desk.until(VitaleDone).read
    assert [who.first_names for who in read.people] == ["LOÏC", "MAËL"]
    assert read.proof is Proof.DEMO
    assert cps.asked == 0


@pytest.mark.scenario("H-09")
def test_a_vitale_pulled_in_mid_read_gives_nothing_and_is_read_when_it_comes_back(
    desk: Desk,
) -> None:
    with insert(FaultyCard(VitaleCard(FAMILY), Faults(pull_after=7))) as handle:
        failed, _ = desk.until_all(CardFailed, CardRemoved)
        assert isinstance(failed, CardFailed)
        assert failed.problem is CardProblem.PULLED
        handle.insert(VitaleCard(FAMILY))
        assert len(desk.until(VitaleDone).read.people) == 2
