"""What people type, read leniently and all at once: every fault is told, each with its field."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TypeVar

from server.core.errors import InvalidForm, InvalidNumber, InvalidValue
from server.core.money import parse_cents

T = TypeVar("T")


@dataclass(slots=True)
class Form:
    """The fields of one form as typed; read them, then `end()` raises once for all faults."""

    typed: Mapping[str, str]
    faults: list[tuple[str, str]] = field(default_factory=list)

    def text(self, name: str, *, needed: bool = False, most: int = 200) -> str:
        """Read a text, its spaces tidied; controls and marks of direction, never seen, fall out."""
        text = " ".join(self.typed.get(name, "").split())
        text = "".join(c for c in text if c.isprintable())
        if needed and not text:
            self.faults.append((name, "missing"))
        if len(text) > most:
            self.faults.append((name, "too_long"))
        return text

    def prose(self, name: str, *, needed: bool = False, most: int = 2000) -> str:
        """Read a text of several lines: each is tidied as `text` does, empty ones fall out."""
        lines = (
            Form({name: line}).text(name, most=most)
            for line in self.typed.get(name, "").splitlines()
        )
        text = "\n".join(line for line in lines if line)
        if needed and not text:
            self.faults.append((name, "missing"))
        if len(text) > most:
            self.faults.append((name, "too_long"))
        return text

    def day(self, name: str, *, needed: bool = False) -> date | None:
        """Read a civil date: 22/11/2026, 22-11-26, 22112026 or 2026-11-22."""
        text = self.text(name, needed=needed)
        if not text:
            return None
        found = parse_day(text)
        if found is None:
            self.faults.append((name, "date"))
        return found

    def number(
        self, name: str, *, needed: bool = False, low: int = 0, high: int = 9999
    ) -> int | None:
        """Read a whole number between two bounds."""
        text = self.text(name, needed=needed)
        if not text:
            return None
        if not (text.isascii() and text.isdigit() and low <= int(text) <= high):
            self.faults.append((name, "number"))
            return None
        return int(text)

    def cents(self, name: str) -> int:
        """Read an amount; nothing typed is zero."""
        text = self.text(name)
        return self._try(name, parse_cents, text) or 0 if text else 0

    def choice(self, name: str, kind: Callable[[str], T], *, needed: bool = True) -> T | None:
        """Read one word of a closed list."""
        text = self.text(name, needed=needed)
        if not text:
            return None
        try:
            return kind(text)
        except ValueError:
            self.faults.append((name, "unknown"))
            return None

    def parsed(self, name: str, parse: Callable[[str], T], *, needed: bool = False) -> T | None:
        """Read a number with check digits."""
        text = self.text(name, needed=needed)
        return self._try(name, parse, text) if text else None

    def ticked(self, name: str) -> bool:
        """Say whether a box was ticked."""
        return self.typed.get(name, "") not in ("", "0", "off")

    def end(self) -> None:
        """Raise `InvalidForm` when anything typed cannot be used."""
        if self.faults:
            raise InvalidForm(faults=tuple(self.faults))

    def _try(self, name: str, parse: Callable[[str], T], text: str) -> T | None:
        try:
            return parse(text)
        except (InvalidNumber, InvalidValue) as error:
            self.faults.append((name, str(error.facts.get("reason", "invalid"))))
            return None


def parse_day(text: str) -> date | None:
    """Read a typed date; None when it is none."""
    parts = text.replace("/", "-").replace(".", "-").replace(" ", "-").split("-")
    if len(parts) == 1 and len(text) == 8:
        parts = [text[:2], text[2:4], text[4:]]
    if len(parts) != 3 or not all(p.isascii() and p.isdigit() for p in parts):
        return None
    if len(parts[0]) == 4:
        parts.reverse()
    day, month, year = (int(p) for p in parts)
    if len(parts[2]) == 2:
        year += 2000
    try:
        return date(year, month, day)
    except ValueError:
        return None
