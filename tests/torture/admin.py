"""The tester's door of a simulator process."""

import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

_ROOT = Path(__file__).parents[2]
_COMMAND = (
    "-m", "server.app", "simulate", "mycarenet", "--unsigned", "--while-fed", "--json",
    "--duplicates", "process", "--delays", "0", "0", "0", "0",
)  # fmt: skip


class Simulator:
    """A simulator at an address, asked and told as its tester does."""

    def __init__(self, endpoint: str) -> None:
        self.endpoint = endpoint
        parts = urlsplit(endpoint)
        self._place = (parts.hostname or "", parts.port or 0)

    def now(self) -> datetime:
        """What its clock says."""
        return datetime.fromisoformat(self._call("GET", "clock")["now"])

    def set_clock(self, now: datetime) -> None:
        """Set its clock."""
        self._call("POST", "clock", {"now": now.isoformat()})

    def shift(self, seconds: float) -> None:
        """Let time pass there."""
        self._call("POST", "clock", {"shift_seconds": seconds})

    def set_faults(self, faults: Sequence[dict[str, Any]], seed: int) -> None:
        """Turn its knobs."""
        self._call("POST", "faults", {"faults": list(faults), "seed": seed})

    def struck(self) -> dict[str, int]:
        """How often each of its faults struck, by operation and kind."""
        struck: dict[str, int] = {}
        for fault in self._call("GET", "faults")["faults"]:
            name = f"{fault['operation']}: {fault['kind']}"
            name += ", processed" if fault["processed"] else ""
            struck[name] = struck.get(name, 0) + int(fault["struck"])
        return struck

    def received(self) -> list[dict[str, Any]]:
        """Every file it holds, and how often it was processed."""
        found: list[dict[str, Any]] = self._call("GET", "received")
        return found

    def waiting(self) -> int:
        """How many messages nobody has confirmed."""
        return int(self._call("POST", "tick")["waiting"])

    def forget(self) -> None:
        """Begin afresh."""
        self._call("POST", "forget")

    def _call(self, method: str, name: str, sent: dict[str, Any] | None = None) -> Any:
        line = HTTPConnection(*self._place, timeout=20)
        try:
            line.request(method, f"/admin/{name}", json.dumps(sent or {}))
            answer = line.getresponse()
            body = answer.read()
            if answer.status != 200:
                raise RuntimeError(f"/admin/{name}: {answer.status}")
            return json.loads(body)
        finally:
            line.close()


@contextmanager
def simulator() -> Iterator[Simulator]:
    """Start `besace simulate mycarenet` as a process of its own, and end it."""
    with subprocess.Popen(
        [sys.executable, *_COMMAND], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        cwd=_ROOT,
    ) as process:  # fmt: skip
        assert process.stdout is not None and process.stdin is not None
        yield Simulator(json.loads(process.stdout.readline())["address"])
        process.stdin.close()
