"""The code of a card and what it opens, through a real PKCS#11 library in its own process."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from threading import Thread

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardware import keycards, pkcs11_child
from hardware.json_wire import encoded
from hardware.keycards import KeyCards, agrees
from hardware.pkcs11_places import find
from server.core.cards import CardKind
from server.core.keycards import (
    KeyCard,
    KeyProblem,
    KeySession,
    KeyTrouble,
    Purpose,
    Signed,
    Tries,
)
from tests.hardware.keytokens import (
    ACTIVITIES,
    CODE,
    INFO,
    OTHER_CODE,
    READER,
    KeyToken,
    make_token,
)

CONTENT = b"what the card is asked to sign"


@pytest.fixture
def eid(tmp_path: Path) -> KeyToken:
    return make_token(CardKind.EID, tmp_path / "eid")


@pytest.fixture
def cps(tmp_path: Path) -> KeyToken:
    made = make_token(CardKind.CPS, tmp_path / "cps")
    made.has("open")
    return made


@pytest.fixture
def cards(eid: KeyToken) -> Iterator[KeyCards]:
    made = eid.cards()
    yield made
    made.close()


@pytest.fixture
def cps_cards(cps: KeyToken) -> Iterator[KeyCards]:
    made = cps.cards()
    yield made
    made.close()


def only(cards: KeyCards) -> KeyCard:
    (card,) = cards.look()
    return card


def refused(cards: KeyCards, pin: str | None = None, *, last_too: bool = False) -> KeyTrouble:
    with pytest.raises(KeyTrouble) as failed, cards.session(only(cards), pin, last_too=last_too):
        pass
    return failed.value


def test_an_identity_card_proves_and_signs_after_its_code_is_given_on_the_reader(
    eid: KeyToken, cards: KeyCards
) -> None:
    card = only(cards)
    assert (card.reader, card.tries, card.asks_itself) == (READER, Tries(), True)
    eid.types(CODE)
    with cards.session(card) as session:
        proved, signed = session.prove(CONTENT), session.sign(CONTENT)
    assert proved.scheme == signed.scheme == "ECDSA-SHA384"
    assert agrees(proved, CONTENT) and agrees(signed, CONTENT)
    assert proved.certificate != signed.certificate


def test_our_own_program_never_takes_the_code_of_an_identity_card(
    eid: KeyToken, cards: KeyCards
) -> None:
    assert refused(cards, CODE).problem is KeyProblem.BAD_SHAPE
    eid.has("open")  # a library that would have us ask
    assert refused(cards, CODE).problem is KeyProblem.NO_WINDOW
    assert eid.tries == 3


@pytest.mark.scenario("H-11")
def test_wrong_codes_tell_the_tries_left_and_the_last_is_not_made_by_itself(
    eid: KeyToken, cards: KeyCards
) -> None:
    eid.types(OTHER_CODE)
    first = refused(cards)
    assert (first.problem, first.tries, only(cards).tries.fewer) == (KeyProblem.WRONG, None, True)
    second = refused(cards)
    assert (second.problem, second.tries) == (KeyProblem.WRONG, 1)
    third = refused(cards)
    assert (third.problem, eid.tries) == (KeyProblem.LAST, 1)
    eid.types(CODE)
    with cards.session(only(cards), last_too=True) as session:
        session.prove(CONTENT)
    assert only(cards).tries == Tries()


def test_a_card_blocked_by_its_last_try_is_not_asked_again(eid: KeyToken, cards: KeyCards) -> None:
    eid.tries = 1
    eid.types(OTHER_CODE)
    assert refused(cards, last_too=True).problem is KeyProblem.BLOCKED
    assert refused(cards, last_too=True).problem is KeyProblem.BLOCKED
    assert eid.tries == 0


def test_a_code_given_up_on_the_reader_costs_nothing(eid: KeyToken, cards: KeyCards) -> None:
    eid.types("CANCEL")
    assert refused(cards).problem is KeyProblem.CANCELLED
    assert (eid.tries, only(cards).tries) == (3, Tries())


@pytest.mark.alone
def test_a_code_nobody_gives_ends_in_time(
    eid: KeyToken, cards: KeyCards, monkeypatch: pytest.MonkeyPatch
) -> None:
    eid.types("WAIT")
    monkeypatch.setattr(keycards, "CODE_SECONDS", 0.3)
    assert refused(cards).problem is KeyProblem.SILENT
    assert only(cards).tries == Tries()


def test_a_code_awaited_is_stopped_by_our_user(eid: KeyToken, cards: KeyCards) -> None:
    eid.types("WAIT")
    card, found = only(cards), []

    def wait() -> None:
        with pytest.raises(KeyTrouble) as failed, cards.session(card):
            pass
        found.append(failed.value.problem)

    waiting = Thread(target=wait)
    waiting.start()
    while waiting.is_alive():  # a stop that comes before the question is asked is none
        cards.stop()
        waiting.join(0.05)
    assert found == [KeyProblem.STOPPED]


def test_a_library_that_crashes_costs_one_sentence(eid: KeyToken, cards: KeyCards) -> None:
    eid.types("CRASH")
    assert refused(cards).problem is KeyProblem.FELL
    assert only(cards).tries == Tries()
    eid.has("crash")
    with pytest.raises(KeyTrouble) as failed:
        cards.look()
    assert failed.value.problem is KeyProblem.FELL


def test_a_card_taken_out_before_its_code_is_told(eid: KeyToken, cards: KeyCards) -> None:
    card = only(cards)
    eid.has("pulled")
    assert cards.look() == []
    with pytest.raises(KeyTrouble) as failed, cards.session(card):
        pass
    assert failed.value.problem is KeyProblem.NO_CARD


def test_a_card_never_activated_has_no_key_of_that_purpose(cps: KeyToken) -> None:
    """The certificates of a CPS have no label of an identity card: nothing else stands in."""
    cps.has("open", here=False)
    cps.types(CODE)
    cards = KeyCards(CardKind.EID, cps.library)
    with pytest.raises(KeyTrouble) as failed, cards.session(only(cards)) as session:
        session.prove(CONTENT)
    assert failed.value.problem is KeyProblem.NO_KEY
    cards.close()


def test_a_cps_tells_its_holder_without_a_code_and_its_activities_after(
    cps_cards: KeyCards,
) -> None:
    card = only(cps_cards)
    assert card.public == INFO
    with cps_cards.session(card, CODE) as session:
        assert session.objects() == {"CPS_INFO_PS": INFO, **ACTIVITIES}


def test_a_cps_authenticates_and_signs_with_the_key_of_each(cps_cards: KeyCards) -> None:
    with cps_cards.session(only(cps_cards), CODE) as session:
        proved, signed = session.prove(CONTENT), session.sign(CONTENT)
    assert proved.scheme == signed.scheme == "RSA-SHA256"
    assert b"Authentification" in proved.certificate and b"Signature" in signed.certificate


def test_what_a_cps_hides_is_an_empty_list_before_its_code(cps: KeyToken) -> None:
    """Not an error: who asks without a code sees the public object and nothing else."""
    child = KeyCards(CardKind.CPS, cps.library)._child
    with pytest.raises(KeyTrouble) as failed:
        child.ask(10, "objects")
    assert failed.value.problem is KeyProblem.PULLED
    child.close()


def test_a_cps_pulled_out_ends_its_session(cps: KeyToken, cps_cards: KeyCards) -> None:
    with cps_cards.session(only(cps_cards), CODE) as session:
        cps.has("pulled")
        assert lost(session) is KeyProblem.PULLED
        cps.has("pulled", here=False)  # the same card comes back: its code is asked again
        assert session.over
        assert lost(session) is KeyProblem.PULLED
    assert not cps_cards._child.running


def test_a_session_is_over_with_the_process_that_holds_it(cps_cards: KeyCards) -> None:
    with cps_cards.session(only(cps_cards), CODE) as session:
        cps_cards.close()
        assert lost(session) is KeyProblem.PULLED


def test_a_session_that_ended_opens_nothing_any_more(cps_cards: KeyCards) -> None:
    with cps_cards.session(only(cps_cards), CODE) as session:
        pass
    assert lost(session) is KeyProblem.PULLED


def lost(session: KeySession) -> KeyProblem:
    with pytest.raises(KeyTrouble) as failed:
        session.objects()
    return failed.value.problem


@pytest.mark.parametrize("typed", ["", "12", "12a4", "٢٤٦٨", "1" * 13, None])
def test_what_cannot_be_a_code_is_not_tried(
    typed: str | None, cps: KeyToken, cps_cards: KeyCards
) -> None:
    assert refused(cps_cards, typed).problem is KeyProblem.BAD_SHAPE
    assert cps.tries == 3


def test_row_47_a_code_is_in_no_error_log_or_argument(
    cps: KeyToken, cps_cards: KeyCards, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    trouble = refused(cps_cards, OTHER_CODE)
    told = repr(trouble) + str(trouble) + str(trouble.facts)
    assert OTHER_CODE not in told + caplog.text + repr(trouble.__context__)
    only(cps_cards)
    process = cps_cards._child._process
    assert process is not None
    for place in ("cmdline", "environ"):
        assert OTHER_CODE.encode() not in Path(f"/proc/{process.pid}/{place}").read_bytes()


def test_without_a_middleware_there_is_a_sentence() -> None:
    with pytest.raises(KeyTrouble) as failed:
        KeyCards(CardKind.EID, None).look()
    assert failed.value.problem is KeyProblem.ABSENT


def test_what_is_no_library_is_told(tmp_path: Path) -> None:
    (tmp_path / "not.so").write_text("no library")
    for library, asked in ((tmp_path / "not.so", None), (tmp_path, ["/nowhere/python"])):
        with pytest.raises(KeyTrouble) as failed:
            KeyCards(CardKind.EID, library, asked).look()
        assert failed.value.problem is KeyProblem.BROKEN


CARD = {"slot": 1, "left": None, "fewer": False, "reader": "R", "serial": "S",
        "asks_itself": False, "public": ""}  # fmt: skip


def a_child(*answers: object) -> KeyCards:
    """A process that gives these answers, one each time it is asked."""
    frames = []
    for told in ({}, *answers):
        body = json.dumps(told).encode()
        frames.append(b"\x02" + len(body).to_bytes(4, "big") + body)
    work = (
        "import sys\n"
        f"for frame in {frames!r}:\n"
        "    sys.stdout.buffer.write(frame); sys.stdout.buffer.flush()\n"
        "    head = sys.stdin.buffer.read(5)\n"
        "    sys.stdin.buffer.read(int.from_bytes(head[1:], 'big'))\n"
    )
    return KeyCards(CardKind.CPS, Path("x"), [sys.executable, "-c", work])


@pytest.mark.parametrize(
    "cards",
    [None, {}, [7], [{}], [{**CARD, "slot": "1"}], [{**CARD, "slot": True}],
     [{**CARD, "left": 9}], [{**CARD, "left": True}], [{**CARD, "fewer": 1}],
     [{**CARD, "reader": "x" * 201}], [{**CARD, "public": "é"}], [CARD] * 33],
)  # fmt: skip
def test_a_list_of_cards_that_makes_no_sense_is_one_sentence(cards: object) -> None:
    with pytest.raises(KeyTrouble) as failed:
        a_child({"cards": cards}).look()
    assert failed.value.problem is KeyProblem.FELL


@pytest.mark.parametrize("objects", [None, [], {"a" * 65: ""}, {"A": 7}, {"A": "é"}])
def test_objects_that_make_no_sense_end_the_session(objects: object) -> None:
    cards = a_child({"cards": [CARD]}, {}, {"objects": objects})
    with cards.session(only(cards), CODE) as session:
        assert lost(session) is KeyProblem.FELL
        assert session.over


def test_a_signature_that_makes_no_sense_ends_the_session() -> None:
    cards = a_child({"cards": [CARD]}, {}, {"value": 7})
    with cards.session(only(cards), CODE) as session:
        with pytest.raises(KeyTrouble) as failed:
            session.prove(CONTENT)
        assert failed.value.problem is KeyProblem.FELL


def test_a_signature_of_something_else_proves_nothing(cps_cards: KeyCards) -> None:
    with cps_cards.session(only(cps_cards), CODE) as session:
        made = session.prove(CONTENT)
    assert not agrees(made, CONTENT + b".")
    assert not agrees(Signed(made.value, made.certificate, "ECDSA-SHA384"), CONTENT)
    assert not agrees(Signed(made.value, b"x", made.scheme), CONTENT)
    told = {"value": encoded(b"x"), "certificate": encoded(made.certificate),
            "scheme": made.scheme}  # fmt: skip
    forged = a_child({"cards": [CARD]}, {}, told)
    with forged.session(only(forged), CODE) as session:
        with pytest.raises(KeyTrouble) as failed:
            session.sign(CONTENT)
        assert failed.value.problem is KeyProblem.NOT_PROVED


@given(st.sampled_from(["ECDSA-SHA384", "RSA-SHA256", "?"]), st.binary(max_size=200))
def test_no_bytes_are_taken_for_a_signature(scheme: str, value: bytes) -> None:
    assert not agrees(Signed(value, value, scheme), CONTENT)


@pytest.mark.parametrize(
    "line", [b"", b"hello, world", b"\x03\x00\x00\x00\x02{}", b"\x02\x00\x00\x00\x02[]",
             b"\x07\x00\x00\x00\x00"],
)  # fmt: skip
def test_a_process_that_babbles_is_dropped(line: bytes) -> None:
    hello = b"\x02\x00\x00\x00\x02{}"
    work = f"import sys; sys.stdout.buffer.write({hello + line!r})"
    cards = KeyCards(CardKind.EID, Path("x"), [sys.executable, "-c", work])
    with pytest.raises(KeyTrouble) as failed:
        cards.look()
    assert failed.value.problem is KeyProblem.FELL
    assert not cards._child.running


@pytest.mark.alone
def test_a_process_that_never_greets_is_broken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pkcs11_child, "START_SECONDS", 0.2)
    work = "import time; time.sleep(600)"
    cards = KeyCards(CardKind.EID, Path("x"), [sys.executable, "-c", work])
    with pytest.raises(KeyTrouble) as failed:
        cards.look()
    assert failed.value.problem is KeyProblem.BROKEN


@pytest.mark.parametrize(
    ("kind", "platform", "place"),
    [
        (CardKind.EID, "linux", "usr/lib/x86_64-linux-gnu/libbeidpkcs11.so.0"),
        (CardKind.EID, "darwin", "Library/Belgium Identity Card/Pkcs11/libbeidpkcs11.dylib"),
        (CardKind.EID, "win32", "Windows/System32/beidpkcs11.dll"),
        (CardKind.CPS, "linux", "usr/lib/libcps3_pkcs11_lux.so"),
        (CardKind.CPS, "darwin", "usr/local/lib/libcps3_pkcs11_osx.dylib"),
        (CardKind.CPS, "win32", "Windows/System32/cps3_pkcs11_w64.dll"),
    ],
)
def test_a_middleware_is_found_where_it_is_put(
    kind: CardKind, platform: str, place: str, tmp_path: Path
) -> None:
    library = tmp_path / place
    library.parent.mkdir(parents=True)
    assert find(kind, tmp_path, platform) is None
    library.write_bytes(b"")
    assert find(kind, tmp_path, platform) == library
    assert find(kind, tmp_path, "sunos5") is None


def test_the_card_s_own_count_and_the_middleware_s_are_taken_at_the_lower() -> None:
    assert Tries().known_better(2) == Tries(2)
    assert Tries(1, fewer=True).known_better(3) == Tries(1, fewer=True)
    assert Tries(3).known_better(None) == Tries(3)
    assert {str(each) for each in Purpose} == {"AUTHENTICATE", "SIGN"}
