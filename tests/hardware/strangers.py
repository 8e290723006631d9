"""First bytes of cards that are no identity cards."""

LIKE_A_VITALE = bytes.fromhex("3B6500002063CB6800")
LIKE_A_CPS = bytes.fromhex("3B690000535600000102030405")
SHORTEST = bytes.fromhex("3B020102")
ENDLESS = b"\x3b" + b"\xff" * 33  # longer than a card may speak: the service calls it mute
GARBLED = b"\x00"
