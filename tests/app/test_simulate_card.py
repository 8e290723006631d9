"""Fabricated cards put into a virtual reader: each in its slot, each saying its own first bytes."""

import socket
from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from hardware.fake_eid import EidCard
from hardware.fake_vitale import ATR, CPS_ATR
from hardware.fakes import FaultyCard
from server.app import simulate
from server.app.demo_people import PEOPLE
from server.app.sentences import Speech
from server.app.simulate import Simulation
from webui.i18n import catalogue

ATRS = {"eid": EidCard(PEOPLE[0].person).atr, "vitale": ATR, "cps": CPS_ATR}
SPEECH = Speech(catalogue("fr_BE"))


def slots(many: int) -> list[socket.socket]:
    """Listen as a virtual reader does, on ports that follow each other."""
    while True:
        first = socket.create_server(("127.0.0.1", 0))
        port = first.getsockname()[1]
        try:
            more = [socket.create_server(("127.0.0.1", port + n)) for n in range(1, many)]
        except OSError:
            first.close()
            continue
        return [first, *more]


def said(line: socket.socket) -> bytes:
    """Ask the card for its first bytes."""
    line.sendall(b"\x00\x01\x04")
    size = int.from_bytes(line.recv(2, socket.MSG_WAITALL), "big")
    return line.recv(size, socket.MSG_WAITALL)


@pytest.mark.parametrize("cards", [("eid",), ("vitale", "cps"), ("cps", "vitale")])
def test_each_card_lies_in_its_own_slot(
    cards: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    with ExitStack() as open_ones:
        reader = [open_ones.enter_context(closing(slot)) for slot in slots(len(cards))]
        port = reader[0].getsockname()[1]
        monkeypatch.setattr(simulate, "_VIRTUAL_READER", ("127.0.0.1", port))
        address, stop = simulate._card(Simulation(["card"], cards=cards), SPEECH)
        open_ones.callback(stop)
        assert address.startswith(f"vpcd://127.0.0.1:{port}")
        for slot, kind in zip(reader, cards, strict=True):
            with slot.accept()[0] as line:
                assert said(line) == ATRS[kind]


def test_without_a_virtual_reader_a_sentence_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (slot,) = slots(1)
    monkeypatch.setattr(simulate, "_VIRTUAL_READER", slot.getsockname())
    slot.close()
    with pytest.raises(OSError, match="vsmartcard-vpcd"):
        simulate._card(Simulation(["card"], cards=("vitale",)), SPEECH)


@pytest.mark.parametrize("kind", ["eid", "vitale", "cps", "kids"])
def test_every_card_has_the_faults_it_is_asked_to_have(kind: str, tmp_path: Path) -> None:
    faults = tmp_path / "faults.json"
    faults.write_text('{"mute": true}')
    card = simulate._fabricated(kind, faults, SPEECH)
    assert isinstance(card, FaultyCard)
    assert not isinstance(simulate._fabricated(kind, None, SPEECH), FaultyCard)
