"""The invoice of a session as the approved component is given it: its groups, from what is kept.

Amounts are those of the recorded lines, never priced anew. Source: `fr-sesam-vitale.md` §2.3;
section N of `fr-rules-tests.md`.
"""

import json
from collections.abc import Mapping, Sequence

from server.core.errors import InvalidForm, InvalidValue
from server.core.identifiers import Nir
from server.core.sesam import Groups, Wanted
from server.core.teletransmission import Recipient
from server.countries.france.convention_rows import UNIQUE
from server.countries.france.invoice_facts import (
    ActGroup,
    ActLine,
    Complementary,
    Compulsory,
    Identity,
    InvoiceFacts,
    Patient,
    Performer,
)
from server.countries.france.invoice_groups import invoice_groups
from server.countries.france.numbers import BillingNumber
from server.countries.france.routes import Route
from server.services import french_billing, french_rights, online
from server.services.desk import Desk
from server.services.french_rules import coding_of, ground, zone
from server.store import french, french_invoices, invoices, nirs
from server.store import practice as practices
from server.store.french_billing import BillingRow
from server.store.invoices import Line
from server.store.visits import Session

_THIRD_PARTY, _PATIENT_PAID = "1", "0"  # nature of the operation: our own codes [T]
_OF_THE_COVER = ("contract", "number", "member", "routing", "host", "domain", "complementary")
_WHERE = dict.fromkeys(_OF_THE_COVER, "cover") | dict.fromkeys(
    ("last_name", "first_name"), "practice"
)
_KILOMETRES = "tariff.kilometres"
_BY_RATE = "amo.rate"


def of_invoice(
    desk: Desk, session: Session, chosen: BillingRow, number: int, receiver: Recipient,
    wanted: Wanted,
) -> Groups:  # fmt: skip
    """Write the invoice of a session; raises `InvalidForm` when something it needs is not known.

    Its fault is "practice", "cover" or "file": where what cannot be written stands.
    """
    try:
        return _written(desk, session, chosen, number, receiver, wanted)
    except InvalidValue as wrong:
        where = _WHERE.get(str(wrong.facts["field"]), "file")
        raise InvalidForm(faults=(("secure", where),)) from None


def _written(
    desk: Desk, session: Session, chosen: BillingRow, number: int, receiver: Recipient,
    wanted: Wanted,
) -> Groups:  # fmt: skip
    held = french_invoices.get(desk.db, number)
    before = french_invoices.get(desk.db, held.corrects) if held and held.corrects else None
    lines = french_billing.held(invoices.lines_of_session(desk.db, session.id))
    amc = _complementary(chosen, lines)
    acts = tuple(_act(line, with_amc=amc is not None and chosen.amc) for line in lines)
    day = desk.likely_today
    identity = Identity(
        number, day, _THIRD_PARTY if chosen.amo else _PATIENT_PAID,
        corrected_number=before.number if before else None,
        corrected_day=before.invoiced_on if before else None,
    )  # fmt: skip
    facts = InvoiceFacts(
        identity, _performer(desk, session), _patient(desk, session),
        _caisse(desk, session, receiver), amc, acts,
    )  # fmt: skip
    return invoice_groups(facts, wanted)


def _performer(desk: Desk, session: Session) -> Performer:
    held = practices.practitioner(desk.db, session.practitioner)
    holder = held or practices.practitioners(desk.db)[0]
    billing = BillingNumber.parse(online.sender_of(desk, session.practitioner))
    return Performer(
        billing, holder.last_name.upper(), holder.first_name.upper(), str(zone(desk))[:1],
        str(ground(desk))[:1],
    )  # fmt: skip


def _patient(desk: Desk, session: Session) -> Patient:
    insured, nir = online.insured_of(desk, session.patient), nirs.of(desk.db, session.patient)
    if insured is None:
        raise InvalidForm(faults=(("secure", "no_number"),))
    traits = french.traits(desk.db, session.patient)
    rank = str(traits.birth_rank) if traits else "1"
    return Patient(Nir.parse(nir), f"{insured.birth}0000", rank)


def _caisse(desk: Desk, session: Session, receiver: Recipient) -> Compulsory:
    body = french_rights.on(desk, session.patient, session.care_date).organism
    return Compulsory(body, receiver)


def _complementary(chosen: BillingRow, lines: Sequence[Line]) -> Complementary | None:
    """Give the complementary the invoice names: one that is asked to pay."""
    if not chosen.amc or not any(line.amc_cents for line in lines):
        return None
    cells: Mapping[str, str] = json.loads(chosen.convention)
    unique = chosen.route == Route.GU
    return Complementary(
        contract=UNIQUE if unique else cells.get("type", "") or "OC",
        number=cells.get("number", "") or chosen.number, member=chosen.member or chosen.number,
        routing=cells.get("routing", ""), host=cells.get("host", ""),
        domain=cells.get("domain", ""),
    )  # fmt: skip


def _act(line: Line, *, with_amc: bool) -> ActLine:
    """Give a line of the invoice from a recorded one and from what its price was made of."""
    steps = json.loads(line.quote)
    priced, facts = steps[0], steps[0].get("facts", {})
    rate = next((s["facts"]["rate_bp"] for s in steps if s["rule"] == _BY_RATE), 0)
    coding = coding_of(line.code)
    group, code, hundredths = ActGroup.TRAVEL, line.code, 100
    if coding is not None:
        group, code, hundredths = ActGroup.ACT, coding.letter, coding.hundredths
    elif priced["rule"] == _KILOMETRES:
        group, hundredths = ActGroup.KILOMETRES, int(facts["paid"]) // 10
    return ActLine(
        group, line.care_date, code, hundredths, int(facts.get("unit", priced["cents"])),
        int(priced["cents"]), int(rate), line.oa_cents, line.fee_cents,
        line.amc_cents if with_amc else 0,
    )  # fmt: skip
