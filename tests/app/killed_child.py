"""A program to be killed: it opens a demo practice, seals what is ready, and lets it leave.

Started by `test_killed.py` with a folder and an endpoint; it says "leaving" once the lot is leased.
"""

import sys
from pathlib import Path
from threading import Event

from server.app.clocks import ShiftedClock
from server.app.demo_practice import PASSPHRASE
from server.app.program import Program
from server.services import ledger, lots
from server.settings import Settings
from tests.app.waiting import until


def main(folder: str, endpoint: str) -> None:
    program = Program(Settings(Path(folder), endpoint=endpoint, cards=False), ShiftedClock())
    program.start()
    program.gate.unlock(program.gate.users()[0].id, PASSPHRASE)
    lots.seal_all(program.cabinet.desk())
    assert program.post
    program.post.send_now()
    until(lambda: "Sending" in [str(x.lot.state) for x in ledger.lots(program.cabinet.desk())])
    sys.stdout.write("leaving\n")
    sys.stdout.flush()
    Event().wait()


if __name__ == "__main__":
    main(*sys.argv[1:])
