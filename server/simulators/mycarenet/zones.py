"""The eFact page as this judge reads it: positions, shapes and fixed contents, from `zones.csv`.

One row per zone (`be-efact.md` §2). `kind` is N digits, A text, S sign and digits. `shape` is the
code for content that is not of that kind, `code` the one for content that breaks `rule`. Codes are
letter and six characters for records, two digits for the segments (written in an answer slot).
"""

import csv
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache
from importlib.resources import files


@dataclass(frozen=True, slots=True)
class Zone:
    """One row of the table; `start` counts from 1."""

    name: str
    start: int
    length: int
    kind: str
    shape: str
    rule: str
    code: str

    @property
    def end(self) -> int:
        """Position of the last character, counted from 1."""
        return self.start + self.length - 1

    def of(self, text: str) -> str:
        """Cut the characters of this zone in a whole record."""
        return text[self.start - 1 : self.end]


@dataclass(frozen=True, slots=True)
class Plan:
    """All zones of one record or segment, with one pattern that a faultless one matches."""

    name: str
    zones: Mapping[str, Zone]
    pattern: re.Pattern[str]
    dated: tuple[Zone, ...]
    copied: tuple[tuple[Zone, str, str], ...]

    def complaints(self, text: str) -> Iterator[tuple[Zone, str]]:
        """List each zone whose own content is wrong, with its code; copies are judged elsewhere."""
        if not self.pattern.fullmatch(text):
            for zone in self.zones.values():
                if code := _complaint(zone, zone.of(text)):
                    yield zone, code
        for zone in self.dated:
            value = zone.of(text)
            if value.isdigit() and not _dated(zone.rule, value):
                yield zone, zone.code


@cache
def plans() -> Mapping[str, Plan]:
    """Read every plan by record number ("10" … "96") or segment ("200", "300")."""
    rows: dict[str, list[Zone]] = {}
    table = files(__package__).joinpath("zones.csv").read_text("utf-8")
    for row in csv.DictReader(table.splitlines()):
        zone = Zone(
            row["zone"],
            int(row["start"]),
            int(row["length"]),
            row["kind"],
            row["shape"],
            row["rule"],
            row["code"],
        )
        rows.setdefault(row["record"], []).append(zone)
    return {name: _plan(name, zones) for name, zones in rows.items()}


@lru_cache(4096)
def civil_date(value: str) -> date | None:
    """Read the day written YYYYMMDD, or nothing when there is no such day."""
    if len(value) != 8 or not value.isdigit():
        return None
    try:
        return date(int(value[:4]), int(value[4:6]), int(value[6:8]))
    except ValueError:
        return None


def _plan(name: str, zones: list[Zone]) -> Plan:
    copied = []
    for zone in zones:
        if zone.rule.startswith("same:"):
            record, _, other = zone.rule[5:].partition(".")
            copied.append((zone, record, other))
    return Plan(
        name,
        {zone.name: zone for zone in zones},
        re.compile("".join(_pattern(zone) for zone in zones)),
        tuple(zone for zone in zones if zone.rule in ("date", "date0", "time")),
        tuple(copied),
    )


def _pattern(zone: Zone) -> str:
    shape = _shape(zone)
    verb, _, rest = zone.rule.partition(":")
    n = zone.length
    match verb:
        case "zeros":
            return f"0{{{n}}}"
        case "blank":
            return f" {{{n}}}"
        case "void":
            return f"(?:0{{{n}}}| {{{n}}})"
        case "some":
            return f"(?!0{{{n}}}| {{{n}}}){shape}"
        case "in":
            return "(?:" + "|".join(re.escape(value) for value in rest.split("|")) + ")"
        case "fill":
            return "(?:" + "|".join(f"{re.escape(c)}{{{n}}}" for c in rest.split("|")) + ")"
    return shape


def _shape(zone: Zone) -> str:
    match zone.kind:
        case "N":
            return f"[0-9]{{{zone.length}}}"
        case "S":
            return f"[+-][0-9]{{{zone.length - 1}}}"
    return f"[ -~]{{{zone.length}}}"


def _complaint(zone: Zone, value: str) -> str:
    if not re.fullmatch(_shape(zone), value):
        unsigned = zone.kind == "S" and value[:1] not in "+-"
        return f"{zone.shape[:-2]}05" if unsigned else zone.shape
    return "" if re.fullmatch(_pattern(zone), value) else zone.code


def _dated(rule: str, value: str) -> bool:
    if rule == "time":
        return int(value[:2]) < 24 and int(value[2:]) < 60
    return civil_date(value) is not None or (rule == "date0" and not value.strip("0"))
