"""Text dumps of a professional's card: INI sections of groups, one named field per line.

The value ends at the comma that its label follows. Fields are taken by the name the dumping
program gave them, or by their number; lines of other names are left and counted.
Source: `fr-sesam-vitale.md` §17 (a group and field store as INI text), five test dumps [M].
"""

import re
from dataclasses import dataclass

from server.core.sesam import Group, Groups
from server.countries.france.card_layout import SHAPES, Kind

_SECTION = re.compile(r"^\s*\[(?P<name>[^\]]*)\]\s*$")
_GROUP = re.compile(r"(?:GR|GROUPE?_?)0*(\d+)|^0*(\d+)", re.IGNORECASE)
_LINE = re.compile(r"^\s*(?P<name>[A-Za-z_]\w*|\d+)\s*=\s*(?P<rest>.*)$")
_LABEL = re.compile(r",(?:\s{2}.*|\s*)$")
_ODD = re.compile(r"Ã[\x80-\xbf]|Â[\x80-\xbf]")  # UTF-8 seen through Latin-1

_NAMES = {
    Kind.PS_HOLDER: "TypePS TypeIdNat NIR Clef_NIR CodeCivilite Nom Prenom",
    Kind.PS_SITUATION: (
        "NumLog ModeExe StatutExe SectActivite TypIdentStruct NumIdentStruct NumIdentStructClef"
        " RaisonSocialeStruct NumIdentFactuPs NumIdentFactuPsClef NumIdentPsRempla"
        " NumIdentPsRemplaClef CodeConvention CodeSpecialite CodeZoneTarif CodeZoneIk CodeAgr1"
        " CodeAgr2 CodeAgr3 HabilitationSignFact HabilitationSignLot"
    ),
}
_PLACES = {
    kind: {name.casefold(): place for place, name in enumerate(names.split(), 1)}
    for kind, names in _NAMES.items()
}


@dataclass(frozen=True, slots=True)
class Dump:
    """The groups of a dump, and the names of lines that nothing is known of."""

    groups: Groups
    strange: tuple[str, ...]
    in_utf8: bool


def is_dump(data: bytes) -> bool:
    """Tell a dump: text, whose first section names group 1 or 2 of a professional's card."""
    for line in data[:4096].decode("latin-1").lstrip("\ufeffï»¿").splitlines():
        if section := _SECTION.match(line):
            return _number(section["name"]) in _PLACES
    return False


def read_dump(data: bytes) -> Dump:
    """Read every group of a dump; letters are Latin-1 unless they can only be UTF-8."""
    text, in_utf8 = _decoded(data)
    groups: list[Group] = []
    strange: list[str] = []
    number: int | None = None
    held: dict[int, str] = {}
    for line in [*text.splitlines(), "[end]"]:
        if section := _SECTION.match(line):
            if number is not None:
                groups.append(_group(number, held))
            number, held = _number(section["name"]), {}
        elif number is not None and (found := _LINE.match(line)):
            place = _place(number, found["name"])
            if place is None:
                strange.append(found["name"])
            else:
                held[place] = _LABEL.sub("", found["rest"]).rstrip()
    return Dump(tuple(groups), tuple(strange), in_utf8)


def _decoded(data: bytes) -> tuple[str, bool]:
    latin = data.decode("latin-1")
    if _ODD.search(latin) or data.startswith(b"\xef\xbb\xbf"):
        try:
            return data.decode("utf-8-sig"), True
        except UnicodeDecodeError:
            return latin, False
    return latin, False


def _number(section: str) -> int | None:
    found = _GROUP.search(section)
    number = int(found[1] or found[2]) if found and len(found[0]) < 12 else None
    return number if number in SHAPES else None


def _place(number: int, name: str) -> int | None:
    most = len(SHAPES[number].fields)
    if name.isdigit() and len(name) < 4:
        return int(name) if 1 <= int(name) <= most else None
    known = _PLACES.get(Kind(number), {})
    return known.get(name.casefold().removeprefix("m_"))


def _group(number: int, held: dict[int, str]) -> Group:
    size = len(SHAPES[number].fields)
    return Group(number, tuple(held.get(place, "") for place in range(1, size + 1)))
