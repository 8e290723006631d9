"""The rows behind the refusal dictionary: what our own CSV tables say, read into values.

Four tables in `server/reference`, all worded by us: `be_efact_codes.csv` (one sentence per code
a kiné meets), `be_efact_zones.csv` (plain names of records and zones), `be_efact_errors_common.csv`
(sentences by class of error, by letter, and for the header errors of a 920999) and
`be_efact_error_classes.csv` (which class a published code belongs to).
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

from server.core.errors import InvalidValue, ReferenceRefused

Row = Mapping[str, str]
Value = TypeVar("Value")


class Opens(StrEnum):
    """Where the screen takes the kiné to act on a refusal: a field, or whoever must act instead."""

    PATIENT_NISS = "patient.niss"
    PATIENT_SEX = "patient.sex"
    COVERAGE_MUTUALITY = "coverage.mutuality"
    COVERAGE_CT = "coverage.ct"
    COVERAGE_COMMITMENT = "coverage.commitment"  # the insurer's payment engagement number
    COVERAGE_MEDICAL_HOUSE = "coverage.medical_house"
    AGREEMENT_NUMBER = "agreement.number"
    AGREEMENT_DATES = "agreement.dates"
    PRESCRIPTION_PRESCRIBER = "prescription.prescriber"
    PRESCRIPTION_DATE = "prescription.date"
    PRESCRIPTION_DOCUMENT = "prescription.document"
    SERIES = "series"  # the treatment series: category and situation
    SESSION_DATE = "session.date"
    SESSION_CODE = "session.code"
    SESSION_UNITS = "session.units"
    SESSION_PLACE = "session.place"
    SESSION_PRICE = "session.price"
    SESSION_PROVIDER = "session.provider"
    SESSION_CARD = "session.card"  # the eID reading kept with the session
    PRACTICE_NIHII = "practice.nihii"
    PRACTICE_PROFESSION = "practice.profession"
    PRACTICE_CONVENTION = "practice.convention"
    PRACTICE_BCE = "practice.bce"
    PRACTICE_IBAN = "practice.iban"
    PRACTICE_CONTACT = "practice.contact"
    PRACTICE_PHONE = "practice.phone"
    INVOICE_NUMBER = "invoice.number"
    LOT_NUMBER = "lot.number"
    LOT_MONTH = "lot.month"
    LOT_DAY = "lot.day"
    LOT_LINES = "lot.lines"  # the other lines of the same lot
    PAYMENT = "payment"
    INSURER = "insurer"  # to call
    SOFTWARE = "software"  # our fault: nothing to correct, report it


class ActionKind(StrEnum):
    """What kind of act the next action is."""

    CORRECT = "correct"
    WAIT = "wait"
    RESEND = "resend"
    CONTACT_INSURER = "contact_insurer"
    REPORT_BUG = "report_bug"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Wording:
    """One text in the two languages of a Belgian screen; `{zone}` and `{record}` are filled in."""

    fr: str
    nl: str

    def say(self, locale: str) -> str:
        """Give the text in `fr_BE` or `nl`. Raises InvalidValue for any other locale."""
        if locale == "fr_BE":
            return self.fr
        if locale == "nl":
            return self.nl
        raise InvalidValue(field="locale", reason="unknown")


@dataclass(frozen=True, slots=True)
class Advice:
    """What happened and what to do; `opens` empty means the field of the zone at fault."""

    cause: Wording
    action: Wording
    opens: Opens | None
    action_kind: ActionKind
    letter: str = ""  # the letter the official list gives the code, when it is a code's row


@dataclass(frozen=True, slots=True)
class ZoneName:
    """Our plain name of one zone, and the business field it is filled from."""

    name: Wording
    opens: Opens


@dataclass(frozen=True, slots=True)
class Common:
    """The sentences that serve many codes, by what they are looked up with."""

    classes: Mapping[str, Advice]
    by_error: Mapping[str, str]  # last two characters of a code → class; "*" for all others
    letters: Mapping[str, Advice]  # cause = what the letter means for the money
    headers: Mapping[str, Advice]  # "3021:20", "*:20" or "*:*"
    software: Advice
    unnamed: Wording  # the name of a zone that has none; `{zone}` is its number


def read_codes(rows: Iterable[Row]) -> dict[str, Advice]:
    """Read the hand-written rows by code. Raises ReferenceRefused with the rows at fault."""
    return dict(_read(rows, lambda row: (row["code"], _advice(row, row["letter_usual"]))))


def read_zones(rows: Iterable[Row]) -> dict[tuple[str, str], ZoneName]:
    """Read the names by (record, zone); zone "" names the record, record "*" is any record."""
    return dict(_read(rows, lambda row: ((row["record"], row["zone"]), _zone(row))))


def read_assigned(rows: Iterable[Row], classes: Mapping[str, Advice]) -> dict[str, str]:
    """Read the class of each published code that its last two characters do not give.

    Raises ReferenceRefused for a class that has no sentence.
    """

    def known(row: Row) -> tuple[str, str]:
        if row["class"] not in classes:
            raise ValueError(row["class"])
        return row["code"], row["class"]

    return dict(_read(rows, known))


def read_common(rows: Iterable[Row]) -> Common:
    """Read the sentences by class, letter and header error; raises ReferenceRefused."""
    lines = _read(rows, lambda row: ((row["kind"], row["match"]), row["err"], _advice(row)))
    table = {key: advice for key, _, advice in lines}
    _require(
        table,
        [
            ("class", "other"),
            ("class", "unreadable"),
            ("letter", "*"),
            ("letter", "B"),
            ("header", "*:*"),
            ("owner", "software"),
            ("owner", "unnamed"),
        ],
    )
    return Common(
        classes=_of(table, "class"),
        by_error={err: name for (kind, name), err, _ in lines if kind == "class" and err},
        letters=_of(table, "letter"),
        headers=_of(table, "header"),
        software=table["owner", "software"],
        unnamed=table["owner", "unnamed"].cause,
    )


def _read(rows: Iterable[Row], read: Callable[[Row], Value]) -> list[Value]:
    values: list[Value] = []
    faults: list[tuple[int, str]] = []
    for number, row in enumerate(rows, start=2):  # line 1 of the file is its head
        try:
            values.append(read(row))
        except KeyError as missing:
            faults.append((number, f"column {missing.args[0]}"))
        except ValueError:
            faults.append((number, "unknown word"))
    if faults:
        raise ReferenceRefused(rows=tuple(faults))
    return values


def _advice(row: Row, letter: str = "") -> Advice:
    return Advice(
        cause=Wording(row["cause_fr"], row["cause_nl"]),
        action=Wording(row["action_fr"], row["action_nl"]),
        opens=Opens(row["field"]) if row["field"] else None,
        action_kind=ActionKind(row["action_kind"] or ActionKind.NONE),
        letter=letter,
    )


def _zone(row: Row) -> ZoneName:
    return ZoneName(Wording(row["name_fr"], row["name_nl"]), Opens(row["field"]))


def _of(table: Mapping[tuple[str, str], Advice], kind: str) -> dict[str, Advice]:
    return {match: advice for (of, match), advice in table.items() if of == kind}


def _require(table: Mapping[tuple[str, str], Advice], keys: list[tuple[str, str]]) -> None:
    absent = [key for key in keys if key not in table]
    if absent:
        raise ReferenceRefused(rows=tuple((0, " ".join(key)) for key in absent))
