"""A hub and its mailbox, made of memory, that breaks as drawn and keeps its own books.

The worst of partners: it processes whatever reaches it, each time. What it answers is judged by the
product's own tables (`fault_policy`, `mycarenet_proof`), so that only the line is imitated.
"""

from base64 import b64encode
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from random import Random
from typing import NoReturn

from server.core.outbox import Letter, LetterKind, MailBatch, Message, Outcome, Verdict
from sync.etiquette import TOO_SOON
from sync.ports import Keep
from sync.transports.exchange import Answer
from sync.transports.fault_policy import judge_status
from sync.transports.mycarenet_answer import FAILURE, INPUT, SUCCESS, Page, TAck, _tack_letter
from sync.transports.mycarenet_proof import find, judge_tack
from tests.services import answers
from tests.torture.faults import LATE_SECONDS, Call, Draws, Fault, Reach, Say
from tests.torture.faults import Page as Spoiled

MANY = 100  # letters a page holds
_LINE_REFERENCE = slice(137, 162)  # zone 28 of a record 50


@dataclass
class Books:
    """What really happened, as only the partner knows."""

    processed: Counter[str] = field(default_factory=Counter)  # by reference
    bytes_of: dict[str, set[str]] = field(default_factory=dict)  # digests, by reference
    acts: Counter[str] = field(default_factory=Counter)  # by our own line reference


class Hub:
    """A transport and its mailbox. `mono` is true time, whatever the machine's clock says."""

    def __init__(
        self,
        draws: Draws,
        random: Random,
        mono: Callable[[], float],
        delays: Sequence[float],
        die: Callable[[str], NoReturn],
        check_alive: Callable[[], None],
        told: Callable[[str], None],
    ) -> None:
        self.books = Books()
        self.struck: list[Fault] = []
        self.is_good = False  # faults are over
        self.must_strike = False
        self._draws = draws
        self._random = random
        self._mono = mono
        self._delays = delays
        self._die = die
        self._check_alive = check_alive  # a machine without power calls nobody
        self._told = told
        self._under_way: list[tuple[float, Message, Fault | None]] = []
        self._mail: list[tuple[float, Letter | TAck]] = []

    @property
    def is_empty(self) -> bool:
        """Whether nothing more will come, but for what nobody can read."""
        return not self._under_way and not [x for _, x in self._mail if not _is_poison(x)]

    @property
    def next_mail(self) -> float | None:
        """When the next piece arrives in the mailbox, in true seconds; None when none will."""
        return min((due for due, x in self._mail if not _is_poison(x)), default=None)

    def send(self, message: Message, keep: Keep) -> Outcome:
        """See `ports.Transport`."""
        fault = self._strike(Call.SEND, message.reference)
        self._arrive()
        if fault is None:
            return self._acknowledged(message, keep, None)
        if fault.reach is Reach.LATE:
            late = self._random.uniform(*LATE_SECONDS)
            self._under_way.append((self._mono() + late, message, fault))
            self._told(f"  … which arrives after {late:.0f} s")
        if fault.negative:
            self._leave(message, FAILURE, 1, self._mono())
        if fault.reach is Reach.NOW:
            if fault.say in (Say.GOOD, Say.DEATH_AFTER):
                outcome = self._acknowledged(
                    message, keep if fault.say is Say.GOOD else _drop, fault
                )
                return outcome if fault.say is Say.GOOD else self._die(f"at « {fault.name} »")
            self._process(message, fault, self._mono())
        if fault.say is Say.DEATH:
            self._die(f"at « {fault.name} »")
        return self._heard(fault, keep, write=True)

    def ask(self, message: Message, keep: Keep) -> Outcome:
        """See `ports.Transport`."""
        page, trouble = self._look(keep, f"ask {message.reference}")
        if page is None:
            return trouble
        return find(page, message, trouble.raw)

    def fetch(self, keep: Keep, staying: int | None = None) -> MailBatch:
        """See `ports.Mailbox`. Nothing here is ever long enough to hide behind what stays."""
        page, outcome = self._look(keep, "fetch")
        if page is None:
            return MailBatch(outcome)
        return MailBatch(outcome, page.letters, page.full)

    def confirm(self, hashes: Sequence[str], tack_hashes: Sequence[str]) -> Outcome:
        """See `ports.Mailbox`."""
        fault = self._strike(Call.CONFIRM, f"{len(hashes)} letters, {len(tack_hashes)} tacks")
        if fault is None or fault.reach is Reach.NOW:
            gone = {*hashes, *tack_hashes}
            self._mail = [(due, x) for due, x in self._mail if _hash(x) not in gone]
        if fault is None:
            return Outcome(Verdict.DONE)
        if fault.say in (Say.DEATH, Say.DEATH_AFTER):
            self._die(f"at « {fault.name} »")
        return self._heard(fault, _drop, write=False)

    def pass_time(self) -> None:
        """Let what is under way arrive."""
        self._arrive()

    def _look(self, keep: Keep, why: str) -> tuple[Page | None, Outcome]:
        fault = self._strike(Call.LOOK, why)
        self._arrive()
        if fault is not None and fault.reach is Reach.NEVER:
            if fault.say is Say.DEATH:
                self._die(f"at « {fault.name} »")
            return None, self._heard(fault, keep, write=False)
        if fault is not None and fault.say is Say.DEATH_AFTER:
            self._die(f"at « {fault.name} »")
        page = self._page(fault.page if fault else Spoiled.WHOLE)
        raw = repr(len(page.letters)).encode()
        keep(raw)
        return page, Outcome(Verdict.DONE, raw=raw)

    def _page(self, spoiled: Spoiled) -> Page:
        if spoiled is Spoiled.POISON:
            self._mail.append((0.0, _poison(self._random)))
        if spoiled is Spoiled.STRANGER:
            for due, piece in list(self._mail):
                if isinstance(piece, TAck):
                    self._mail.append((due, _tack(piece.input_reference, b"other", SUCCESS)))
        now = self._mono()
        here = [piece for due, piece in sorted(self._mail, key=lambda x: x[0]) if due <= now]
        if spoiled is Spoiled.TWICE:
            here *= 2
        if spoiled is Spoiled.REVERSED:
            here.reverse()
        full = len(here) > MANY
        if spoiled is Spoiled.SHORT and len(here) > 1:
            here, full = here[: self._random.randint(1, len(here) - 1)], True
        tacks = tuple(x for x in here[:MANY] if isinstance(x, TAck))
        letters = tuple(_tack_letter(x) if isinstance(x, TAck) else x for x in here[:MANY])
        return Page(letters, tacks, full)

    def _acknowledged(self, message: Message, keep: Keep, fault: Fault | None) -> Outcome:
        self._process(message, fault, self._mono())
        keep(b"tack")
        return judge_tack(_tack(message.reference, message.payload, SUCCESS), message, b"tack")

    def _arrive(self) -> None:
        now = self._mono()
        due = [x for x in self._under_way if x[0] <= now]
        self._under_way = [x for x in self._under_way if x[0] > now]
        for at, message, fault in due:
            self._told(f"  … {message.reference} arrives")
            self._process(message, fault, at)

    def _process(self, message: Message, fault: Fault | None, at: float) -> None:
        """Book the file, as often as it comes, and leave its answers in the mailbox."""
        books, payload = self.books, message.payload
        books.processed[message.reference] += 1
        books.bytes_of.setdefault(message.reference, set()).add(sha256(payload).hexdigest())
        answer = answers.Answer(payload, f"{books.processed.total():014d}")
        books.acts.update(r[_LINE_REFERENCE] for r in answer.records if r[:2] == "50")
        self._leave(message, SUCCESS, fault.copies if fault else 1, at)
        asked = sum(int(r[52:63]) for r in answer.records if r[:2] == "96")
        told = (answer.receipt(), answer.accepted(), answer.settled(asked, "virement"))
        for delay, content in zip(self._delays[1:], told, strict=True):
            letter = Letter(
                LetterKind.MESSAGE, "HCPFAC", content, _digest(content), "", message.reference
            )
            self._mail.append((at + delay, letter))

    def _leave(self, message: Message, major: str, copies: int, at: float) -> None:
        tack = _tack(message.reference, message.payload, major)
        self._mail += [(at + self._delays[0], tack)] * copies

    def _strike(self, call: Call, about: str) -> Fault | None:
        self._check_alive()
        if self.is_good:
            fault = None
        else:
            fault = self._draws.draw(call, sure=self.must_strike and not self.struck)
        self._told(f"{call} {about}: {fault.name if fault else 'good'}")
        if fault is not None:
            self.struck.append(fault)
        return fault

    def _heard(self, fault: Fault, keep: Keep, *, write: bool) -> Outcome:
        """What the program makes of it: the verdicts of its own transport."""
        doubt = Verdict.UNKNOWN if write else Verdict.LATER
        match fault.say:
            case Say.REFUSED:
                return Outcome(Verdict.UNREACHABLE, "line.refused")
            case Say.SILENCE:
                return Outcome(doubt, "line.timeout")
            case Say.CUT:
                keep(b"<soap:Env")
                return Outcome(doubt, "answer.cut", b"<soap:Env")
            case Say.GATEWAY:
                status = self._random.choice((502, 503, 504))
                keep(b"bad gateway")
                outcome = judge_status(Answer(status, {}, b"bad gateway"), write)
                assert outcome is not None
                return outcome
            case Say.BUSY:
                return Outcome(Verdict.LATER, "soap.SOA-02001")
            case Say.TOO_SOON:
                return Outcome(Verdict.LATER, TOO_SOON, retry_after=60)
            case Say.REFUSAL:
                return Outcome(Verdict.FAILED, "soap.SOA-01002")
            case _:
                raise AssertionError(fault)


def _drop(_: bytes) -> None:
    """Keep nothing: the machine dies before it could."""


def _digest(content: bytes) -> str:
    return b64encode(sha256(content).digest()).decode()


def _tack(reference: str, payload: bytes, major: str) -> TAck:
    letter = answers.tack(reference, payload, major.rsplit(":", 1)[-1])
    return TAck(letter.hash, f"{INPUT}{reference}", major, "", "")


def _hash(piece: Letter | TAck) -> str:
    return piece.value if isinstance(piece, TAck) else piece.hash


def _poison(random: Random) -> Letter:
    content = random.randbytes(300)
    return Letter(LetterKind.MESSAGE, "HCPFAC", content, _digest(content), "", "")


def _is_poison(piece: Letter | TAck) -> bool:
    return isinstance(piece, Letter) and not piece.input_reference
