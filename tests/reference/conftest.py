"""A reference file built once, and tables on disk that a test may spoil."""

import shutil
from pathlib import Path

import pytest

from server.reference.build import HERE, build

DEMO = HERE / "demo" / "be_tariff_demo.csv"


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("built") / "reference.db"
    build(out)
    return out


@pytest.fixture
def reference(built: Path, tmp_path: Path) -> Path:
    """A copy of a real practice's reference file, without invented prices."""
    return shutil.copyfile(built, tmp_path / "reference.db")
