"""Real processes: another account of the machine, planted files, what others can read of us."""

import os
import shutil
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from hardware.code_ports import CodeProblem
from hardware.decoder import Decoder
from server.app import reference
from server.app.insurers import SimulatorProcess
from sync.outbound import Outbound
from tests.app.running import Running

ROOT = Path(__file__).parents[2]
NOBODY = 65534
PLANTED = "import pathlib\npathlib.Path({canary!r}).touch()\n"


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., Running]]:
    started: list[Running] = []

    def begin(*words: str, **more: str) -> Running:
        started.append(Running(*words, env=more, cwd=tmp_path))
        return started[-1]

    yield begin
    for running in started:
        running.end()


def as_nobody(*command: str) -> subprocess.CompletedProcess[str]:
    """Run a command of the system as another account of this machine."""
    if os.geteuid() != 0 or not shutil.which("setpriv"):
        pytest.skip("il faut être root et avoir setpriv pour prendre un autre compte")
    who = ["--reuid", str(NOBODY), "--regid", str(NOBODY), "--clear-groups"]
    return subprocess.run(
        ["setpriv", *who, *command],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        cwd="/",
    )


CALLER = """
import sys, urllib.request, urllib.error
opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
for path in sys.argv[2:]:
    try:
        answer = opener.open(sys.argv[1] + path, timeout=20)
        print(answer.status, len(answer.read()))
    except urllib.error.HTTPError as refused:
        print(refused.code, len(refused.read()))
"""


def test_row_10_another_account_is_answered_nothing_and_reads_no_file(
    start: Callable[..., Running], tmp_path: Path
) -> None:
    folder = tmp_path / "cabinet"
    tmp_path.chmod(0o755)
    for parent in tmp_path.parents[:3]:
        parent.chmod(parent.stat().st_mode | 0o011)
    running = start("run", "--practice", str(folder), "--no-window", "--json")
    url = urlsplit(running.said()["url"])
    paths = ("/", "/unlock", "/static/app.css", "/launch/" + "0" * 64)
    called = as_nobody("/usr/bin/python3", "-c", CALLER, f"http://{url.netloc}", *paths)
    assert called.stdout.split() == ["403", "0"] * len(paths), called.stderr
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert as_nobody("ls", str(folder)).returncode != 0
    for name in ("maps", "mem", "environ", "fd"):
        read = as_nobody("ls" if name == "fd" else "cat", f"/proc/{running.process.pid}/{name}")
        assert read.returncode != 0
    for file in folder.iterdir():
        assert stat.S_IMODE(file.stat().st_mode) & 0o077 == 0
        assert as_nobody("cat", str(file)).returncode != 0


def plant(folder: Path) -> tuple[Path, dict[str, str]]:
    """Put files that Python would run at its start, and modules named like ours and others."""
    folder.mkdir()
    canary = folder / "bitten"
    for name in ("sitecustomize", "usercustomize", "json", "csv", "server", "sqlite_utils"):
        (folder / f"{name}.py").write_text(PLANTED.format(canary=str(canary)))
    return canary, {"PYTHONPATH": str(folder), "PYTHONSTARTUP": str(folder / "csv.py")}


def test_row_46_the_builder_of_tables_runs_nothing_planted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    canary, variables = plant(tmp_path / "planted")
    for name, text in variables.items():
        monkeypatch.setenv(name, text)
    monkeypatch.chdir(tmp_path / "planted")
    reference.build(tmp_path / "reference.db", demo=True)
    assert (tmp_path / "reference.db").exists()
    assert not canary.exists()


def test_row_46_the_simulator_of_a_demo_runs_nothing_planted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    canary, variables = plant(tmp_path / "planted")
    for name, text in variables.items():
        monkeypatch.setenv(name, text)
    monkeypatch.chdir(tmp_path / "planted")
    simulator = SimulatorProcess(tmp_path / "insurers.db", Outbound())
    simulator.stop()
    assert not canary.exists()


def test_row_46_the_reader_of_codes_runs_nothing_planted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    canary, variables = plant(tmp_path / "planted")
    for name, text in variables.items():
        monkeypatch.setenv(name, text)
    monkeypatch.chdir(tmp_path / "planted")
    with Decoder() as decoder:
        assert decoder.read_file(b"x").problem is CodeProblem.NOT_AN_IMAGE
    assert not canary.exists()


def test_row_46_the_planted_files_bite_whoever_is_not_isolated(tmp_path: Path) -> None:
    canary, variables = plant(tmp_path / "planted")
    env = {**os.environ, **variables}
    subprocess.run([sys.executable, "-c", ""], env=env, check=True, cwd=tmp_path)
    assert canary.exists()


def test_row_46_every_python_we_start_is_isolated() -> None:
    """Each place of the product that starts a process, and how."""
    starting = {
        path.relative_to(ROOT).as_posix()
        for name in ("server", "webui", "hardware", "sync")
        for path in (ROOT / name).rglob("*.py")
        if "subprocess." in path.read_text("utf-8") and "bench" not in path.parts
    }
    pythons = {"server/app/reference.py", "server/app/child_simulator.py", "hardware/child.py"}
    systems = {"hardware/sane.py", "hardware/wia.py"}  # programs of the system
    assert starting == {*pythons, *systems}
    for name in pythons:
        assert '[sys.executable, "-I",' in (ROOT / name).read_text("utf-8")
    for name in systems:
        scanning = (ROOT / name).read_text("utf-8")
        assert "sys.executable" not in scanning
        assert "shell=" not in scanning


def test_row_47_no_card_is_ever_sent_a_pin() -> None:
    """VERIFY is instruction 20: nothing of ours builds one, so no trace can hold a PIN."""
    from hardware import eid

    text = "".join(path.read_text("utf-8") for path in (ROOT / "hardware").glob("*.py"))
    sent = (ROOT / "hardware" / "eid.py").read_text("utf-8")
    assert eid is not None
    assert "VERIFY" not in sent and "0x20" not in sent
    assert "getpass" not in text


def test_row_50_no_python_is_lent_to_a_page() -> None:
    product = [path for path in (ROOT / "server" / "app").rglob("*.py")]
    texts = {path.name: path.read_text("utf-8") for path in product}
    opening = [name for name, text in texts.items() if "create_window(" in text]
    assert opening == ["window.py"]
    for bridge in ("js_api", ".expose(", "evaluate_js", "run_js"):
        assert not [name for name, text in texts.items() if bridge in text], bridge
    pages = "".join(
        path.read_text("utf-8") for path in (ROOT / "webui").rglob("*.*")
        if path.suffix in (".html", ".js")
    )  # fmt: skip
    assert "pywebview" not in pages
