"""MyCareNet's asynchronous channel: post a file, ask after it, fetch the post, confirm it.

Messages: `be-mycarenet.md` §9. Verdicts: its §10 and `reliability-security.md` §3.2.
"""

import ssl
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from threading import Lock
from uuid import uuid4

from server.core.clock import Clock
from server.core.outbox import MailBatch, Message, Outcome, Verdict
from server.core.signing import Session
from sync.circuit import Circuit
from sync.outbound import Connect, straight
from sync.ports import Hear, Keep
from sync.transports import mycarenet_envelope as envelope
from sync.transports.exchange import Answer, Limits, NotSent, Silence, exchange, verifying
from sync.transports.fault_policy import judge_fault, judge_status, unreadable
from sync.transports.mycarenet_account import Account
from sync.transports.mycarenet_answer import Page, read_page, read_post
from sync.transports.mycarenet_proof import find, judge_tack
from sync.transports.soap_answer import SoapAnswer, read_soap

FRESH_SECONDS = 10  # a page serves all the questions of one run, and the reading that follows


@dataclass(frozen=True, slots=True)
class _Look:
    """A page of the mailbox, or why there is none."""

    at: float
    outcome: Outcome
    page: Page | None
    most: int = envelope.PAGE  # letters of each kind that were asked for


class MyCareNet:
    """A `Transport` and a `Mailbox` for one account. Used by several lanes at once."""

    def __init__(
        self,
        account: Account,
        session: Session,
        clock: Clock,
        circuit: Circuit,
        limits: Limits | None = None,
        tls: ssl.SSLContext | None = None,
        new_id: Callable[[], str] = lambda: f"urn:uuid:{uuid4()}",
        connect: Connect = straight,
        hear: Hear = lambda _: None,
    ) -> None:
        """`circuit` is shared by all that speak to this host; `new_id` makes a WS-Addressing id.

        `connect` opens the line: in the program, through the list of whom it may call. `hear` is
        told what the partner's clock says with each answer.
        """
        self._account = account
        self._session = session
        self._clock = clock
        self._circuit = circuit
        self._limits = limits or Limits()
        self._tls = tls or verifying()
        self._new_id = new_id
        self._connect = connect
        self._hear = hear
        self._most = envelope.PAGE
        self._looking = Lock()
        self._last_look: _Look | None = None

    def send(self, message: Message, keep: Keep) -> Outcome:
        """Post the frozen bytes; DONE when MyCareNet acknowledges having stored these bytes."""
        if sha256(message.payload).hexdigest() != message.sha256:
            return Outcome(Verdict.FAILED, "PAYLOAD_CHANGED")
        xades = self._session.signer(self._clock.now()).xades(message.payload)
        request = envelope.post(self._account, message, xades, self._new_id())
        answer = self._call(request, keep, write=True)
        if isinstance(answer, Outcome):
            return answer
        tack = read_post(answer.soap.body)
        if tack is None:
            return unreadable(answer.http, write=True)
        return judge_tack(tack, message, answer.http.body)

    def ask(self, message: Message, keep: Keep) -> Outcome:
        """Look for an acknowledgement or an answer to our reference in the mailbox.

        No trace of it on a full page proves nothing: what we look for may be on the next.
        """
        look = self._look(keep)
        if look.page is None:
            return look.outcome
        return find(look.page, message, look.outcome.raw)

    def fetch(self, keep: Keep, staying: int | None = None) -> MailBatch:
        """Read a page; the page a question has just brought, when there was one.

        The protocol has no way to skip letters: a longer page is asked for instead, by the
        questions that follow too, which would not see their answer behind what was set aside.
        """
        if staying is not None:
            self._most = envelope.PAGE + staying
        look = self._look(keep)
        if look.page is None:
            return MailBatch(look.outcome)
        return MailBatch(look.outcome, look.page.letters, look.page.full)

    def confirm(self, hashes: Sequence[str], tack_hashes: Sequence[str]) -> Outcome:
        """Delete from the mailbox; the answer is empty."""
        self._last_look = None
        request = envelope.confirm(self._account, hashes, tack_hashes, self._new_id())
        answer = self._call(request, lambda _: None, write=False)
        if isinstance(answer, Outcome):
            return answer
        return Outcome(Verdict.DONE, raw=answer.http.body)

    def _look(self, keep: Keep) -> _Look:
        with self._looking:
            look = self._last_look
            if look is None or self._is_stale(look):
                return self._look_anew(keep)
        if look.outcome.raw is not None:
            keep(look.outcome.raw)
        return look

    def _is_stale(self, look: _Look) -> bool:
        old = self._clock.monotonic() - look.at > FRESH_SECONDS
        short = look.page is not None and look.page.full and look.most < self._most
        return old or short

    def _look_anew(self, keep: Keep) -> _Look:
        most = self._most
        answer = self._call(envelope.get(self._account, self._new_id(), most), keep, write=False)
        if isinstance(answer, Outcome):
            outcome, page = answer, None
        else:
            page = read_page(answer.soap.body, most)
            good = Outcome(Verdict.DONE, raw=answer.http.body)
            outcome = good if page else unreadable(answer.http, write=False)
        look = _Look(self._clock.monotonic(), outcome, page, most)
        self._last_look = None if outcome.verdict is Verdict.UNREACHABLE else look
        return look

    def _call(self, request: envelope.Request, keep: Keep, write: bool) -> "_Reply | Outcome":
        """Exchange one envelope; a reply to read, or an outcome when there is nothing to read."""
        if wait := self._circuit.wait(self._clock.monotonic()):
            return Outcome(Verdict.UNREACHABLE, "line.circuit", retry_after=wait)
        signer = self._session.signer(self._clock.now())
        headers = {
            "Content-Type": "text/xml; charset=utf-8",
            "SOAPAction": f'"{request.action}"',
            "Accept": "text/xml",
            "Connection": "close",
        }
        signed = signer.sign_envelope(request.envelope)
        where = self._account.endpoint
        result = exchange(where, headers, signed, self._limits, self._tls, self._connect)
        if isinstance(result, Answer):
            keep(result.body)
            self._note(result)
            if result.date is not None:
                self._hear(result.date)
            return _judge(result, request, write)
        self._circuit.failed(self._clock.monotonic())
        return _judge_line(result, keep, write)

    def _note(self, answer: Answer) -> None:
        if answer.status >= 502:  # a gateway speaks for a host that does not
            self._circuit.failed(self._clock.monotonic())
        else:
            self._circuit.answered()


@dataclass(frozen=True, slots=True)
class _Reply:
    http: Answer
    soap: SoapAnswer


def _judge(answer: Answer, request: envelope.Request, write: bool) -> _Reply | Outcome:
    soap = read_soap(answer.body, answer.headers.get("content-type", ""))
    if soap is not None and soap.relates_to not in ("", request.message_id):
        return unreadable(answer, write, "answer.other_request")
    if soap is not None and soap.fault is not None:
        return judge_fault(soap.fault, answer, write)
    refused = judge_status(answer, write)
    if refused is not None:
        return refused
    return unreadable(answer, write) if soap is None else _Reply(answer, soap)


def _judge_line(result: NotSent | Silence, keep: Keep, write: bool) -> Outcome:
    if isinstance(result, NotSent):
        return Outcome(Verdict.UNREACHABLE, result.reason)
    if result.partial:
        keep(result.partial)
    verdict = Verdict.UNKNOWN if write else Verdict.LATER
    return Outcome(verdict, result.reason, result.partial or None)
