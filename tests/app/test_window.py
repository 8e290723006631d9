"""The window: the verdicts on any machine, and the real one under a screen made of memory."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from server.app import window
from server.app.window import NoWindow, WindowVerdict, choose

ROOT = Path(__file__).parents[2]
SCREEN = {"DISPLAY": ":0"}


def everything(_name: str) -> bool:
    return True


def yes() -> bool:
    return True


def no() -> bool:
    return False


@pytest.mark.parametrize("variable", ["DISPLAY", "WAYLAND_DISPLAY"])
def test_a_linux_with_a_screen_and_its_libraries_opens_a_window(variable: str) -> None:
    assert choose("linux", {variable: ":0"}, everything, yes) == WindowVerdict()
    assert choose("linux", {variable: ":0"}, everything, yes).can_open


@pytest.mark.parametrize("platform", ["darwin", "win32"])
def test_macos_and_windows_need_no_display_variable_and_no_gtk(platform: str) -> None:
    assert choose(platform, {}, lambda name: name == "webview", no).can_open


def test_without_a_display_no_package_is_asked_for() -> None:
    assert choose("linux", {}, everything, yes) == WindowVerdict(NoWindow.DISPLAY)


def test_without_gi_the_verdict_names_the_packages_that_bring_it() -> None:
    verdict = choose("linux", SCREEN, lambda name: name == "webview", yes)
    assert verdict.reason is NoWindow.TOOLKIT
    assert verdict.packages == ("python3-gi", "python3-gi-cairo")
    assert not verdict.can_open


def test_without_webkit_the_verdict_names_the_package_that_brings_it() -> None:
    verdict = choose("linux", SCREEN, everything, no)
    assert verdict.reason is NoWindow.WEB_VIEW
    assert "gir1.2-webkit2-4.1" in verdict.packages


@pytest.mark.parametrize("platform", ["linux", "darwin", "win32"])
def test_without_pywebview_there_is_no_window_anywhere(platform: str) -> None:
    assert choose(platform, SCREEN, lambda _name: False, yes).reason is NoWindow.LIBRARY


def test_the_real_questions_are_answered_on_this_machine() -> None:
    assert choose(environ={}).reason in (NoWindow.DISPLAY, None)


class PaperWebView:
    """Stands for pywebview and keeps what it was told."""

    def __init__(self) -> None:
        self.settings: dict[str, object] = {}
        self.made: dict[str, Any] = {}
        self.started: dict[str, object] = {}
        self.windows: list[Any] = []

    def create_window(self, title: str, url: str, **options: object) -> Any:
        self.made = {"title": title, "url": url, **options}
        events = SimpleNamespace(closing=Handlers())
        self.windows.append(SimpleNamespace(events=events, destroy=self.windows.clear))
        return self.windows[0]

    def start(self, **options: object) -> None:
        self.started = options


class Handlers(list[Any]):
    """A list that takes handlers as pywebview's events do."""

    def __iadd__(self, handler: Any) -> Handlers:  # type: ignore[misc]  # as pywebview's Event
        self.append(handler)
        return self


@pytest.fixture
def paper(monkeypatch: pytest.MonkeyPatch) -> Iterator[PaperWebView]:
    webview = PaperWebView()
    monkeypatch.setitem(sys.modules, "webview", webview)
    yield webview


def test_row_50_the_page_is_lent_no_python_no_file_no_download_and_no_tools(
    paper: PaperWebView,
) -> None:
    window.show("http://127.0.0.1:1/", "Besace", yes)
    assert paper.started == {"private_mode": True, "debug": False}
    assert "js_api" not in paper.made
    assert "menu" not in paper.made
    for closed in ("ALLOW_DOWNLOADS", "ALLOW_FILE_URLS", "IGNORE_SSL_ERRORS", "SHOW_DEFAULT_MENUS"):
        assert paper.settings[closed] is False
    assert paper.settings["REMOTE_DEBUGGING_PORT"] is None


def test_closing_is_asked_and_close_shuts_every_window(paper: PaperWebView) -> None:
    window.show("http://127.0.0.1:1/", "Besace", no)
    assert list(paper.windows[0].events.closing) == [no]
    window.close()
    assert paper.windows == []
    window.close()


CHILD = """
import http.server, sys, threading
from server.app import window

PAGE = b'''<!doctype html><title>x</title><link rel=stylesheet href=/p.css><body><p>Bonjour</p>
<script src=/p.js></script>'''
FILES = {
    "/": ("text/html", PAGE),
    "/p.css": ("text/css", b"body { background: rgb(1, 120, 60) }"),
    "/p.js": ("text/javascript", b'''addEventListener("pywebviewready",
        () => fetch("/seen?bridge=" + Object.keys(pywebview.api).length))'''),
}

class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        if self.path.startswith("/seen"):
            print(self.path, flush=True)
        kind, body = FILES.get(self.path, ("text/plain", b""))
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Content-Security-Policy", "default-src 'self'")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *words):
        return

def asked():
    print("closing", flush=True)
    return True

server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
threading.Thread(target=server.serve_forever, daemon=True).start()
threading.Thread(target=lambda: (sys.stdin.readline(), window.close()), daemon=True).start()
window.show(f"http://127.0.0.1:{server.server_port}/", "Besace, essai", asked)
print("closed", flush=True)
"""


@pytest.fixture
def screen() -> Iterator[str]:
    """A screen made of memory, on a number the server itself picks."""
    if not shutil.which("Xvfb") or not shutil.which("import"):
        pytest.skip("Xvfb ou imagemagick manque : la fenêtre n'est pas ouverte ici")
    read, write = os.pipe()
    command = ["Xvfb", "-displayfd", str(write), "-screen", "0", "1400x900x24", "-nolisten", "tcp"]
    with subprocess.Popen(command, pass_fds=[write], stderr=subprocess.DEVNULL) as server:
        os.close(write)
        with os.fdopen(read) as answer:
            yield f":{answer.readline().strip()}"
        server.terminate()


@pytest.mark.e2e
def test_the_real_window_paints_a_page_and_closes_when_told(screen: str, tmp_path: Path) -> None:
    environ = {**os.environ, "DISPLAY": screen, "GDK_BACKEND": "x11", "NO_AT_BRIDGE": "1"}
    verdict = choose(environ=environ)
    if not verdict.can_open:
        pytest.skip(f"pas de fenêtre ici : {verdict.reason}")
    command = [sys.executable, "-c", CHILD]
    with subprocess.Popen(
        command, cwd=ROOT, env=environ, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as child:
        assert child.stdin
        assert child.stdout
        assert child.stdout.readline() == "/seen?bridge=0\n"
        assert shows_green(screen, tmp_path / "window.png")
        child.stdin.write("close\n")
        child.stdin.flush()
        assert child.stdout.readline() == "closing\n"
        assert child.stdout.readline() == "closed\n"
    assert child.returncode == 0


def shows_green(screen: str, shot: Path) -> bool:
    """Photograph the screen until the page's colour is in its middle; 40 looks at most."""
    from PIL import Image

    for _look in range(40):
        command = ["import", "-display", screen, "-window", "root", str(shot)]
        subprocess.run(command, check=True, timeout=20)
        with Image.open(shot) as picture:
            if picture.convert("RGB").getpixel((700, 450)) == (1, 120, 60):
                return True
    return False
