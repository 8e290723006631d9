"""What the network did, in words: a reason code of an attempt becomes half a sentence.

Codes: `sync.transports` (`line.*`, `http.*`, `soap.*` …) and the outbox itself.
"""

from collections.abc import Callable

from webui.i18n import Catalogue

NAMED = (
    "line.refused", "line.dns", "line.timeout", "line.silent", "line.reset", "line.tls",
    "line.circuit", "line.down", "line.forbidden", "answer.cut", "answer.unreadable",
    "answer.too_big", "mailbox.too_soon", "mailbox.no_trace", "mailbox.full_page", "tack.failure",
    "held.card", "held.mandate",
    "restart", "absent", "spent", "PAYLOAD_CHANGED", "RESTORED", "said_absent", "answered",
)  # fmt: skip
FAMILIES = ("line", "http", "soap", "smtp", "arl", "answer", "mailbox", "tack", "mail")
"""Codes with their own words, and families whose other codes share theirs."""


def reasons(spoken: Catalogue) -> Callable[[str], str]:
    """Give the function that says a reason code; "" stays silent."""

    def say(code: str) -> str:
        if not code:
            return ""
        if code in NAMED:
            return spoken.say(f"reason.{code}")
        family = code.partition(".")[0]
        if family in FAMILIES:
            return spoken.say(f"reason.{family}", code=code)
        return spoken.say("reason", code=code)

    return say
