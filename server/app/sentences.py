"""Sentences for the command line, from the same catalogues as the screens."""

from server.app.window import WindowVerdict
from server.core.errors import KineError
from webui.i18n import catalogue
from webui.sentences import sentence

_LOCALE = "fr_BE"


def sentence_of(error: KineError) -> str:
    """Tell an error in words: what happened, why, what to do."""
    return sentence(error, catalogue(_LOCALE))


def window_sentence(verdict: WindowVerdict) -> str:
    """Tell why no window can open here, and which package brings it."""
    packages = " ".join(verdict.packages)
    return catalogue(_LOCALE).say(f"{verdict.reason}", packages=packages)
