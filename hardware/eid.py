"""The Belgian eID spoken to: selecting its applet and reading its files, by plain commands.

Pure protocol over a `CardLink`: no reader, no thread. Nothing here needs a PIN.
Source: `hardware.md` §2.1–2.3 (Belpic applet reference manual, eID card content 5.4).
"""

from enum import Enum

from hardware.apdu import Ins, Status
from hardware.ports import CardLink, CardProblem, CardTrouble
from server.core.cards import CardKind

BELPIC_AID = bytes.fromhex("A000000030290570 00AD13100101FF")
PKCS15_AID = bytes.fromhex("A000000177504B43532D3135")

_CHUNK = 248
_PLAIN_CARD_DATA = 28  # bytes of the card's own data
_CARD_DATA, _TRIES_AT = 31, 28  # the same with the tries left, and where they stand
_LARGEST_FILE = 0x4000  # bytes; the largest real one is a padded certificate of 2.5 kB
_ATR_18 = bytes.fromhex("3B7F96000080318065B0850401 20120FFF829000")


class EidFile(Enum):
    """Files of the card, by their full path from the master file."""

    IDENTITY = bytes.fromhex("3F00DF014031")
    IDENTITY_SIGNATURE = bytes.fromhex("3F00DF014032")
    ADDRESS = bytes.fromhex("3F00DF014033")
    ADDRESS_SIGNATURE = bytes.fromhex("3F00DF014034")
    PHOTO = bytes.fromhex("3F00DF014035")
    BASIC_KEY = bytes.fromhex("3F00DF014040")
    AUTHENTICATION_CERTIFICATE = bytes.fromhex("3F00DF005038")
    SIGNATURE_CERTIFICATE = bytes.fromhex("3F00DF005039")
    CITIZEN_CA_CERTIFICATE = bytes.fromhex("3F00DF00503A")
    ROOT_CERTIFICATE = bytes.fromhex("3F00DF00503B")
    RRN_CERTIFICATE = bytes.fromhex("3F00DF00503C")


def guess_kind(atr: bytes) -> CardKind | None:
    """Guess a card from its first bytes: good for a word on screen, never a proof."""
    older = atr[:2] == b"\x3b\x98" and atr[8:12] == b"\x01\x01\xad\x13"
    return CardKind.EID if older or atr == _ATR_18 else None


def select_applet(link: CardLink) -> None:
    """Select the eID applet by either of its names; raise NOT_EID when the card has neither."""
    for aid, p2 in ((BELPIC_AID, 0x00), (PKCS15_AID, 0x0C)):
        command = bytes([0x00, Ins.SELECT, 0x04, p2, len(aid)]) + aid
        if link.send(command).sw == Status.OK:
            return
    raise CardTrouble(CardProblem.NOT_EID)


def ask_age(link: CardLink) -> None:
    """Have the selected applet tell its version: the link minds how fast it may be asked."""
    link.send(bytes([0x80, Ins.GET_CARD_DATA, 0x00, 0x00, _PLAIN_CARD_DATA]))


def tries_left(link: CardLink) -> int | None:
    """Ask how many codes may still be tried, at no cost; None from a card that does not say (1.7).

    Asking for the code without one would say it too, but an older card could take it for a try.
    """
    with link.hold():
        select_applet(link)
        data, sw = link.send(bytes([0x80, Ins.GET_CARD_DATA, 0x00, 0x01, _CARD_DATA]))
    return data[_TRIES_AT] if sw == Status.OK and len(data) == _CARD_DATA else None


def read_file(link: CardLink, file: EidFile) -> bytes:
    """Read one whole file under one hold; an absent file is empty.

    Raises `CardTrouble` UNREADABLE when the card refuses, never ends, or ends in mid-file.
    """
    with link.hold():
        return _read_selected(link) if _select(link, file) else b""


def _select(link: CardLink, file: EidFile) -> bool:
    """Select by absolute path; False when the card has no such file."""
    command = bytes([0x00, Ins.SELECT, 0x08, 0x0C, len(file.value)]) + file.value
    sw = link.send(command).sw
    if sw not in (Status.OK, Status.FILE_NOT_FOUND):
        raise CardTrouble(CardProblem.UNREADABLE)
    return sw == Status.OK


def _read_selected(link: CardLink) -> bytes:
    """Read in chunks; a shorter one or an offset past the end is the end."""
    content = b""
    while len(content) < _LARGEST_FILE:
        command = bytes([0x00, Ins.READ_BINARY, len(content) >> 8, len(content) & 0xFF, _CHUNK])
        data, sw = link.send(command)
        if sw == Status.WRONG_OFFSET:
            return content
        if sw != Status.OK:
            raise CardTrouble(CardProblem.UNREADABLE)
        content += data
        if len(data) < _CHUNK:
            return content
    raise CardTrouble(CardProblem.UNREADABLE)
