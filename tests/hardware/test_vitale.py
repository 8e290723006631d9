"""A Vitale card read freely: who is on it, whatever the reader's manners; nothing half read."""

from collections.abc import Sequence
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardware.apdu import processed
from hardware.cards import watch_cards
from hardware.eid_trust import TrustAnchors
from hardware.fake_ca import demo_root
from hardware.fake_eid import EidCard
from hardware.fake_person import Person
from hardware.fake_scard import PaperScard
from hardware.fake_vitale import CPS_ATR, CpsSlot, OnCard, VitaleCard
from hardware.fakes import EmulatedCard, Faults, FaultyCard, PaperLink
from hardware.known_atrs import KnownAtr, kind_of
from hardware.ports import (
    CardDone,
    CardEvent,
    CardFailed,
    CardInserted,
    CardProblem,
    CardTrouble,
    VitaleDone,
)
from hardware.vitale import read_vitale
from server.app.words import table
from server.core.cards import CardKind, Proof
from tests.hardware.stage import NOON, READER, Time

LOIC = OnCard("MARTIN", "LOÏC", "19700701", "170076799990730")
MAEL = OnCard("MARTIN", "MAËL", "20151401", "170076799990730")
NOAH = OnCard("MARTIN", "NOAH", "20151401", "")
FAMILY = (LOIC, MAEL, NOAH)
KNOWN = [KnownAtr.from_row(row) for row in table("card_atrs")]


def read(card: EmulatedCard) -> VitaleDone:
    link = processed(PaperLink(card), lambda _: False)
    return read_vitale(link, READER, NOON, lambda *_: None)


def problem(card: EmulatedCard) -> CardProblem:
    with pytest.raises(CardTrouble) as failed:
        read(card)
    return failed.value.problem


@pytest.mark.parametrize("exact", [False, True])
@pytest.mark.parametrize("padding", [0, 7, 300])
def test_everybody_on_the_card_is_read(exact: bool, padding: int) -> None:
    done = read(VitaleCard(FAMILY, exact=exact, padding=padding))
    loic, mael, noah = done.read.people
    assert (loic.last_name, loic.first_names) == ("MARTIN", "LOÏC")
    assert loic.nir is not None and loic.nir.digits == LOIC.nir
    assert loic.birth_date == date(1970, 7, 1)
    assert (mael.birth_date, mael.birth_text) == (None, "20151401")
    assert noah.nir is None
    assert done.remarks == ()
    assert (done.read.at, done.read.complete) == (NOON, True)


@pytest.mark.parametrize("people", [1, 8, 12, 30])
def test_files_longer_than_one_answer_are_read_whole(people: int) -> None:
    many = [OnCard("MARTIN", f"ENFANT{n:02d}", "20100101", LOIC.nir) for n in range(people)]
    assert len(read(VitaleCard(many)).read.people) == people


def test_what_is_kept_of_a_person_is_what_the_card_said_of_that_person() -> None:
    card = VitaleCard(FAMILY)
    for who, raw in zip(FAMILY, read(card).read.people, strict=True):
        assert who.first_name.encode("latin-1") in raw.raw
        assert raw.raw[: len(raw.raw) // 3] in b"".join(card.files.values())
        others = [other.first_name.encode("latin-1") for other in FAMILY if other is not who]
        assert not any(name in raw.raw for name in others)


def test_only_a_fabricated_card_is_of_the_demo_and_no_card_is_ever_verified() -> None:
    assert read(VitaleCard(FAMILY)).read.proof is Proof.DEMO
    assert read(VitaleCard(FAMILY, demo=False)).read.proof is Proof.UNVERIFIED


def test_a_number_whose_key_is_wrong_is_not_taken_and_remarked() -> None:
    done = read(VitaleCard([LOIC, OnCard("MARTIN", "ZOÉ", "20100101", "170076799990731")]))
    assert done.read.people[1].nir is None
    assert done.remarks == (CardProblem.BAD_NIR,)


def test_other_cards_are_not_vitale(ana: Person) -> None:
    assert problem(EidCard(ana)) is CardProblem.NOT_VITALE
    assert problem(CpsSlot()) is CardProblem.NOT_VITALE


@pytest.mark.scenario("H-09")
@pytest.mark.parametrize("commands", range(1, 6))
def test_a_card_pulled_after_any_command_gives_nothing(commands: int) -> None:
    assert problem(FaultyCard(VitaleCard(FAMILY), Faults(pull_after=commands))) is (
        CardProblem.PULLED
    )


@pytest.mark.parametrize("at", [1, 4, 5, 6])
def test_an_answer_cut_short_or_an_error_is_unreadable(at: int) -> None:
    if at in (4, 6):
        cut = FaultyCard(VitaleCard(FAMILY), Faults(truncate_at=at))
        assert problem(cut) is CardProblem.UNREADABLE
    failing = FaultyCard(VitaleCard(FAMILY), Faults(no_diagnosis_at=at))
    assert problem(failing) in (CardProblem.UNREADABLE, CardProblem.NOT_VITALE)


def test_a_card_whose_master_file_has_no_number_is_found_by_its_name() -> None:
    failing = FaultyCard(VitaleCard(FAMILY), Faults(no_diagnosis_at=3))
    assert len(read(failing).read.people) == 3


def test_two_files_of_different_people_are_refused() -> None:
    card, other = VitaleCard(FAMILY), VitaleCard([NOAH, MAEL, LOIC])
    names, numbers = card.files
    card.files[numbers] = other.files[numbers]
    assert problem(card) is CardProblem.UNREADABLE
    card.files[names] = b""
    assert problem(card) is CardProblem.UNREADABLE


@given(st.binary(max_size=600), st.binary(max_size=600))
def test_whatever_the_files_hold_is_read_or_refused(names: bytes, numbers: bytes) -> None:
    card = VitaleCard(FAMILY)
    card.files = dict(zip(card.files, (names, numbers), strict=True))
    try:
        done = read(card)
    except CardTrouble as trouble:
        assert trouble.problem is CardProblem.UNREADABLE
    else:
        assert done.read.people


def test_first_bytes_name_a_professional_s_card_whatever_its_age() -> None:
    assert kind_of(CPS_ATR, KNOWN) is CardKind.CPS
    older = bytearray(CPS_ATR)
    older[4] = 0x77
    assert kind_of(bytes(older), KNOWN) is CardKind.CPS
    assert kind_of(CPS_ATR[:-1], KNOWN) is None
    assert kind_of(VitaleCard(FAMILY).atr, KNOWN) is None


class Counter:
    """What happened on two slots, until nothing more does."""

    def __init__(self, scard: PaperScard) -> None:
        import queue

        self.events: queue.Queue[CardEvent] = queue.Queue()
        anchors = TrustAnchors(demo=(demo_root(),))
        self.watcher = watch_cards(
            self.events.put, Time(), lambda: anchors, scard=scard, not_ours=KNOWN
        )

    def until(self, kind: type[CardEvent]) -> list[CardEvent]:
        seen: list[CardEvent] = []
        while not seen or not isinstance(seen[-1], kind):
            seen.append(self.events.get(timeout=10))
        return seen


@pytest.mark.parametrize("slots", [("Reader 00", "Reader 01"), ("Reader 01", "Reader 00")])
def test_a_vitale_is_found_beside_a_professional_s_card_in_either_slot(
    slots: Sequence[str],
) -> None:
    scard = PaperScard(longest_wait=0.05)
    for name in ("Reader 00", "Reader 01"):
        scard.add_reader(name)
    cps = CpsSlot()
    scard.insert(slots[0], cps)
    scard.insert(slots[1], VitaleCard(FAMILY))
    desk = Counter(scard)
    desk.watcher.start()
    try:
        seen = desk.until(VitaleDone)
    finally:
        assert desk.watcher.stop()
    done = seen[-1]
    assert isinstance(done, VitaleDone)
    assert done.read.reader == slots[1]
    assert CardInserted(slots[0], CardKind.CPS) in seen
    assert not [event for event in seen if isinstance(event, CardFailed)]
    assert cps.asked == 0


def test_an_identity_card_is_still_read_by_the_same_watcher(ana: Person) -> None:
    scard = PaperScard(longest_wait=0.05)
    scard.add_reader(READER)
    scard.insert(READER, EidCard(ana))
    desk = Counter(scard)
    desk.watcher.start()
    try:
        (*_, done) = desk.until(CardDone)
    finally:
        assert desk.watcher.stop()
    assert isinstance(done, CardDone)
    assert done.read.identity.niss.digits == ana.niss
