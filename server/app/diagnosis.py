"""The doctor's findings as a screen of the open program asks for them, card and roots included."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from server.app.doctor_cards import look_at_middleware
from server.app.doctor_keys import look_at_keys
from server.app.doctor_practice import look_at_clock, look_at_folder
from server.app.findings import Finding, Grade
from server.core.clock import BRUSSELS
from server.core.country import Country
from server.core.rights import Right
from server.store import roots
from webui.folder import FolderState
from webui.outside import Checked

if TYPE_CHECKING:
    from server.app.program import Program
    from server.services.desk import Desk
    from webui.readers import ReaderState

_SKEW = timedelta(seconds=30)
_READERS = {"card.service_down": "cards.no_service", "card.no_support": "cards.no_library"}


def examine(program: "Program") -> Sequence[Checked]:
    """Look at reader, middleware, card, certificate, clock and folder, then at the practice itself.

    Who may not change settings is told of the first six alone.
    """
    desk, folder = program.cabinet.desk(), program.settings.practice
    state = program.hands.state if program.hands else None
    found = [
        *_of("reader", [_reader(state)]),
        *_of("middleware", look_at_middleware(desk.practice.country, program.settings.middleware)),
        _card(state),
        *_of("certificate", _certificates(desk)),
        *_of("clock", [*look_at_clock(folder, desk.now), *_clock(desk)]),
        *_of("folder", [_watched(program.folder.state if program.folder else FolderState())]),
    ]
    if desk.user.may(Right.SETTINGS):
        keys = look_at_keys(folder, program.clock)
        found += _of("practice", [*look_at_folder(folder, desk.now), *keys])
    return found


def _watched(state: FolderState) -> Finding:
    """Tell of the folder this machine watches, as its last look found it."""
    if not state.on:
        return Finding("folder.off", tried=False)
    facts = {"path": state.path}
    if state.trouble:
        return Finding(f"folder.{state.trouble.partition('.')[2]}", Grade.LACK, facts)
    return Finding("folder.ok", facts=facts)


def _of(subject: str, findings: Sequence[Finding] | Iterator[Finding]) -> Iterator[Checked]:
    for each in findings:
        well = each.grade is Grade.WELL
        grade = "untried" if not each.tried else "well" if well else "ill"
        yield Checked(subject, grade, f"doctor.{each.code}", each.facts)


def _reader(state: "ReaderState | None") -> Finding:
    if state is None:
        return Finding("cards.off", tried=False)
    if state.problem:
        return Finding(_READERS.get(state.problem, "cards.no_service"), Grade.LACK)
    if not state.readers:
        return Finding("cards.no_reader", Grade.LACK)
    return Finding("cards.readers", facts={"readers": ", ".join(state.readers)})


def _card(state: "ReaderState | None") -> Checked:
    """Tell of the card in the reader by its own sentence, else of the last one read."""
    if state is not None and state.failure:
        return Checked("card", "ill", state.failure)
    if state is None or state.read_at is None:
        return Checked("card", "untried", "doctor.card_in.unread")
    at = {"at": f"{state.read_at.astimezone(BRUSSELS):%d/%m/%Y %H:%M}"}
    if state.remarks:
        return Checked("card", "ill", state.remarks[0], at)
    return Checked("card", "well", "doctor.card_in.read", at)


def _certificates(desk: "Desk") -> Iterator[Finding]:
    """Tell of the roots that vouch for cards, then of the certificate that would sign sendings.

    No root of ours vouches for a card of France: its component does.
    """
    if desk.practice.demo:
        yield Finding("certificate.demo")
    elif desk.practice.country == Country.BELGIUM:
        held = [root.valid_to for root in roots.all_roots(desk.db)]
        yield _roots(held, desk.now) if held else Finding("certificate.no_root", Grade.PROBLEM)
    yield Finding("certificate.unsigned", tried=False)


def _roots(ends: Sequence[datetime], now: datetime) -> Finding:
    facts = {"count": str(len(ends)), "end": f"{max(ends):%d/%m/%Y}"}
    over = max(ends) < now
    return Finding("certificate.over" if over else "certificate.ok",
                   Grade.PROBLEM if over else Grade.WELL, facts)  # fmt: skip


def _clock(desk: "Desk") -> Iterator[Finding]:
    """Compare with what a partner's clock said, when one was heard."""
    if desk.clock_is_suspect:
        yield Finding("clock.suspect", Grade.PROBLEM)
    heard = desk.network_time
    if heard is not None:
        seconds = round(abs((heard - desk.now).total_seconds()))
        code = "clock.skew" if abs(heard - desk.now) > _SKEW else "clock.agrees"
        grade = Grade.PROBLEM if code == "clock.skew" else Grade.WELL
        yield Finding(code, grade, {"seconds": str(seconds)})
