"""The mailboxes answers wait in, and what is still under way to them."""

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Held:
    """One message of a box; `cut`: its box hangs up in the middle of it."""

    uidl: str
    raw: bytes
    cut: bool = False


@dataclass(slots=True)
class Boxes:
    """Every box, by address in lower case; the oldest message first."""

    _held: dict[str, list[Held]] = field(default_factory=dict)
    _under_way: list[tuple[datetime, str, Held]] = field(default_factory=list)
    _last: int = 0

    def number(self) -> int:
        """Give the number of the next message."""
        self._last += 1
        return self._last

    def send(self, due: datetime, box: str, raw: bytes, *, cut: bool = False) -> None:
        """Let a message be in a box from an instant on."""
        held = Held(f"sim-{self.number():08d}", raw, cut)
        self._under_way.append((due, box.lower(), held))

    def deliver(self, now: datetime) -> None:
        """Put what is due into its box."""
        due = [each for each in self._under_way if each[0] <= now]
        self._under_way = [each for each in self._under_way if each[0] > now]
        for _, box, held in sorted(due, key=lambda each: each[0]):
            self._held.setdefault(box, []).append(held)

    def of(self, box: str) -> tuple[Held, ...]:
        """Give what lies in a box."""
        return tuple(self._held.get(box.lower(), ()))

    def delete(self, box: str, uidls: set[str]) -> None:
        """Take messages out of a box."""
        self._held[box.lower()] = [each for each in self.of(box) if each.uidl not in uidls]

    def heal(self) -> None:
        """Let every message be given whole."""
        for box, held in self._held.items():
            self._held[box] = [Held(each.uidl, each.raw) for each in held]
        self._under_way = [(due, box, Held(h.uidl, h.raw)) for due, box, h in self._under_way]
