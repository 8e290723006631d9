"""The work behind `besace inspect`: files in, one JSON object or some sentences each (`cli.md`)."""

import json
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, TextIO

from server.app.inspect_cards import card_lines
from server.app.inspect_codes import FORMATS, CodeDesk, code_lines, is_picture
from server.app.inspect_conventions import TableDesk, table_lines
from server.app.inspect_eid import FORMATS as EID_FORMATS
from server.app.inspect_eid import eid_format, eid_lines, inspect_eid
from server.app.words import Words, table
from server.core.clock import BRUSSELS
from server.core.inspection import Inspection, Problem, Severity, Verdict
from server.core.money import euros
from server.countries.belgium.coverage import Mutuality, payer_of
from server.countries.belgium.efact import (
    AgreementUse,
    CheckTables,
    MessageKind,
    inspect_efact,
    recognise,
)
from server.countries.belgium.refusals import Dictionary
from server.countries.france import card_inspection, convention_inspection

_EXIT = {Verdict.VALID: 0, Verdict.PROBLEMS: 1, Verdict.UNKNOWN: 2}
_EFACT = tuple(f"efact.{kind.value}" for kind in MessageKind)
_KNOWN = (*_EFACT, *FORMATS, *card_inspection.FORMATS, *EID_FORMATS,
          *convention_inspection.FORMATS)  # fmt: skip
_SHOWN = 24  # first characters of an unknown file, enough to see what it is
_AMOUNTS = ("requested", "accepted", "refused")
_UNREADABLE = "…"
_LOCALES = {"fr": "fr_BE", "nl": "nl"}


def inspect(
    files: Sequence[Path],
    as_format: str | None,
    as_json: bool,
    out: TextIO,
    language: str = "fr",
) -> int:
    """Recognise, decode and check files, in the order given; give the worst exit status.

    `as_format` ("efact", "efact.920099", "code", "fr.card") skips recognition. A file gives one
    inspection, an image one per code. Nothing read is written or kept.
    """
    names = ("inspect_words", "be_efact_problems", "fr_card_codes", "fr_convention_words")
    words = Words.load(language, names)
    today = datetime.now(BRUSSELS).date()
    status = 0
    with closing(CodeDesk(today)) as codes:
        tables = TableDesk(today, words)
        desk = _Desk(_EfactSentences.load(language), _check_tables(today), codes, tables)
        for path in files:
            for inspection in desk.inspect(path, as_format):
                show = _as_json if as_json else _as_sentences
                out.write(show(path, inspection, words))
                status = max(status, _EXIT[inspection.verdict])
    return status


@dataclass(frozen=True, slots=True)
class _EfactSentences:
    """The refusal dictionary in one language."""

    dictionary: Dictionary
    locale: str

    @classmethod
    def load(cls, language: str) -> "_EfactSentences":
        names = ("codes", "zones", "errors_common", "error_classes")
        return cls(Dictionary.load(*(table(f"be_efact_{n}") for n in names)), _LOCALES[language])

    def sentence(self, letter: str, code: str) -> str:
        return self.dictionary.sentence(letter, code, self.locale)

    def zone_sentence(self, zone: str, code: str) -> str:
        return self.dictionary.zone_error(zone, code, self.locale).sentence


@dataclass(frozen=True, slots=True)
class _Desk:
    """What is needed to judge a file."""

    sentences: _EfactSentences
    tables: CheckTables
    codes: CodeDesk
    conventions: TableDesk

    def inspect(self, path: Path, as_format: str | None) -> list[Inspection]:
        try:
            data = path.read_bytes()
        except OSError:
            return [_unknown("file.unreadable")]
        if as_format is not None and not _is_known(as_format):
            return [_unknown("file.format", found=as_format, tried=", ".join(_KNOWN))]
        if not data:
            return [_unknown("file.empty")]
        if _is_code(as_format) or (as_format is None and is_picture(data)):
            return self.codes.inspect(data)
        dumped = as_format if as_format in EID_FORMATS else None
        if as_format is None and recognise(data) is None:
            dumped = eid_format(data)
        if dumped:
            return [inspect_eid(data, dumped, datetime.now(BRUSSELS))]
        if _is_card(as_format) or (as_format is None and card_inspection.is_card(data)):
            return [card_inspection.inspect_card(data)]
        if self.conventions.takes(data, as_format, recognise(data) is not None):
            return [self.conventions.inspect(data, as_format)]
        if as_format is None and recognise(data) is None:
            found = data[:_SHOWN].decode("latin-1")
            tried = ", ".join(_KNOWN)
            return [_unknown("file.unknown", found=found, length=str(len(data)), tried=tried)]
        return [inspect_efact(data, self.sentences, self.tables)]


def _is_known(name: str) -> bool:
    return name in ("efact", "code", *_KNOWN)


def _is_code(name: str | None) -> bool:
    return name == "code" or name in FORMATS


def _is_card(name: str | None) -> bool:
    return name in card_inspection.FORMATS


def _unknown(code: str, **facts: str) -> Inspection:
    return Inspection("unknown", (Problem(code, "", Severity.ERROR, facts),), {})


def _check_tables(today: date) -> CheckTables:
    """Give the check the mutualities of today and the codes that may carry no agreement."""
    rows = [Mutuality.from_mapping(row) for row in table("be_mutualities")]
    bare = (row["code"] for row in table("be_nomenclature") if row["r52"] == "omit")

    def destination(mutuality: str) -> str | None:
        payer = payer_of(mutuality, today, rows)
        return payer.destination if payer else None

    return CheckTables(destination, dict.fromkeys(bare, AgreementUse.FORBIDDEN))


def _as_json(path: Path, inspection: Inspection, words: Words) -> str:
    line = {
        "file": str(path),
        "format": inspection.format,
        "verdict": inspection.verdict.value,
        "problems": [_problem(problem, words) for problem in inspection.problems],
        "content": inspection.content,
    }
    return json.dumps(line, ensure_ascii=False) + "\n"


def _problem(problem: Problem, words: Words) -> dict[str, str]:
    return {
        "code": problem.code,
        "where": problem.where,
        "severity": problem.severity.value,
        "sentence": words.say(problem.code, problem.facts),
    }


def _as_sentences(path: Path, inspection: Inspection, words: Words) -> str:
    verdict = words.say(f"verdict.{inspection.verdict.value}", {})
    lines = [f"{path} : {inspection.format}, {verdict}"]
    for problem in inspection.problems:
        severity = words.say(f"severity.{problem.severity.value}", {})
        where = f" {problem.where}" if problem.where else ""
        lines.append(f"  [{severity}]{where} {words.say(problem.code, problem.facts)}")
    content: Mapping[str, Any] = inspection.content
    shown = (code_lines, card_lines, eid_lines, table_lines)
    lines += [f"  {line}" for show in shown for line in show(content, words)]
    lines += _errors(content)
    if content.get("settlement"):
        lines.append(f"  {_settlement(content['settlement'], words)}")
    return "\n".join(lines) + "\n"


def _errors(content: Mapping[str, Any]) -> list[str]:
    """List what the insurer said, record by record, then of the segments and footers."""
    records = content.get("records", ())
    lines = [
        f"  {_place(record)} {error['letter']}{error['code']} {error['sentence']}"
        for record in records
        for error in record["errors"]
    ]
    zones = [*content.get("zone_errors", ())]
    zones += [error for record in records for error in record.get("zone_errors", ())]
    return lines + [f"  {error['zone']} {error['code']} {error['sentence']}" for error in zones]


def _place(record: Mapping[str, Any]) -> str:
    return f"R{record['name']}#{record['number']}"


def _settlement(settlement: Mapping[str, Any], words: Words) -> str:
    facts = {name: _amount(settlement[f"{name}_cents"]) for name in _AMOUNTS}
    facts["reference"] = settlement["payment_reference"] or _UNREADABLE
    return words.say("efact.settlement", facts)


def _amount(cents: object) -> str:
    return euros(cents) if isinstance(cents, int) else _UNREADABLE
