"""Figure: 100 lots over 7 insurers leave in hardly more time than the calls of the longest lane.

The yardstick is those calls made bare, one after the other, in the same run. The outbox is the
memory one: what SQLite costs is measured with sealing. The description is loaded before the clock
starts, as it is once in the life of a program.
"""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from hashlib import sha256
from http.client import HTTPConnection

from server.app.bench.figure import Figure
from server.core.outbox import Message
from sync.circuit import Circuit
from sync.clock import SystemClock
from sync.engine import Engine
from sync.fakes import MemoryIntake, MemoryOutbox
from sync.transports import mycarenet_envelope as envelope
from sync.transports.endpoint import Endpoint
from sync.transports.mycarenet import MyCareNet
from sync.transports.mycarenet_account import Account
from sync.transports.unsigned import UnsignedSession

LOTS = 100
INSURERS = ("100", "200", "300", "400", "500", "600", "900")
RECORDS = 60  # 350 characters each: a lot of some twenty patients
_NOW = datetime(2026, 3, 2, 18, 30, tzinfo=UTC)


def run() -> list[Figure]:
    """Measure a flush against the bare calls of its longest lane."""
    with _partner() as port:
        account = _account(port)
        lots = [_lot(number) for number in range(LOTS)]
        longest = [lot for lot in lots if lot.target == INSURERS[0]]
        bare = _bare_calls(port, account, longest)
        elapsed, cpu = _flush(account, lots)
    return [
        Figure("flush of 100 lots over its longest lane", elapsed / bare, 1.25, "lower", "×"),
        Figure("flush, own CPU per lot", cpu * 1000 / LOTS, 15.0, "lower", "ms"),
    ]


@contextmanager
def _partner() -> Iterator[int]:
    command = [sys.executable, "-m", "server.app.bench.slow_partner"]
    with subprocess.Popen(  # noqa: S603  # our own module, no outside word in the command
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as partner:
        if partner.stdout is None or partner.stdin is None:
            raise RuntimeError("pipes were asked for")
        yield int(partner.stdout.readline())
        partner.stdin.close()


def _account(port: int) -> Account:
    endpoint = Endpoint.parse(f"http://127.0.0.1:{port}/hcpfac")
    return Account(endpoint, "50000000123", True, "besace", "bench", "bench")


def _lot(number: int) -> Message:
    insurer = INSURERS[number % len(INSURERS)]
    payload = b"".join(f"{number:06d}{line:06d}".ljust(350).encode() for line in range(RECORDS))
    return Message(
        id=f"{number:026d}",
        stream="efact",
        lane=f"efact:{insurer}",
        target=insurer,
        reference=f"{number:014d}",
        payload=payload,
        sha256=sha256(payload).hexdigest(),
        attempt=1,
        doubtful=False,
    )


def _bare_calls(port: int, account: Account, lots: list[Message]) -> float:
    """Return the seconds the calls of one lane take with nothing around them."""
    bodies = [envelope.post(account, lot, None, "urn:uuid:bare").envelope for lot in lots]
    start = time.perf_counter()
    for body in bodies:
        call = HTTPConnection("127.0.0.1", port, timeout=10)
        call.request("POST", "/hcpfac", body)
        call.getresponse().read()
        call.close()
    return time.perf_counter() - start


def _flush(account: Account, lots: list[Message]) -> tuple[float, float]:
    """Return the seconds, and the CPU seconds of this process, that a flush takes."""
    clock, outbox = SystemClock(), MemoryOutbox()
    for lot in lots:
        outbox.add(lot, _NOW)
    mycarenet = MyCareNet(account, UnsignedSession(), clock, Circuit())
    engine = Engine(outbox, {"efact": mycarenet}, {}, MemoryIntake(), clock)
    start, busy = time.perf_counter(), time.process_time()
    report = engine.run_once()
    elapsed, cpu = time.perf_counter() - start, time.process_time() - busy
    if report.left != len(lots):
        raise RuntimeError(f"only {report.left} lots left")
    return elapsed, cpu
