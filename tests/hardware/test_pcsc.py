"""The PC/SC link: what is opened is closed, and every refusal has its problem."""

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

import hardware.cards
from hardware.fake_eid import EidCard
from hardware.fake_person import Person
from hardware.fake_scard import PaperScard
from hardware.fakes import Faults, FaultyCard
from hardware.pcsc import list_readers, load_scard, open_card
from hardware.ports import Answer, CardProblem, CardTrouble
from hardware.scard import LEAVE_CARD, SHARE_SHARED, T0_OR_T1, Result, problem_of, result_name


class Recorder(PaperScard):
    """A service that remembers how it was asked, and answers one call with what it is told."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[tuple[str, int]] = []
        self.response: list[int] | None = None

    def SCardConnect(  # noqa: N802 - PC/SC's name
        self, context: int, reader: str, share: int, protocols: int, /
    ) -> tuple[int, int, int]:
        self.asked += [("share", share), ("protocols", protocols)]
        return super().SCardConnect(context, reader, share, protocols)

    def SCardDisconnect(self, card: int, disposition: int, /) -> int:  # noqa: N802 - PC/SC's name
        self.asked.append(("disconnect", disposition))
        return super().SCardDisconnect(card, disposition)

    def SCardBeginTransaction(self, card: int, /) -> int:  # noqa: N802 - PC/SC's name
        self.asked.append(("begin", 0))
        return super().SCardBeginTransaction(card)

    def SCardEndTransaction(  # noqa: N802 - PC/SC's name
        self, card: int, disposition: int, /
    ) -> int:
        self.asked.append(("end", disposition))
        return super().SCardEndTransaction(card, disposition)

    def SCardTransmit(  # noqa: N802 - PC/SC's name
        self, card: int, protocol: int, command: Sequence[int], /
    ) -> tuple[int, list[int]]:
        if self.response is not None:
            return Result.SUCCESS, self.response
        return super().SCardTransmit(card, protocol, command)


def _put_mute_card(service: Recorder, reader: str) -> None:
    service.insert(reader, FaultyCard(Stone(), Faults(mute=True)))


class Stone:
    """A card that does nothing."""

    atr = b"\x3b\x00"

    def reset(self) -> None:
        """Stay a stone."""

    def send(self, apdu: bytes) -> Answer:
        return Answer(apdu, 0x6D00)


@pytest.fixture
def service(ana: Person, reader: str) -> Recorder:
    recorder = Recorder()
    recorder.add_reader(reader)
    recorder.insert(reader, EidCard(ana))
    return recorder


def test_a_card_is_always_shared_and_left_as_it_is(service: Recorder, reader: str) -> None:
    with open_card(service, reader) as link, link.hold():
        assert link.send(bytes.fromhex("80E400001C")).sw == 0x9000
    assert service.asked == [
        ("share", SHARE_SHARED),
        ("protocols", T0_OR_T1),
        ("begin", 0),
        ("end", LEAVE_CARD),
        ("disconnect", LEAVE_CARD),
    ]


def test_everything_is_closed_when_the_reading_fails(service: Recorder, reader: str) -> None:
    with (
        pytest.raises(ValueError, match="broken"),
        open_card(service, reader) as link,
        link.hold(),
    ):
        raise ValueError("broken")
    assert service.asked[-2:] == [("end", LEAVE_CARD), ("disconnect", LEAVE_CARD)]
    assert not service.contexts
    assert not service.cards


@pytest.mark.parametrize(
    ("spoil", "problem"),
    [
        (lambda s, r: s.insert(r, None), CardProblem.PULLED),
        (lambda s, r: s.remove_reader(r), CardProblem.READER_GONE),
        (lambda s, r: s.keep(r, True), CardProblem.BUSY),
        (lambda s, r: s.stop_service(), CardProblem.SERVICE_DOWN),
        (_put_mute_card, CardProblem.MUTE),
    ],
)
def test_a_card_that_cannot_be_opened_says_why(
    spoil: object, problem: CardProblem, service: Recorder, reader: str
) -> None:
    assert callable(spoil)
    spoil(service, reader)
    with pytest.raises(CardTrouble) as caught, open_card(service, reader):
        pytest.fail("it was opened")
    assert caught.value.problem is problem
    assert not service.contexts


def test_readers_are_listed_and_none_is_an_answer(service: Recorder, reader: str) -> None:
    assert list_readers(service) == (reader,)
    service.remove_reader(reader)
    assert list_readers(service) == ()
    service.stop_service()
    assert service.SCardListReaders(0, [])[0] == Result.SERVICE_STOPPED
    with pytest.raises(CardTrouble) as caught:
        list_readers(service)
    assert caught.value.problem is CardProblem.SERVICE_DOWN
    assert not service.contexts


def test_an_answer_without_status_is_unreadable(service: Recorder, reader: str) -> None:
    service.response = [0x90]
    with open_card(service, reader) as link, pytest.raises(CardTrouble) as caught:
        link.send(b"\0\xb0\0\0")
    assert caught.value.problem is CardProblem.UNREADABLE


def test_a_service_that_forgets_the_card_is_noticed(service: Recorder, reader: str) -> None:
    with open_card(service, reader) as link:
        service.stop_service()
        service.start_service()
        with pytest.raises(CardTrouble) as caught:
            link.send(b"\0\xb0\0\0")
    assert caught.value.problem is CardProblem.SERVICE_DOWN


@pytest.mark.parametrize(
    ("code", "name", "problem"),
    [
        (0x80100069, "REMOVED_CARD", CardProblem.PULLED),
        (0x80100069 - 2**32, "REMOVED_CARD", CardProblem.PULLED),  # signed, as some systems say
        (0x80100066, "UNRESPONSIVE_CARD", CardProblem.MUTE),
        (0x80100068, "RESET_CARD", CardProblem.UNREADABLE),
        (0x80109999, "0x80109999", CardProblem.UNREADABLE),
    ],
)
def test_a_result_code_has_a_name_and_a_problem(code: int, name: str, problem: CardProblem) -> None:
    assert result_name(code) == name
    assert problem_of(code) is problem


def test_without_the_library_the_reason_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "smartcard.scard", None)
    with pytest.raises(CardTrouble) as caught:
        load_scard()
    assert caught.value.problem is CardProblem.NO_SUPPORT


def test_the_library_has_every_call_we_use() -> None:
    pytest.importorskip("smartcard.scard", reason="pyscard is not installed")
    scard = load_scard()
    for call in (name for name in dir(PaperScard) if name.startswith("SCard")):
        assert callable(getattr(scard, call))


def test_cards_cost_nothing_until_one_is_read() -> None:
    code = (
        "import sys, hardware.cards, hardware.demo_reader, hardware.vpcd\n"
        "print(sorted({'smartcard', 'cryptography'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_one_module_alone_loads_the_card_library() -> None:
    folder = Path(hardware.cards.__file__).parent
    loading = [file.name for file in folder.glob("*.py") if '"smartcard' in file.read_text()]
    assert loading == ["pcsc.py"]
    assert not [f for f in folder.glob("*.py") if "import smartcard" in f.read_text()]
