"""Files of France sent by mail: one message, one file, one receiver (`fr-sesam-vitale.md` §5).

Bytes are the component's, encrypted by it where they are; this carries them. What a mail server
says is the word of a carrier: it took the message. Whether the lots in it arrived, their receipt
(ARL) says, which comes by the mailbox (`sync.sesam_mailbox`). Verdicts:
`reliability-security.md` §3.
"""

import re
import ssl
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from hashlib import sha256

from server.core.clock import Clock
from server.core.outbox import Message, Outcome, Verdict
from sync.circuit import Circuit
from sync.outbound import Connect, straight
from sync.ports import Keep
from sync.transports.exchange import Limits, verifying
from sync.transports.smtp_line import Lost, Refused, Reply, SmtpDoor, SmtpLine, spoken

LIMITS = Limits(answer_bytes=64 * 1024)
SUBJECT = "{reference}"
"""What a subject is made of until the official grammar is known [T]: `{reference}`, `{target}`."""

_ADDRESS = re.compile(r"[!-~]{1,64}@[0-9A-Za-z.-]{1,255}")  # neither blanks nor what is not ASCII
_NOT_IN_ADDRESS = frozenset('<>()[],;:\\"')


class SesamMail:
    """A `Transport`: `send` hands a file over to the mail server, `ask` can only wait."""

    def __init__(
        self,
        door: SmtpDoor,
        sender: str,
        clock: Clock,
        circuit: Circuit,
        *,
        subject: str = SUBJECT,
        limits: Limits = LIMITS,
        tls: ssl.SSLContext | None = None,
        connect: Connect = straight,
    ) -> None:
        """`sender` is the address answers come to; `subject` a template, see `SUBJECT`.

        `circuit` is shared by all that speak to this server.
        """
        self._door = door
        self._sender = sender
        self._clock = clock
        self._circuit = circuit
        self._subject = subject
        self._limits = limits
        self._tls = tls or verifying()
        self._connect = connect

    def send(self, message: Message, keep: Keep) -> Outcome:
        """Hand the file over once; DONE when the server took it.

        Lost after the first byte of the message and before the last word of the server, nobody
        knows whether it was taken: UNKNOWN.
        """
        if sha256(message.payload).hexdigest() != message.sha256:
            return Outcome(Verdict.FAILED, "PAYLOAD_CHANGED")
        if not is_address(message.target):
            return Outcome(Verdict.FAILED, "mail.address")
        if wait := self._circuit.wait(self._clock.monotonic()):
            return Outcome(Verdict.UNREACHABLE, "line.circuit", retry_after=wait)
        try:
            with spoken(self._door, self._limits, self._tls, self._connect) as line:
                line.announce(self._sender, message.target)
                return self._hand_over(line, message, keep)
        except Lost as lost:
            self._circuit.failed(self._clock.monotonic())
            return Outcome(Verdict.UNREACHABLE, lost.reason)
        except Refused as refused:
            self._circuit.answered()
            keep(refused.reply.raw)
            return _refused(refused)

    def ask(self, message: Message, keep: Keep) -> Outcome:
        """Say that only the receipt tells: mail has no question to ask.

        The row stays in doubt until its ARL comes, positive or negative, or until the time a
        receipt may take is over and its documents leave in another lot, under another number
        (`reliability-security.md` §3.2).
        """
        return Outcome(Verdict.UNKNOWN, "arl.awaited")

    def _hand_over(self, line: SmtpLine, message: Message, keep: Keep) -> Outcome:
        """Let the message leave; from here on the server may have it."""
        mail = self._written(message)
        try:
            reply = line.hand_over(mail)
        except Lost as lost:
            self._circuit.failed(self._clock.monotonic())
            return Outcome(Verdict.UNKNOWN, lost.reason)
        self._circuit.answered()
        keep(reply.raw)
        line.leave()
        return _judged(reply)

    def _written(self, message: Message) -> bytes:
        """Write the mail: the same at each attempt, but for its date."""
        mail = EmailMessage(policy=SMTP)
        mail["From"] = self._sender
        mail["To"] = message.target
        mail["Date"] = format_datetime(self._clock.now())
        mail["Subject"] = _filled(self._subject, message)
        mail["Message-ID"] = message_id(message.reference, self._sender)
        mail.set_content(
            message.payload, maintype="application", subtype="octet-stream",
            disposition="attachment", filename=f"{message.reference}.b2",
        )  # fmt: skip
        return mail.as_bytes()


def is_address(text: str) -> bool:
    """Whether a text can stand in an envelope as it is: one address, nothing around it."""
    return _ADDRESS.fullmatch(text) is not None and not _NOT_IN_ADDRESS & set(text)


def message_id(reference: str, sender: str) -> str:
    """Make the Message-ID of a message of ours: its reference, at the sender's domain."""
    return f"<{reference}@{sender.rpartition('@')[2]}>"


def reference_of(header: str, sender: str) -> str:
    """Find our reference in the header of an answer; "" when it names none of ours."""
    domain = re.escape(sender.rpartition("@")[2])
    found = re.search(rf"<([0-9A-Za-z._-]{{1,64}})@{domain}>", header, re.IGNORECASE)
    return found[1] if found else ""


def _filled(template: str, message: Message) -> str:
    said = template.replace("{reference}", message.reference).replace("{target}", message.target)
    return " ".join(said.split())


def _judged(reply: Reply) -> Outcome:
    """Judge the last word; one that is none leaves a doubt."""
    reason = f"smtp.{reply.code}"
    match reply.code // 100:
        case 2:
            return Outcome(Verdict.DONE, raw=reply.raw)
        case 4:
            return Outcome(Verdict.LATER, reason, reply.raw)
        case 5:
            return Outcome(Verdict.FAILED, reason, reply.raw)
        case _:
            return Outcome(Verdict.UNKNOWN, "answer.unreadable", reply.raw)


def _refused(refused: Refused) -> Outcome:
    """Judge a no before the message left; only one said to the message itself is for ever.

    A server that is full, or does not take our password, would take it another time.
    """
    reply = refused.reply
    if not 400 <= reply.code < 600:
        return Outcome(Verdict.LATER, "answer.unreadable", reply.raw)
    for_ever = refused.ours and reply.code >= 500
    verdict = Verdict.FAILED if for_ever else Verdict.LATER
    return Outcome(verdict, f"smtp.{reply.code}", reply.raw)
