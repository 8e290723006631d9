"""What a start costs: the first page is served before any heavy library is loaded."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.app.running import quiet

ROOT = Path(__file__).parents[2]
HEAVY = ("zeep", "cv2", "numpy", "sqlite_utils", "webview", "smartcard", "fpdf", "lxml")
CHILD = f"""
import sys
from pathlib import Path
from urllib.request import HTTPCookieProcessor, ProxyHandler, build_opener
from server.app.clocks import ShiftedClock
from server.app.program import Program
from server.settings import Settings

program = Program(Settings(Path(sys.argv[1])), ShiftedClock())
page = build_opener(ProxyHandler({{}}), HTTPCookieProcessor()).open(program.start())
print(page.status, *[name for name in {HEAVY!r} if name in sys.modules])
program.stop()
"""


def test_the_first_page_loads_no_heavy_library(tmp_path: Path) -> None:
    assert _first_page(tmp_path / "cabinet") == ["200"]


@pytest.mark.parametrize("words", [["--help"], ["run", "--help"]])
def test_help_loads_neither_flask_nor_the_database(words: list[str]) -> None:
    script = (
        "import sys\n"
        "from server.app.commands import besace\n"
        f"besace({words!r}, standalone_mode=False)\n"
        "print([x for x in ('flask', 'apsw', 'cryptography', 'waitress') if x in sys.modules])\n"
    )
    assert _run("-c", script).splitlines()[-1] == "[]"


def _first_page(folder: Path) -> list[str]:
    return _run("-c", CHILD, str(folder)).split()


def _run(*words: str) -> str:
    done = subprocess.run(
        [sys.executable, *words], capture_output=True, text=True, cwd=ROOT, env=quiet(),
        timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout
