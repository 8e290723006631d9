"""The practice's own facts: address, numbers and account a file cannot leave without."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from server.core.country import Country
from server.core.identifiers import Bce, Iban, Nihii
from server.core.rights import Right
from server.countries.france.numbers import BillingNumber
from server.countries.france.registers import Siret
from server.services import evaluation
from server.services.desk import Desk, needs
from server.services.forms import Form
from server.store import practice as practices
from server.store.practice import Practice, Practitioner

TERRITORIES = ("METROPOLE", "OVERSEAS")
ZONES = ("PLAIN", "MOUNTAIN")
"""Where a French practice stands: its letter values, and its kilometres."""

_TERRITORY, _ZONE = "fr.territory", "fr.ik_zone"


@dataclass(frozen=True, slots=True)
class Stand:
    """Where a French practice stands: one of `TERRITORIES`, one of `ZONES`; "" while unsaid."""

    territory: str = ""
    ik_zone: str = ""


@dataclass(frozen=True, slots=True)
class PracticeCard:
    """What the page of the practice shows."""

    practice: Practice
    holder: Practitioner
    stand: Stand
    test: bool  # files are marked as tests: the product is not homologated
    missing: tuple[str, ...]  # fields without which no file can be sealed


def card(desk: Desk) -> PracticeCard:
    """Return the practice's own facts and what still misses."""
    holder = practices.practitioners(desk.db)[0]
    missing = tuple(name for name, text in _needed(desk, holder).items() if not text)
    test = practices.setting(desk.db, "efact.mode", "test") == "test"
    return PracticeCard(desk.practice, holder, stand(desk), test, missing)


def stand(desk: Desk) -> Stand:
    """Return where a French practice stands: its letter values and kilometres hang on it."""
    return Stand(practices.setting(desk.db, _TERRITORY, ""), practices.setting(desk.db, _ZONE, ""))


def _needed(desk: Desk, holder: Practitioner) -> Mapping[str, str]:
    """Give what a practice of this country cannot bill without."""
    practice, stands = desk.practice, stand(desk)
    common = {"iban": practice.iban, "phone": holder.phone}
    if desk.country is Country.FRANCE:
        return {
            "billing_number": holder.billing_number, "postcode": practice.postcode,
            "territory": stands.territory, "ik_zone": stands.ik_zone, **common,
        }  # fmt: skip
    return {"enterprise_number": practice.enterprise_number, **common, "bic": practice.bic}


@needs(Right.SETTINGS)
def amend(desk: Desk, typed: Mapping[str, str]) -> None:
    """Keep the practice's facts; raise `InvalidForm` with every fault.

    Fields: name, street, postcode, city, enterprise_number, iban, bic, third_party_number,
    last_name, first_name, phone, conventioned; in France also billing_number, territory and
    ik_zone, and enterprise_number is the SIRET.
    """
    form = Form(typed)
    french = desk.country is Country.FRANCE
    parse: Callable[[str], Siret | Bce] = Siret.parse if french else Bce.parse
    enterprise = form.parsed("enterprise_number", parse)
    iban = form.parsed("iban", Iban.parse)
    third = None if french else form.parsed("third_party_number", Nihii.parse)
    bic = form.text("bic", most=11).upper()
    if bic and not (len(bic) in (8, 11) and bic.isalnum() and bic[:6].isalpha()):
        form.faults.append(("bic", "shape"))
    phone = _phone(form, 20 if french else 13)
    practice = replace(
        desk.practice,
        name=form.text("name", needed=True), street=form.text("street"),
        postcode=form.text("postcode", most=10), city=form.text("city"),
        enterprise_number=enterprise.digits if enterprise else "",
        iban=iban.text if iban else "", bic=bic, third_party_number=third.digits if third else None,
    )  # fmt: skip
    held = practices.practitioners(desk.db)[0]
    holder = replace(
        held, last_name=form.text("last_name", needed=True, most=45),
        first_name=form.text("first_name", needed=True, most=24), phone=phone,
        conventioned=form.ticked("conventioned"),
    )  # fmt: skip
    stands = _read_stand(form) if french else None
    if french:
        billing = form.parsed("billing_number", BillingNumber.parse, needed=True)
        holder = replace(holder, billing_number=billing.digits if billing else "")
    form.end()
    moved = stands is not None and stands != stand(desk)  # letters and kilometres cost otherwise
    with desk.deed("practice.amended", "practice", practice.id, {"name": practice.name}) as seq:
        practices.update(desk.db, practice)
        practices.update_practitioner(desk.db, holder)
        if stands is not None:
            _keep_stand(desk, stands)
        if moved or (holder.conventioned != held.conventioned and not french):
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


def _read_stand(form: Form) -> Stand:
    """Read what letter values and travel hang on: metropole or overseas, plain or mountain."""
    read = Stand(form.text("territory"), form.text("ik_zone"))
    if read.territory not in ("", *TERRITORIES):
        form.faults.append(("territory", "unknown"))
    if read.ik_zone not in ("", *ZONES):
        form.faults.append(("ik_zone", "unknown"))
    return read


def _keep_stand(desk: Desk, stands: Stand) -> None:
    for key, text in ((_TERRITORY, stands.territory), (_ZONE, stands.ik_zone)):
        practices.set_setting(desk.db, key, text, desk.user.id, desk.now)


def _phone(form: Form, most: int) -> str:
    """Read a holder's phone: digits, slash, dot and space, at most 13 in Belgium (SOFT33-44)."""
    text = form.text("phone", most=most)
    if text and not all(c.isdigit() or c in "/. +" for c in text):
        form.faults.append(("phone", "shape"))
    elif text and not 9 <= sum(c.isdigit() for c in text) <= 11:
        form.faults.append(("phone", "length"))
    return text
