"""`besace doctor`: says in sentences what is right and what is wrong on this machine."""

import importlib.util
import json
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass

import click

from webui.i18n import catalogue

_LOCALE = "fr_BE"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at: a code, whether it is well, and what fills its sentence."""

    code: str
    well: bool
    facts: dict[str, str]


def examine(*, as_json: bool) -> int:
    """Look at everything the program leans on; 0 when all is well, 3 when something lacks."""
    found = [finding for look in _LOOKS for finding in look()]
    say = catalogue(_LOCALE).say
    for finding in found:
        sentence = say(f"doctor.{finding.code}", **finding.facts)
        if as_json:
            click.echo(json.dumps({**asdict(finding), "sentence": sentence}, ensure_ascii=False))
        else:
            click.echo(f"{'✓' if finding.well else '✗'} {sentence}")
    return 0 if all(finding.well for finding in found) else 3


def _window() -> Iterator[Finding]:
    from server.app.window import choose

    verdict = choose()
    if verdict.can_open:
        yield Finding("window.ok", True, {})
    else:
        packages = " ".join(verdict.packages)
        yield Finding(str(verdict.reason), False, {"packages": packages})


def _cards() -> Iterator[Finding]:
    if importlib.util.find_spec("smartcard") is None:
        yield Finding("cards.no_library", False, {})
        return
    from smartcard import scard

    result, context = scard.SCardEstablishContext(scard.SCARD_SCOPE_USER)
    if result != scard.SCARD_S_SUCCESS:
        yield Finding("cards.no_service", False, {})
        return
    try:
        _, readers = scard.SCardListReaders(context, [])
    finally:
        scard.SCardReleaseContext(context)
    if readers:
        yield Finding("cards.readers", True, {"readers": ", ".join(readers)})
    else:
        yield Finding("cards.no_reader", False, {})


def _encryption() -> Iterator[Finding]:
    import apsw

    version = getattr(apsw, "mc_version", None)
    well = version is not None
    yield Finding("store.ok" if well else "store.clear", well, {"version": str(version)})


_LOOKS: tuple[Callable[[], Iterator[Finding]], ...] = (_encryption, _window, _cards)
