"""Images and PDF files for `besace inspect`: one inspection per code they hold (`cli.md`)."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from datetime import date
from typing import Any

from hardware.code_ports import Found
from hardware.decoder import Decoder
from server.app.words import Words, table
from server.core.codes import CodeRead, Symbology, visible
from server.core.inspection import Inspection, Problem, Severity
from server.countries.attestation import Attestation, attestation
from server.countries.code_profiles import Field, FieldRow

_NAMES = {
    Symbology.QR: "QRCode",
    Symbology.DATAMATRIX: "DataMatrix",
    Symbology.AZTEC: "Aztec",
    Symbology.PDF417: "PDF417",
    Symbology.CODE128: "Code128",
    Symbology.CODE39: "Code39",
    Symbology.ITF: "ITF",
    Symbology.CODABAR: "Codabar",
}
FORMATS = tuple(f"code.{symbology.value}" for symbology in _NAMES)
_BEGINNINGS = (
    *(b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"BM", b"II*\x00", b"MM\x00*"),
    *(b"RIFF", b"%PDF-"),
)
_HEADER = 1024  # a PDF may begin after some bytes of a mailer
_VERIFY = Problem("code.to_verify", "", Severity.WARNING)
_NO_PROFILE = Problem("code.no_profile", "", Severity.INFO)
_SUPPOSED = Problem("code.supposed", "", Severity.INFO)


def is_picture(data: bytes) -> bool:
    """Tell an image or a PDF by its first bytes; whether it is a sound one is seen later."""
    return data.startswith(_BEGINNINGS) or b"%PDF-" in data[:_HEADER]


class CodeDesk:
    """Reads codes in files; its decoding process is started by the first and ended by `close`."""

    def __init__(self, day: date) -> None:
        self._decoder = Decoder()
        self._day = day
        self._profiles: list[FieldRow] = []

    def close(self) -> None:
        """End the decoding process."""
        self._decoder.close()

    def inspect(self, data: bytes) -> list[Inspection]:
        """Give one inspection per code, and one that says why there is none, or no more."""
        found = self._decoder.read_file(data)
        inspections = [self._code(code) for code in found.codes]
        return inspections + list(_shortfall(found))

    def _code(self, code: CodeRead) -> Inspection:
        if not self._profiles:
            self._profiles = [FieldRow.from_mapping(row) for row in table("code_profiles")]
        known = attestation(code.text, self._day, self._profiles)
        content = {
            "symbology": _NAMES[code.symbology],
            "text": code.text,
            "attestation": _fields(known) if known else None,
            "raw": code.raw.hex(),
            "to_verify": code.to_verify,
        }
        problems = tuple(_remarks(code, known))
        return Inspection(f"code.{code.symbology.value}", problems, content)


def code_lines(content: Mapping[str, Any], words: Words) -> Iterator[str]:
    """Write what a code says for people, each character that acts or hides as a sign."""
    if "symbology" not in content:
        return
    yield f"{content['symbology']} « {visible(content['text'])} »"
    found = content["attestation"] or {}
    for field in Field:
        if found.get(field):
            yield f"  {words.say(f'attestation.{field}', {})} : {visible(found[field])}"


def _remarks(code: CodeRead, known: Attestation | None) -> Iterator[Problem]:
    """Say what a person should look at before using a code."""
    if code.to_verify:
        yield _VERIFY
    if known is None:
        yield _NO_PROFILE
    elif not known.confirmed:
        yield _SUPPOSED


def _fields(known: Attestation) -> dict[str, Any]:
    """Give every field, null where the code is silent."""
    return {name: None if value == "" else value for name, value in asdict(known).items()}


def _shortfall(found: Found) -> Iterator[Inspection]:
    if found.problem is not None:
        problem = Problem(found.problem.value, "", Severity.ERROR, found.facts)
        yield Inspection("unknown", (problem,), {})
