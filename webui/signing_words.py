"""What the component said of a signature or a sending, in words, and the way it proposes."""

from datetime import datetime

from server.core.sesam import Mode
from webui import formats
from webui.i18n import Catalogue
from webui.signing import SigningState

_NO_VITALE = ("no_nature", "nature_unknown", "no_vitale")
_NO_CPS = ("no_card", "no_cps")


def problem(state: SigningState, spoken: Catalogue) -> str:
    """Say what hindered a task, why, and what to do next; "" when nothing did."""
    if not state.problem:
        return ""
    code = state.problem
    if code == "clock" and _instant(state, "reader"):
        code = "clocks"  # those of the reader and of the computer differ
    if code == "refused" and "step" in state.facts:
        code = "refused_by"  # the component, not the payer
    if code == "other_mode":
        code = f"other_mode_{proposed(state, third_party=True) or 0}"
    return spoken.say(
        f"sign.problem.{code}", tries=state.tries or 0, reader=_instant(state, "reader"),
        computer=_instant(state, "computer"), reason=str(state.facts.get("reason", "")),
    )  # fmt: skip


def proposed(state: SigningState, *, third_party: bool) -> int | None:
    """Give the way that may do instead of the one that failed; it is opened, never taken."""
    if state.problem == "other_mode":
        mode = state.facts.get("mode")
        return int(mode) if isinstance(mode, int) and mode in tuple(Mode) else None
    if state.problem in _NO_VITALE:
        return int(Mode.DEGRADED) if third_party else None
    return int(Mode.DESYNCHRONISED) if state.problem in _NO_CPS else None


def _instant(state: SigningState, name: str) -> str:
    at = state.facts.get(name)
    return formats.moment(at) if isinstance(at, datetime) else ""
