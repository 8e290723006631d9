"""What the doctor says of readers and tables, on machines that have them and machines that lack."""

import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest

from server.app import doctor
from server.app.doctor_practice import look_at_practice
from server.app.findings import Finding, Grade
from server.app.reference import Version

TODAY = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


def service(monkeypatch: pytest.MonkeyPatch, up: bool, readers: Sequence[str]) -> None:
    """Put a card service in the place of this machine's."""
    scard = SimpleNamespace(
        SCARD_SCOPE_USER=0,
        SCARD_S_SUCCESS=0,
        SCardEstablishContext=lambda _: (0 if up else 1, 7),
        SCardListReaders=lambda *_: (0, list(readers)),
        SCardReleaseContext=lambda _: 0,
    )
    library = ModuleType("smartcard")
    library.scard = scard  # type: ignore[attr-defined]  # a module made for this test
    monkeypatch.setitem(sys.modules, "smartcard", library)
    monkeypatch.setattr("importlib.util.find_spec", lambda _: library)


def cards() -> list[Finding]:
    return list(doctor._cards())


def test_the_readers_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    service(monkeypatch, up=True, readers=["ACR39U 00 00", "Second 01 00"])
    facts = {"readers": "ACR39U 00 00, Second 01 00"}
    assert cards() == [Finding("cards.readers", Grade.WELL, facts)]


def test_a_machine_without_reader_service_or_library_lacks_something(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    service(monkeypatch, up=True, readers=[])
    assert cards() == [Finding("cards.no_reader", Grade.LACK)]
    service(monkeypatch, up=False, readers=[])
    assert cards() == [Finding("cards.no_service", Grade.LACK)]
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    assert cards() == [Finding("cards.no_library", Grade.LACK)]


@pytest.mark.parametrize(
    ("ends", "code", "grade"),
    [
        ([], "tariff.none", Grade.PROBLEM),
        (["2025-12-31", None], "tariff.endless", Grade.WELL),
        (["2025-12-31"], "tariff.ended", Grade.PROBLEM),
        (["2025-12-31", "2026-11-22"], "tariff.until", Grade.WELL),
    ],
)
def test_the_end_of_the_tariff_is_told(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    ends: Sequence[str | None],
    code: str,
    grade: Grade,
) -> None:
    (tmp_path / "besace.db").write_bytes(b"x" * 64)
    held = [Version("v", "be_tariff", "2025-02-01", end, 7, None) for end in ends]
    other = Version("v", "be_ct1", "2014-01-01", "2030-01-01", 24, None)
    monkeypatch.setattr("server.app.reference.versions", lambda _: [other, *held])
    found = {x.code: x.grade for x in look_at_practice(tmp_path, TODAY)}
    assert found[code] is grade
