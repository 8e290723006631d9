"""The product in its own window: opened, unlocked with a keyboard, and looked at."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from signal import SIGTERM

import pytest
from PIL import Image

from server.app.demo_practice import PASSPHRASE
from server.app.window import choose
from tests.e2e.pictures import folder_of, save

pytestmark = pytest.mark.e2e

ROOT = Path(__file__).parents[2]
PROGRAM = """
import sys
from pathlib import Path
from server.app.clocks import ShiftedClock
from server.app.demo import Demo
from server.app.opening import show
from server.app.sentences import Speech
from tests.e2e.kine import DayBegun
from webui.i18n import catalogue

demo = Demo(Path(sys.argv[1]), ShiftedClock(DayBegun()))
try:
    sys.exit(show(demo.program, Speech(catalogue("fr_BE")), window=True))
finally:
    demo.simulator.stop()
"""
BOLD = (90, 42, 109)  # `--act` of tokens.css: the bold button
INK = (29, 26, 36)
SIZE = (1400, 900)
LINE_OF_INK = 60  # pixels
MOST_LOOKS = 60


@pytest.fixture
def screen() -> Iterator[dict[str, str]]:
    """A screen made of memory, as the environment of what is shown on it."""
    for tool in ("Xvfb", "import", "xdotool"):
        if not shutil.which(tool):
            pytest.skip(f"{tool} manque : la fenêtre n’est pas ouverte ici")
    read, write = os.pipe()
    size = f"{SIZE[0]}x{SIZE[1]}x24"
    command = ["Xvfb", "-displayfd", str(write), "-screen", "0", size, "-nolisten", "tcp"]
    with subprocess.Popen(command, pass_fds=[write], stderr=subprocess.DEVNULL) as server:
        os.close(write)
        with os.fdopen(read) as answer:
            display = f":{answer.readline().strip()}"
        own = {"DISPLAY": display, "GDK_BACKEND": "x11", "NO_AT_BRIDGE": "1"}
        yield {**os.environ, **own}
        server.terminate()


def test_the_window_shows_the_door_and_after_the_passphrase_the_day(
    screen: dict[str, str], tmp_path: Path
) -> None:
    verdict = choose(environ=screen)
    if not verdict.can_open:
        pytest.skip(f"pas de fenêtre ici : {verdict.reason}")
    command = [sys.executable, "-c", PROGRAM, str(tmp_path)]
    with subprocess.Popen(command, cwd=ROOT, env=screen) as program:
        try:
            found = xdotool(screen, "search", "--sync", "--onlyvisible", "--name", "^Besace$")
            window = found.split()[0]
            door = looked_at(window, screen, tmp_path, shows_the_door)
            xdotool(screen, "windowfocus", "--sync", window)
            xdotool(screen, "type", "--delay", "20", PASSPHRASE)
            xdotool(screen, "key", "Return")
            day = looked_at(window, screen, tmp_path, shows_the_day)
        finally:
            program.send_signal(SIGTERM)
            program.wait(20)
    assert program.returncode == 0
    save(door, folder_of(tmp_path) / "fenetre-entree.png")
    save(day, folder_of(tmp_path) / "fenetre.png")


def xdotool(screen: dict[str, str], *words: str) -> str:
    done = subprocess.run(
        ["xdotool", *words], env=screen, check=True, timeout=30, capture_output=True, text=True
    )
    return done.stdout


def looked_at(
    window: str, screen: dict[str, str], folder: Path, arrived: Callable[[Image.Image], bool]
) -> Image.Image:
    """Photograph a window until it shows what is waited for, a bounded number of times."""
    file = folder / "look.png"
    for _ in range(MOST_LOOKS):
        command = ["import", "-window", window, str(file)]
        subprocess.run(command, env=screen, check=True, timeout=20)
        with Image.open(file) as picture:
            seen = picture.convert("RGB")
        if arrived(seen):
            return seen
    raise AssertionError("the window never showed what was waited for")


def shows_the_door(picture: Image.Image) -> bool:
    """A wide bold button in the middle of the right half, nothing bold at the top."""
    return (
        amount(picture, BOLD, (640, 250, 1280, 550)) > 8_000
        and amount(picture, BOLD, (850, 60, 1280, 150)) == 0
        and words(picture, (0, 100, 640, 650))
    )


def shows_the_day(picture: Image.Image) -> bool:
    """The bold button of the day at the top right, words in the rail and in the page."""
    return (
        amount(picture, BOLD, (850, 60, 1280, 150)) > 3_000
        and amount(picture, BOLD, (640, 250, 1280, 550)) < 1_000
        and words(picture, (0, 30, 180, 300))
        and words(picture, (200, 80, 1280, 350))
    )


def words(picture: Image.Image, place: tuple[int, int, int, int]) -> bool:
    """Whether enough ink lies there for a line of text."""
    return amount(picture, INK, place) > LINE_OF_INK


def amount(
    picture: Image.Image, colour: tuple[int, int, int], place: tuple[int, int, int, int]
) -> int:
    """Count the pixels of one colour inside left, top, right, bottom."""
    found = picture.crop(place).getcolors(picture.width * picture.height) or []
    return sum(count for count, seen in found if seen == colour)
