"""`besace doctor`: says in sentences what is right and what is wrong on this machine."""

import importlib.util
from collections.abc import Callable, Iterator
from pathlib import Path

import click

from server.app.doctor_keys import look_at_keys, look_at_sleep
from server.app.doctor_practice import look_at_practice
from server.app.doctor_rules import look_at_rules
from server.app.findings import Finding, Grade
from server.app.sentences import Speech
from server.services.doorstep import DATABASE


def examine(
    folder: Path,
    endpoint: str,
    speech: Speech,
    component: Path | None = None,
    middleware: Path | None = None,
) -> int:
    """Look at everything the program leans on, and at a practice without opening it.

    `endpoint` is the address lots would be sent to, "" when none is given; `component` the command
    of the French component, None when none is configured; `middleware` the library of the cards'
    official software, None when it is to be looked for.
    Returns 0 when all is well, 1 when something of the practice is not, 3 when this machine lacks
    something.
    """
    from server.app.clocks import ShiftedClock

    found = [finding for look in _LOOKS for finding in look()]
    clock = ShiftedClock()
    found += look_at_practice(folder, clock.now())
    if (folder / DATABASE).exists():
        found += look_at_keys(folder, clock)
    found += _middleware(folder, middleware)
    found += _sesam(folder, component)
    found += _called(endpoint)
    for finding in found:
        click.echo(_told(finding, speech))
    return max(finding.grade for finding in found)


def _told(finding: Finding, speech: Speech) -> str:
    well = finding.grade is Grade.WELL
    words = speech.catalogue.say(f"doctor.{finding.code}", **finding.facts)
    if speech.as_json:
        facts = dict(finding.facts)
        return speech.json(code=finding.code, well=well, facts=facts, sentence=words)
    mark = "✓" if well else "✗"
    return f"{mark if finding.tried else '·'} {words}"


def _encryption() -> Iterator[Finding]:
    import apsw

    version = getattr(apsw, "mc_version", None)
    if version is None:
        yield Finding("store.clear", Grade.LACK)
    else:
        yield Finding("store.ok", facts={"version": str(version)})


def _window() -> Iterator[Finding]:
    from server.app.window import choose

    verdict = choose()
    if verdict.can_open:
        yield Finding("window.ok")
    else:
        yield Finding(str(verdict.reason), Grade.LACK, {"packages": " ".join(verdict.packages)})


def _cards() -> Iterator[Finding]:
    if importlib.util.find_spec("smartcard") is None:
        yield Finding("cards.no_library", Grade.LACK)
        return
    from smartcard import scard

    result, context = scard.SCardEstablishContext(scard.SCARD_SCOPE_USER)
    if result & 0xFFFFFFFF == _NOT_ALLOWED:
        yield Finding("cards.refused", Grade.LACK)
        return
    if result != scard.SCARD_S_SUCCESS:
        yield Finding("cards.no_service", Grade.LACK)
        return
    try:
        _, readers = scard.SCardListReaders(context, [])
    finally:
        scard.SCardReleaseContext(context)
    if readers:
        yield Finding("cards.readers", facts={"readers": ", ".join(readers)})
    else:
        yield Finding("cards.no_reader", Grade.LACK)


def _called(endpoint: str) -> Iterator[Finding]:
    """Tell whom the program would call: nobody but the address it is given (N18)."""
    if not endpoint:
        yield Finding("outbound.nobody")
        return
    from sync.transports.endpoint import Endpoint

    door = Endpoint.parse(endpoint)
    yield Finding("outbound.one", facts={"host": door.host, "port": str(door.port)})


def _cards_more() -> Iterator[Finding]:
    from server.app.doctor_cards import look_at_card

    return look_at_card()


def _middleware(folder: Path, library: Path | None) -> Iterator[Finding]:
    from server.app.doctor_cards import try_middleware

    return try_middleware(folder, library)


def _sesam(folder: Path, component: Path | None) -> Iterator[Finding]:
    from server.app.doctor_sesam import look_at_sesam

    return look_at_sesam(folder, component)


def _codes() -> Iterator[Finding]:
    from server.app.doctor_codes import look_at_codes

    return look_at_codes()


_NOT_ALLOWED = 0x8010006A
"""What the card service answers whom polkit keeps out."""

_LOOKS: tuple[Callable[[], Iterator[Finding]], ...] = (
    _encryption, _window, look_at_sleep, _cards, _cards_more, look_at_rules, _codes,
)  # fmt: skip
