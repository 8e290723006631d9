"""Cards that are no identity cards: known by their first bytes, and silent about ours."""

from hardware.ports import Answer

LIKE_A_VITALE = bytes.fromhex("3B6500002063CB6800")
LIKE_A_CPS = bytes.fromhex("3B6900005356000001020304 05".replace(" ", ""))
SHORTEST = bytes.fromhex("3B020102")
ENDLESS = b"\x3b" + b"\xff" * 33  # longer than a card may speak: the service calls it mute
GARBLED = b"\x00"


class Stranger:
    """A card that knows no applet of ours."""

    def __init__(self, atr: bytes = LIKE_A_VITALE) -> None:
        self.atr = atr

    def reset(self) -> None:
        """Stay a stranger."""

    def send(self, _apdu: bytes) -> Answer:
        return Answer(b"", 0x6A82)
