"""The practice's own facts: address, numbers and account a file cannot leave without."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from server.core.identifiers import Bce, Iban, Nihii
from server.core.rights import Right
from server.services import evaluation
from server.services.desk import Desk, needs
from server.services.forms import Form
from server.store import practice as practices
from server.store.practice import Practice, Practitioner


@dataclass(frozen=True, slots=True)
class PracticeCard:
    """What the page of the practice shows."""

    practice: Practice
    holder: Practitioner
    test: bool  # files are marked as tests: the product is not homologated
    missing: tuple[str, ...]  # fields without which no file can be sealed


def card(desk: Desk) -> PracticeCard:
    """Return the practice's own facts and what still misses."""
    holder = practices.practitioners(desk.db)[0]
    needed = {
        "enterprise_number": desk.practice.enterprise_number,
        "iban": desk.practice.iban,
        "bic": desk.practice.bic,
        "phone": holder.phone,
    }
    missing = tuple(name for name, text in needed.items() if not text)
    test = practices.setting(desk.db, "efact.mode", "test") == "test"
    return PracticeCard(desk.practice, holder, test, missing)


@needs(Right.SETTINGS)
def amend(desk: Desk, typed: Mapping[str, str]) -> None:
    """Keep the practice's facts; raise `InvalidForm` with every fault.

    Fields: name, street, postcode, city, enterprise_number, iban, bic, third_party_number,
    last_name, first_name, phone, conventioned.
    """
    form = Form(typed)
    bce = form.parsed("enterprise_number", Bce.parse)
    iban = form.parsed("iban", Iban.parse)
    third = form.parsed("third_party_number", Nihii.parse)
    bic = form.text("bic", most=11).upper()
    if bic and not (len(bic) in (8, 11) and bic.isalnum() and bic[:6].isalpha()):
        form.faults.append(("bic", "shape"))
    phone = _phone(form)
    practice = replace(
        desk.practice,
        name=form.text("name", needed=True), street=form.text("street"),
        postcode=form.text("postcode", most=10), city=form.text("city"),
        enterprise_number=bce.digits if bce else "", iban=iban.text if iban else "", bic=bic,
        third_party_number=third.digits if third else None,
    )  # fmt: skip
    held = practices.practitioners(desk.db)[0]
    holder = replace(
        held, last_name=form.text("last_name", needed=True, most=45),
        first_name=form.text("first_name", needed=True, most=24), phone=phone,
        conventioned=form.ticked("conventioned"),
    )  # fmt: skip
    form.end()
    with desk.deed("practice.amended", "practice", practice.id, {"name": practice.name}) as seq:
        practices.update(desk.db, practice)
        practices.update_practitioner(desk.db, holder)
        if holder.conventioned != held.conventioned:
            evaluation.judge_all(desk, seq)


@needs(Right.SETTINGS)
def accept_reference(desk: Desk, sha256: str) -> None:
    """Accept a new reference file, by its digest."""
    with desk.deed("reference.accepted", "practice", desk.practice.id, {"sha256": sha256}):
        practices.update(desk.db, replace(desk.practice, reference_sha256=sha256))


@needs(Right.PATIENTS)
def judge_again(desk: Desk) -> None:
    """Judge and price again every waiting session: the tables have changed."""
    with desk.deed("reference.applied", "practice", desk.practice.id) as seq:
        evaluation.judge_all(desk, seq)


def choose_language(desk: Desk, locale: str) -> None:
    """Keep the language of the user's screens."""
    form = Form({"locale": locale})
    if locale not in ("fr_BE", "fr_FR", "nl"):
        form.faults.append(("locale", "unknown"))
    form.end()
    with desk.deed("user.language", "user", desk.user.id, {"locale": locale}):
        practices.set_locale(desk.db, desk.user.id, locale)


def _phone(form: Form) -> str:
    """Read a holder's phone: at most 13 characters, digits, slash, dot and space (SOFT33-44)."""
    text = form.text("phone", most=13)
    if text and not all(c.isdigit() or c in "/. +" for c in text):
        form.faults.append(("phone", "shape"))
    elif text and not 9 <= sum(c.isdigit() for c in text) <= 11:
        form.faults.append(("phone", "length"))
    return text
