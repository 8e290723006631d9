"""The same card behind the system's own PC/SC service, with a virtual reader."""

import queue
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import TypeVar

import pytest

from hardware.cards import watch_cards
from hardware.eid_trust import TrustAnchors
from hardware.fake_ca import demo_root
from hardware.fake_eid import EidCard
from hardware.fake_eid_files import APPLET_17
from hardware.fake_person import Person
from hardware.fake_vitale import CpsSlot, OnCard, VitaleCard
from hardware.fakes import EmulatedCard, Faults, FaultyCard
from hardware.known_atrs import KnownAtr
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
from hardware.vpcd import VirtualCard, serve_card
from server.app.words import table
from server.core.cards import CardKind, Proof
from tests.hardware.daemon import PORT, Daemon, what_is_missing
from tests.hardware.stage import NOON

pytestmark = pytest.mark.device
Event = TypeVar("Event")


class WallTime:
    """Seconds that pass, at an instant that does not."""

    def now(self) -> datetime:
        return NOON

    def monotonic(self) -> float:
        return time.monotonic()


class Desk:
    """A desk with a real service: its daemon, its reader, and all it says."""

    def __init__(self, daemon: Daemon) -> None:
        self.daemon = daemon
        self.events: queue.Queue[CardEvent] = queue.Queue()

    def until(self, kind: type[Event]) -> Event:
        while True:
            event = self.events.get(timeout=10)
            if isinstance(event, kind):
                return event

    def until_pulled(self) -> None:
        """Wait until the reading failed and the card is gone: two threads say it, in any order."""
        said: set[type[CardEvent]] = set()
        while not {CardFailed, CardRemoved} <= said:
            event = self.events.get(timeout=10)
            said.add(type(event))
            if isinstance(event, CardFailed):
                assert event.problem is CardProblem.PULLED


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    pytest.importorskip("smartcard.scard", reason="the package pyscard is not installed")
    if missing := what_is_missing():
        pytest.skip(missing)
    daemon = Daemon(tmp_path)
    desk = Desk(daemon)
    anchors = TrustAnchors(demo=(demo_root(),))
    not_ours = [KnownAtr.from_row(row) for row in table("card_atrs")]
    watcher = watch_cards(
        desk.events.put, WallTime(), lambda: anchors, with_photo=True, not_ours=not_ours
    )
    daemon.start()
    watcher.start()
    try:
        desk.until(ReaderAdded)
        yield desk
    finally:
        stopped = watcher.stop()
        daemon.kill()
    assert stopped


def _card(card: EmulatedCard, slot: int = 0) -> VirtualCard:
    return serve_card(card, port=PORT + slot)


@pytest.mark.parametrize("older", [False, True])
def test_a_card_is_read_through_the_system_service(desk: Desk, ana: Person, older: bool) -> None:
    with _card(EidCard(ana, APPLET_17) if older else EidCard(ana)) as handle:
        assert desk.until(CardInserted).kind is CardKind.EID
        read = desk.until(CardDone).read
        assert read.identity.niss.digits == ana.niss
        assert read.reader.startswith("Virtual PCD")
        assert read.proof is Proof.DEMO
        assert read.photo
        handle.remove()
        assert desk.until(CardRemoved).reader == read.reader


def test_a_card_pulled_in_mid_read_is_read_when_it_comes_back(desk: Desk, ana: Person) -> None:
    with _card(FaultyCard(EidCard(ana), Faults(pull_after=9))) as handle:
        desk.until_pulled()
        handle.insert(EidCard(ana))
        assert desk.until(CardDone).read.identity.last_name == ana.last_name


def test_the_daemon_dies_and_reading_resumes_by_itself(desk: Desk, ana: Person) -> None:
    with _card(EidCard(ana)) as handle:
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
    with _card(EidCard(ana)):
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
    with _card(cps, slots[0]):
        assert desk.until(CardInserted).kind is CardKind.CPS
        with _card(VitaleCard(FAMILY, padding=400), slots[1]):
            read = desk.until(VitaleDone).read
    assert [who.first_names for who in read.people] == ["LOÏC", "MAËL"]
    assert read.proof is Proof.DEMO
    assert cps.asked == 0


@pytest.mark.scenario("H-09")
def test_a_vitale_pulled_in_mid_read_gives_nothing_and_is_read_when_it_comes_back(
    desk: Desk,
) -> None:
    with _card(FaultyCard(VitaleCard(FAMILY), Faults(pull_after=7))) as handle:
        desk.until_pulled()
        handle.insert(VitaleCard(FAMILY))
        assert len(desk.until(VitaleDone).read.people) == 2
