"""One reading, from the open card to the facts, in process."""

import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hardware.apdu import processed
from hardware.eid import EidFile, read_file
from hardware.eid_trust import TrustAnchors
from hardware.fake_ca import Authority
from hardware.fake_eid import EidCard
from hardware.fake_eid_files import APPLET_17, APPLET_18, Quirks
from hardware.fake_person import Language, Person
from hardware.fakes import EmulatedCard, Faults, FaultyCard, PaperLink
from hardware.ports import Answer, CardDone, CardLink, CardPart, CardProblem, CardTrouble
from hardware.reading import ReadingOrder, read_eid
from server.core.cards import CardAddress, CardKind, Proof

BOTH = pytest.mark.parametrize("applet", [APPLET_17, APPLET_18])
Steps = list[tuple[int, CardPart]]
Read = Callable[..., CardDone]


def _link(card: EmulatedCard) -> CardLink:
    return processed(PaperLink(card), lambda _seconds: False)


@pytest.fixture
def read(anchors: TrustAnchors, noon: datetime, reader: str) -> Read:
    def read_card(
        card: EmulatedCard, with_photo: bool = False, steps: Steps | None = None
    ) -> CardDone:
        seen: Steps = [] if steps is None else steps
        order = ReadingOrder(reader, noon, anchors, with_photo)
        return read_eid(_link(card), order, lambda percent, part: seen.append((percent, part)))

    return read_card


@BOTH
def test_a_card_gives_identity_address_and_the_proof_of_both(
    applet: int, ana: Person, read: Read, noon: datetime, reader: str
) -> None:
    card = EidCard(ana, applet)
    done = read(card)
    got = done.read
    assert (got.kind, got.at, got.reader, got.complete) == (CardKind.EID, noon, reader, True)
    assert got.identity.niss.digits == ana.niss
    assert (got.identity.last_name, got.identity.first_names) == (ana.last_name, ana.first_names)
    assert (got.identity.birth_date, got.identity.birth_text) == (ana.birth_date, "30 JUIL 1985")
    assert (got.identity.sex, got.identity.third_initial) == ("F", "M")
    assert (got.identity.valid_from, got.identity.valid_to) == (ana.valid_from, ana.valid_to)
    assert got.identity.card_number == ana.card_number
    assert len(ana.card_number) == 12
    assert got.address == CardAddress(ana.street, ana.postcode, ana.municipality)
    assert (got.proof, got.proof_reason) == (Proof.DEMO, "card.demo")
    assert got.identity_file == card.files[EidFile.IDENTITY]
    assert got.address_signature == card.files[EidFile.ADDRESS_SIGNATURE]
    assert got.rrn_certificate == card.files[EidFile.RRN_CERTIFICATE]
    assert got.photo is None
    assert done.remarks == ()


def test_identity_comes_first_then_address_then_proof_and_the_photo_last(
    ana: Person, read: Read
) -> None:
    steps: Steps = []
    done = read(EidCard(ana), with_photo=True, steps=steps)
    assert [percent for percent, _ in steps] == [0, 20, 40, 60, 80]
    assert list(dict.fromkeys(part for _, part in steps)) == list(CardPart)
    assert done.read.photo is not None
    assert done.read.photo.startswith(b"\xff\xd8")


@pytest.mark.parametrize("length", [248, 496])
def test_a_file_of_whole_chunks_is_read_to_its_end(length: int, ana: Person, read: Read) -> None:
    short = replace(ana, last_name="A", first_names="B", birth_place="")
    card = EidCard(short, APPLET_17, quirks=Quirks(identity_length=length))
    assert len(card.files[EidFile.IDENTITY]) == length
    done = read(card)
    assert len(done.read.identity_file) == length
    assert done.read.proof is Proof.DEMO


def test_a_card_without_address_is_read_with_a_remark(ana: Person, read: Read) -> None:
    done = read(EidCard(replace(ana, street="", postcode="", municipality="")))
    assert done.read.address is None
    assert done.remarks == (CardProblem.NO_ADDRESS,)
    assert done.read.proof is Proof.DEMO


def test_a_birth_date_that_is_not_the_one_of_the_number_is_a_remark(
    ana: Person, read: Read
) -> None:
    done = read(EidCard(replace(ana, birth_date=date(1985, 7, 29))))
    assert done.remarks == (CardProblem.BIRTH_MISMATCH,)


def test_a_year_alone_leaves_the_birth_date_unknown(ana: Person, read: Read) -> None:
    done = read(EidCard(replace(ana, birth_text="1985")))
    assert (done.read.identity.birth_date, done.read.identity.birth_text) == (None, "1985")
    assert done.remarks == ()


@pytest.mark.parametrize("language", Language)
def test_cards_of_every_language_are_read(language: Language, ana: Person, read: Read) -> None:
    born = date(1985, 3, 1)
    done = read(EidCard(replace(ana, language=language, birth_date=born, niss="85230112347")))
    assert done.read.identity.birth_date == born
    assert done.read.identity.sex == "F"


def test_a_street_of_sixty_bytes_with_accents_is_read_whole(ana: Person, read: Read) -> None:
    street = "Straße der Ä" + "é" * 22 + " 1"
    assert len(street.encode()) == 60
    done = read(EidCard(replace(ana, street=street), APPLET_17))
    assert done.read.address is not None
    assert done.read.address.street == street


@pytest.mark.parametrize("kind", [6, *range(11, 29), *range(31, 37), *range(61, 70)])
def test_foreigners_and_children_are_read_alike(kind: int, ana: Person, read: Read) -> None:
    assert read(EidCard(replace(ana, document_type=kind))).read.identity.document_type == kind


def test_a_wrong_national_number_stops_the_reading(ana: Person, read: Read) -> None:
    with pytest.raises(CardTrouble) as caught:
        read(EidCard(replace(ana, niss="85273012379")))
    assert caught.value.problem is CardProblem.BAD_NISS


def test_an_expired_card_of_the_state_says_so(
    ana: Person, state_authority: Authority, read: Read
) -> None:
    card = EidCard(replace(ana, valid_to=date(2025, 1, 1)), APPLET_18, state_authority)
    got = read(card).read
    assert (got.proof, got.proof_reason) == (Proof.EXPIRED, "card.expired")


def test_a_card_is_read_twice_before_it_is_called_forged(ana: Person, read: Read) -> None:
    steps: Steps = []
    card = EidCard(ana, quirks=Quirks(wrong_identity_signature=True))
    assert read(card, steps=steps).read.proof is Proof.FORGED
    assert len(steps) == 8


def test_one_answer_cut_short_does_not_make_a_forger(ana: Person, read: Read) -> None:
    signature_chunk = 10
    got = read(FaultyCard(EidCard(ana), Faults(truncate_at=signature_chunk))).read
    assert got.proof is Proof.DEMO


@given(at=st.integers(1, 40))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_an_answer_cut_anywhere_gives_a_good_reading_or_a_problem(
    at: int, ana: Person, read: Read
) -> None:
    try:
        got = read(FaultyCard(EidCard(ana), Faults(truncate_at=at)), with_photo=True).read
    except CardTrouble as trouble:
        assert trouble.problem is CardProblem.UNREADABLE
    else:
        assert got.proof is Proof.DEMO
        assert got.identity.niss.digits == ana.niss


@given(at=st.integers(0, 40))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_a_card_pulled_at_any_command_is_said_to_be_pulled(
    at: int, ana: Person, read: Read
) -> None:
    card = FaultyCard(EidCard(ana), Faults(pull_after=at))
    try:
        assert read(card, with_photo=True).read.proof is Proof.DEMO
    except CardTrouble as trouble:
        assert trouble.problem is CardProblem.PULLED


@pytest.mark.parametrize(
    ("at", "problem"),
    [
        (1, None),
        (2, None),  # its age: unsaid, it is asked slowly
        (3, CardProblem.UNREADABLE),
        (4, CardProblem.UNREADABLE),
        (60, None),
    ],
)
def test_a_card_that_makes_no_diagnosis_is_unreadable_unless_its_other_name_answers(
    at: int, problem: CardProblem | None, ana: Person, read: Read
) -> None:
    card = FaultyCard(EidCard(ana), Faults(no_diagnosis_at=at))
    if problem is None:
        assert read(card).read.proof is Proof.DEMO
        return
    with pytest.raises(CardTrouble) as caught:
        read(card)
    assert caught.value.problem is problem


def test_a_mute_card_has_no_first_bytes_and_no_answer(ana: Person, read: Read) -> None:
    card = FaultyCard(EidCard(ana), Faults(mute=True))
    assert card.atr == b""
    with pytest.raises(CardTrouble) as caught:
        read(card)
    assert caught.value.problem is CardProblem.MUTE


class Stranger:
    """A card that knows no applet of ours, or never ends."""

    atr = bytes.fromhex("3B6500002063CB6800")

    def __init__(self, select: int, data: bytes = b"") -> None:
        self._select = select
        self._data = data

    def reset(self) -> None:
        self._data = self._data[:]

    def send(self, apdu: bytes) -> Answer:
        return Answer(b"", self._select) if apdu[1] == 0xA4 else Answer(self._data, 0x9000)


def test_another_card_is_not_an_eid(read: Read) -> None:
    with pytest.raises(CardTrouble) as caught:
        read(Stranger(0x6A82))
    assert caught.value.problem is CardProblem.NOT_EID


def test_a_file_that_never_ends_is_unreadable(read: Read) -> None:
    with pytest.raises(CardTrouble) as caught:
        read(Stranger(0x9000, bytes(248)))
    assert caught.value.problem is CardProblem.UNREADABLE


def test_a_file_that_is_not_there_is_empty(ana: Person) -> None:
    card = EidCard(ana)
    del card.files[EidFile.ADDRESS]
    assert read_file(_link(card), EidFile.ADDRESS) == b""


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(data=st.data())
def test_no_content_of_any_file_gives_anything_but_a_reading_or_a_problem(
    data: st.DataObject, ana: Person, read: Read
) -> None:
    card = EidCard(ana)
    file = data.draw(st.sampled_from(list(EidFile)))
    original = bytearray(card.files[file])
    mutated = data.draw(
        st.one_of(
            st.binary(max_size=600),
            st.integers(0, len(original)).map(lambda end: bytes(original[:end])),
            st.tuples(st.integers(0, len(original) - 1), st.integers(0, 255)).map(
                lambda change: (
                    bytes(original[: change[0]])
                    + bytes([change[1]])
                    + bytes(original[change[0] + 1 :])
                )
            ),
        )
    )
    card.files[file] = mutated
    try:
        done = read(card, with_photo=True)
    except CardTrouble as trouble:
        assert trouble.problem in CardProblem
    else:
        assert done.read.proof in Proof


def test_a_reading_leaves_no_personal_datum_in_the_log(
    ana: Person, read: Read, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    card = EidCard(ana)
    read(card, with_photo=True)
    assert caplog.messages
    text = caplog.text.upper()
    for secret in (ana.niss, ana.last_name, ana.first_names, ana.street, ana.card_number, "1985"):
        assert secret.upper() not in text
        assert secret.encode().hex().upper() not in text
