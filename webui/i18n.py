"""Catalogues: every sentence a person reads, by key, in the French of Belgium and France and Dutch.

The .po files of `locale/` are the source. Reading them takes a tenth of a second, so the compiled
form is kept beside each, or made anew at each start where the folder cannot be written. A locale
has one file per area of the screens; a key is written in one of them only.
"""

import logging
from collections.abc import Mapping
from functools import cache, lru_cache
from gettext import GNUTranslations
from io import BytesIO
from pathlib import Path

from markupsafe import Markup

log = logging.getLogger(__name__)

LANGUAGES: Mapping[str, str] = {"fr_BE": "fr-BE", "fr_FR": "fr-FR", "nl": "nl-BE"}
DEFAULT_LOCALE = "fr_BE"
_KNOWN = 4096  # sentences found once are found at once: each area of the screens is asked in turn
FOLDER = Path(__file__).parent / "locale"


class Catalogue:
    """The sentences of one locale. A key that is missing is shown as it is; tests forbid it."""

    def __init__(self, locale: str, translations: GNUTranslations) -> None:
        self.locale = locale
        self.language = LANGUAGES[locale]
        self.gettext = lru_cache(_KNOWN)(translations.gettext)
        self.marked = lru_cache(_KNOWN)(self._marked)
        self.ngettext = translations.ngettext

    def _marked(self, key: str) -> Markup:
        """Give a sentence of ours as it stands in a page: its tags are tags."""
        return Markup(self.gettext(key))  # noqa: S704 - ours

    def has(self, key: str) -> bool:
        """Whether the locale has its own sentence for the key."""
        return self.gettext(key) != key

    def say(self, key: str, /, **facts: object) -> str:
        """Give the sentence of a key, filled with facts; a fact it lacks shows as an ellipsis."""
        return self.gettext(key) % _Facts(facts)

    def plural(self, key: str, n: int, /, **facts: object) -> str:
        """Give the sentence of a key in the singular or plural of `n`, also filled with `n`."""
        return self.ngettext(key, key, n) % _Facts(facts, n=n)


class _Facts(dict[str, object]):
    def __missing__(self, name: str) -> str:
        return "…"


@cache
def catalogue(locale: str) -> Catalogue:
    """Give the catalogue of "fr_BE", "fr_FR" or "nl"; another locale falls back to fr_BE."""
    known = locale if locale in LANGUAGES else DEFAULT_LOCALE
    return Catalogue(known, _translations(FOLDER / known / "LC_MESSAGES"))


def _translations(folder: Path) -> GNUTranslations:
    """Read every area of one locale; the first file falls back on the others."""
    first, *rest = (
        GNUTranslations(BytesIO(_compiled(source))) for source in sorted(folder.glob("*.po"))
    )
    for area in rest:
        first.add_fallback(area)
    return first


def _compiled(source: Path) -> bytes:
    kept = source.with_suffix(".mo")
    if kept.exists() and kept.stat().st_mtime_ns >= source.stat().st_mtime_ns:
        return kept.read_bytes()
    compiled = _compile(source)
    fresh = kept.with_suffix(".tmp")
    try:
        fresh.write_bytes(compiled)
        fresh.replace(kept)
    except OSError:
        log.info("the compiled catalogue cannot be kept beside its source")
    return compiled


def _compile(source: Path) -> bytes:
    from babel.messages.mofile import write_mo  # heavy, and not needed once compiled
    from babel.messages.pofile import read_po

    out = BytesIO()
    with source.open("rb") as file:
        write_mo(out, read_po(file))
    return out.getvalue()
