"""Copies of the practice in words: why one is not good, and what is to be announced."""

from dataclasses import dataclass
from datetime import datetime
from typing import Self

from server.services.backups import Notice
from webui import formats
from webui.i18n import Catalogue


@dataclass(frozen=True, slots=True)
class Told:
    """One thing wrong with the copies: what, and what to do."""

    what: str
    then: str
    grave: bool

    @classmethod
    def of(cls, spoken: Catalogue, notice: Notice, now: datetime) -> Self:
        """Say a notice; how old a copy is, is told in days."""
        place = "second" if notice.second else "local"
        ago = formats.ago(spoken, notice.since, formats.civil(now)) if notice.since else ""
        key = f"{notice.code}.{place}"
        what, then = f"copy.notice.{key}", f"copy.then.{key}"
        return cls(spoken.say(what, ago=ago), spoken.say(then), notice.code == "bad")


def told(spoken: Catalogue, reason: str) -> str:
    """Say why a copy failed or is not good; "" stays silent."""
    if not reason:
        return ""
    key = f"copy.reason.{reason}"
    return spoken.say(key) if spoken.has(key) else spoken.say("copy.reason")
