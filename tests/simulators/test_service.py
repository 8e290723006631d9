"""Starting and stopping, in this process and as a process of its own."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from server.simulators.mycarenet.config import Delays
from server.simulators.mycarenet.service import Running, main
from tests.simulators.sample_writer import Sending
from tests.simulators.soap_client import Client, fault, messages

Start = Callable[..., Running]
GOOD = Sending()
ALONE = """
from pathlib import Path
from server.simulators.mycarenet.service import main
main(db=Path({db!r}), unsigned=True, ready=lambda url: print(url, flush=True))
"""


def test_a_port_may_be_asked_for_and_is_given_once(started: Start) -> None:
    port = int(started().url.rpartition(":")[2])
    with pytest.raises(OSError, match="in use"):
        started(port=port)


def test_a_faults_file_that_is_not_understood_stops_the_start(
    started: Start, tmp_path: Path
) -> None:
    path = tmp_path / "faults.json"
    path.write_text(json.dumps({"kind": "slow"}), "utf-8")
    with pytest.raises(ValueError, match="list"):
        started(faults=path)


def test_it_says_where_it_is_and_stops_when_interrupted() -> None:
    said: list[str] = []

    def ready(url: str) -> None:
        said.append(url)
        assert fault(Client(url).get())[0] == "SOA-01001"
        raise KeyboardInterrupt

    main(delays=Delays(0, 0, 0, 0), ready=ready)
    assert said[0].startswith("http://127.0.0.1:")
    assert said[0].endswith("/mycarenet-ws/async/generic/hcpfac")


def test_it_runs_alone_and_survives_being_killed(tmp_path: Path) -> None:
    program = ALONE.format(db=str(tmp_path / "simulator.sqlite"))
    for expected in (0, 1):
        with subprocess.Popen(
            [sys.executable, "-c", program], stdout=subprocess.PIPE, cwd=Path(__file__).parents[2]
        ) as process:
            assert process.stdout
            client = Client(process.stdout.readline().decode().strip())
            known = client.admin("received")
            assert isinstance(known, list)
            assert len(known) == expected
            client.post(GOOD.content(), GOOD.reference)
            client.admin("tick", {})
            assert messages(client.get())[0].kind == "931000"
            process.kill()
