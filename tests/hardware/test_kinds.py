"""Every kind of card there is: read, judged, and one plain sentence for what is odd about it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hardware.apdu import processed
from hardware.eid import EidFile
from hardware.eid_tlv import encode_fields, parse_address, parse_identity
from hardware.eid_trust import TrustAnchors
from hardware.fake_ca import Authority
from hardware.fake_eid import EidCard
from hardware.fake_eid_files import APPLET_17, APPLET_18, Quirks
from hardware.fake_kinds import KINDS, born_on
from hardware.fake_person import Person
from hardware.fakes import EmulatedCard, PaperLink
from hardware.ports import CardDone, CardProblem, CardTrouble
from hardware.reading import ReadingOrder, read_eid
from server.core.cards import Proof
from server.core.identifiers import Niss
from webui.i18n import catalogue

Read = Callable[[EmulatedCard], CardDone]
GOOD = ["eid-1.8", "eid-1.7", "eid-sha1", "eid-sha1-photo", "kids", "kids-eu", "foreigner-a"]
GOOD += ["foreigner-f", "eu"]
REMARKED = {
    "no-address": CardProblem.NO_ADDRESS,
    "unborn": CardProblem.UNBORN,
    "too-old": CardProblem.TOO_OLD,
    "no-day": CardProblem.IMPOSSIBLE_BIRTH,
    "backwards": CardProblem.VALIDITY_BACKWARDS,
    "bad-text": CardProblem.BAD_TEXT,
}
FORGED = {
    "forged": CardProblem.FORGED_IDENTITY,
    "forged-address": CardProblem.FORGED_ADDRESS,
    "changed-address": CardProblem.FORGED_ADDRESS,
    "forged-photo": CardProblem.FORGED_PHOTO,
}
REFUSED = {
    "bad-niss": CardProblem.BAD_NISS,
    "lying-length": CardProblem.UNREADABLE,
    "stranger": CardProblem.NOT_EID,
    "mute": CardProblem.NOT_EID,  # its first bytes stop it before, in a reader
}
JUDGED = {"expired": CardProblem.EXPIRED, "no-certificates": CardProblem.NO_CERTIFICATE}


@pytest.fixture
def read(anchors: TrustAnchors, noon: datetime, reader: str) -> Read:
    def read_card(card: EmulatedCard) -> CardDone:
        link = processed(PaperLink(card), lambda _: False)
        return read_eid(link, ReadingOrder(reader, noon, anchors, True), lambda *_: None)

    return read_card


def test_every_kind_is_tried_here() -> None:
    assert {*GOOD, *REMARKED, *FORGED, *REFUSED, *JUDGED} == set(KINDS)


@pytest.mark.parametrize("kind", GOOD)
def test_a_good_card_of_any_kind_is_read_whole_without_a_remark(
    kind: str, ana: Person, read: Read
) -> None:
    done = read(KINDS[kind](ana))
    assert (done.read.proof, done.remarks) == (Proof.DEMO, ())
    assert done.read.identity.last_name == ana.last_name
    assert done.read.photo is not None
    assert done.read.complete


@pytest.mark.parametrize(("kind", "problem"), REMARKED.items())
def test_an_odd_card_is_read_with_one_remark(
    kind: str, problem: CardProblem, ana: Person, read: Read
) -> None:
    done = read(KINDS[kind](ana))
    assert (done.read.proof, done.remarks) == (
        Proof.DEMO, (problem,)
    )  # fmt: skip


@pytest.mark.parametrize(("kind", "problem"), FORGED.items())
def test_a_forged_card_names_what_was_forged(
    kind: str, problem: CardProblem, ana: Person, read: Read
) -> None:
    got = read(KINDS[kind](ana)).read
    assert (got.proof, got.proof_reason) == (Proof.FORGED, problem)


@pytest.mark.parametrize(("kind", "problem"), REFUSED.items())
def test_a_card_without_an_identity_gives_its_problem(
    kind: str, problem: CardProblem, ana: Person, read: Read
) -> None:
    with pytest.raises(CardTrouble) as caught:
        read(KINDS[kind](ana))
    assert caught.value.problem is problem


@pytest.mark.parametrize(("kind", "reason"), JUDGED.items())
def test_a_card_that_proves_less_says_why(
    kind: str, reason: CardProblem, ana: Person, read: Read
) -> None:
    assert read(KINDS[kind](ana)).read.proof_reason == reason


@pytest.mark.parametrize("locale", ["fr_BE", "nl"])
@pytest.mark.parametrize(
    "problem", [*REMARKED.values(), *FORGED.values(), *REFUSED.values(), *JUDGED.values()]
)
def test_what_is_odd_is_one_plain_sentence(locale: str, problem: CardProblem) -> None:
    said = catalogue(locale).say(problem)
    assert said != problem
    assert said.endswith(".")
    assert len(said) < 200


@pytest.mark.parametrize(
    ("applet", "quirks"),
    [
        (APPLET_17, Quirks(sha1=True, sha1_photo=True)),
        (APPLET_17, Quirks(sha1_photo=True)),
        (APPLET_17, Quirks()),
        (APPLET_18, Quirks()),
    ],
    ids=["rsa-sha1", "rsa-sha256-photo-sha1", "rsa-sha256", "ec-sha384"],
)
def test_each_way_of_signing_is_verified_and_its_forgery_noticed(
    applet: int, quirks: Quirks, ana: Person, state_authority: Authority, read: Read
) -> None:
    assert read(EidCard(ana, applet, state_authority, quirks)).read.proof is Proof.VERIFIED
    for odd in (
        replace(quirks, wrong_identity_signature=True),
        replace(quirks, wrong_address_signature=True),
        replace(quirks, wrong_photo=True),
    ):
        assert read(EidCard(ana, applet, state_authority, odd)).read.proof is Proof.FORGED


def test_letters_that_were_guessed_are_marked_and_the_rest_is_kept(ana: Person, read: Read) -> None:
    got = read(KINDS["bad-text"](ana)).read
    assert got.identity.first_names == "Ana Luc\ufffda"
    assert "Luc\xeda".encode("latin-1") in got.identity_file


@given(day=st.dates(date(1900, 1, 1), date(2099, 12, 31)))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_fabricated_person_of_any_age_has_a_number_that_agrees(day: date, ana: Person) -> None:
    person = born_on(ana, day)
    assert Niss.parse(person.niss).digits[2:4] == f"{day.month + 20:02d}"


_texts = st.dictionaries(st.integers(0, 33), st.binary(max_size=130), min_size=1)


@given(values=_texts, born=st.text(max_size=14), end=st.text(max_size=12))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_whatever_a_card_says_of_names_and_dates_it_is_read_or_a_problem(
    values: dict[int, bytes], born: str, end: str, ana: Person, read: Read
) -> None:
    card = EidCard(ana)
    said = values | {6: ana.niss.encode(), 12: born.encode()[:14], 4: end.encode()[:12]}
    card.files[EidFile.IDENTITY] = encode_fields(said)
    card.files[EidFile.ADDRESS] = encode_fields(values)
    try:
        done = read(card)
    except CardTrouble as trouble:
        assert trouble.problem in (CardProblem.UNREADABLE, CardProblem.BAD_NISS)
    else:
        assert done.read.proof is Proof.FORGED
        assert done.read.identity == parse_identity(card.files[EidFile.IDENTITY])
        assert done.read.address == parse_address(card.files[EidFile.ADDRESS])


def test_the_day_of_a_reading_is_a_belgian_one(ana: Person, anchors: TrustAnchors) -> None:
    born = born_on(replace(ana, valid_from=date(2026, 3, 3)), date(2026, 3, 3))
    link = processed(PaperLink(EidCard(born)), lambda _: False)
    late = datetime(2026, 3, 2, 23, 30, tzinfo=UTC)
    done = read_eid(link, ReadingOrder("R", late, anchors), lambda *_: None)
    assert done.remarks == ()
