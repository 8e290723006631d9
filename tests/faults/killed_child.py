"""One act of a kiné in a process of its own, to be killed at any system call of the act.

`python -m tests.faults.killed_child <folder> <act> [endpoint]` prints "done <what>" once the act is
acknowledged, as the screen would. Started under `strace` by `test_killed.py`.
"""

import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path

from server.app import reference
from server.services import lots, patients, payments, practices, sessions, treatments
from server.services.cabinet import Cabinet
from server.services.outbox import PracticeOutbox
from server.services.returns import PracticeIntake
from sync.circuit import Circuit
from sync.engine import Engine
from sync.transports.endpoint import Endpoint
from sync.transports.exchange import Limits
from sync.transports.mycarenet import MyCareNet
from sync.transports.mycarenet_account import Account
from sync.transports.unsigned import UnsignedSession
from tests.faults.strace import wait_when_asked
from tests.people import THONON
from tests.world import (
    BUILT_ON,
    CHEAP,
    MARCHAL,
    PASSPHRASE,
    START,
    FixedClock,
    open_cabinet,
    seeded,
)

TARIFF = Path(reference.__file__).parents[1] / "reference" / "demo" / "be_tariff_demo.csv"
NIHII = "54900119527"
OTHER = "une phrase toute neuve"


class Child:
    """The process: a folder, a clock, and the practice once it is open."""

    def __init__(self, folder: Path, endpoint: str, hour: int = 0) -> None:
        """`hour` of the second day at which it starts: ids follow the clock."""
        self.folder, self.endpoint = folder, endpoint
        self.clock = FixedClock(START)
        self.clock.advance(days=1, hours=hour)

    def open(self) -> Cabinet:
        return open_cabinet(self.folder, self.clock)

    def begin(self) -> None:
        """Leave a trace of where the act begins."""
        with suppress(FileNotFoundError):
            (self.folder / "begin").open().close()

    def create(self) -> str:
        self.begin()
        made = Cabinet(self.folder, self.clock, seeded(5), BUILT_ON, CHEAP)
        return made.create(MARCHAL)

    def unlock(self) -> str:
        self.begin()
        return self.open().desk().user.id

    def patient(self) -> str:
        desk = self.open().desk()
        self.begin()
        name = {"last_name": THONON.last_name, "first_name": THONON.first_name}
        return patients.create(desk, name)

    def series(self) -> str:
        desk = self.open().desk()
        today = desk.today.isoformat()
        form = {
            "category": "COMMON_1", "place": "HOME", "start_date": today, "rx_date": today,
            "prescriber": "19990116004", "prescriber_name": "Dr Anne Willems",
            "max_sessions": "18",
        }  # fmt: skip
        self.begin()
        return treatments.open_series(desk, one(desk.db, "select min(id) from patient"), form)

    def session(self) -> str:
        desk = self.open().desk()
        series = one(desk.db, "select min(id) from treatment")
        self.begin()
        return sessions.record(desk, series, {"copay_collected": "2,50", "payment_means": "CASH"})

    def seal(self) -> str:
        desk = self.open().desk()
        self.begin()
        return lots.seal(desk, "100", "2026-03").lot

    def send(self) -> str:
        """Lease, send, keep the answer, settle: what a lane does, here in the one thread traced."""
        cabinet = self.open()
        outbox, partner, now = self.outbox(cabinet), self.partner(), self.clock.now()
        self.begin()
        (lane,) = outbox.lanes(now)
        message = outbox.lease(lane, now)
        assert message
        outcome = partner.send(message, lambda raw: outbox.keep(message, raw, now))
        outbox.settle(message, outcome, now)
        return outcome.verdict.value

    def fetch(self) -> str:
        cabinet = self.open()
        self.clock.advance(hours=1)
        engine = self.engine(cabinet)
        self.begin()
        return f"{engine.run_once(manual=True).confirmed}"

    def paid(self) -> str:
        desk = self.open().desk()
        want = payments.expected(desk)[0]
        cents = f"{want.due_cents // 100},{want.due_cents % 100:02d}"
        form = {"payer": want.lot.payer, "reference": want.payment_reference, "amount": cents}
        self.begin()
        return f"{payments.record(desk, form).unmatched_cents}"

    def setting(self) -> str:
        desk = self.open().desk()
        self.begin()
        practices.choose_language(desk, "nl")
        return "nl"

    def tariff(self) -> str:
        cabinet = self.open()
        self.begin()
        scratch = self.folder / "tariff-new"
        scratch.mkdir(exist_ok=True)
        reference.import_tariff(cabinet, scratch, TARIFF)
        return cabinet.reference.name

    def recover(self) -> str:
        cabinet = self.open()
        self.begin()
        return cabinet.renew_recovery()

    def passphrase(self) -> str:
        cabinet = self.open()
        self.begin()
        cabinet.change_passphrase(PASSPHRASE, OTHER)
        return OTHER

    def reencrypt(self) -> str:
        cabinet = self.open()
        self.begin()
        return cabinet.reencrypt(PASSPHRASE, lambda done, of: None)

    def lock(self) -> str:
        cabinet = self.open()
        made = patients.create(cabinet.desk(), {"last_name": "Last", "first_name": "Act"})
        self.begin()
        cabinet.lock()
        return made

    def outbox(self, cabinet: Cabinet) -> PracticeOutbox:
        return PracticeOutbox(cabinet.desk, self.clock.monotonic, lambda: 0.5)

    def partner(self) -> MyCareNet:
        """The real transport, to the endpoint given."""
        account = Account(Endpoint.parse(self.endpoint), NIHII, True, "besace", "user", "secret")
        limits = Limits(connect_seconds=5, total_seconds=20)
        return MyCareNet(account, UnsignedSession(), self.clock, Circuit(), limits)

    def engine(self, cabinet: Cabinet) -> Engine:
        """The real post of the open practice."""
        streams = {"efact": self.partner()}
        intake = PracticeIntake(cabinet.desk)
        return Engine(self.outbox(cabinet), streams, streams, intake, self.clock)


ACTS: Mapping[str, Callable[[Child], str]] = {
    name: getattr(Child, name)
    for name in (
        "create", "unlock", "patient", "series", "session", "seal", "send", "fetch", "paid",
        "setting", "tariff", "recover", "lock", "passphrase", "reencrypt",
    )
}  # fmt: skip


def one(db: object, sql: str) -> str:
    """One value of the file."""
    return str(db.execute(sql).fetchall()[0][0])  # type: ignore[attr-defined]  # a connection


def main(folder: str, act: str, endpoint: str = "") -> None:
    wait_when_asked()
    sys.stdout.write(f"done {ACTS[act](Child(Path(folder), endpoint))}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
