"""Keep a tiny practice of the present schema: `python -m tests.golden.practices.make`.

Once a release. What is kept never changes: later programs open it (`test_old_practices.py`).
"""

import shutil
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from server.app import reference
from server.services.cabinet import Cabinet
from server.services.doorstep import REFERENCE
from tests.people import DELVAUX, OUCHENE
from tests.world import BUILT_ON, CHEAP, MARCHAL, PASSPHRASE, FixedClock, World, furnish, seeded

HERE = Path(__file__).parent


def make(out: Path) -> int:
    """Make the practice of one lot sent nowhere yet; return its schema number."""
    with TemporaryDirectory() as scratch:
        folder = Path(scratch) / "practice"
        folder.mkdir(mode=0o700)
        reference.build(folder / REFERENCE, demo=True)
        clock = FixedClock()
        cabinet = Cabinet(folder, clock, seeded(11), BUILT_ON, CHEAP)
        cabinet.create(MARCHAL)
        cabinet.unlock(cabinet.logins()[0].id, PASSPHRASE)
        furnish(cabinet)
        world = World(cabinet, clock, folder)
        for person in (DELVAUX, OUCHENE):
            world.visit(person, copay_collected="2,50", payment_means="CASH")
        world.seal("300")
        schema = int(str(world.sql("pragma user_version")))
        cabinet.lock()
        kept = out / f"schema-{schema:04d}"
        if kept.exists():
            raise SystemExit(f"{kept} is kept already: a released file never changes")
        kept.mkdir(parents=True)
        for file in folder.iterdir():
            if file.name != "besace.lock":
                shutil.copyfile(file, kept / file.name)
    return schema


if __name__ == "__main__":
    sys.stdout.write(f"schema {make(HERE)}\n")
