"""The public data of a Vitale card, by plain commands: names, births and numbers, never rights.

Two short files of the same people in the same order: names from the master file, numbers from the
application. The card is recognised by its application, never by its slot.
Source: `hardware.md` §3.2 (two public readers of these files); cards before 2007 are not covered.
"""

from collections.abc import Iterator
from datetime import date, datetime

from hardware.apdu import Ins, Status
from hardware.ports import CardLink, CardPart, CardProblem, CardTrouble, VitaleDone
from hardware.reading import Progress
from server.core.cards import Proof
from server.core.errors import InvalidNumber
from server.core.identifiers import Nir
from server.core.vitale import VitalePerson, VitaleRead

VITALE_AID = bytes.fromhex("D25000000256 4954414C45")
MASTER_AID = bytes.fromhex("D2500000024D465F564954414C45")
DEMO_AID = b"\xf0BESACE DEMO"  # of fabricated cards alone: proprietary, unregistered

PERSON, LAST_NAME, FIRST_NAME, BIRTH, NIR = 0x65, 0x80, 0x81, 0x82, 0x93
_SHORT_FILE = 0x82  # P1 of READ BINARY: the file of short name 2
_CHUNK = 256  # asked as 00: whatever there is
_LARGEST_FILE = 0x1000
_MOST_PEOPLE = 40

_Fields = dict[int, bytes]


def read_vitale(link: CardLink, reader: str, at: datetime, progress: Progress) -> VitaleDone:
    """Read who is on a card.

    Raises `CardTrouble`: NOT_VITALE, UNREADABLE (the two files disagree or make no sense), or what
    the link raises: nothing of a card pulled half way is given.
    """
    if not _selected(link, VITALE_AID):
        raise CardTrouble(CardProblem.NOT_VITALE)
    fabricated = _selected(link, DEMO_AID)
    progress(0, CardPart.IDENTITY)
    with link.hold():
        named = _people(_master_file(link))
    progress(50, CardPart.PROOF)
    with link.hold():
        if not _selected(link, VITALE_AID):
            raise CardTrouble(CardProblem.UNREADABLE)
        numbered = _people(_short_file(link))
    if not named or len(numbered) > len(named):
        raise CardTrouble(CardProblem.UNREADABLE)
    numbered += [(b"", {})] * (len(named) - len(numbered))
    pairs = zip(named, numbered, strict=True)
    people = tuple(_person(*name, *number) for name, number in pairs)
    proof = Proof.DEMO if fabricated else Proof.UNVERIFIED
    return VitaleDone(VitaleRead(at, reader, people, proof), _remarks(people, numbered))


def _remarks(
    people: tuple[VitalePerson, ...], numbered: list[tuple[bytes, _Fields]]
) -> tuple[CardProblem, ...]:
    """Say that a number of the card was not taken because its key is wrong."""
    wrong = [
        who for who, (_, fields) in zip(people, numbered, strict=True)
        if NIR in fields and who.nir is None
    ]  # fmt: skip
    return (CardProblem.BAD_NIR,) if wrong else ()


def _master_file(link: CardLink) -> bytes:
    """Select the master file, by its number or by its name, and read its public names."""
    select = bytes([0x00, Ins.SELECT, 0x00, 0x00, 0x02, 0x3F, 0x00])
    if link.send(select).sw != Status.OK and not _selected(link, MASTER_AID):
        raise CardTrouble(CardProblem.UNREADABLE)
    return _short_file(link)


def _selected(link: CardLink, name: bytes) -> bool:
    command = bytes([0x00, Ins.SELECT, 0x04, 0x00, len(name)]) + name
    return link.send(command).sw == Status.OK


def _short_file(link: CardLink) -> bytes:
    """Read the file of short name 2 to its end; the first command also selects it."""
    content, place = b"", (_SHORT_FILE, 0)
    while len(content) < _LARGEST_FILE:
        data, sw = link.send(bytes([0x00, Ins.READ_BINARY, *place, 0x00]))
        if content and sw in (Status.WRONG_OFFSET, Status.WRONG_LENGTH):
            return content
        if sw != Status.OK or not (data or content):
            raise CardTrouble(CardProblem.UNREADABLE)
        content += data
        if len(data) < _CHUNK:
            return content
        place = (len(content) >> 8, len(content) & 0xFF)
    raise CardTrouble(CardProblem.UNREADABLE)


def _people(content: bytes) -> list[tuple[bytes, _Fields]]:
    """Cut a file into people: the bytes of each, and its fields; padding ends the list."""
    people = []
    for tag, raw, value in _values(content):
        if tag == PERSON:
            people.append((raw, {inner: text for inner, _, text in _values(value)}))
    if len(people) > _MOST_PEOPLE:
        raise CardTrouble(CardProblem.UNREADABLE)
    return people


def _values(content: bytes) -> Iterator[tuple[int, bytes, bytes]]:
    """Walk tag, length, value; raises UNREADABLE where a length goes past the end."""
    at = 0
    while at + 1 < len(content) and content[at] not in (0x00, 0xFF):
        size, begin = content[at + 1], at + 2
        if size in (0x81, 0x82):
            begin += size - 0x80
            size = int.from_bytes(content[at + 2 : begin], "big")
        elif size > 0x7F:
            raise CardTrouble(CardProblem.UNREADABLE)
        if begin + size > len(content):
            raise CardTrouble(CardProblem.UNREADABLE)
        yield content[at], content[at : begin + size], content[begin : begin + size]
        at = begin + size


def _person(raw: bytes, named: _Fields, other: bytes, numbered: _Fields) -> VitalePerson:
    """Put the two halves of a person together; names that differ are two people's."""
    for tag in (LAST_NAME, FIRST_NAME, BIRTH):
        if tag in numbered and numbered[tag] != named.get(tag):
            raise CardTrouble(CardProblem.UNREADABLE)
    born = _text(named, BIRTH)
    return VitalePerson(
        nir=_nir(_text(numbered, NIR)),
        last_name=_text(named, LAST_NAME),
        first_names=_text(named, FIRST_NAME),
        birth_date=_day(born),
        birth_text=born,
        raw=raw + other,
    )


def _text(fields: _Fields, tag: int) -> str:
    letters = fields.get(tag, b"").decode("latin-1")
    return " ".join("".join(c if c.isprintable() else " " for c in letters).split())


def _nir(text: str) -> Nir | None:
    try:
        return Nir.parse(text)
    except InvalidNumber:
        return None


def _day(text: str) -> date | None:
    """Read AAAAMMJJ; a month or day no calendar knows is legal and gives none."""
    if len(text) != 8 or not (text.isascii() and text.isdigit()):
        return None
    try:
        return date(int(text[:4]), int(text[4:6]), int(text[6:]))
    except ValueError:
        return None
