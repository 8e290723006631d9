"""Exchanges with a scripted card."""

import logging
from contextlib import AbstractContextManager, nullcontext

import pytest

from hardware.apdu import instruction_name, processed, status_name
from hardware.ports import Answer, CardProblem, CardTrouble


class Script:
    """A link that answers what it is told, and remembers what it was asked."""

    def __init__(self, *answers: Answer) -> None:
        self._answers = list(answers)
        self.asked: list[str] = []
        self.held = 0

    def send(self, apdu: bytes) -> Answer:
        self.asked.append(apdu.hex())
        return self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]

    def hold(self) -> AbstractContextManager[None]:
        self.held += 1
        return nullcontext()


def _never_wait(_seconds: float) -> bool:
    return False


@pytest.mark.parametrize(
    ("command", "again"),
    [
        ("00b00000f8", "00b0000021"),
        ("00b00000", "00b0000021"),
        ("0088028102aabb30", "0088028102aabb21"),
        ("0088028102aabb", "0088028102aabb21"),
    ],
)
def test_a_wrong_length_is_asked_again_with_the_length_the_card_wants(
    command: str, again: str
) -> None:
    script = Script(Answer(b"", 0x6C21), Answer(b"x" * 33, 0x9000))
    assert processed(script, _never_wait).send(bytes.fromhex(command)).data == b"x" * 33
    assert script.asked == [command, again]


def test_a_card_that_always_wants_another_length_is_asked_twice_only() -> None:
    script = Script(Answer(b"", 0x6C21))
    assert processed(script, _never_wait).send(bytes.fromhex("00b00000f8")).sw == 0x6C21
    assert len(script.asked) == 2


def test_old_cards_are_given_time_before_the_second_question() -> None:
    waits: list[float] = []

    def wait(seconds: float) -> bool:
        waits.append(seconds)
        return False

    processed(Script(Answer(b"", 0x6C01), Answer(b"x", 0x9000)), wait).send(b"\0\xb0\0\0\xf8")
    assert waits == [0.01]


@pytest.mark.parametrize(("applet", "breaths"), [(0x10, 1), (0x11, 1), (0x17, 0), (0x18, 0)])
def test_a_card_that_told_of_a_recent_applet_is_asked_again_at_once(
    applet: int, breaths: int
) -> None:
    waits: list[float] = []

    def wait(seconds: float) -> bool:
        waits.append(seconds)
        return False

    data = bytes(21) + bytes([applet]) + bytes(6)
    link = processed(Script(Answer(data, 0x9000), Answer(b"", 0x6C01), Answer(b"x", 0x9000)), wait)
    link.send(bytes.fromhex("80e400001c"))
    assert link.send(b"\0\xb0\0\0\xf8") == (b"x", 0x9000)
    assert len(waits) == breaths


def test_an_answer_in_pieces_is_gathered() -> None:
    script = Script(Answer(b"ab", 0x6102), Answer(b"cd", 0x6101), Answer(b"e", 0x9000))
    answer = processed(script, _never_wait).send(bytes.fromhex("002a9e9a"))
    assert answer == (b"abcde", 0x9000)
    assert script.asked[1:] == ["00c0000002", "00c0000001"]


def test_a_card_that_always_has_more_to_say_is_refused() -> None:
    with pytest.raises(CardTrouble) as caught:
        processed(Script(Answer(b"x", 0x6101)), _never_wait).send(b"\0\xb0\0\0")
    assert caught.value.problem is CardProblem.UNREADABLE
    assert caught.value.facts == {"problem": CardProblem.UNREADABLE}
    assert str(caught.value) == "card.failed"


def test_a_hold_reaches_the_card() -> None:
    script = Script(Answer(b"", 0x9000))
    with processed(script, _never_wait).hold():
        assert script.held == 1


def test_row_47_the_log_names_exchanges_and_keeps_their_bytes_for_itself(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    pin = bytes.fromhex("0020000108241234ffffffffff")
    processed(Script(Answer(b"secret", 0x63C2)), _never_wait).send(pin)
    assert caplog.messages == ["VERIFY: TRIES_LEFT"]


@pytest.mark.parametrize(
    ("sw", "name"),
    [
        (0x9000, "OK"),
        (0x6A82, "FILE_NOT_FOUND"),
        (0x6C10, "WRONG_LE"),
        (0x6110, "MORE_DATA"),
        (0x1234, "SW_1234"),
    ],
)
def test_a_status_has_the_name_of_the_norm(sw: int, name: str) -> None:
    assert status_name(sw) == name


def test_an_unknown_or_headless_instruction_is_named_unknown() -> None:
    assert instruction_name(b"\0\x01\0\0") == instruction_name(b"") == "UNKNOWN"
