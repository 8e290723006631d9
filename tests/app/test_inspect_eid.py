"""Card files given to `besace inspect`: said in plain words, never believed."""

import io
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hardware.eid import EidFile
from hardware.fake_eid import EidCard
from hardware.fake_kinds import KINDS
from server.app.demo_people import PEOPLE
from server.app.inspect import inspect
from server.app.inspect_eid import eid_format

WHO = PEOPLE[0].person


def _dump(folder: Path, kind: str, file: EidFile) -> Path:
    card = KINDS[kind](WHO)
    assert isinstance(card, EidCard)
    path = folder / "dump.bin"
    path.write_bytes(card.files[file])
    return path


def _told(path: Path, as_format: str | None = None) -> tuple[int, dict[str, Any]]:
    out = io.StringIO()
    status = inspect([path], as_format, True, out)
    return status, json.loads(out.getvalue())


def _words(path: Path, language: str = "fr") -> str:
    out = io.StringIO()
    inspect([path], None, False, out, language)
    return out.getvalue()


def test_an_identity_file_is_recognised_and_said_not_to_be_verified(tmp_path: Path) -> None:
    path = _dump(tmp_path, "eid-1.8", EidFile.IDENTITY)
    status, line = _told(path)
    assert (status, line["format"], line["verdict"]) == (0, "eid.identity", "valid")
    assert line["content"]["national_number"] == WHO.niss
    assert line["content"]["valid_to"] == WHO.valid_to.isoformat()
    assert line["content"]["tags"]["6"] == WHO.niss.encode().hex()
    assert line["content"]["signature"] is None
    assert [problem["code"] for problem in line["problems"]] == ["eid.untrusted"]
    told = _words(path)
    assert f"nom : {WHO.last_name}" in told
    assert "carte d’identité belge" in told
    assert "Ne vous y fiez pas" in told


def test_an_address_file_is_recognised(tmp_path: Path) -> None:
    path = _dump(tmp_path, "eid-1.7", EidFile.ADDRESS)
    status, line = _told(path)
    assert (status, line["format"]) == (0, "eid.address")
    assert line["content"]["municipality"] == WHO.municipality
    assert f"gemeente : {WHO.municipality}" in _words(path, "nl")


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("kids", "Kids-ID"),
        ("kids-eu", "carte d’un enfant étranger, type 61"),
        ("foreigner-f", "carte d’étranger ou autre document, type 17"),
        ("unborn", "dans l’avenir"),
        ("too-old", "plus de cent vingt ans"),
        ("no-day", "Le calendrier n’a pas ce jour"),
        ("backwards", "se contredisent"),
        ("bad-text", "lettres perdues"),
        ("expired", "n’est plus valable"),
    ],
)
def test_what_is_odd_about_an_identity_is_said(tmp_path: Path, kind: str, words: str) -> None:
    path = _dump(tmp_path, kind, EidFile.IDENTITY)
    if kind == "bad-text":
        path.write_bytes(path.read_bytes().replace(b"Belge", b"B\xe9lge"))
    assert words in _words(path)


def test_a_file_of_zeros_is_no_address_unless_it_is_asked_for(tmp_path: Path) -> None:
    path = _dump(tmp_path, "no-address", EidFile.ADDRESS)
    assert _told(path)[1]["format"] == "unknown"
    status, line = _told(path, "eid.address")
    assert (status, line["problems"][-1]["code"]) == (0, "eid.no_address")


@pytest.mark.parametrize(
    ("kind", "code"), [("lying-length", "eid.unreadable"), ("bad-niss", "eid.bad_niss")]
)
def test_a_file_that_cannot_be_read_is_an_error(tmp_path: Path, kind: str, code: str) -> None:
    status, line = _told(_dump(tmp_path, kind, EidFile.IDENTITY), "eid.identity")
    assert (status, line["verdict"], line["content"]) == (1, "problems", {})
    assert [problem["code"] for problem in line["problems"]] == [code]
    assert line["problems"][0]["sentence"].endswith(".")


@given(data=st.binary(max_size=300))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_any_bytes_are_inspected_as_an_identity_without_an_accident(
    data: bytes, tmp_path: Path
) -> None:
    eid_format(data)
    path = tmp_path / "any.bin"
    path.write_bytes(data or b"\0")
    for as_format in ("eid.identity", "eid.address"):
        assert _told(path, as_format)[0] in (0, 1)
