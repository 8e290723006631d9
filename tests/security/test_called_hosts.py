"""N18: over a whole day nobody is called who is not on the list; who is not is refused and told."""

import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from server.app.demo_practice import PASSPHRASE
from server.app.program import Program
from server.app.watchman import Watchman
from server.settings import Settings
from server.store import journal
from sync.outbound import Outbound, OutboundRefused, Refusal
from tests.app.early import made_already
from tests.app.running import besace, quiet
from tests.app.visitor import Visitor
from tests.app.waiting import until
from tests.world import World

ROOT = Path(__file__).parents[2]
LISTED = re.compile(r"<b>([^<]+)</b> port\s(\d+)<br>")
Lived = tuple[list[tuple[str, int]], set[tuple[str, int]], str]


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lived]:
    """A day of the real demo program: what it called, the list it shows, the last screen."""
    folder = tmp_path_factory.mktemp("recorded")
    command = [sys.executable, "-m", "tests.security.recorded_program", str(folder), "demo"]
    with subprocess.Popen(
        [*command, "--no-window", "--json"], cwd=ROOT, env=quiet(), stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True,
    ) as program:  # fmt: skip
        try:
            assert program.stdout
            visitor = Visitor(json.loads(program.stdout.readline())["url"])
            live(visitor)
            listed = {(n, int(p)) for n, p in LISTED.findall(seen(visitor, "connection/"))}
            called = attempts(folder)
            (folder / "stray").touch()
            until((folder / "stray.done").exists)
            until(lambda: "telemetry.example" in seen(visitor, "connection/"))
            yield called, listed, visitor.text
            visitor.close()
        finally:
            program.terminate()
            program.communicate(timeout=30)


def live(visitor: Visitor) -> None:
    """Unlock, take cards, record sessions, seal, send, let answers come, let a night pass."""
    visitor.get("unlock")
    visitor.post("unlock", user=visitor.user(), passphrase=PASSPHRASE)
    people = sorted(set(re.findall(r"patients/([0-9A-Z]{26})", seen(visitor, "patients/"))))
    for card, person in enumerate(people[:3]):
        visitor.get("demo/")
        visitor.post("demo/insert", card=str(card))
        series = re.search(r"sessions/of/([0-9A-Z]{26})", seen(visitor, f"patients/{person}"))
        if series:
            visitor.get(f"sessions/of/{series[1]}")
            visitor.post(f"sessions/of/{series[1]}", payment_means="CASH", copay_collected="2,50")
        visitor.get("demo/")
        visitor.post("demo/remove")
    visitor.get("billing/")
    visitor.post("billing/seal")
    for press in ("connection/send", "demo/answer", "demo/answer", "demo/morning", "demo/answer"):
        visitor.get("demo/")
        assert visitor.post(press).status_code == 200
    assert "Acceptée" in seen(visitor, "ledger/") or "acceptée" in visitor.text


def seen(visitor: Visitor, path: str) -> str:
    visitor.get(path)
    return visitor.text


def attempts(folder: Path) -> list[tuple[str, int]]:
    lines = (folder / "attempts").read_text().splitlines()
    return [(str(host), int(port)) for _, (host, port) in map(json.loads, lines)]


def test_over_a_day_only_listed_hosts_are_called(lived: Lived) -> None:
    called, listed, _ = lived
    assert len(called) > 20
    assert listed
    assert {door for door in called if door[1]} <= listed
    looked_up = {name for name, port in called if not port}
    assert not [name for name in looked_up if not re.fullmatch(r"[\d.:]+|None", name)]


def test_a_stray_call_is_refused_counted_and_shown(lived: Lived) -> None:
    _, _, screen = lived
    assert "6 appels vers des hôtes hors de cette liste ont été refusés" in screen
    assert "198.51.100.7, port 443 : 3 fois" in screen
    assert "telemetry.example : 3 fois" in screen


def test_a_refused_call_is_written_into_the_journal_also_when_it_came_while_locked(
    world: World,
) -> None:
    outbound, woken = Outbound(), list[str]()
    watchman = Watchman(outbound, made_already(world.cabinet), lambda: woken.append("woken"))
    watchman.start()
    with pytest.raises(OutboundRefused):
        outbound.connect("evil.example", 443, 1)
    kept = "select count(*) from journal where action = 'outbound.refused'"
    until(lambda: world.sql(kept) == 1)
    watchman.stop()
    assert woken == ["woken"]
    assert world.sql("select entity_id from journal where action = 'outbound.refused'") == (
        "evil.example:443"
    )
    assert list(journal.flaws(world.desk.db, world.desk.stamp.mac_key)) == []


def test_what_was_refused_while_locked_waits_for_the_unlocking(world: World) -> None:
    outbound = Outbound()
    watchman = Watchman(outbound, made_already(world.cabinet), lambda: None)
    user, phrase = world.cabinet.logins()[0].id, "tilleuls douze liège"
    world.cabinet.lock()
    watchman.start()
    with pytest.raises(OutboundRefused):
        outbound.connect("evil.example", 443, 1)
    until(lambda: watchman._waiting)
    world.cabinet.unlock(user, phrase)
    watchman.opened()
    until(lambda: world.sql("select count(*) from journal where action = 'outbound.refused'") == 1)
    watchman.stop()


def test_a_locked_program_may_call_nobody(
    program_on: Callable[..., Program], tmp_path: Path
) -> None:
    outbound = Outbound()
    program = program_on(tmp_path / "cabinet", outbound)
    assert outbound.hosts == ()
    with pytest.raises(OutboundRefused):
        program.outbound.connect("mycarenet.example", 443, 1)
    assert outbound.refusals == (Refusal("mycarenet.example", 443, 1),)


@pytest.fixture
def program_on() -> Iterator[Callable[..., Program]]:
    running: list[Program] = []

    def begin(folder: Path, outbound: Outbound) -> Program:
        from server.app.clocks import ShiftedClock

        running.append(Program(Settings(folder, cards=False), ShiftedClock(), outbound=outbound))
        running[-1].start()
        return running[-1]

    yield begin
    for program in running:
        program.stop()


@pytest.mark.parametrize(
    ("endpoint", "told"),
    [("", "n’appelle aucun hôte"), ("https://mycarenet.example:8443/x", "port 8443")],
)
def test_the_doctor_says_whom_the_program_would_call(
    tmp_path: Path, endpoint: str, told: str
) -> None:
    words = ("doctor", "--practice", str(tmp_path / "none"), "--endpoint", endpoint)
    assert told in besace(*words, cwd=tmp_path).stdout


def test_one_place_of_the_post_opens_connections() -> None:
    openers = {
        path.relative_to(ROOT).as_posix()
        for name in ("server", "webui", "hardware", "sync")
        for path in (ROOT / name).rglob("*.py")
        if re.search(r"create_connection|\.connect_ex\(|urlopen|build_opener", path.read_text())
        and "bench" not in path.parts
    }
    assert openers == {"sync/outbound.py", "server/app/child_simulator.py", "hardware/vpcd.py"}
