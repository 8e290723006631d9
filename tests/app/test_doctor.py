"""What the doctor says of readers and tables, on machines that have them and machines that lack."""

import json
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest

from server.app import doctor
from server.app.doctor_keys import look_at_keys, look_at_sleep
from server.app.doctor_practice import look_at_practice
from server.app.findings import Finding, Grade
from server.app.reference import Version
from server.core.errors import WrongKey
from server.store.keys import KeyFile, new_key
from tests.world import CHEAP, World

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


def test_an_account_the_card_service_refuses_is_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    service(monkeypatch, up=True, readers=[])
    refused = lambda _: (-2146434966, 0)  # noqa: E731 - 0x8010006A, signed as the library gives it
    monkeypatch.setattr(sys.modules["smartcard"].scard, "SCardEstablishContext", refused)
    assert cards() == [Finding("cards.refused", Grade.LACK)]


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


def test_what_opens_a_practice_and_what_was_tried_is_told_without_opening_it(world: World) -> None:
    def told() -> dict[str, Grade]:
        return {each.code: each.grade for each in look_at_keys(world.folder, world.clock)}

    world.cabinet.lock()
    [slots] = look_at_keys(world.folder, world.clock)
    assert slots == Finding("keys.ok", facts={"slots": "2", "at": "02/03/2026 08:00"})
    with pytest.raises(WrongKey):
        world.cabinet.unlock(world.cabinet.logins()[0].id, "faux")
    assert told()["keys.tries"] is Grade.PROBLEM
    keys = KeyFile(world.folder / "besace.key")
    keys.prepare(new_key(), {"recovery": ("A" * 25, "")}, CHEAP, "", 0)
    assert told()["keys.cut"] is Grade.PROBLEM
    keys.abandon()
    document = json.loads((world.folder / "besace.key").read_text())
    for slot in document["slots"].values():
        del slot["at"]
    (world.folder / "besace.key").write_text(json.dumps(document))
    assert told()["keys.never_changed"] is Grade.WELL
    (world.folder / "besace.key").write_text("[]")
    assert told() == {"keys.broken": Grade.PROBLEM}


@pytest.mark.parametrize(("bus", "code"), [(None, "sleep.clocks"), (object(), "sleep.bus")])
def test_how_sleep_is_heard_is_told(
    monkeypatch: pytest.MonkeyPatch, bus: object, code: str
) -> None:
    monkeypatch.setattr("server.app.sleep.system_bus", lambda: bus)
    assert list(look_at_sleep()) == [Finding(code)]
