"""What a command says: sentences of the screens' catalogues, or one JSON object per line."""

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import cast

import click

from server.app.window import WindowVerdict
from server.core.errors import KineError, ReferenceRefused
from webui.i18n import DEFAULT_LOCALE, Catalogue, catalogue
from webui.sentences import sentence

_VARIABLES = ("LC_ALL", "LC_MESSAGES", "LANG")  # the first one set decides, as for any command


@dataclass(frozen=True, slots=True)
class Speech:
    """How one command speaks."""

    catalogue: Catalogue
    as_json: bool = False

    def tell(self, code: str, **facts: object) -> None:
        """Print what came out: the sentence `cli.<code>`, or its code, facts and sentence."""
        words = self.catalogue.say(f"cli.{code}", **facts)
        click.echo(self.json(code=code, **facts, sentence=words) if self.as_json else words)

    def warn(self, key: str, **facts: object) -> None:
        """Say on standard error what the person should know; `key` is a key of the catalogue."""
        click.echo(self.catalogue.say(key, **facts), err=True)

    def refuse(self, error: KineError) -> None:
        """Say on standard error what could not be done, why, and what to do."""
        click.echo(sentence(error, self.catalogue), err=True)
        if isinstance(error, ReferenceRefused):
            for row in cast(Sequence[Mapping[str, object]], error.facts["rows"]):
                self._refuse_row(row)

    def explain(self, verdict: WindowVerdict) -> None:
        """Say on standard error why no window opens here, and which package brings it."""
        self.warn(f"doctor.{verdict.reason}", packages=" ".join(verdict.packages))

    def _refuse_row(self, row: Mapping[str, object]) -> None:
        key = f"row.{row['reason']}"
        reason = self.catalogue.say(
            key if self.catalogue.has(key) else "row.unreadable", other=row["other_row"]
        )
        self.warn("cli.reference.row", row=row["row"], field=row["field"], reason=reason)

    @staticmethod
    def json(**facts: object) -> str:
        """Write one object for other programs, on one line."""
        return json.dumps(facts, ensure_ascii=False)


def speech(*, as_json: bool = False) -> Speech:
    """Speak the language of this person's session."""
    return Speech(catalogue(locale_of(os.environ)), as_json)


def locale_of(environ: Mapping[str, str]) -> str:
    """Choose the catalogue from the variables of a session: Dutch, French of France or Belgium."""
    wanted = next((environ[name] for name in _VARIABLES if environ.get(name)), "")
    if wanted.startswith("nl"):
        return "nl"
    return "fr_FR" if wanted.startswith("fr_FR") else DEFAULT_LOCALE
