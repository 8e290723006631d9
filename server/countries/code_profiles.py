"""Rows of `code_profiles`: how the text of a code is cut into the fields of an attestation.

The layouts of mutuals are not public (`fr-sesam-vitale.md` §13), so they are data: dated rows, most
of them unconfirmed, that a practice can replace without a new program.
"""

import json
import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Self
from urllib.parse import parse_qsl

from server.core.errors import InvalidValue
from server.countries.dated import (
    Cells,
    Origin,
    flag_cell,
    needed_cell,
    text_cell,
)

SEPARATORS = re.compile(r"[\n\r\t\x1d|;]+")
_ADDRESS = re.compile(r"https?://[^?\s]*\?(\S*)", re.IGNORECASE)


class Form(StrEnum):
    """How a text is cut."""

    NAMED = "named"  # name and value: lines or pieces with = or :, parameters, a JSON object
    PARTS = "parts"  # values in a fixed order between separators
    WIDTHS = "widths"  # values at fixed columns
    WHOLE = "whole"  # one value; its pattern may bracket a part of the text


class Field(StrEnum):
    """What an attestation can say; dates of validity are never taken from a code (MAIIA-38)."""

    AMC_NUMBER = "amc_number"
    CONVENTION_TYPE = "convention_type"
    CSR = "csr"
    MEMBER_NUMBER = "member_number"
    NISS = "niss"
    DOCUMENT = "document"  # the kind of a 2D-Doc, by its two-character code


@dataclass(frozen=True, slots=True)
class FieldRow:
    """Where one field of one profile stands, and what it must look like.

    `place`: names between « / » (NAMED), a rank from 1 (PARTS), columns as « 1-8 » (WIDTHS).
    """

    profile: str
    country: str
    form: Form
    field: Field
    place: str
    pattern: re.Pattern[str]
    needed: bool
    origin: Origin

    @classmethod
    def from_mapping(cls, cells: Cells) -> Self:
        """Read a row; raise InvalidValue naming the bad column."""
        form, field = needed_cell(cells, "form"), needed_cell(cells, "field")
        if form not in tuple(Form):
            raise InvalidValue(field="form", reason="unknown")
        if field not in tuple(Field):
            raise InvalidValue(field="field", reason="unknown")
        return cls(
            profile=needed_cell(cells, "profile"),
            country=needed_cell(cells, "country"),
            form=Form(form),
            field=Field(field),
            place=_place(Form(form), text_cell(cells, "place")),
            pattern=_pattern(needed_cell(cells, "pattern")),
            needed=flag_cell(cells, "needed"),
            origin=Origin.from_mapping(cells),
        )

    def candidates(self, cut: "Cut") -> Iterator[str]:
        """Give the values a text has for this field: none, one, or several that disagree."""
        found = cut.values(self.form, self.place)
        for match in filter(None, map(self.pattern.fullmatch, found)):
            yield match[1] if self.pattern.groups else match[0]


class Cut:
    """A text, cut in each way once."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._parts = SEPARATORS.split(text)
        self._named = [(key_of(name), value.strip()) for name, value in _named(text)]

    def values(self, form: Form, place: str) -> list[str]:
        """Give what stands at a place."""
        match form:
            case Form.WHOLE:
                return [self._text]
            case Form.NAMED:
                names = place.split("/")
                return [value for name, value in self._named if name in names]
            case Form.PARTS:
                rank = int(place) - 1
                return [part.strip() for part in self._parts[rank : rank + 1]]
            case _:
                first, _, last = place.partition("-")
                return [self._text[int(first) - 1 : int(last)].strip()]


def key_of(name: str) -> str:
    """Write a name as the table does: « N° d’adhérent » is `ndadherent`."""
    bare = unicodedata.normalize("NFKD", name.casefold())
    return "".join(character for character in bare if character.isascii() and character.isalnum())


def _named(text: str) -> Iterator[tuple[str, str]]:
    """Give the names and values of a text; an address is read, never opened."""
    if text.startswith("{"):
        yield from _members(text)
    elif address := _ADDRESS.fullmatch(text):
        yield from parse_qsl(address[1])
    else:
        for piece in SEPARATORS.split(text):
            name, equals, value = re.sub("[:=]", "\0", piece, count=1).partition("\0")
            if equals:
                yield name, value


def _members(text: str) -> Iterator[tuple[str, str]]:
    """Give the flat members of a JSON object, a repeated one each time."""
    try:
        members = json.loads(text, object_pairs_hook=list)
    except (ValueError, RecursionError):
        return
    for name, value in members:
        if isinstance(value, str | int) and not isinstance(value, bool):
            yield name, str(value)


_PLACES: Mapping[Form, str] = {
    Form.WHOLE: "",
    Form.NAMED: "[a-z0-9]+(/[a-z0-9]+)*",
    Form.PARTS: "[1-9][0-9]?",
    Form.WIDTHS: "[1-9][0-9]*-[1-9][0-9]*",
}


def _place(form: Form, place: str) -> str:
    if not re.fullmatch(_PLACES[form], place):
        raise InvalidValue(field="place", reason="unknown")
    return place


def _pattern(text: str) -> re.Pattern[str]:
    try:
        return re.compile(text, re.DOTALL)
    except re.error:
        raise InvalidValue(field="pattern", reason="unreadable") from None
