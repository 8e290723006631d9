"""The dated rules of the practice's country, read once per version of the reference file."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from server.core.care import Confidence
from server.countries.belgium.nomenclature import CodeRow
from server.countries.belgium.rulebook import Rulebook
from server.countries.belgium.tariff import TariffRow
from server.countries.code_profiles import FieldRow
from server.countries.switches import switch_value
from server.services.desk import Desk
from server.store import reference

_READ: dict[tuple[str, bool], Rulebook] = {}
_PROFILES: dict[str, Sequence[FieldRow]] = {}


def rulebook(desk: Desk) -> Rulebook:
    """Return the rules in force for this practice; a demo practice also sees invented tariffs."""
    key = (desk.practice.reference_sha256, desk.practice.demo)
    held = _READ.get(key)
    if held is None:
        tables = {name: reference.rows(desk.db, name) for name in reference.RULES}
        held = _READ[key] = Rulebook.from_tables(tables, demo=desk.practice.demo)
    return held


@dataclass(frozen=True, slots=True)
class TariffVersion:
    """One period of the tariff as the practice holds it."""

    id: str
    valid_from: date
    valid_to: date | None
    codes: int
    confidences: Sequence[Confidence]
    sources: Sequence[str]

    @property
    def fictional(self) -> bool:
        """Whether a row was invented for the demonstration."""
        return Confidence.T in self.confidences


def tariff_versions(desk: Desk) -> list[TariffVersion]:
    """Return the periods of the tariff in force or replaced by none, newest first."""
    rows = sorted(
        rulebook(desk).tariff.rows,
        key=lambda row: (row.origin.valid_from, row.origin.version),
        reverse=True,
    )
    return [
        _version(version, list(group))
        for version, group in groupby(rows, key=lambda row: row.origin.version)
    ]


def _version(version: str, rows: Sequence[TariffRow]) -> TariffVersion:
    first = rows[0].origin
    return TariffVersion(
        version, first.valid_from, first.valid_to, len(rows),
        sorted({row.origin.confidence for row in rows}),
        sorted({row.origin.source for row in rows}),
    )  # fmt: skip


def label(desk: Desk, code: str, locale: str) -> str:
    """Return the plain name of a nomenclature code in one language; the code itself if unknown."""
    rules = rulebook(desk)
    known: tuple[TariffRow | CodeRow, ...] = (*rules.tariff.rows, *rules.codes)
    for row in known:
        if row.code == code:
            return row.label_nl if locale == "nl" else row.label_fr
    return code


def code_profiles(desk: Desk) -> Sequence[FieldRow]:
    """Return how the texts of codes are cut into attestations, in every country.

    None with tables built before codes were read: a text is then shown as it is.
    """
    sha256 = desk.practice.reference_sha256
    if sha256 not in _PROFILES:
        known = reference.holds(desk.db, "code_profiles")
        rows = reference.rows(desk.db, "code_profiles") if known else ()
        _PROFILES[sha256] = [FieldRow.from_mapping(row) for row in rows]
    return _PROFILES[sha256]


def choice(desk: Desk, key: str, default: str) -> str:
    """Return an unconfirmed fact of the dated settings table, in force today."""
    found = switch_value(key, desk.today, rulebook(desk).switches)
    return default if found is None else found
