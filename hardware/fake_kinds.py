"""Fabricated cards of every kind a reader may meet, by the name one asks for them by.

Used by `besace simulate card --card NAME` and by the tests. Source: `hardware.md` §2.4, §2.8.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date

from hardware.apdu import Status
from hardware.eid import EidFile
from hardware.fake_eid import EidCard
from hardware.fake_eid_files import APPLET_17, Quirks
from hardware.fake_person import Person
from hardware.fakes import EmulatedCard
from hardware.ports import Answer

KIDS, FOREIGNER_A, FOREIGNER_F, EU, KIDS_EU = 6, 11, 17, 31, 61
"""Types of document, as cards number them."""

_STRANGER = bytes.fromhex("3B6500002063CB6800")
_ENDLESS = b"\x3b" + b"\xff" * 33  # longer than a card may speak, which makes it mute


class Stranger:
    """A card that knows no applet of ours, or (mute) does not even begin as a card does."""

    def __init__(self, atr: bytes = _STRANGER) -> None:
        self.atr = atr

    def reset(self) -> None:
        """Stay a stranger."""

    def send(self, _apdu: bytes) -> Answer:
        """Know nothing."""
        return Answer(b"", Status.FILE_NOT_FOUND)


def born_on(person: Person, day: date) -> Person:
    """Give a person another birth date and the fabricated (BIS) number that goes with it."""
    body = f"{day:%y}{day.month + 20:02d}{day:%d}{person.niss[6:9]}"
    century = "2" if day.year >= 2000 else ""
    niss = f"{body}{97 - int(century + body) % 97:02d}"
    return replace(person, birth_date=day, niss=niss)


def _kids(person: Person, kind: int = KIDS) -> EmulatedCard:
    """Make the card of a child of eight: its own certificates are zeros, as before activation."""
    child = born_on(person, person.valid_from.replace(year=person.valid_from.year - 8))
    return EidCard(replace(child, document_type=kind))


def _of(kind: int) -> Callable[[Person], EmulatedCard]:
    return lambda person: EidCard(replace(person, document_type=kind))


def _odd(quirks: Quirks) -> Callable[[Person], EmulatedCard]:
    return lambda person: EidCard(person, quirks=quirks)


def _older(quirks: Quirks) -> Callable[[Person], EmulatedCard]:
    return lambda person: EidCard(person, APPLET_17, quirks=quirks)


def _lying(person: Person) -> EmulatedCard:
    """Make a card whose national number says it is longer than the file."""
    card = EidCard(person)
    card.files[EidFile.IDENTITY] = bytes([6, 200]) + person.niss.encode()
    return card


def _moved(person: Person) -> EmulatedCard:
    """Make a card whose address was changed by somebody who cannot sign it."""
    card = EidCard(person)
    elsewhere = EidCard(replace(person, street="Rue d’Ailleurs 1"))
    card.files[EidFile.ADDRESS] = elsewhere.files[EidFile.ADDRESS]
    return card


KINDS: Mapping[str, Callable[[Person], EmulatedCard]] = {
    "eid-1.8": EidCard,
    "eid-1.7": _older(Quirks()),
    "eid-sha1": _older(Quirks(sha1=True, sha1_photo=True)),
    "eid-sha1-photo": _older(Quirks(sha1_photo=True)),
    "kids": _kids,
    "kids-eu": lambda person: _kids(person, KIDS_EU),
    "foreigner-a": _of(FOREIGNER_A),
    "foreigner-f": _of(FOREIGNER_F),
    "eu": _of(EU),
    "no-address": lambda person: EidCard(replace(person, street="", postcode="", municipality="")),
    "no-certificates": _odd(Quirks(no_certificates=True)),
    "expired": lambda person: EidCard(replace(person, valid_to=date(2025, 1, 1))),
    "unborn": lambda person: EidCard(born_on(person, date(2090, 7, 1))),
    "too-old": lambda person: EidCard(born_on(person, date(1891, 7, 1))),
    "no-day": lambda person: EidCard(replace(person, birth_text="31 FEV 1985")),
    "backwards": lambda person: EidCard(replace(person, valid_to=date(2023, 1, 1))),
    "bad-text": _odd(Quirks(encoding="cp1252")),
    "bad-niss": lambda person: EidCard(replace(person, niss=person.niss[:9] + "00")),
    "lying-length": _lying,
    "forged": _odd(Quirks(wrong_identity_signature=True)),
    "forged-address": _odd(Quirks(wrong_address_signature=True)),
    "changed-address": _moved,
    "forged-photo": _odd(Quirks(wrong_photo=True)),
    "stranger": lambda _: Stranger(),
    "mute": lambda _: Stranger(_ENDLESS),
}
"""Each kind, and how the card of a person is made one."""
