import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from sync.line import TcpProbe
from sync.outbound import (
    MOST_REFUSALS,
    THIS_PROCESS,
    Host,
    Outbound,
    OutboundRefused,
    Refusal,
    stand_guard,
)
from sync.transports.exchange import Answer, Limits, NotSent, exchange, verifying
from tests.sync.transports.door import Door, answers

ROOT = Path(__file__).parents[2]
LISTED = Host("mycarenet.example", 443, "partner")
LIMITS = Limits(total_seconds=10)


@pytest.fixture
def outbound() -> Outbound:
    made = Outbound()
    made.allow(LISTED)
    return made


@pytest.fixture
def door() -> Iterator[Door]:
    made = Door()
    yield made
    made.close()


def tcp() -> socket.socket:
    return socket.socket(socket.AF_INET, socket.SOCK_STREAM)


def test_a_listed_door_opens_and_another_does_not(outbound: Outbound, door: Door) -> None:
    door.scripts = [answers(b"yes")]
    where = door.endpoint
    refused = exchange(where, {}, b"<x/>", LIMITS, verifying(), outbound.connect)
    assert refused == NotSent("line.forbidden")
    assert not TcpProbe(outbound.connect).reachable(where.host, where.port)
    assert door.connections == 0
    assert outbound.refusals == (Refusal("127.0.0.1", where.port, 2),)
    outbound.allow(Host(where.host, where.port, "simulator"))
    found = exchange(where, {}, b"<x/>", LIMITS, verifying(), outbound.connect)
    assert isinstance(found, Answer)


def test_a_name_is_listed_however_it_is_written_and_once(outbound: Outbound) -> None:
    outbound.allow(Host("MyCareNet.Example.", 443, "partner"))
    assert outbound.hosts == (LISTED,)
    for name in ("mycarenet.example", "MYCARENET.example.", b"mycarenet.example"):
        outbound.judge("socket.getaddrinfo", (name, 443, 0, 0, 0))
    outbound.forget(LISTED)
    outbound.forget(LISTED)
    outbound.forget(LISTED)
    assert not outbound.hosts
    assert not outbound.refusals


def test_every_address_of_a_name_is_tried_within_one_time(
    outbound: Outbound, door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    port = door.endpoint.port
    door.scripts = [answers(b"yes")]
    outbound.allow(Host("partner.example", port, "partner"))
    real = socket.getaddrinfo
    closed = tcp()
    closed.bind(("127.0.0.2", 0))
    addresses = ["127.0.0.2", "127.0.0.1"]

    def several(name: str, *rest: object, **named: object) -> list[object]:
        if name == "partner.example":
            return [(socket.AF_INET, 1, 6, "", (a, port)) for a in addresses]
        return list(real(name, *rest, **named))  # type: ignore[arg-type]  # handed on as they came

    monkeypatch.setattr(socket, "getaddrinfo", several)
    outbound.connect("partner.example", port, 5).close()
    with pytest.raises(TimeoutError):
        outbound.connect("partner.example", port, 0)
    addresses[:] = ["127.0.0.2"]
    with pytest.raises(ConnectionRefusedError):
        outbound.connect("partner.example", port, 5)
    closed.close()


REFUSED: dict[str, tuple[str, Callable[[socket.socket], tuple[object, ...]]]] = {
    "a connection": ("socket.connect", lambda s: (s, ("198.51.100.7", 443))),
    "another port": ("socket.connect", lambda s: (s, ("127.0.0.1", 25))),
    "a datagram": ("socket.sendto", lambda s: (s, ("198.51.100.7", 53))),
    "a message": ("socket.sendmsg", lambda s: (s, ("198.51.100.7", 53))),
    "a name": ("socket.getaddrinfo", lambda _: ("evil.example", 443, 0, 0, 0)),
    "a name in bytes": ("socket.getaddrinfo", lambda _: (b"evil.example", 443, 0, 0, 0)),
    "an address in disguise": ("socket.getaddrinfo", lambda _: ("0x7f.1", 443, 0, 0, 0)),
    "a name alone": ("socket.gethostbyname", lambda _: ("evil.example",)),
    "whose an address is": ("socket.gethostbyaddr", lambda _: ("198.51.100.7",)),
    "whose a name is": ("socket.gethostbyaddr", lambda _: ("evil.example",)),
    "whose a peer is": ("socket.getnameinfo", lambda _: (("198.51.100.7", 443),)),
}


@pytest.mark.parametrize("kind", REFUSED)
def test_what_leaves_for_elsewhere_is_refused_and_told_once(outbound: Outbound, kind: str) -> None:
    event, made = REFUSED[kind]
    heard: list[tuple[str, int]] = []
    outbound.heard = lambda name, port: heard.append((name, port))
    with tcp() as sock:
        for _ in range(3):
            with pytest.raises(OutboundRefused):
                outbound.judge(event, made(sock))
    assert len(heard) == 1
    assert [each.times for each in outbound.refusals] == [3]


def test_what_stays_on_this_machine_passes(outbound: Outbound) -> None:
    with socket.socket(socket.AF_UNIX) as sock:
        outbound.judge("socket.connect", (sock, "/run/pcscd/pcscd.comm"))
    with tcp() as sock:
        outbound.judge("socket.sendmsg", (sock, None))
        outbound.judge("socket.bind", (sock, ("127.0.0.1", 0)))
    for name in (None, "", "127.0.0.1", "::1", "198.51.100.7"):
        outbound.judge("socket.getaddrinfo", (name, 80, 0, 0, 0))
    outbound.judge("socket.gethostbyaddr", ("127.0.0.1",))
    outbound.judge("open", ("/etc/hosts", "r", 0))
    assert outbound.refusals == ()


def test_whoever_connects_to_a_listed_address_is_let_through(outbound: Outbound) -> None:
    outbound.allow(Host("127.0.0.1", 8025, "simulator"))
    with tcp() as sock:
        outbound.judge("socket.connect", (sock, ("127.0.0.1", 8025)))
        with pytest.raises(OutboundRefused):
            outbound.judge("socket.connect", (sock, ("127.0.0.1", 8026)))


def test_the_guard_of_a_process_asks_the_list_it_is_given(
    outbound: Outbound, monkeypatch: pytest.MonkeyPatch
) -> None:
    hooks: list[object] = []
    monkeypatch.setattr("sync.outbound.sys.addaudithook", hooks.append)
    stand_guard(outbound)
    stand_guard()
    assert hooks == [outbound.judge, THIS_PROCESS.judge]


def test_a_family_nobody_of_us_speaks_is_refused(outbound: Outbound) -> None:
    class Packet:
        family = 17

    with pytest.raises(OutboundRefused):
        outbound.judge("socket.connect", (Packet(), ("eth0", 0)))
    assert outbound.refusals == (Refusal("17", 0, 1),)


def test_what_is_kept_of_a_name_is_what_names_are_made_of(outbound: Outbound) -> None:
    for name in ("evil\r\nid: 9.example", "é\u2028", "x" * 400):
        with pytest.raises(OutboundRefused):
            outbound.judge("socket.getaddrinfo", (name, 80, 0, 0, 0))
    assert [each.name for each in outbound.refusals] == ["evilid:9.example", "?", "x" * 255]


def test_a_program_gone_wrong_does_not_fill_the_memory_with_names(outbound: Outbound) -> None:
    heard: list[tuple[str, int]] = []
    outbound.heard = lambda name, port: heard.append((name, port))
    for number in range(3 * MOST_REFUSALS):
        with pytest.raises(OutboundRefused):
            outbound.judge("socket.getaddrinfo", (f"h{number}.example", 80, 0, 0, 0))
    assert len(outbound.refusals) == len(heard) == MOST_REFUSALS + 1
    assert sum(each.times for each in outbound.refusals) == 3 * MOST_REFUSALS


GUARDED = """
import http.client, smtplib, socket, sys, urllib.request
from sync.outbound import THIS_PROCESS, Host, stand_guard
stand_guard()
port = int(sys.argv[1])
tries = (
    lambda: socket.create_connection(("127.0.0.1", port), 2),
    lambda: socket.socket().connect_ex(("127.0.0.1", port)),
    lambda: urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=2),
    lambda: http.client.HTTPConnection("evil.example").connect(),
    lambda: smtplib.SMTP("evil.example", timeout=2),
    lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"x", ("127.0.0.1", port)),
    lambda: __import__("requests").get(f"http://127.0.0.1:{port}/", timeout=2),
)
for attempt in tries:
    try:
        attempt()
    except OSError as refused:
        print(type(refused).__name__)
THIS_PROCESS.allow(Host("127.0.0.1", port, "simulator"))
socket.create_connection(("127.0.0.1", port), 2).close()
print(sum(each.times for each in THIS_PROCESS.refusals))
"""


def test_under_the_guard_no_library_of_the_process_gets_out(door: Door) -> None:
    door.scripts = [answers(b"yes")]
    done = subprocess.run(
        [sys.executable, "-c", GUARDED, str(door.endpoint.port)],
        capture_output=True, text=True, cwd=ROOT, check=True,
    )  # fmt: skip
    *kinds, refused = done.stdout.split()
    assert kinds.count("OutboundRefused") >= 5
    assert len(kinds) == 7
    assert int(refused) >= 7
    assert door.connections <= 1
