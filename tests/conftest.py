"""What every test may use: a clock, a reference file, a practice, and no network but loopback."""

import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, settings

from installer.steps import ALONE
from server.core.ulid import Entropy
from server.services.cabinet import Cabinet
from server.services.doorstep import REFERENCE
from tests.remembered import remember_keys, remember_routes
from tests.world import (
    BUILT_ON,
    CHEAP,
    LE_GOFF,
    MARCHAL,
    PASSPHRASE,
    FixedClock,
    World,
    furnish,
    open_cabinet,
    seeded,
)

if TYPE_CHECKING:
    from playwright.sync_api import Browser

ROOT = Path(__file__).parents[1]
CHROMIUM = Path("/usr/bin/chromium")
DEMO_TABLES = sorted((ROOT / "server" / "reference" / "demo").glob("*.csv"))

_SLOW = [HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
settings.register_profile(
    "small", max_examples=30, derandomize=True, deadline=None, suppress_health_check=_SLOW
)
settings.register_profile(
    "torture", max_examples=2_000, derandomize=True, deadline=None, suppress_health_check=_SLOW
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "small"))


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Do not even read the modules that never say "alone" or "device" when only these are run.

    A mark is given by its name, in the module of the test.
    """
    if config.option.markexpr != ALONE or not collection_path.name.startswith("test_"):
        return None
    said = collection_path.read_text("utf-8") if collection_path.is_file() else ""
    return not any(word in said for word in ALONE.split(" or ")) or None


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let a developer play fewer schedules of power, crash, network and partner than every day."""
    parser.addoption("--schedules", type=int, default=10_000, help="torture schedules in process")


remember_keys()
remember_routes()

_LOOPBACK = ("127.0.0.1", "::1", "localhost", "")


@pytest.fixture
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Refuse every socket that leaves this machine; asked for by the tests it concerns."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> None:
        if self.family in (socket.AF_INET, socket.AF_INET6) and address[0] not in _LOOPBACK:
            raise AssertionError(f"a test called {address[0]}")
        connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", guarded)


@pytest.fixture(scope="session")
def browser() -> Iterator["Browser"]:
    """The system's Chromium, headless; one for the whole run, as Playwright allows."""
    if not CHROMIUM.exists():
        pytest.skip("Chromium n’est pas installé ici : aucun écran n’est ouvert")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=str(CHROMIUM),
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        )
        yield chromium
        chromium.close()


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock()


@pytest.fixture
def entropy() -> Entropy:
    return seeded()


@pytest.fixture(scope="session")
def demo_reference(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The reference file of a demo practice: with the invented tariff of 2026."""
    out = tmp_path_factory.mktemp("reference") / REFERENCE
    return _reference(out, "--extra", *map(str, DEMO_TABLES))


@pytest.fixture(scope="session")
def real_reference(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The reference file of a real practice: published prices alone, which end with 2025."""
    return _reference(tmp_path_factory.mktemp("reference") / REFERENCE)


@pytest.fixture(scope="session")
def _demo_folder(demo_reference: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return _founded(tmp_path_factory.mktemp("demo"), demo_reference, demo=True)


@pytest.fixture(scope="session")
def _real_folder(real_reference: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return _founded(tmp_path_factory.mktemp("real"), real_reference, demo=False)


@pytest.fixture
def open_copy(tmp_path: Path, clock: FixedClock) -> Iterator[Callable[[Path], World]]:
    """Copy a practice folder and open it; everything is locked again at the end."""
    opened: list[Cabinet] = []

    def copy(source: Path) -> World:
        folder = tmp_path / "practice"
        folder.mkdir(mode=0o700)
        for file in source.iterdir():
            shutil.copy(file, folder / file.name)
        cabinet = open_cabinet(folder, clock)
        opened.append(cabinet)
        return World(cabinet, clock, folder)

    yield copy
    for cabinet in opened:
        cabinet.lock()


@pytest.fixture
def world(open_copy: Callable[[Path], World], _demo_folder: Path) -> World:
    """The demo practice BE-CAB1 of `scenarios.md` §0.1, open, Sophie Marchal at the desk."""
    return open_copy(_demo_folder)


@pytest.fixture
def real_world(open_copy: Callable[[Path], World], _real_folder: Path) -> World:
    """The same practice made for real: no invented price, no fabricated card."""
    return open_copy(_real_folder)


@pytest.fixture(scope="session")
def _french_folder(demo_reference: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("french")
    return _founded(folder, demo_reference, demo=True, country="FR")


@pytest.fixture
def french_world(open_copy: Callable[[Path], World], _french_folder: Path) -> World:
    """The demo practice FR-CAB of `scenarios.md` §0.1, open, Maël Le Goff at the desk."""
    return open_copy(_french_folder)


@pytest.fixture
def french_real_world(
    open_copy: Callable[[Path], World], real_reference: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> World:  # fmt: skip
    """The same made for real."""
    folder = tmp_path_factory.mktemp("french-real")
    return open_copy(_founded(folder, real_reference, demo=False, country="FR"))


@pytest.fixture
def cabinet(world: World) -> Cabinet:
    return world.cabinet


@pytest.fixture
def real_cabinet(real_world: World) -> Cabinet:
    return real_world.cabinet


def _reference(out: Path, *more: str) -> Path:
    command = [sys.executable, "-m", "server.reference.build", str(out), *more]
    subprocess.run(command, check=True, capture_output=True, cwd=ROOT)
    return out


def _founded(folder: Path, reference: Path, *, demo: bool, country: str = "BE") -> Path:
    shutil.copy(reference, folder / REFERENCE)
    cabinet = Cabinet(folder, FixedClock(), seeded(7), BUILT_ON, CHEAP)
    cabinet.create(replace(LE_GOFF if country == "FR" else MARCHAL, demo=demo))
    cabinet.unlock(cabinet.logins()[0].id, PASSPHRASE)
    furnish(cabinet)
    cabinet.lock()
    return folder
