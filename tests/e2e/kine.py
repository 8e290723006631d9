"""The kiné at the screen: keys pressed, fields reached with Tab, cards slid in, sentences read."""

import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from time import monotonic
from typing import Any
from urllib.request import ProxyHandler, Request, build_opener

from playwright.sync_api import Locator, Page, expect

from server.app.demo import Demo

START = datetime(2026, 12, 10, 8, 2, tzinfo=UTC)
"""A Thursday at two past nine in Brussels: an evening's work never crosses midnight."""

_FARTHEST = 90  # presses of Tab before a thing is said to be out of reach of the keyboard
_FINGERS = 36.0  # milliseconds between two keys: faster ones are a hand reader of codes


_DIRECTLY = build_opener(ProxyHandler({}))  # never through a proxy of the environment


class DayBegun:
    """The machine's clock of a test: its day begins at `START`, then time passes as it does."""

    def __init__(self) -> None:
        self._begun = monotonic()

    def now(self) -> datetime:
        return datetime.fromtimestamp(START.timestamp() + monotonic() - self._begun, UTC)

    def monotonic(self) -> float:
        return monotonic()


@dataclass(frozen=True)
class Kine:
    """One person, one screen, one demo practice."""

    page: Page
    demo: Demo

    def opens(self) -> None:
        """Come in by the one-time address and type the passphrase."""
        self.page.goto(self.demo.program.start())
        # A page is loaded before its field is given the focus: nobody's fingers are that fast.
        expect(self.page.locator("[name=passphrase]")).to_be_focused()
        self.page.keyboard.type(self.demo.passphrase)
        self.press("Enter")

    def pulls_the_cable(self) -> None:
        self.demo.pull_cable(cut=True)

    def puts_the_cable_back(self) -> None:
        self.demo.pull_cable(cut=False)

    def slides_in(self, card: str) -> None:
        """Take out whatever card is in the reader and put this one in."""
        self.demo.remove()
        self.demo.insert(card)

    def waits_for_slow_insurers(self, seconds: float = 0.3) -> None:
        """Slow each file down at the insurers', so that there is something to watch."""
        slow = {"kind": "slow", "operation": "post", "probability": 1, "seconds": seconds}
        self._ask("faults", {"faults": [slow]})

    def files_received(self) -> list[int]:
        """Tell of each distinct file at the insurers' how often it was handled."""
        return [file["times_processed"] for file in self._ask("received")]

    def press(self, *keys: str) -> None:
        """Press keys one after the other, once the page listens: its heading shows before."""
        self.page.wait_for_load_state()
        for key in keys:
            self.page.keyboard.press(key)

    def types(self, **fields: str) -> None:
        """Fill fields by the name they are sent under, each reached with Tab alone."""
        for name, text in fields.items():
            self.reaches(self.page.locator(f"main [name={name}]:visible").first)
            self.press("Control+a")
            self.page.keyboard.type(text, delay=_FINGERS)

    def follows(self, words: str) -> None:
        """Open the first link of the screen with these words, with Tab and Enter."""
        self.reaches(self.page.get_by_role("main").get_by_role("link", name=spoken(words)).first)
        self.press("Enter")

    def reaches(self, wanted: Locator) -> None:
        """Press Tab until the thing has the focus."""
        expect(wanted).to_be_visible()
        for _ in range(_FARTHEST):
            if wanted.evaluate("thing => thing === document.activeElement"):
                return
            self.press("Tab")
        raise AssertionError(f"the keyboard does not reach {wanted}")

    def reads(self, sentence: str) -> None:
        """Wait for the sentence of the screen, its one h1."""
        expect(self.page.get_by_role("heading", level=1)).to_have_text(spoken(sentence))

    def sees(self, words: str) -> None:
        """Wait for these words somewhere on the screen."""
        expect(self.page.locator("body")).to_contain_text(spoken(words))

    def _ask(self, what: str, sent: dict[str, object] | None = None) -> Any:
        """Knock at the simulator's door for testers."""
        base = "/".join(self.demo.simulator.endpoint.split("/")[:3])
        body = None if sent is None else json.dumps(sent).encode()
        with _DIRECTLY.open(Request(f"{base}/admin/{what}", body), timeout=5) as answer:  # noqa: S310 - our own simulator
            return json.load(answer)


def spoken(words: str) -> re.Pattern[str]:
    """Match words on the screen, whose spaces may be ones that do not break; `…` skips some."""
    parts = (r"\s+".join(map(re.escape, part.split())) for part in words.split("…"))
    return re.compile(".*".join(parts))
