"""Figure: identity, address and photo of an eID beside the bare commands, through a real service.

The yardstick is the plainest correct exchange with the same emulated card behind the same reader:
select the applet, then each file by its path, and read in pieces until a shorter one. It holds
nothing, checks only the status word, and keeps nothing. What is measured is the wait: a card costs
nothing else.
"""

from time import monotonic, perf_counter, sleep
from typing import TYPE_CHECKING

from hardware.apdu import processed
from hardware.eid import BELPIC_AID, EidFile, ask_age, read_file, select_applet
from hardware.eid_tlv import parse_address, parse_identity
from hardware.fake_eid import EidCard
from hardware.pcsc import list_readers, load_scard, open_card
from hardware.ports import CardTrouble
from server.app.bench.figure import Figure
from server.app.bench.virtual_reader import virtual_reader
from server.app.demo_people import PEOPLE
from server.core.errors import Missing

if TYPE_CHECKING:
    from collections.abc import Callable

    from hardware.ports import CardLink
    from hardware.scard import Scard

ROUNDS = 200
_WANTED = (EidFile.IDENTITY, EidFile.ADDRESS, EidFile.PHOTO)
_PIECE = 248
_PATIENCE = 10.0  # seconds


def run() -> list[Figure]:
    """Measure; raise `Missing` without a card service of our own."""
    with virtual_reader(EidCard(PEOPLE[0].person)) as hand:
        hand.insert()
        scard = load_scard()
        readers = list_readers(scard)
        if not readers:
            raise Missing(what="virtual_reader")
        _await_card(scard, readers[0])
        with open_card(scard, readers[0]) as link:
            turns = [(_timed(_bare, link), _timed(_ours, link)) for _ in range(ROUNDS)]
    bare, ours = min(turn[0] for turn in turns), min(turn[1] for turn in turns)
    return [
        Figure("cards.reading", ours / bare, 1.3, "lower", "×"),
        Figure("cards.reading_ms", 1000 * ours, 50.0, "lower", "ms"),
    ]


def _await_card(scard: "Scard", reader: str) -> None:
    """Wait until the service has seen the card: its driver looks for one now and then."""
    until = monotonic() + _PATIENCE
    while True:
        try:
            with open_card(scard, reader):
                return
        except CardTrouble:
            if monotonic() > until:
                raise
        sleep(0.05)


def _timed(work: "Callable[[CardLink], object]", link: "CardLink") -> float:
    begun = perf_counter()
    work(link)
    return perf_counter() - begun


def _bare(link: "CardLink") -> list[bytes]:
    """Read the three files by the plainest commands."""
    if link.send(bytes([0x00, 0xA4, 0x04, 0x00, len(BELPIC_AID)]) + BELPIC_AID).sw != 0x9000:
        raise LookupError("no identity card")
    return [_bare_file(link, file.value) for file in _WANTED]


def _bare_file(link: "CardLink", path: bytes) -> bytes:
    if link.send(bytes([0x00, 0xA4, 0x08, 0x0C, len(path)]) + path).sw != 0x9000:
        raise LookupError("no such file")
    content = b""
    while True:
        command = bytes([0x00, 0xB0, len(content) >> 8, len(content) & 0xFF, _PIECE])
        data, sw = link.send(command)
        if sw >> 8 == 0x6C:
            data, sw = link.send(command[:4] + bytes([sw & 0xFF]))
        if sw == 0x6B00:
            return content
        if sw != 0x9000:
            raise LookupError("unreadable")
        content += data
        if len(data) < _PIECE:
            return content


def _ours(link: "CardLink") -> object:
    """Read the same as the program does: found, held, through its processors, parsed."""
    whole = processed(link, lambda _: False)
    select_applet(whole)
    ask_age(whole)
    identity, address, photo = (read_file(whole, file) for file in _WANTED)
    return parse_identity(identity), parse_address(address), photo
