"""The window: Besace's own page in the system's web view, and nothing else.

GTK/WebKit on Debian, WebView2 on Windows, WKWebView on macOS, all through pywebview
(`reliability-security.md` §6 and §9). The window is given an address; it lends the page no Python,
keeps no file, and takes no download. Where no window can open, `choose` says why, and the program
serves and prints its address instead.
"""

from __future__ import annotations

import importlib.util
import logging
import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

log = logging.getLogger(__name__)

SIZE = (1280, 800)
SMALLEST = (480, 560)
PAPER = "#f4f2ee"
"""What is seen before the first page is painted."""


class NoWindow(StrEnum):
    """Why no window can open here: a code of the catalogue."""

    DISPLAY = "window.no_display"
    LIBRARY = "window.no_library"
    TOOLKIT = "window.no_toolkit"
    WEB_VIEW = "window.no_web_view"


@dataclass(frozen=True, slots=True)
class WindowVerdict:
    """Whether a window can open; if not, why, and the system packages that would bring it."""

    reason: NoWindow | None = None
    packages: tuple[str, ...] = ()

    @property
    def can_open(self) -> bool:
        """True when nothing stands in the way."""
        return self.reason is None


def choose(
    platform: str = sys.platform,
    environ: Mapping[str, str] = os.environ,
    has_library: Callable[[str], bool] | None = None,
    has_web_view: Callable[[], bool] | None = None,
) -> WindowVerdict:
    """Tell whether `show` would succeed here, without opening anything.

    macOS and Windows always have a screen and a web view. The two questions can be replaced, so
    that every answer is tested on any machine.
    """
    has_library = has_library or _is_importable
    has_web_view = has_web_view or _gtk_web_view_exists
    if not has_library("webview"):
        return WindowVerdict(NoWindow.LIBRARY)
    if platform in ("darwin", "win32"):
        return WindowVerdict()
    if not (environ.get("DISPLAY") or environ.get("WAYLAND_DISPLAY")):
        return WindowVerdict(NoWindow.DISPLAY)
    if not (has_library("gi") and has_library("cairo")):
        return WindowVerdict(NoWindow.TOOLKIT, ("python3-gi", "python3-gi-cairo"))
    if not has_web_view():
        return WindowVerdict(NoWindow.WEB_VIEW, ("gir1.2-gtk-3.0", "gir1.2-webkit2-4.1"))
    return WindowVerdict()


def show(url: str, title: str, on_closing: Callable[[], bool]) -> None:
    """Open the window on this address and return when it is closed; the main thread only.

    `on_closing` is asked when the user closes the window; False keeps it open.
    """
    import webview

    _restrict(webview)
    window = webview.create_window(
        title,
        url,
        width=SIZE[0],
        height=SIZE[1],
        min_size=SMALLEST,
        background_color=PAPER,
        text_select=True,
        zoomable=True,
    )
    if window is None:  # a handler refused its creation: only pywebview's types know this case
        return
    window.events.closing += on_closing
    log.info("window opening")
    webview.start(private_mode=True, debug=False)
    log.info("window closed")


def close() -> None:
    """Close the window as the user would, from any thread or a signal handler; harmless twice."""
    import webview

    for window in list(webview.windows):
        window.destroy()


def _restrict(webview: Any) -> None:
    """Write out every setting safety rests on, also where the library's default is the same."""
    webview.settings["ALLOW_DOWNLOADS"] = False
    webview.settings["ALLOW_FILE_URLS"] = False
    webview.settings["IGNORE_SSL_ERRORS"] = False
    webview.settings["OPEN_DEVTOOLS_IN_DEBUG"] = False
    webview.settings["REMOTE_DEBUGGING_PORT"] = None
    webview.settings["SHOW_DEFAULT_MENUS"] = False
    # A link to elsewhere never replaces our page: it goes to the browser.
    webview.settings["OPEN_EXTERNAL_LINKS_IN_BROWSER"] = True


def _is_importable(name: str) -> bool:
    return importlib.util.find_spec(name) is not None


def _gtk_web_view_exists() -> bool:
    """Look for the descriptions GTK 3 and WebKit 4.1 leave on disk; loads neither."""
    import gi

    try:
        gi.require_version("Gtk", "3.0")
        gi.require_version("WebKit2", "4.1")
    except ValueError:
        return False
    return True
