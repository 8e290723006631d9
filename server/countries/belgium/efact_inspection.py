"""What `besace inspect` says of an eFact message: the keys and values of `cli.md`."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from server.core.inspection import Inspection, Json
from server.core.layout import Record
from server.countries.belgium.efact_check import check_request
from server.countries.belgium.efact_check_answer import check_answer
from server.countries.belgium.efact_codes import PlacedCode, is_consequence, placed_codes
from server.countries.belgium.efact_layout_segments import SEGMENT_200
from server.countries.belgium.efact_read import EfactFile, Entry, MessageKind, kind_of, read_efact
from server.countries.belgium.efact_returns import (
    SettlementLine,
    ZoneError,
    oa_of,
    sending_number_of,
    settlement_of,
    signed,
    zone_errors_of,
)
from server.countries.belgium.efact_walk import CheckTables

_NO_TABLES = CheckTables()
_FOOTERS = ("91", "92", "95", "96")


class Sentences(Protocol):
    """The refusal dictionary in one language."""

    def sentence(self, letter: str, code: str) -> str:
        """Say what a code of an error part means."""
        ...

    def zone_sentence(self, zone: str, code: str) -> str:
        """Say what an error zone of a segment or footer means."""
        ...


def recognise(data: bytes) -> str | None:
    """Name the format of a message ("efact.920099"); None when it is not eFact."""
    kind = kind_of(data)
    return None if kind is None else f"efact.{kind.value}"


def inspect_efact(
    data: bytes, sentences: Sentences, tables: CheckTables = _NO_TABLES
) -> Inspection:
    """Decode and check one message; "unknown" when it is not eFact. Never raises on its bytes."""
    reading, name = read_efact(data), recognise(data)
    if name is None or (reading.file is None and kind_of(data) is None):
        return Inspection("unknown", reading.problems, {})
    file = reading.file
    if file is None:
        return Inspection(name, reading.problems, _partial_content(data))
    if file.kind is MessageKind.REQUEST:
        return Inspection(name, check_request(data, tables), _content(file, sentences))
    problems = (*reading.problems, *check_answer(file))
    return Inspection(name, problems, _content(file, sentences))


def _content(file: EfactFile, sentences: Sentences) -> Mapping[str, Json]:
    codes = placed_codes(file.entries)
    errors = zone_errors_of(file)
    header: dict[str, Json] = {}
    for segment in file.segments:
        header |= segment.zones()
    top = [_zone_error(error, sentences) for error in errors if not error.number]
    return {
        "reference": file.reference,
        "sending_number": sending_number_of(file),
        "oa": oa_of(file),
        "header": header,
        "records": [
            _entry(entry, given, errors, sentences)
            for entry, given in zip(file.entries, codes, strict=True)
        ],
        "zone_errors": list(top),
        "refusal": _refusal(file.segment_300),
        "settlement": _settlement(file),
        "totals": _totals(file),
    }


def _partial_content(data: bytes) -> Mapping[str, Json]:
    """Give what a message too short to hold its header still says."""
    segment = SEGMENT_200.read(data[: SEGMENT_200.length].decode("latin-1"))
    header: dict[str, Json] = {}
    header |= segment.zones()
    return {
        "reference": segment.chars("reference"),
        "sending_number": None,
        "oa": None,
        "header": header,
        "records": [],
        "zone_errors": [],
        "refusal": None,
        "settlement": None,
        "totals": [],
    }


def _entry(
    entry: Entry, codes: Sequence[PlacedCode], errors: Sequence[ZoneError], sentences: Sentences
) -> Json:
    name, error = entry.record.layout.name, entry.error
    zones: dict[str, Json] = {}
    zones |= entry.record.zones()
    shown: dict[str, Json] = {
        "name": name,
        "number": entry.number or None,
        "zones": zones,
        "errors": [_code(code, sentences) for code in codes],
        "accepted_cents": error.accepted_cents if error else None,
        "accepted_patient_cents": error.accepted_patient_cents if error else None,
        "comment": error.comment if error else None,
    }
    if name in _FOOTERS:
        own = (e for e in errors if (e.record, e.number) == (name, entry.number))
        shown["zone_errors"] = [_zone_error(e, sentences) for e in own]
    return shown


def _code(code: PlacedCode, sentences: Sentences) -> Json:
    shown: dict[str, Json] = {
        "letter": code.letter,
        "code": code.code,
        "sentence": sentences.sentence(code.letter, code.code),
    }
    if is_consequence(code.code):
        shown["consequence_of"] = code.consequence_of
    return shown


def _zone_error(error: ZoneError, sentences: Sentences) -> Json:
    return {
        "zone": error.zone,
        "code": error.code,
        "sentence": sentences.zone_sentence(error.zone, error.code),
    }


def _refusal(segment: Record) -> Json:
    """Give the percentage of errors as a number (`01666` is 16.66) and the type verbatim."""
    if segment.layout.name != "300R":
        return None
    rate = segment.integer("error_rate")
    percentage = None if rate is None else rate / 100
    return {"percentage": percentage, "type": segment.chars("refusal")}


def _settlement(file: EfactFile) -> Json:
    settlement = settlement_of(file)
    if settlement is None:
        return None
    lines: list[Json] = [
        {"mutuality": line.mutuality, **_amounts(line)} for line in settlement.lines
    ]
    return {**_amounts(settlement.total), "lines": lines}


def _amounts(line: SettlementLine) -> dict[str, Json]:
    return {
        "requested_cents": line.requested_cents,
        "accepted_cents": line.accepted_cents,
        "refused_cents": line.refused_cents,
        "payment_reference": line.payment_reference or None,
    }


def _totals(file: EfactFile) -> Json:
    """Give what each footer 95 of a request asks."""
    return [
        {
            "mutuality": entry.record.chars("mutuality"),
            "records": entry.record.integer("count"),
            "cents": signed(entry.record, "407", "408"),
        }
        for entry in file.of("95")
    ]
