"""The porte-document: what comes in is kept, looked into, and filed by a person (MAIIA-32…41).

Bytes are kept before anybody looks into them; the same bytes come in once (H-16). What a device or
a code proposes is a proposal: a person files, and each filing is a version of its own.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from server.core.codes import CodeRead
from server.core.errors import InvalidForm, NotFound, StateConflict
from server.core.rights import Right
from server.core.tray import (
    CLINICAL,
    DATED,
    RECOVERABLE_DAYS,
    Kind,
    Origin,
    TrayState,
    shown_name,
)
from server.countries.attestation import Attestation, attestation
from server.countries.prescription_words import proposals
from server.services.desk import Desk, needs
from server.services.forms import Form
from server.services.rules import code_profiles
from server.store import patients, revisions, tray
from server.store.patients import Patient
from server.store.revisions import Revision
from server.store.tray import CodeMark, Filing, Incoming, PageMark


@dataclass(frozen=True, slots=True)
class Received:
    """What became of a file that came in."""

    id: str
    already: bool  # these very bytes came before: this is that document


@dataclass(frozen=True, slots=True, repr=False)
class Page:
    """One page as the screens show it: a JPEG, and how readable it is."""

    content: bytes
    score: int
    advice: Sequence[str]


@dataclass(frozen=True, slots=True, repr=False)
class CodeFound:
    """A code found on a document: its text, and the attestation a known layout makes of it.

    It never has dates: those are on the paper, and typed by who reads them (MAIIA-38).
    """

    mark: CodeMark
    attestation: Attestation | None


@dataclass(frozen=True, slots=True)
class Document:
    """A received document as a screen shows it."""

    incoming: Incoming
    filing: Filing
    pages: Sequence[PageMark]
    patient: Patient | None
    revising: bool = False  # its pages are being turned or cut
    seen: int = 0  # number of how they are seen, 0: as they came
    trouble: str = ""  # code of why the last turn or cut could not be made

    @property
    def revised(self) -> bool:
        """Whether its pages are not seen as they came."""
        return self.seen > 0

    @property
    def worst(self) -> int:
        """The score of its least readable page, 100 without any."""
        return min((page.score for page in self.pages), default=100)

    @property
    def advice(self) -> Sequence[str]:
        """What to do better next time, each once."""
        return list(dict.fromkeys(word for page in self.pages for word in page.advice.split()))


@needs(Right.PATIENTS)
def receive(desk: Desk, content: bytes, name: str, origin: Origin) -> Received:
    """Keep a file that came in, as it came; nobody has looked into it yet."""
    sha256 = hashlib.sha256(content).hexdigest()
    before = tray.known(desk.db, sha256)
    if before is not None:
        return Received(before.id, already=True)
    new = Incoming(desk.new_id(), desk.now, origin, shown_name(name), sha256)
    with desk.deed("tray.received", "incoming", new.id, {"sha256": sha256}) as seq:
        tray.add(desk.db, new, content, desk.device.id, seq)
        first = Filing(new.id, 1, desk.now, desk.user.id, TrayState.IN_TRAY)
        tray.say(desk.db, first, desk.device.id, seq)
    return Received(new.id, already=False)


@needs(Right.PATIENTS)
def unseen(desk: Desk) -> Sequence[str]:
    """Return the ids of the documents nobody looked into yet, oldest first."""
    return [each.id for each in tray.waiting(desk.db) if _filing(desk, each.id).state is _IN_TRAY]


@needs(Right.PATIENTS)
def raw(desk: Desk, key: str) -> bytes:
    """Return the bytes of a document for the process that looks into it."""
    return tray.content(desk.db, _filing(desk, key).incoming)


@needs(Right.PATIENTS)
def looked_into(
    desk: Desk, key: str, pages: Sequence[Page], problem: str = "", codes: Sequence[CodeRead] = ()
) -> None:
    """Keep the pages of a document, or why it has none; from now on it is to be processed."""
    before = _filing(desk, key)
    if before.state is not _IN_TRAY:
        raise StateConflict(kind="incoming", state=before.state, wanted=_IN_TRAY)
    with desk.deed("tray.looked_into", "incoming", key, {"pages": len(pages)}) as seq:
        for number, page in enumerate(pages, 1):
            mark = PageMark(number, page.score, " ".join(page.advice))
            tray.add_page(desk.db, key, mark, page.content)
        for number, code in enumerate(codes, 1):
            read = CodeMark(str(code.symbology), code.text, code.to_verify)
            tray.add_code(desk.db, key, number, read)
        _say(desk, replace(before, state=TrayState.TO_PROCESS, problem=problem), seq)


@needs(Right.PATIENTS)
def suggest(desk: Desk, key: str, text: str) -> None:
    """Keep what the words of a document propose; never filled in by itself.

    Its words are guessed from a picture and not kept.
    """
    found = proposals(text, desk.today)
    if not found:
        return
    with desk.deed("tray.words_read", "incoming", _filing(desk, key).incoming):
        for field, value in found.items():
            tray.add_suggestion(desk.db, key, str(field), value)


@needs(Right.PATIENTS)
def suggestions(desk: Desk, key: str) -> Mapping[str, str]:
    """Return what the words of a document propose, by field; raise `NotFound` or `Forbidden`."""
    return tray.suggestions(desk.db, _open(desk, key).id)


@needs(Right.PATIENTS)
def count(desk: Desk) -> int:
    """Return how many documents wait on the table (« À traiter »)."""
    return tray.count(desk.db)


@needs(Right.PATIENTS)
def waiting(desk: Desk) -> Sequence[Document]:
    """Return the documents on the table, the one that waits longest first."""
    return [_document(desk, each) for each in tray.waiting(desk.db)]


@needs(Right.PATIENTS)
def discarded(desk: Desk) -> Sequence[Document]:
    """Return what was thrown away and can still be taken back."""
    since = desk.now - timedelta(days=RECOVERABLE_DAYS)
    return [_document(desk, each) for each in tray.discarded_since(desk.db, since)]


@needs(Right.PATIENTS)
def of_patient(desk: Desk, patient_id: str) -> Sequence[Document]:
    """Return the documents in a patient's file that this user may open, newest first."""
    found = [_document(desk, each) for each in tray.of_patient(desk.db, patient_id)]
    return [each for each in found if _may_open(desk, each.filing)]


@needs(Right.PATIENTS)
def document(desk: Desk, key: str) -> Document:
    """Return one document, journalled as seen; raise `NotFound` or `Forbidden`."""
    found = _open(desk, key)
    desk.sight("tray.seen", "incoming", key)
    return _document(desk, found)


@needs(Right.PATIENTS)
def page(desk: Desk, key: str, number: int) -> bytes:
    """Return one page as the screens show it; raise `NotFound` or `Forbidden`.

    Noted as the document it belongs to: small pictures in a list show as much.
    """
    _open(desk, key)
    seen = _seen(desk, key)
    content = (
        revisions.page(desk.db, key, seen.version, number) if seen
        else tray.page(desk.db, key, number)
    )  # fmt: skip
    if content is None:
        raise NotFound(kind="page")
    desk.sight("tray.seen", "incoming", key)
    return content


@needs(Right.PATIENTS)
def opened(desk: Desk, key: str) -> Incoming:
    """Return a document this user may look at; raise `NotFound` or `Forbidden`."""
    return _open(desk, key)


@needs(Right.PATIENTS)
def codes(desk: Desk, key: str) -> Sequence[CodeFound]:
    """Return what the codes on a document say; raise `NotFound` or `Forbidden`."""
    rows = code_profiles(desk)
    found = tray.codes(desk.db, _open(desk, key).id)
    return [CodeFound(mark, attestation(mark.text, desk.today, rows)) for mark in found]


@needs(Right.PATIENTS)
def as_it_came(desk: Desk, key: str) -> tuple[Incoming, bytes]:
    """Return a document and its bytes, to be taken out, noted as seen; raise as `document`."""
    found = _open(desk, key)
    desk.sight("tray.seen", "incoming", key)
    return found, tray.content(desk.db, key)


@needs(Right.PATIENTS)
def versions(desk: Desk, key: str) -> Sequence[Filing]:
    """Return everything that was said of a document, the first first."""
    return tray.versions(desk.db, _open(desk, key).id)


@needs(Right.PATIENTS)
def integrate(desk: Desk, key: str, typed: Mapping[str, str]) -> None:
    """File a document under a patient, or file it anew; raise `InvalidForm`.

    Fields: `patient`, `kind`, `dated`, `valid_from`, `valid_to`. Dates of validity are never
    guessed; a kind that lives by them cannot be filed without (F-12).
    """
    before = _filing(desk, _open(desk, key).id)
    if before.state not in (TrayState.TO_PROCESS, TrayState.FILED):
        raise StateConflict(kind="incoming", state=before.state, wanted=TrayState.TO_PROCESS)
    said = _typed(desk, before, typed)
    if said.kind in CLINICAL:
        desk.require(Right.CLINICAL)
    facts = {"patient": said.patient, "kind": str(said.kind)}
    with desk.deed("tray.filed", "incoming", key, facts) as seq:
        _say(desk, said, seq)


@needs(Right.PATIENTS)
def discard(desk: Desk, key: str, reason: str) -> None:
    """Throw a document away, with the reason; it can be taken back for thirty days."""
    before = _filing(desk, key)
    if before.state is not TrayState.TO_PROCESS:
        raise StateConflict(kind="incoming", state=before.state, wanted=TrayState.TO_PROCESS)
    form = Form({"reason": reason})
    why = form.text("reason", needed=True)
    form.end()
    with desk.deed("tray.discarded", "incoming", key, reason=why) as seq:
        _say(desk, replace(before, state=TrayState.DISCARDED, reason=why), seq)


@needs(Right.PATIENTS)
def take_back(desk: Desk, key: str) -> None:
    """Put a discarded document back on the table; raise `StateConflict` after thirty days."""
    before = _filing(desk, key)
    too_old = before.at < desk.now - timedelta(days=RECOVERABLE_DAYS)
    if before.state is not TrayState.DISCARDED or too_old:
        raise StateConflict(kind="incoming", state=before.state, wanted=TrayState.DISCARDED)
    with desk.deed("tray.taken_back", "incoming", key) as seq:
        _say(desk, replace(before, state=TrayState.TO_PROCESS, reason=""), seq)


_IN_TRAY = TrayState.IN_TRAY


def _typed(desk: Desk, before: Filing, typed: Mapping[str, str]) -> Filing:
    form = Form(typed)
    kind = form.choice("kind", Kind)
    patient = form.text("patient", needed=True)
    dated = form.day("dated")
    dates = kind in DATED
    first, last = form.day("valid_from", needed=dates), form.day("valid_to", needed=dates)
    form.end()
    faults = [("valid_to", "before_start")] if first and last and last < first else []
    if patients.get(desk.db, patient) is None:
        faults.append(("patient", "unknown"))
    if faults:
        raise InvalidForm(faults=tuple(faults))
    return replace(
        before, state=TrayState.FILED, kind=kind, patient=patient, dated=dated, valid_from=first,
        valid_to=last,
    )  # fmt: skip


def _say(desk: Desk, said: Filing, seq: int) -> None:
    new = replace(said, version=said.version + 1, at=desk.now, by=desk.user.id)
    tray.say(desk.db, new, desk.device.id, seq)


def _open(desk: Desk, key: str) -> Incoming:
    """Return a document this user may look at.

    What nobody filed yet may be anything: whoever may touch the table sees it. What was filed as
    care is for those who see care.
    """
    found = tray.get(desk.db, key)
    if found is None:
        raise NotFound(kind="incoming")
    if not _may_open(desk, _filing(desk, key)):
        desk.require(Right.CLINICAL)
    return found


def _may_open(desk: Desk, filing: Filing) -> bool:
    return filing.kind not in CLINICAL or desk.user.may(Right.CLINICAL)


def _filing(desk: Desk, key: str) -> Filing:
    found = tray.filing(desk.db, key)
    if found is None:
        raise NotFound(kind="incoming")
    return found


def _document(desk: Desk, incoming: Incoming) -> Document:
    filing = _filing(desk, incoming.id)
    patient = patients.get(desk.db, filing.patient) if filing.patient else None
    asked, seen = revisions.last(desk.db, incoming.id), _seen(desk, incoming.id)
    pages = (
        revisions.pages(desk.db, incoming.id, seen.version) if seen
        else tray.pages(desk.db, incoming.id)
    )  # fmt: skip
    why = revisions.problem(desk.db, incoming.id, asked.version) if asked else ""
    number = seen.version if seen else 0
    return Document(incoming, filing, pages, patient, why is None, number, why or "")


def _seen(desk: Desk, key: str) -> Revision | None:
    """Return how the pages of a document are seen; None when they are as they came."""
    shown = revisions.shown(desk.db, key)
    return shown if shown and shown.leaves else None


def suggested_year(today: date) -> tuple[date, date]:
    """Return the dates proposed for an attestation on one key, never filled in by itself."""
    return date(today.year, 1, 1), date(today.year, 12, 31)
