"""The online services of France: one question, one answer, each under a reference of ours.

A silence after the request left is a doubt, asked about by reference: the service answers what it
answered, or that it never had it. Format: `docs/online-fr.md`, invented [T]; verdicts:
`reliability-security.md` §3.
"""

import ssl
from dataclasses import replace
from hashlib import sha256

from server.core.clock import Clock
from server.core.online import FOLLOW_UP, READS, Envelope, follow_up, open_envelope
from server.core.outbox import Message, Outcome, Verdict
from sync.circuit import Circuit
from sync.outbound import Connect, straight
from sync.ports import Hear, Keep
from sync.transports.endpoint import Endpoint
from sync.transports.exchange import Answer, Limits, Silence, exchange, verifying
from sync.transports.fault_policy import judge_status, unreadable

LIMITS = Limits(connect_seconds=10, total_seconds=30, answer_bytes=1024 * 1024)
"""Somebody may be waiting at the counter: shorter than for files."""


class SesamOnline:
    """A `Transport`: `send` asks the service a message is for, `ask` what became of it."""

    def __init__(
        self,
        endpoint: Endpoint,
        clock: Clock,
        circuit: Circuit,
        *,
        demo: bool,
        limits: Limits = LIMITS,
        tls: ssl.SSLContext | None = None,
        connect: Connect = straight,
        hear: Hear = lambda _: None,
    ) -> None:
        """`demo`: a demo practice takes simulated answers alone, a real one none of them.

        `circuit` is shared by all that speak to this host; `hear` is told what its clock says.
        """
        self._endpoint = endpoint
        self._clock = clock
        self._circuit = circuit
        self._demo = demo
        self._limits = limits
        self._tls = tls or verifying()
        self._connect = connect
        self._hear = hear

    def send(self, message: Message, keep: Keep) -> Outcome:
        """Ask once; DONE when the service answers these very bytes, with yes or no."""
        if sha256(message.payload).hexdigest() != message.sha256:
            return Outcome(Verdict.FAILED, "PAYLOAD_CHANGED")
        return self._call(message, message.target, message.payload, keep)

    def ask(self, message: Message, keep: Keep) -> Outcome:
        """Ask what became of it; absence is proven at once where a late arrival does no harm."""
        return self._call(message, FOLLOW_UP, follow_up(message.reference), keep)

    def _call(self, message: Message, service: str, body: bytes, keep: Keep) -> Outcome:
        if wait := self._circuit.wait(self._clock.monotonic()):
            return Outcome(Verdict.UNREACHABLE, "line.circuit", retry_after=wait)
        where = replace(self._endpoint, path=f"{self._endpoint.path.rstrip('/')}/{service.lower()}")
        headers = {"Content-Type": "application/json; charset=utf-8", "Connection": "close"}
        result = exchange(where, headers, body, self._limits, self._tls, self._connect)
        write = service != FOLLOW_UP
        if isinstance(result, Answer):
            keep(result.body)
            self._note(result)
            return self._judge(result, message, write)
        self._circuit.failed(self._clock.monotonic())
        if not isinstance(result, Silence):
            return Outcome(Verdict.UNREACHABLE, result.reason)
        if result.partial:
            keep(result.partial)
        verdict = Verdict.UNKNOWN if write else Verdict.LATER
        return Outcome(verdict, result.reason, result.partial or None)

    def _note(self, answer: Answer) -> None:
        if answer.status >= 502:  # a gateway speaks for a host that does not
            self._circuit.failed(self._clock.monotonic())
        else:
            self._circuit.answered()
        if answer.date is not None:
            self._hear(answer.date)

    def _judge(self, answer: Answer, message: Message, write: bool) -> Outcome:
        refused = judge_status(answer, write)
        if refused is not None:
            return refused
        opened = open_envelope(answer.body)
        if opened is None:
            return unreadable(answer, write)
        if opened.reference != message.reference:
            return unreadable(answer, write, "answer.other_request")
        if opened.unknown:
            return _absent(answer, message, write)
        return self._of_ours(opened, answer, message, write)

    def _of_ours(self, opened: Envelope, answer: Answer, message: Message, write: bool) -> Outcome:
        """Take an answer of our reference: to our bytes, of our service, of our world."""
        if (opened.digest, opened.service) != (message.sha256, message.target):
            return unreadable(answer, write, "answer.other_bytes")
        if opened.simulated is not self._demo:
            reason = "answer.simulated" if opened.simulated else "answer.not_simulated"
            return Outcome(Verdict.FAILED, reason, answer.body)
        return Outcome(Verdict.DONE, raw=answer.body)


def _absent(answer: Answer, message: Message, write: bool) -> Outcome:
    """Take the word that a reference was never seen: an answer to a question only."""
    if write:
        return unreadable(answer, write)
    return Outcome(Verdict.ABSENT, "absent", answer.body, proven=message.target in READS)
