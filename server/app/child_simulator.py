"""A partner of a demo: a simulator in a process of its own, told what to do by HTTP."""

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from urllib.request import ProxyHandler, Request, build_opener

from server.core.errors import Missing
from sync.outbound import THIS_PROCESS, Host, Outbound

_ANSWER_SECONDS = 20
_MAIL = ("smtp", "pop3")
_DIRECTLY = build_opener(ProxyHandler({}))  # never through a proxy of the environment


class ChildSimulator:
    """A simulator that lives as long as we do: its standard input is our promise to be there.

    Found dead when it is needed, it is started again on the same port.
    """

    def __init__(
        self, name: str, options: Sequence[str] = (), outbound: Outbound = THIS_PROCESS
    ) -> None:
        """Start `besace simulate NAME`; raise `Missing` when it does not say where it listens.

        Its doors are put on the list of whom we may call, for as long as it lives.
        """
        self._command = ["simulate", name, *options, "--json", "--while-fed"]
        self._outbound = outbound
        self._doors: list[Host] = []
        self.doors: Mapping[str, str] = {}
        """Its other doors, by what they speak: "smtp", "pop3"."""
        self._start(port=0)

    def set_clock(self, now: datetime) -> None:
        """Make it the same instant there as here (aware UTC)."""
        self._tell("clock", {"now": now.isoformat()})

    def advance(self, by: timedelta) -> None:
        """Move its clock, and let it answer what is due."""
        self._tell("clock", {"shift_seconds": by.total_seconds()})

    def give_table(self, name: str, text: str) -> None:
        """Have it send a table of conventions to whoever sends something, once."""
        self._tell("table", {"name": name, "content": text})

    @property
    def pid(self) -> int:
        """The number of the process."""
        return self._process.pid

    def stop(self) -> None:
        """End the process; harmless when it has ended."""
        while self._doors:
            self._outbound.forget(self._doors.pop())
        self._process.terminate()
        try:
            self._process.wait(_ANSWER_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()

    def _start(self, port: int) -> None:
        self._process = subprocess.Popen(  # noqa: S603 - our own interpreter, our own module
            [sys.executable, "-I", "-m", "server.app", *self._command, "--port", str(port),
             *self._mail_ports()],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        line = self._process.stdout.readline() if self._process.stdout else ""
        if not line:
            self.stop()
            raise Missing(what="simulator")
        told = json.loads(line)
        self.endpoint: str = told["address"]
        self._base = "/".join(self.endpoint.split("/")[:3])
        self.doors = {name: told[name] for name in _MAIL if name in told}
        for address in (self._base, *self.doors.values()):
            self._doors.append(Host("127.0.0.1", _port(address), "simulator"))
            self._outbound.allow(self._doors[-1])

    def _mail_ports(self) -> Sequence[str]:
        """Ask for the ports it had before, so that who knows them finds it again."""
        ports = [str(_port(address)) for address in self.doors.values()]
        return ["--mail-ports", *ports] if ports else []

    def _tell(self, what: str, sent: dict[str, Any]) -> None:
        """Tell it something; raise `Missing` when it cannot be reached."""
        if self._process.poll() is not None:
            self.stop()
            self._start(port=_port(self._base))
        request = Request(  # noqa: S310 - our own simulator on loopback
            f"{self._base}/admin/{what}", json.dumps(sent).encode(),
            {"Content-Type": "application/json"}, method="POST",
        )  # fmt: skip
        try:
            _DIRECTLY.open(request, timeout=_ANSWER_SECONDS).close()
        except OSError:
            raise Missing(what="simulator") from None


def _port(address: str) -> int:
    return int(address.rpartition(":")[2])
