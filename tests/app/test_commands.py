"""The `besace` command as a person or a program types it (`cli.md`)."""

import json
import re
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
import requests
from click.testing import CliRunner, Result

from server.app.commands import besace as command
from server.app.doctor_practice import look_at_practice
from server.app.findings import Grade
from server.app.sentences import locale_of
from server.services import agenda
from server.simulators.mycarenet.config import Config, Delays, Duplicates
from tests.app.running import Running, besace
from tests.people import DELVAUX
from tests.world import BUILT_ON, PASSPHRASE, FixedClock, World, open_cabinet

Start = Callable[..., Running]
TARIFF = """code;honoraire;ticket modérateur;ticket modérateur BIM;du;au
567011;31,20;6,25;2,50;01/01/2026;31/12/2026
567136;34,32;6,25;2,50;01/01/2026;31/12/2026
"""
AUTUMN = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


@pytest.fixture
def say(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """Run a command in this process; it is not made to forget how to be dumped."""
    monkeypatch.setattr("server.app.privacy.protect_process", lambda: None)
    monkeypatch.setenv("LC_ALL", "C.UTF-8")

    def run(*words: str, typed: str = "") -> Result:
        return CliRunner().invoke(command, [*words], input=typed)

    return run


@pytest.fixture
def waiting(real_world: World) -> str:
    """A session of 2026 in a real practice, then closed: no tariff covers its day."""
    session = real_world.visit(DELVAUX)
    [held] = agenda.held_back(real_world.desk)
    assert [block.code for block in held.blocks] == ["price.no_code"]
    real_world.cabinet.lock()
    return session


def sheet(folder: Path, text: str = TARIFF) -> str:
    path = folder / "tarif.csv"
    path.write_text(text, "utf-8")
    return str(path)


@pytest.mark.parametrize("words", [[], ["run"], ["demo"], ["inspect"], ["simulate"], ["doctor"],
                                   ["reference"], ["reference", "import"], ["verify"], ["export"],
                                   ["backup"], ["restore"],
                                   ["bench"]])  # fmt: skip
def test_every_command_explains_itself(say: Callable[..., Result], words: list[str]) -> None:
    told = say(*words, "--help")
    assert told.exit_code == 0
    assert "Usage" in told.stdout


def test_an_imported_tariff_prices_the_sessions_that_waited(
    say: Callable[..., Result],
    waiting: str,
    real_world: World,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    today = FixedClock(real_world.clock.at)  # months later the session would be late as well
    monkeypatch.setattr("server.app.unlocking.ShiftedClock", lambda: today)
    monkeypatch.setattr("server.app.unlocking.BUILT_ON", BUILT_ON)
    told = say(
        "reference", "import", sheet(tmp_path), "--practice", str(real_world.folder),
        typed=PASSPHRASE + "\n",
    )  # fmt: skip
    assert (told.exit_code, told.stderr.count(PASSPHRASE)) == (0, 0)
    assert "Tarif importé" in told.stdout
    cabinet = open_cabinet(real_world.folder, FixedClock(real_world.clock.at))
    [seen] = agenda.of_day(cabinet.desk(), cabinet.desk().today)
    assert (seen.id, str(seen.state)) == (waiting, "Ready")
    cabinet.lock()


def test_a_tariff_with_bad_rows_is_refused_row_by_row(
    say: Callable[..., Result], waiting: str, real_world: World, tmp_path: Path
) -> None:
    bad = sheet(tmp_path, TARIFF.replace("34,32", "peut-être"))
    told = say(
        "reference", "import", bad, "--practice", str(real_world.folder), typed=PASSPHRASE + "\n"
    )
    assert told.exit_code == 2
    assert "n’est pas importée" in told.stderr
    assert "ligne 3" in told.stderr.replace("\u00a0", " ")
    cabinet = open_cabinet(real_world.folder, FixedClock(real_world.clock.at))
    [held] = agenda.held_back(cabinet.desk())
    assert [block.code for block in held.blocks] == ["price.no_code"]
    cabinet.lock()


def test_a_wrong_passphrase_imports_nothing(
    say: Callable[..., Result], waiting: str, real_world: World, tmp_path: Path
) -> None:
    told = say(
        "reference", "import", sheet(tmp_path), "--practice", str(real_world.folder),
        typed="une autre phrase\n",
    )  # fmt: skip
    assert told.exit_code == 2
    assert "n’ouvre pas le cabinet" in told.stderr


def test_the_tables_of_a_practice_are_listed_with_their_periods(
    say: Callable[..., Result], real_world: World
) -> None:
    told = say("reference", "list", "--json", "--practice", str(real_world.folder))
    rows = [json.loads(line) for line in told.stdout.splitlines()]
    tariff = [row for row in rows if row["table"] == "be_tariff"]
    assert told.exit_code == 0
    assert [row["valid_to"] for row in tariff] == ["2025-01-31", "2025-12-31"]
    words = say("reference", "list", "--practice", str(real_world.folder)).stdout
    assert "2025-02-01 – 2025-12-31" in words
    assert len(words.splitlines()) == len(rows)


@pytest.mark.parametrize("words", [["list"], ["import", __file__]])
def test_a_folder_without_a_practice_is_a_sentence(
    say: Callable[..., Result], tmp_path: Path, words: list[str]
) -> None:
    told = say("reference", *words, "--practice", str(tmp_path))
    assert told.exit_code == 2
    assert "pas de cabinet dans ce dossier" in told.stderr


def untimed(sentence: str) -> str:
    """A sentence without the instant it tells: a minute may pass between two looks."""
    return re.sub(r"\d{2}/\d{2}/\d{4} \d{2}:\d{2}", "…", sentence)


def test_the_doctor_speaks_a_language_and_json(say: Callable[..., Result], tmp_path: Path) -> None:
    french = say("doctor", "--practice", str(tmp_path))
    lines = say("doctor", "--json", "--practice", str(tmp_path)).stdout.splitlines()
    rows = [json.loads(line) for line in lines]
    spoken = [line[2:] for line in french.stdout.splitlines()]
    assert [untimed(row["sentence"]) for row in rows] == [untimed(line) for line in spoken]
    assert all(not row["sentence"].startswith("doctor.") for row in rows)
    assert {row["code"] for row in rows} >= {"store.ok", "practice.none"}
    assert french.exit_code in (0, 3)
    assert all(row["well"] for row in rows) == (french.exit_code == 0)


def test_the_doctor_sees_a_practice_without_opening_it(real_world: World) -> None:
    folder = real_world.folder
    folder.chmod(0o700)
    for file in folder.iterdir():
        file.chmod(0o600)
    found = {x.code: x for x in look_at_practice(folder, datetime(2027, 1, 5, 9, tzinfo=UTC))}
    assert set(found) == {
        "clock.ok", "practice.private", "practice.encrypted", "health.none", "backup.none",
        "tariff.ended",
    }  # fmt: skip
    assert found["tariff.ended"].facts == {"end": "31/12/2025"}
    assert found["tariff.ended"].grade is Grade.PROBLEM


def test_the_doctor_finds_what_others_may_read_and_a_clear_file(real_world: World) -> None:
    real_world.cabinet.lock()
    (real_world.folder / "besace.key").chmod(0o644)
    with closing(sqlite3.connect(real_world.folder / "besace.db.new")) as clear:
        clear.execute("create table t (x)")
    (real_world.folder / "besace.db.new").replace(real_world.folder / "besace.db")
    found = {x.code: x for x in look_at_practice(real_world.folder, AUTUMN)}
    assert "besace.key" in found["practice.readable"].facts["files"]
    assert found["practice.clear"].grade is Grade.PROBLEM


def test_the_doctor_finds_a_clock_that_has_gone_back(real_world: World) -> None:
    codes = [x.code for x in look_at_practice(real_world.folder, datetime(2020, 1, 5, tzinfo=UTC))]
    assert "clock.early" in codes


@pytest.mark.parametrize(
    ("variables", "locale"),
    [
        ({}, "fr_BE"),
        ({"LANG": "nl_BE.UTF-8"}, "nl"),
        ({"LANG": "nl_BE.UTF-8", "LC_ALL": "C.UTF-8"}, "fr_BE"),
        ({"LC_MESSAGES": "fr_FR.UTF-8"}, "fr_FR"),
    ],
)
def test_commands_speak_the_language_of_the_session(variables: dict[str, str], locale: str) -> None:
    assert locale_of(variables) == locale


def test_a_simulator_prints_its_address_and_stops_when_asked(start: Start) -> None:
    running = start("simulate", "mycarenet", "--unsigned", "--json", "--seed", "7")
    told = running.said()
    assert told["name"] == "mycarenet"
    base = "/".join(told["address"].split("/")[:3])
    assert requests.get(f"{base}/admin/received", timeout=5, proxies={"http": ""}).json() == []
    assert running.end() == 0
    assert running.errors == ""


def test_a_simulator_that_checks_signatures_says_that_it_refuses_everything(start: Start) -> None:
    running = start("simulate", "mycarenet", "--json")
    running.said()
    running.end()
    assert "refuse tout ce qu’il reçoit" in running.errors


def test_the_faults_of_a_simulator_are_read_from_a_file(start: Start, tmp_path: Path) -> None:
    faults = tmp_path / "faults.json"
    faults.write_text('[{"kind": "status", "operation": "post", "nth": [1]}]')
    running = start(
        "simulate", "mycarenet", "--unsigned", "--json", "--faults", str(faults), "--seed", "3"
    )
    base = "/".join(running.said()["address"].split("/")[:3])
    told = requests.get(f"{base}/admin/faults", timeout=5, proxies={"http": ""}).json()
    assert (told["seed"], told["faults"][0]["kind"]) == (3, "status")


def test_the_online_services_of_france_are_started_with_a_port_and_a_seed(start: Start) -> None:
    running = start("simulate", "sesam", "--json", "--port", "0", "--seed", "7")
    told = running.said()
    assert told["name"] == "sesam" and told["address"].endswith("/fr/t1")
    base = told["address"].removesuffix("/fr/t1")
    assert requests.get(f"{base}/admin/received", timeout=5, proxies={"http": ""}).json() == []
    assert running.end() == 0
    assert running.errors == ""


def test_a_scanner_made_of_code_answers_as_one_of_the_network(start: Start, tmp_path: Path) -> None:
    faults = tmp_path / "scanner.json"
    faults.write_text('{"sheets": 2, "fault": "jam", "after": 1}')
    running = start("simulate", "scanner", "--json", "--faults", str(faults))
    address = running.said()["address"]
    told = requests.get(f"{address}/ScannerStatus", timeout=5, proxies={"http": ""}).text
    assert "<pwg:State>Idle</pwg:State>" in told
    assert running.end() == 0


@pytest.mark.parametrize("content", ["[]", "not json", '{"fault": "no such"}', '{"no": 1}'])
def test_a_scanner_nobody_understands_is_a_sentence(tmp_path: Path, content: str) -> None:
    faults = tmp_path / "scanner.json"
    faults.write_text(content)
    done = besace("simulate", "scanner", "--faults", str(faults), cwd=tmp_path)
    assert (done.returncode, "Traceback" in done.stderr) == (3, False)
    assert "ne démarre pas" in done.stderr


@pytest.mark.parametrize("content", ["{}", "[{}]", "not json", '[{"kind": "no such"}]'])
def test_faults_nobody_understands_are_a_sentence(tmp_path: Path, content: str) -> None:
    faults = tmp_path / "faults.json"
    faults.write_text(content)
    done = besace("simulate", "mycarenet", "--unsigned", "--faults", str(faults), cwd=tmp_path)
    assert (done.returncode, "Traceback" in done.stderr) == (3, False)
    assert "ne démarre pas" in done.stderr


def test_a_card_without_a_virtual_reader_is_a_sentence(
    say: Callable[..., Result], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server.app.simulate._VIRTUAL_READER", ("127.0.0.1", 1))
    monkeypatch.setattr("server.app.simulate.on_stop", lambda _: None)
    told = say("simulate", "card")
    assert told.exit_code == 3
    assert "vsmartcard-vpcd" in told.stderr


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--card", "joker"], "joker"),
        (["--faults", "[]"], "pull_after"),
        (["--faults", '{"no": 1}'], "pull_after"),
        (["--faults", '{"delay": []}'], "pull_after"),
    ],
)
def test_a_card_nobody_can_make_is_a_sentence(
    say: Callable[..., Result],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    words: list[str],
    told: str,
) -> None:
    monkeypatch.setattr("server.app.simulate.on_stop", lambda _: None)
    if words[0] == "--faults":
        file = tmp_path / "faults.json"
        file.write_text(words[1])
        words = ["--faults", str(file)]
    done = say("simulate", "card", *words)
    assert done.exit_code == 3
    assert told in done.stderr


def test_arguments_nobody_understands_are_unusable(say: Callable[..., Result]) -> None:
    for words in (["nothing"], ["run", "--port", "99999"], ["simulate", "nobody"], ["inspect"]):
        assert say(*words).exit_code == 2


def test_a_file_is_inspected_in_the_language_of_the_session(
    say: Callable[..., Result], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    empty = tmp_path / "empty.txt"
    empty.write_bytes(b"")
    french = say("inspect", str(empty))
    monkeypatch.setenv("LC_ALL", "nl_BE.UTF-8")
    dutch = say("inspect", str(empty))
    assert french.exit_code == dutch.exit_code == 2
    assert french.stdout != dutch.stdout


def test_a_simulator_answers_after_the_delays_it_is_told(
    say: Callable[..., Result], monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[Config] = []

    def serve(config: Config) -> None:
        told.append(config)
        raise OSError("enough")

    monkeypatch.setattr("server.simulators.mycarenet.service.serve", serve)
    arguments = ["simulate", "mycarenet", "--unsigned", "--delays", "1", "2", "3", "4.5"]
    assert say(*arguments).exit_code == 3
    assert say(*arguments[:3]).exit_code == 3
    assert say(*arguments[:3], "--duplicates", "process").exit_code == 3
    assert [config.delays for config in told] == [Delays(1, 2, 3, 4.5), Delays(), Delays()]
    kinds = [Duplicates.SAME_TACK, Duplicates.SAME_TACK, Duplicates.PROCESS]
    assert [config.duplicates for config in told] == kinds
