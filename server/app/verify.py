"""`besace verify`: the proof that a closed practice, or a copy, is whole; one sentence a check."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from server.app.sentences import Speech
from server.app.unlocking import ask, unlocked
from server.core.rights import Right
from server.services.desk import Desk
from server.services.keyring import KEYS
from server.store.keys import KeyFile

if TYPE_CHECKING:
    from server.services.whole import Check

_PROBLEM = 1


def verify(copy: Path | None, folder: Path, user: str, speech: Speech) -> int:
    """Check a practice, or one copy by bringing it back; 0 when all holds, 1 when one does not."""
    return _practice(folder, user, speech) if copy is None else _copy(copy, speech)


def _practice(folder: Path, user: str, speech: Speech) -> int:
    from server.services import whole

    with unlocked(folder, user, speech) as cabinet:
        cabinet.desk().require(Right.JOURNAL)
        found = whole.practice(cabinet.vault())
        status = _tell(found, speech)
        if any(check.code == "page" and not check.well for check in found):
            return status  # nothing read further can be believed
        return max(status, _journal(cabinet.desk(), speech))


def _copy(copy: Path, speech: Speech) -> int:
    from server.services import restoring, whole
    from server.store.backup import key_behind

    source = restoring.folder_of(str(copy))
    key, _ = key_behind(KeyFile(source / KEYS), ask(speech, "cli.restore.secret"))
    return _tell(whole.copy(source, key), speech)


def _tell(found: "Sequence[Check]", speech: Speech) -> int:
    for check in found:
        click.echo(_told(check, speech))
    return 0 if all(check.well for check in found) else _PROBLEM


def _told(check: "Check", speech: Speech) -> str:
    words = speech.catalogue.say(
        f"verify.{check.code}" if check.well else f"verify.bad.{check.code}", **check.facts
    )
    if speech.as_json:
        facts = dict(check.facts)
        return speech.json(code=check.code, well=check.well, facts=facts, sentence=words)
    return f"{'✓' if check.well else '✗'} {words}"


def _journal(desk: Desk, speech: Speech) -> int:
    from server.services import journals

    verdict = journals.verify(desk)
    letters = journals.letters(desk)
    for flaw in verdict.flaws:
        facts = {"device": letters.get(flaw.device, flaw.device), "row": flaw.seq}
        words = speech.catalogue.say(f"flaw.{flaw.reason}", **facts)
        click.echo(
            speech.json(code=f"flaw.{flaw.reason}", well=False, **facts, sentence=words)
            if speech.as_json
            else f"✗ {words}"
        )
    if not verdict.flaws:
        speech.tell("verify.well", rows=verdict.rows, heads=verdict.heads)
    return _PROBLEM if verdict.flaws else 0
