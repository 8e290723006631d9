"""The tester's door: what was received, magic patients, the clock, faults, refusal percentages."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime

from server.simulators.mycarenet.case import Spell
from server.simulators.mycarenet.clock import Clock
from server.simulators.mycarenet.faults import Knobs, read_knobs
from server.simulators.mycarenet.insurers import insurers
from server.simulators.mycarenet.magic import spells
from server.simulators.mycarenet.mailbox import Mailbox

_UNUSABLE = "the request has no usable "


class BadRequest(Exception):
    """The tester asked for something that cannot be done; the text says what."""


@dataclass(frozen=True, slots=True)
class Admin:
    """Answers are plain JSON values; every path is below `/admin/`."""

    mailbox: Mailbox
    clock: Clock
    knobs: Knobs

    def answer(self, method: str, path: str, sent: Mapping[str, object]) -> object:
        """Do what is asked; raises `BadRequest`, and KeyError for an unknown path."""
        actions: Mapping[tuple[str, str], Callable[[Mapping[str, object]], object]] = {
            ("GET", "received"): self._received,
            ("GET", "magic"): self._magic,
            ("POST", "magic"): self._enchant,
            ("GET", "clock"): self._time,
            ("POST", "clock"): self._shift,
            ("POST", "tick"): self._tick,
            ("POST", "forget"): self._forget,
            ("GET", "faults"): self._faults,
            ("POST", "faults"): self._set_faults,
            ("POST", "percentage"): self._percentage,
        }
        return actions[method, path.removeprefix("/admin/")](sent)

    def _received(self, _: Mapping[str, object]) -> object:
        return [asdict(file) for file in self.mailbox.received()]

    def _magic(self, _: Mapping[str, object]) -> object:
        return [asdict(spell) for known in spells(self.mailbox).values() for spell in known]

    def _enchant(self, sent: Mapping[str, object]) -> object:
        niss, code = str(sent.get("niss", "")), str(sent.get("code", ""))
        if len(niss) != 11 or not niss.isdigit():
            raise BadRequest(_UNUSABLE + "niss")
        if len(code) != 7 or code[0] not in "BFRES":
            raise BadRequest(_UNUSABLE + "code: a letter and six characters")
        record = str(sent.get("record", code[1:3]))
        acts, unless = str(sent.get("acts", "all")), str(sent.get("unless_ct", ""))
        self.mailbox.add_spell(Spell(niss, code, record, acts, unless))
        return {"niss": niss, "code": code}

    def _time(self, _: Mapping[str, object]) -> object:
        return {"now": self.clock.now().isoformat()}

    def _shift(self, sent: Mapping[str, object]) -> object:
        if "now" in sent:
            wanted = _instant(str(sent["now"]))
            self.clock.shift((wanted - self.clock.now()).total_seconds())
        else:
            self.clock.shift(_number(sent, "shift_seconds"))
        return self._time(sent)

    def _tick(self, _: Mapping[str, object]) -> object:
        return {"due": self.mailbox.hasten(self.clock.now()), "waiting": self.mailbox.waiting()}

    def _forget(self, sent: Mapping[str, object]) -> object:
        """Empty the mailbox and every memory of what was posted; the clock stays."""
        self.mailbox.forget()
        return self._received(sent)

    def _faults(self, _: Mapping[str, object]) -> object:
        return self.knobs.described()

    def _set_faults(self, sent: Mapping[str, object]) -> object:
        seed = int(_number(sent, "seed")) if "seed" in sent else None
        try:
            self.knobs.set(read_knobs(sent.get("faults")), seed)
        except (ValueError, TypeError) as error:
            raise BadRequest(str(error)) from error
        return self.knobs.described()

    def _percentage(self, sent: Mapping[str, object]) -> object:
        union = str(sent.get("union", ""))
        if union not in insurers():
            raise BadRequest(_UNUSABLE + "union")
        limit = sent.get("limit")
        kept = "" if limit is None else str(int(_number(sent, "limit")))
        self.mailbox.set(f"percentage {union}", kept)
        return {"union": union, "limit": limit}


def _instant(text: str) -> datetime:
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise BadRequest(_UNUSABLE + "instant") from error
    if found.tzinfo is None:
        raise BadRequest(_UNUSABLE + "instant: it names no time zone")
    return found


def _number(sent: Mapping[str, object], name: str) -> float:
    value = sent.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise BadRequest(_UNUSABLE + name)
    return float(value)
