"""Every form of the product and its fields, found on the pages themselves and in the code."""

import re
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from pathlib import Path

WEBUI = Path(__file__).parents[2] / "webui"
_SERVICES = Path(__file__).parents[2] / "server" / "services"
_READ = re.compile(
    r"""(?:form|values|args|files|typed|fields?)(?:\.get|\.getlist)?[\[(]\s*["'](\w+)["']"""
    r"""|\b(?:typed|required|text|_text|money|day)\([^"')]*["'](\w+)["']"""
)
Get = Callable[[str], str | None]
"""Give the text of a page, None when it is none."""


class Forms(HTMLParser):
    """Reads forms: the address each is sent to, and the names of its fields."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, set[str]]] = []
        self.links: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        held = dict(attrs)
        if tag == "form" and (held.get("method") or "").lower() == "post":
            self.found.append((held.get("action") or "", set()))
        elif tag in ("input", "select", "textarea", "button") and self.found:
            if name := held.get("name"):
                self.found[-1][1].add(name)
        elif tag == "a" and (link := held.get("href")):
            self.links.append(link)


def names_read() -> set[str]:
    """Every name of a field or a parameter that pages and services read."""
    modules = [*WEBUI.rglob("*.py"), *_SERVICES.glob("*.py")]
    found = (_READ.findall(module.read_text("utf-8")) for module in modules)
    return {name for pairs in found for pair in pairs for name in pair if name}


def crawled(get: Get, root: str, first: str, most: int = 400) -> Iterator[tuple[str, str]]:
    """Walk every page that can be reached by links from one: path and text."""
    waiting, seen = [first], {first}
    while waiting and len(seen) < most:
        path = waiting.pop(0)
        page = get(path)
        if page is None:
            continue
        yield path, page
        for link in Forms(page).links:
            wanted = link.partition("#")[0].removeprefix(root)
            if link.startswith(root) and wanted not in seen and "static/" not in wanted:
                seen.add(wanted)
                waiting.append(wanted)
