"""Signed documents without a component, and the returns a payer would send of them."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from server.core.outbox import Letter, LetterKind
from server.core.states import LineState, SessionState
from server.core.teletransmission import DocumentKind, DocumentState, Return
from server.countries.france.returns import read
from server.services import french_returns
from server.services.french_returns import Taken
from server.store import french_documents, french_invoices, invoices, post, visits
from server.store.french_documents import DocumentRow
from tests.world import World

SENDER = "991086265"
DUE = datetime(2026, 3, 11, 8, 0, tzinfo=UTC)


@dataclass
class Payers:
    """The payers of a practice: what they got from it, and what they answer."""

    world: World

    def sign(self, session: str, kind: str, amo: int = 0, amc: int = 0, **more: object) -> str:
        """Sign a document of a session and claim it, as signing does; return its id."""
        desk = self.world.desk
        invoice = french_invoices.newest(desk.db, session)
        assert invoice is not None
        facts = {"third_party": True, "sender": SENDER, "state": DocumentState.SIGNED, **more}
        row = DocumentRow(
            desk.new_id(), DocumentKind(kind), invoice.number, session, invoice.patient,
            str(facts["sender"]), f"{kind} 01/751/016", 3, "", bool(facts["third_party"]), True,
            amo, amc, True, desk.now, desk.today, None, DocumentState(str(facts["state"])),
            desk.now,
        )  # fmt: skip
        with desk.deed("document.signed", "session", session) as seq:
            french_documents.add(desk.db, row, b"sealed", (), desk.device.id, seq)
            held = visits.session(desk.db, session)
            if held and held.state is SessionState.READY:
                visits.move_session(desk.db, session, held.state, SessionState.CLAIMED)
                for line in invoices.lines_of_session(desk.db, session):
                    invoices.move_line(desk.db, desk.stamp, seq, line.id, LineState.LOCKED)
        return row.id

    def reach(self, document: str, *states: DocumentState) -> None:
        """Let a document travel: by default until its lot is acknowledged."""
        away = (DocumentState.IN_LOT, DocumentState.SENT, DocumentState.ACK_POSITIVE)
        for state in states or away:
            desk = self.world.desk
            row = french_documents.get(desk.db, document)
            assert row is not None
            with desk.deed("document.moved", "session", row.session) as seq:
                french_documents.move(desk.db, row, state, desk.now, "", desk.device.id, seq)

    def sent(self, session: str, kind: str, amo: int = 0, amc: int = 0, **more: object) -> str:
        """Sign a document and let its lot be acknowledged."""
        key = self.sign(session, kind, amo, amc, **more)
        self.reach(key)
        return key

    def answers(self, *lines: Mapping[str, object], **more: object) -> Taken:
        """Take a return as the post does: its letter first, and all in one deed."""
        paid = sum(int(str(x.get("amo_paid", 0))) + int(str(x.get("amc_paid", 0))) for x in lines)
        facts = {"reference": "V-2026-1", "date": "2026-03-18", "amount": paid}
        told = {
            "kind": "RSP", "origin": "AMO", "file_name": "RSP-1", "ps_number": SENDER,
            "payer": "017510016", "payment": facts, "lines": list(lines), **more,
        }  # fmt: skip
        content = json.dumps(told).encode()
        sha256 = hashlib.sha256(content).hexdigest()
        parsed = read(told)
        assert isinstance(parsed, Return)
        desk = self.world.desk
        key = desk.new_id()
        letter = Letter(LetterKind.MESSAGE, "rsp", content, key, "", "")
        with desk.deed("letter.applied", "letter", key) as seq:
            post.add_letter(desk.db, key, letter, sha256, desk.now, desk.device.id, seq)
            return french_returns.take(desk, seq, key, sha256, parsed)

    def state(self, document: str) -> DocumentState:
        """Where a document is."""
        row = french_documents.get(self.world.desk.db, document)
        assert row is not None
        return row.state

    def session(self, key: str) -> tuple[str, set[str]]:
        """Where a session is, and its lines."""
        db = self.world.desk.db
        held = visits.session(db, key)
        assert held is not None
        return str(held.state), {str(line.state) for line in invoices.lines_of_session(db, key)}


def paid(invoice: int | None, amo: int = 0, amc: int = 0, **more: object) -> dict[str, object]:
    """A line that pays an invoice."""
    return {
        "kind": "invoice", "invoice_number": invoice, "amo_paid": amo, "amc_paid": amc,
        "outcome": "paid", **more,
    }  # fmt: skip


def refused(invoice: int | None, code: str = "", text: str = "") -> dict[str, object]:
    """A line that refuses an invoice."""
    return paid(invoice, outcome="rejected", codes=[{"code": code, "text": text}])
