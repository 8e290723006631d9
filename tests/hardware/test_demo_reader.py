"""The demo's reader, through the same door as real ones."""

import queue
from datetime import datetime

import pytest

from hardware.cards import watch_cards
from hardware.demo_reader import DemoReader
from hardware.eid_trust import TrustAnchors
from hardware.fake_ca import demo_root
from hardware.fake_eid import EidCard
from hardware.fake_person import Person
from hardware.ports import CardDone, CardEvent, CardProblem, CardRemoved, CardTrouble, ServiceDown
from server.core.cards import Proof
from tests.hardware.stage import Time


def _until(events: "queue.Queue[CardEvent]", kind: type) -> CardEvent:
    while not isinstance(event := events.get(timeout=5), kind):
        continue
    return event


def test_a_demo_person_is_inserted_read_and_removed(ana: Person, noon: datetime) -> None:
    events: queue.Queue[CardEvent] = queue.Queue()
    demo = DemoReader()
    anchors = TrustAnchors(demo=(demo_root(),))
    watcher = watch_cards(events.put, Time(), lambda: anchors, with_photo=True, scard=demo.scard)
    watcher.start()
    demo.insert(ana)
    done = _until(events, CardDone)
    assert isinstance(done, CardDone)
    assert (done.read.at, done.read.reader) == (noon, demo.name)
    assert done.read.proof is Proof.DEMO
    assert done.read.photo
    demo.remove()
    assert _until(events, CardRemoved) == CardRemoved(demo.name)
    demo.insert(EidCard(ana))
    assert _until(events, CardDone) == done
    assert watcher.stop()


def test_the_system_readers_are_used_when_no_other_is_given(
    noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse() -> None:
        raise CardTrouble(CardProblem.NO_SUPPORT)

    monkeypatch.setattr("hardware.cards.load_scard", refuse)
    events: queue.Queue[CardEvent] = queue.Queue()
    watcher = watch_cards(events.put, Time(), TrustAnchors)
    watcher.start()
    assert _until(events, ServiceDown) == ServiceDown(CardProblem.NO_SUPPORT)
    assert watcher.stop()
