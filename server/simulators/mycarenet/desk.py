"""An insurer's desk: it judges each file once and leaves its answers in the mailbox.

A number is used and a day is taken (100721, 100724) by every file that reaches the judge, accepted
or not; the day is that of reception in Belgium. A file refused for its segments leaves no trace.
"""

import base64
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from server.simulators.mycarenet import answers
from server.simulators.mycarenet.answers import Stamp
from server.simulators.mycarenet.case import Case, Envelope, act_key, payer_of
from server.simulators.mycarenet.clock import Clock
from server.simulators.mycarenet.config import Config
from server.simulators.mycarenet.container import HEADER, File, Invoice, Unreadable, open_file
from server.simulators.mycarenet.insurers import Insurer, insurers, union_of
from server.simulators.mycarenet.magic import spells
from server.simulators.mycarenet.mailbox import Letter, Mailbox
from server.simulators.mycarenet.verdict import Verdict, judge, refused_acts


@dataclass(frozen=True, slots=True)
class Desk:
    """Where a file ends: the judge, his memory and his pen."""

    config: Config
    mailbox: Mailbox
    clock: Clock

    def process(self, content: bytes, envelope: Envelope) -> None:
        """Judge a file and put the receipt, the verdict and the settlement in the mailbox."""
        file = open_file(content)
        if isinstance(file, Unreadable):
            self._refuse(file, envelope)
        else:
            self._answer(file, envelope)

    def case(self, file: File, envelope: Envelope) -> Case:
        """Join the file and all that bears on its judgement today."""
        key = _key(file)
        day = self.clock.today()
        return Case(
            file,
            envelope,
            insurers()[union_of(envelope.insurer)],
            day,
            self.mailbox.memory(key, file.header["204"], day.isoformat()),
            spells(self.mailbox),
        )

    def limit(self, union: str) -> int | None:
        """Tell the refusal percentage of an insurer, hundredths of a percent, if it has one."""
        started = self.config.percentages.get(union)
        kept = self.mailbox.setting(f"percentage {union}", "" if started is None else str(started))
        return int(kept) if kept else None

    def _refuse(self, file: Unreadable, envelope: Envelope) -> None:
        stamp = self._stamp(insurers()[union_of(envelope.insurer)], envelope.insurer)
        delays = self.config.delays
        answer = answers.unreadable(file, stamp)
        self._leave(envelope, "920099", answer, stamp, delays.verdict)

    def _answer(self, file: File, envelope: Envelope) -> None:
        case = self.case(file, envelope)
        verdict = judge(case, self.limit(case.insurer.union))
        stamp = self._stamp(case.insurer, payer_of(file))
        delays = self.config.delays
        arrived = answers.receipt(file.header.text[:HEADER], stamp)
        self._leave(envelope, "931000", arrived, stamp, delays.receipt)
        if verdict.kind == "920999":
            refused = answers.segments_refused(verdict, stamp)
            self._leave(envelope, "920999", refused, stamp, delays.verdict)
            return
        self._remember(case, verdict)
        told = answers.judgement(verdict, stamp)
        self._leave(envelope, verdict.kind, told, stamp, delays.verdict)
        if verdict.kind == "920098":
            paid = answers.settlement(verdict, stamp)
            self._leave(envelope, "920900", paid, stamp, delays.settlement)

    def _remember(self, case: Case, verdict: Verdict) -> None:
        file, key = case.file, _key(case.file)
        day = case.today.isoformat()
        self.mailbox.remember_sending(key, file.header["204"], day)
        if verdict.kind != "920098":
            return
        owner = key[:2]
        credited = [invoice for invoice in file.invoices if invoice.head["11"] == "3"]
        billed = [invoice for invoice in file.invoices if invoice.head["11"] != "3"]
        self.mailbox.forget_care(owner, _paid(credited, verdict))
        booked = [invoice.head["24-25"] for invoice in file.invoices]
        self.mailbox.remember_care(owner, booked, _paid(billed, verdict))

    def _stamp(self, insurer: Insurer, payer: str) -> Stamp:
        number = self.mailbox.next_number()
        return Stamp(insurer, payer, f"{insurer.union}{number:011d}", self.clock.today())

    def _leave(
        self, envelope: Envelope, kind: str, content: bytes, stamp: Stamp, delay: float
    ) -> None:
        letter = Letter(
            0,
            self.config.names.get(kind, "HCPFAC"),
            envelope.reference,
            stamp.reference,
            content,
            base64.b64encode(hashlib.sha256(content).digest()).decode(),
            stamp.insurer.union,
        )
        self.mailbox.put_letter(envelope.provider, letter, self._due(delay))

    def _due(self, seconds: float) -> datetime:
        return self.clock.now() + timedelta(seconds=seconds)


def _paid(invoices: Iterable[Invoice], verdict: Verdict) -> list[tuple[str, str, str, str]]:
    refused = refused_acts(verdict)
    return [
        act_key(act.care["8"], (act.care["4"], act.care["5"], act.care["23"]))
        for invoice in invoices
        for act in invoice.acts
        if act.care.place not in refused
    ]


def _key(file: File) -> tuple[str, str, str, str]:
    """Join provider, payer, year and number of a sending: what must be unique (100721)."""
    first = file.first
    return (first["14"], payer_of(file), first["22"][1:], first["7"])
