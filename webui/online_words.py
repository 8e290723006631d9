"""Where a question to an online service stands, in words, with the icon and family of its state."""

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from webui import formats

if TYPE_CHECKING:
    from server.services.online import Question, StepState
    from webui.desk import Desk
    from webui.i18n import Catalogue

_LOOKS = {
    "idle": ("circle", "idle"),
    "queued": ("clock", "wait"),
    "offline": ("cloud-off", "wait"),
    "leaving": ("send", "wait"),
    "doubt": ("hourglass", "wait"),
    "given": ("check", "done"),
    "refused": ("circle-x", "stop"),
    "contradicted": ("triangle-alert", "stop"),
    "unreadable": ("octagon-alert", "stop"),
    "failed": ("octagon-alert", "stop"),
    "stopped": ("ban", "stop"),
    "overtaken": ("triangle-alert", "stop"),
}
"""Icon and family of each state; a word goes with both."""


@dataclass(frozen=True, slots=True)
class Told:
    """One state: its word, and the sentence that says why and what next, "" when none is needed."""

    state: str
    word: str
    icon: str
    family: str
    why: str


def told(state: "StepState", question: "Question | None", here: "Desk") -> Told:
    """Say where a question stands; what waits says whether the line is there."""
    post = here.services.post
    away = post is None or not post.state.online
    name = "offline" if state == "queued" and away else str(state)
    icon, family = _LOOKS[name]
    word = here.catalogue.say(f"online.state.{name}")
    return Told(name, word, icon, family, _why(name, question, here.catalogue))


def _why(name: str, question: "Question | None", spoken: "Catalogue") -> str:
    if question is None:
        return ""
    if name == "refused":
        return _refusal(question.reason or "", spoken)
    if name == "contradicted":
        return spoken.say(
            f"online.contradicted.{question.reason}",
            found=(question.detail or "").partition(" ")[0],
            first=_day(question.begins), last=_day(question.ends),
            sum=formats.money(spoken, question.cents or 0),
        )  # fmt: skip
    if name == "failed":
        return spoken.say("online.why.failed", code=question.trouble)
    if name in ("doubt", "overtaken", "unreadable", "stopped"):
        return spoken.say(f"online.why.{name}")
    return ""


def _refusal(reason: str, spoken: "Catalogue") -> str:
    """Say a refusal in plain words; one nobody knows keeps its code."""
    if spoken.has(f"online.refused.{reason}"):
        return spoken.say(f"online.refused.{reason}")
    return spoken.say("online.refused_otherwise", code=reason)


def _day(value: date | None) -> str:
    return formats.day(value) if value else "…"
