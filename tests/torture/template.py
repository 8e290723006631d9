"""The practice every schedule starts from: its visits are recorded, its lots wait to be sealed.

It is made once, in a folder; each schedule starts from the bytes of its practice file.
"""

import json
import shutil
import subprocess
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

from server.services.cabinet import Cabinet
from server.services.doorstep import DATABASE, REFERENCE
from server.store import totals
from tests.people import DELVAUX, LAMBIOTTE, OUCHENE, THONON
from tests.world import BUILT_ON, CHEAP, MARCHAL, FixedClock, World, furnish, open_cabinet, seeded

_ROOT = Path(__file__).parents[2]
_DRAFTS = "drafts.json"  # written last: with it, the template is whole
_TARIFF = _ROOT / "server" / "reference" / "demo" / "be_tariff_demo.csv"
EVENING = datetime(2026, 4, 1, 16, 0, tzinfo=UTC)
"""When every schedule begins."""


@dataclass(frozen=True, slots=True)
class Template:
    """A folder with its keys and its tables, the practice file, and what can be sealed."""

    folder: Path
    file: bytes
    drafts: tuple[tuple[str, str], ...]

    @classmethod
    def of(cls, folder: Path) -> Self:
        """Read the one in a folder, made there before when it is not yet.

        Reading it opens nothing: several processes may do so at once.
        """
        if not (folder / _DRAFTS).exists():
            _make(folder)
        drafts = json.loads((folder / _DRAFTS).read_text("ascii"))
        file = (folder / DATABASE).read_bytes()
        return cls(folder, file, tuple((payer, month) for payer, month in drafts))


def _make(folder: Path) -> None:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    beside = folder / "as-built.db"
    command = [sys.executable, "-m", "server.reference.build", str(beside)]
    subprocess.run([*command, "--extra", str(_TARIFF)], check=True, capture_output=True, cwd=_ROOT)
    shutil.move(beside, folder / REFERENCE)
    clock = FixedClock()
    cabinet = Cabinet(folder, clock, seeded(7), BUILT_ON, CHEAP)
    cabinet.create(MARCHAL)
    cabinet.lock()
    cabinet = open_cabinet(folder, clock)
    furnish(cabinet)
    world = World(cabinet, clock, folder)
    for person in (OUCHENE, LAMBIOTTE, DELVAUX, THONON):
        world.visit(person, copay_collected="2,50")
    clock.go_to(EVENING.replace(hour=8))
    world.visit(OUCHENE, copay_collected="2,50")
    drafts = [(draft.payer, draft.month) for draft in totals.to_bill(cabinet.desk().db)]
    cabinet.lock()
    (folder / _DRAFTS).write_text(json.dumps(drafts), "ascii")
