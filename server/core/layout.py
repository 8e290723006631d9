"""Records of fixed positions, as tables: the one codec that writes and reads all of them.

A page of a norm becomes a `Layout`, row for row; a table with a gap or an overlap does not import.
Writing never truncates and never rounds. Reading is exact on length and gives every zone a type;
what a value means belongs to the country (`style.md` §6).

Everything that can be prepared once per layout is prepared when the table is built: one template
to write, one strict pattern to check, one getter to cut. Ten thousand records pass through here
while somebody waits.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from itertools import groupby
from operator import itemgetter
from typing import Any, NamedTuple

from server.core.errors import FieldOverflow, InvalidValue
from server.core.field import NUMERALS, PLAIN, UPPER, Field, Kind, Value, plain

__all__ = ["NUMERALS", "PLAIN", "UPPER", "Field", "Kind", "Layout", "Record", "Value", "plain"]


class Record(NamedTuple):
    """One record read: its exact characters and a typed value for every zone, in table order.

    A zone named in `faults` could not be typed; its value is the text as received. `sound` tells
    whether every character belongs to the strict set of its zone.
    """

    layout: "Layout"
    text: str
    values: tuple[Value, ...]
    sound: bool
    faults: tuple[str, ...]

    def value(self, key: str) -> Value:
        """Give the typed value of a zone, by our label or the norm's number."""
        return self.values[self.layout.index[key]]

    def integer(self, key: str) -> int | None:
        """Give a numeric or signed zone; None when it could not be typed."""
        value = self.value(key)
        return value if isinstance(value, int) else None

    def day(self, key: str) -> date | None:
        """Give a date zone; None when it is zeros or could not be typed."""
        value = self.value(key)
        return value if isinstance(value, date) else None

    def chars(self, key: str) -> str:
        """Give the exact characters of a zone."""
        return self.text[self.layout.cuts[self.layout.index[key]]]

    def zones(self) -> dict[str, str]:
        """Give every zone by the norm's number, with its exact characters."""
        return {z.name: self.text[cut] for z, cut in zip(*self.layout.columns, strict=True)}

    def row(self) -> dict[str, Value]:
        """Give the values to hand back to `Layout.write` for the same record."""
        return {key: self.value(key) for key in self.layout.given}

    def unsound(self) -> tuple[str, ...]:
        """List the zones, by number, with a character outside their strict set."""
        return tuple(
            zone.name
            for zone, cut in zip(*self.layout.columns, strict=True)
            if not re.fullmatch(_pattern(zone.classes), self.text[cut], re.ASCII)
        )


@dataclass(frozen=True, slots=True, eq=False)
class Layout:
    """A record of one length, covered by its fields without gap or overlap.

    `first` is the position of its first character, for tables that describe the tail of a record.
    """

    name: str
    length: int
    fields: tuple[Field, ...]
    first: int = 1
    index: Mapping[str, int] = field(init=False)
    cuts: tuple[slice, ...] = field(init=False)
    given: tuple[str, ...] = field(init=False)
    _code: "_Compiled" = field(init=False)

    def __post_init__(self) -> None:
        _check_cover(self)
        index = {zone.name: i for i, zone in enumerate(self.fields)}
        labels = {zone.key: i for i, zone in enumerate(self.fields)}
        if len(index) < len(self.fields) or len(labels) < len(self.fields):
            raise ValueError(f"{self.name}: a name is given twice")
        starts = [(zone.start - self.first, zone.width) for zone in self.fields]
        for name, value in (
            ("index", index | labels),
            ("cuts", tuple(slice(start, start + width) for start, width in starts)),
            ("given", tuple(zone.key for zone in self.fields if zone.kind is not Kind.FIXED)),
            ("_code", _Compiled.of(self.fields, self.first)),
        ):
            object.__setattr__(self, name, value)

    @property
    def columns(self) -> tuple[tuple[Field, ...], tuple[slice, ...]]:
        """Pair the zones with where each is cut."""
        return self.fields, self.cuts

    def is_sound(self, text: str) -> bool:
        """Tell whether every character of a record belongs to the strict set of its zone."""
        return self._code.sound(text) is not None

    def picker(self, *keys: str) -> Callable[[str], tuple[str, ...]]:
        """Prepare a quick cut of some zones only, for checks that read many records."""
        return _cutter([(cut.start, cut.stop) for cut in (self.cuts[self.index[k]] for k in keys)])

    def write(self, values: Mapping[str, Value], zero_sign: str = "+") -> str:
        """Write one record from the values of all its free zones.

        `zero_sign` is the sign of all amounts, zero included, in a record that has any negative
        one: "-" asks for it. Raises FieldOverflow (does not fit) and InvalidValue (missing,
        unknown, not of its kind, a character its zone does not allow).
        """
        code = self._code
        try:
            text = code.written(values, zero_sign)
        except (KeyError, TypeError, AttributeError):
            raise self._objection(values) from None
        if len(text) != self.length or len(values) != len(self.given) or not self.is_sound(text):
            raise self._objection(values)
        return text

    def read(self, text: str) -> Record:
        """Cut and type one record; raises InvalidValue when the length is not exactly right."""
        if len(text) != self.length:
            raise InvalidValue(field=self.name, reason="length", found=len(text))
        code = self._code
        if not self.is_sound(text):
            return self._read_unsound(text, sound=False)
        row: list[Any] = list(code.cut(text))
        try:
            for i, convert in code.readers:
                row[i] = convert(row[i])
        except ValueError:  # a day that no calendar has
            return self._read_unsound(text, sound=True)
        return Record(self, text, tuple(row), True, ())

    def _read_unsound(self, text: str, *, sound: bool) -> Record:
        """Type each zone for itself, and name those that cannot be."""
        row: list[Value] = list(self._code.cut(text))
        faults = []
        for i, zone in enumerate(self.fields):
            try:
                if zone.kind in _STRICT:
                    row[i] = _STRICT[zone.kind](text[self.cuts[i]])
            except ValueError:
                faults.append(zone.name)
        return Record(self, text, tuple(row), sound, tuple(faults))

    def _objection(self, values: Mapping[str, Value]) -> InvalidValue | FieldOverflow:
        """Find out which zone cannot be written, and why; only called when one cannot."""
        for key in self.given:
            if key not in values:
                return InvalidValue(field=key, reason="missing", layout=self.name)
        for key in values:
            if key not in self.given:
                return InvalidValue(field=key, reason="unknown", layout=self.name)
        for zone in self.fields:
            if zone.key in values and (objection := self._zone_objection(zone, values[zone.key])):
                return objection
        return InvalidValue(field=self.name, reason="sign", layout=self.name)

    def _zone_objection(self, zone: Field, value: Value) -> InvalidValue | FieldOverflow | None:
        if not _is_of(zone.kind, value):
            return InvalidValue(field=zone.key, reason="kind", layout=self.name)
        text = zone.slot % _shown(zone.kind, value)
        if len(text) != zone.width:
            return FieldOverflow(layout=self.name, field=zone.key, width=zone.width)
        if not re.fullmatch(_pattern(zone.classes), text, re.ASCII):
            return InvalidValue(field=zone.key, reason="characters", layout=self.name)
        return None


@dataclass(frozen=True, slots=True)
class _Compiled:
    """What a layout prepares once: every record written or read goes through these."""

    template: str
    negative: str
    sound: Callable[[str], object]
    cut: Callable[[str], tuple[str, ...]]
    take: Callable[[Mapping[str, Value]], tuple[Value, ...]]
    readers: tuple[tuple[int, Callable[[str], Value]], ...]
    dates: tuple[int, ...]
    texts: tuple[int, ...]
    integers: tuple[int, ...]
    amounts: tuple[int, ...]

    @classmethod
    def of(cls, zones: tuple[Field, ...], first: int) -> "_Compiled":
        free = [zone for zone in zones if zone.kind is not Kind.FIXED]
        template = "".join(zone.slot for zone in zones)
        classes = [part for zone in zones for part in zone.classes]
        return cls(
            template=template,
            negative=re.sub(r"%\+0(\d+)d", lambda m: f"-%0{int(m[1]) - 1}d", template),
            sound=re.compile(_pattern(classes), re.ASCII).fullmatch,
            cut=_cutter([(z.start - first, z.start - first + z.width) for z in zones]),
            take=_taker([zone.key for zone in free]),
            readers=tuple((i, _QUICK[z.kind]) for i, z in enumerate(zones) if z.kind in _QUICK),
            dates=_places(free, Kind.DATE),
            texts=_places(free, Kind.TEXT),
            integers=_places(free, Kind.NUMBER, Kind.AMOUNT),
            amounts=_places(free, Kind.AMOUNT),
        )

    def prepared(self, values: Mapping[str, Value]) -> list[Any]:
        """Put the values in the order of the template, days as digits, text in single bytes."""
        row: list[Any] = list(self.take(values))
        for i in self.dates:
            row[i] = _written_day(row[i])
        for i in self.texts:
            if not row[i].isascii():
                row[i] = plain(row[i])
        for i in self.integers:
            if type(row[i]) is not int:  # a float or a Decimal would be rounded by the template
                raise TypeError
        return row

    def written(self, values: Mapping[str, Value], zero_sign: str) -> str:
        """Fill the template; the negative one writes its own sign before each absolute amount."""
        row = self.prepared(values)
        if zero_sign == "+":
            return self.template % tuple(row)
        for i in self.amounts:
            row[i] = -row[i]
        return self.negative % tuple(row)


def _shown(kind: Kind, value: Any) -> object:
    if kind is Kind.DATE:
        return _written_day(value)
    return plain(value) if kind is Kind.TEXT else value


def _check_cover(layout: Layout) -> None:
    """Refuse a table with a gap, an overlap, or a constant that does not fill its zone."""
    position = layout.first
    for zone in layout.fields:
        if zone.start != position:
            raise ValueError(f"{layout.name}.{zone.name} starts at {zone.start}, not {position}")
        if zone.kind is Kind.FIXED and (not zone.fill or zone.width % len(zone.fill)):
            raise ValueError(f"{layout.name}.{zone.name}: its constant does not fill it")
        position += zone.width
    if position != layout.first + layout.length:
        raise ValueError(f"{layout.name} covers {position - layout.first} of {layout.length}")


def _pattern(classes: Iterable[tuple[str, int]]) -> str:
    """Join classes of characters, neighbours that are alike into one: it is matched faster."""
    groups = groupby(classes, key=lambda part: part[0])
    counted = ((chars, sum(count for _, count in parts)) for chars, parts in groups)
    return "".join(chars if count == 1 else f"{chars}{{{count}}}" for chars, count in counted)


def _places(free: Sequence[Field], *kinds: Kind) -> tuple[int, ...]:
    return tuple(i for i, zone in enumerate(free) if zone.kind in kinds)


def _cutter(spans: Sequence[tuple[int, int]]) -> Callable[[str], tuple[str, ...]]:
    if len(spans) == 1:
        only = slice(*spans[0])
        return lambda text: (text[only],)
    return itemgetter(*(slice(start, end) for start, end in spans))


def _taker(keys: Sequence[str]) -> Callable[[Mapping[str, Value]], tuple[Value, ...]]:
    if len(keys) < 2:
        return lambda values: tuple(values[key] for key in keys)
    return itemgetter(*keys)


def _is_of(kind: Kind, value: Value) -> bool:
    if kind is Kind.DATE:
        return value is None or isinstance(value, date)
    return type(value) is (int if kind in (Kind.NUMBER, Kind.AMOUNT) else str)


@lru_cache(maxsize=4096)
def _written_day(value: date | None) -> str:
    return "00000000" if value is None else f"{value.year:04d}{value.month:02d}{value.day:02d}"


@lru_cache(maxsize=4096)
def _read_day(text: str) -> date | None:
    if text == "00000000":
        return None
    _digits(text)
    return date(int(text[:4]), int(text[4:6]), int(text[6:8]))


def _digits(text: str) -> str:
    if not (text.isascii() and text.isdigit()):
        raise ValueError(text)
    return text


def _number(text: str) -> int:
    return int(_digits(text))


def _amount(text: str) -> int:
    _digits(text[1:])
    if text[0] not in "+-":
        raise ValueError(text)
    return int(text)


# A sound record needs no second look at its characters; any other is typed zone by zone.
_QUICK: Mapping[Kind, Callable[[str], Value]] = {
    Kind.TEXT: str.rstrip,
    Kind.NUMBER: int,
    Kind.AMOUNT: int,
    Kind.DATE: _read_day,
}
_STRICT: Mapping[Kind, Callable[[str], Value]] = {
    Kind.TEXT: str.rstrip,
    Kind.DIGITS: _digits,
    Kind.NUMBER: _number,
    Kind.AMOUNT: _amount,
    Kind.DATE: _read_day,
}
