"""An emulated Vitale card: the two public files, and every other command refused.

It also answers to a name of ours that no real card has: that is how a demo practice knows it, and
a real one refuses it. Source: `hardware.md` §3.2.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from hardware.apdu import Ins, Status
from hardware.ports import Answer
from hardware.vitale import (
    BIRTH,
    DEMO_AID,
    FIRST_NAME,
    LAST_NAME,
    MASTER_AID,
    NIR,
    PERSON,
    VITALE_AID,
)

ATR = bytes.fromhex("3B6D000042455341434520564954414C45")  # historical bytes: BESACE VITALE [T]
CPS_ATR = bytes.fromhex("3BAC00402A001225006480000310009000")
_COUNTRY = 0x90


@dataclass(frozen=True, slots=True)
class OnCard:
    """Somebody who does not exist, as the card writes him; `birth` is AAAAMMJJ."""

    last_name: str
    first_name: str
    birth: str
    nir: str  # fifteen characters, "" for none


class VitaleCard:
    """The card of fabricated people. `demo` off makes the twin of a real one, for tests."""

    def __init__(
        self, people: Iterable[OnCard], *, demo: bool = True, exact: bool = False, padding: int = 0
    ) -> None:
        """`exact`: want the exact length (6Cxx) as T=0 cards do; `padding`: zeros at the end."""
        people = tuple(people)
        names = b"".join(_template(each, numbered=False) for each in people) + bytes(padding)
        numbers = b"".join(_template(each, numbered=True) for each in people) + bytes(padding)
        self.files = {MASTER_AID: names, VITALE_AID: numbers}
        self._demo, self._exact = demo, exact
        self.reset()

    @property
    def atr(self) -> bytes:
        """First bytes no real card has."""
        return ATR

    def reset(self) -> None:
        """Lose the selection."""
        self._application = MASTER_AID
        self._chosen = False

    def send(self, apdu: bytes) -> Answer:
        """Answer one command."""
        if len(apdu) < 5 or apdu[0]:
            return Answer(b"", Status.CLA_NOT_SUPPORTED)
        if apdu[1] == Ins.SELECT:
            return Answer(b"", self._select(apdu[2], apdu[5 : 5 + apdu[4]]))
        if apdu[1] == Ins.READ_BINARY:
            return self._read(apdu[2], apdu[3], apdu[4])
        return Answer(b"", Status.INS_NOT_SUPPORTED)

    def _select(self, how: int, name: bytes) -> int:
        if how == 0x04 and name == DEMO_AID and self._demo:
            return Status.OK
        application = MASTER_AID if (how, name) == (0x00, b"\x3f\x00") else name
        if application not in self.files or (how == 0x00 and application != MASTER_AID):
            return Status.FILE_NOT_FOUND
        self._application, self._chosen = application, False
        return Status.OK

    def _read(self, high: int, low: int, wanted: int) -> Answer:
        """Read from an offset of the chosen file; P1 82 chooses the short file first."""
        if high & 0x80:
            if high != 0x82:
                return Answer(b"", Status.FILE_NOT_FOUND)
            self._chosen, high = True, 0
        if not self._chosen:
            return Answer(b"", Status.NO_CURRENT_FILE)
        content, offset = self.files[self._application], high << 8 | low
        left = len(content) - offset
        if left <= 0:
            return Answer(b"", Status.WRONG_OFFSET)
        if left < (wanted or 256) and (wanted or self._exact):
            return Answer(b"", 0x6C00 | left)
        return Answer(content[offset : offset + (wanted or 256)], Status.OK)


class CpsSlot:
    """A professional's card as a slot sees it: its first bytes, and no file of ours."""

    atr = CPS_ATR

    def __init__(self) -> None:
        self.asked = 0  # commands it was sent: a card that is not ours is left alone

    def reset(self) -> None:
        """Lose nothing: nothing is ever selected."""

    def send(self, apdu: bytes) -> Answer:
        """Refuse."""
        self.asked += 1
        return Answer(b"", Status.FILE_NOT_FOUND if apdu[1:2] else Status.WRONG_LENGTH)


def _template(who: OnCard, *, numbered: bool) -> bytes:
    fields = [(LAST_NAME, who.last_name), (FIRST_NAME, who.first_name), (BIRTH, who.birth),
              (_COUNTRY, "FR")]  # fmt: skip
    if numbered and who.nir:
        fields.append((NIR, who.nir))
    return _value(PERSON, b"".join(_value(tag, text.encode("latin-1")) for tag, text in fields))


def _value(tag: int, content: bytes) -> bytes:
    size = len(content)
    length = bytes([size]) if size < 0x80 else bytes([0x81, size])
    return bytes([tag]) + length + content
