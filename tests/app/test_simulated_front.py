"""The front-end of a demo: started beside the online services, found again on the same ports."""

import smtplib
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from server.app.child_simulator import ChildSimulator
from server.app.simulate import Simulation, _print_address, _sesam
from server.core.errors import Missing
from sync.mailbox import Door, visited
from sync.outbound import Outbound
from sync.transports.exchange import verifying
from sync.transports.smtp_line import SmtpDoor
from tests.app.test_simulate_card import SPEECH

NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)


@pytest.fixture
def outbound() -> Outbound:
    return Outbound()


@pytest.fixture
def child(outbound: Outbound) -> Iterator[ChildSimulator]:
    started = ChildSimulator("sesam", outbound=outbound)
    yield started
    started.stop()


def test_its_three_doors_are_told_and_may_be_called(
    child: ChildSimulator, outbound: Outbound
) -> None:
    assert child.endpoint.startswith("http://127.0.0.1:")
    smtp = SmtpDoor.parse(child.doors["smtp"])
    pop = Door("127.0.0.1", int(child.doors["pop3"].rpartition(":")[2]), tls=False)
    assert {smtp.port, pop.port} < {host.port for host in outbound.hosts}
    line = outbound.connect(smtp.host, smtp.port, 10)
    assert line.recv(3) == b"220"
    line.close()
    with visited(pop, "kine@bal.example", "simule", verifying(), outbound.connect) as session:
        assert session.listed() == []


def test_found_dead_it_is_started_again_on_the_same_ports(
    child: ChildSimulator, outbound: Outbound
) -> None:
    before = child.endpoint, dict(child.doors)
    child._process.kill()
    child._process.wait()
    child.set_clock(NOON)
    assert (child.endpoint, dict(child.doors)) == before
    assert len(outbound.hosts) == 3
    child.stop()
    assert not outbound.hosts


def test_scenarios_are_set_through_the_testers_door(child: ChildSimulator) -> None:
    for name, told in (
        ("scenario", {"receipt": {"kind": "arl_ko", "reason": "LOT ANTICIPE"}}),
        ("invoice", {"number": 1, "kind": "rejected"}), ("heal", {}),
    ):  # fmt: skip
        child._tell(name, told)
    child.give_table("C-InterAMC_20260310.csv", "I;é")
    with pytest.raises(Missing):
        child.give_table("C-InterAMC_20260310.csv", "東京")  # these tables are in Latin-1
    with pytest.raises(Missing):
        child._tell("scenario", {"receipt": {"kind": "odd"}})


def test_started_by_hand_each_door_has_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    doors, stop = _sesam(Simulation(["sesam"]), SPEECH)
    try:
        _print_address("sesam", doors, SPEECH)
        told = [line.split()[1].split("://")[0] for line in capsys.readouterr().out.splitlines()]
        assert told == ["http", "smtp", "pop3"]
    finally:
        stop()


def test_a_port_that_is_taken_leaves_nothing_running() -> None:
    doors, stop = _sesam(Simulation(["sesam"]), SPEECH)
    assert not isinstance(doors, str)
    taken = int(doors["smtp"].rpartition(":")[2])
    try:
        with pytest.raises(OSError, match="in use"):
            _sesam(Simulation(["sesam"], mail_ports=(taken, 0)), SPEECH)
        with smtplib.SMTP("127.0.0.1", taken, "[127.0.0.1]", 10) as line:
            assert line.ehlo()[0] == 250
    finally:
        stop()
