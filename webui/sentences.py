"""What a person reads about an error: its code and facts, turned into a sentence."""

from collections.abc import Iterator

from server.core.errors import KineError
from webui.i18n import Catalogue

_SUBJECTS = ("kind", "field", "what", "right")


def sentence(error: KineError, catalogue: Catalogue) -> str:
    """Say what happened, why and what to do.

    The most exact key of the catalogue wins: `error.number.invalid.niss.check`, then
    `error.number.invalid.niss`, `error.number.invalid.check`, `error.number.invalid`.
    """
    key = next((key for key in _keys(error) if catalogue.has(key)), "error")
    return catalogue.say(key, **error.facts, left=_left(error.facts.get("wait")))


def _left(seconds: object) -> str:
    """Write how long to wait, rounded up: `40 s`, `3 min`; the same in every language of ours."""
    wait = seconds if isinstance(seconds, int) else 0
    return f"{wait}\N{NO-BREAK SPACE}s" if wait < 60 else f"{-(-wait // 60)}\N{NO-BREAK SPACE}min"


def fault_sentence(field: str, reason: str, catalogue: Catalogue) -> str:
    """Say what is wrong with one field of a form: `error.form.iban.check`, then `.check`."""
    keys = (f"error.form.{field}.{reason}", f"error.form.{reason}")
    return catalogue.say(next((key for key in keys if catalogue.has(key)), "error.value.invalid"))


def _keys(error: KineError) -> Iterator[str]:
    code = f"error.{error.code}"
    subject = next((str(error.facts[name]) for name in _SUBJECTS if name in error.facts), "")
    reason = str(error.facts.get("reason", ""))
    if subject and reason:
        yield f"{code}.{subject}.{reason}"
    for part in (subject, reason):
        if part:
            yield f"{code}.{part}"
    yield code
