"""Keys that the French care screens build from a value: every value must have its sentence."""

import re
from collections.abc import Iterator
from pathlib import Path

from server.app.signing import NOT_HIS_CARD, NOT_KEPT, OTHER_MODE
from server.core.sesam import Mode, SesamProblem
from server.core.teletransmission import DocumentKind, LineKind, Origin
from server.countries.france import billable_case
from server.countries.france.acts import Territory
from server.countries.france.agreement import Answer
from server.countries.france.cumulation import Condition
from server.countries.france.direct_access import Ground
from server.countries.france.expression import SUMS
from server.countries.france.rates import Situation
from server.countries.france.reject_labels import MENDS
from server.countries.france.routes import MustStop, Remark
from server.countries.france.securing import Obstacle
from server.countries.france.settlement import Lacking
from server.reference.tables_france import FRENCH_TABLES
from server.services import french_securing, secure_tp
from server.services.addresses import Kind as AddressKind
from server.services.french_assessments import Kind, Means
from server.services.french_invoices import Which
from server.services.french_transmission import LateReason
from server.services.online import StepState
from server.services.particulars import Key
from server.services.payer_contacts import ACTS
from server.services.secure_tp import Part
from server.services.tp_steps import STEPS

_RULES = Path(billable_case.__file__).parent
_BLOCK = re.compile(r'"((?:rx|dap|coverage|clock|date|day|assessment|price|overrun)\.[a-z_0-9]+)"')
_STEP = re.compile(r'"((?:tariff|amo|amc)\.[a-z_]+|overrun)"')
_TRAVEL = re.compile(r'"travel\.([a-z_]+)"')
_MODULES = ("billable.py", "billable_prescription.py", "pricing.py")


def block_codes() -> Iterator[str]:
    """Every code a rule can block a session with, as the rules write it."""
    for name in _MODULES:
        yield from _BLOCK.findall((_RULES / name).read_text("utf-8"))


def steps() -> Iterator[str]:
    """Every rule a step of a price can name, as the rules write it."""
    for name in ("pricing.py", "shares.py", "formulas.py"):
        yield from _STEP.findall((_RULES / name).read_text("utf-8"))


_LACKING = re.compile(r'\("([a-z_]+)", ')


def lacking() -> set[str]:
    """Every reason why the complementary part cannot be asked for, as the service writes it."""
    text = Path(secure_tp.__file__).read_text("utf-8").partition("checks = (")[2]
    return set(_LACKING.findall(text))


_FAULT = re.compile(
    r'\("secure", "([a-z_]+)"\)|return \("([a-z_]+)",\)|append\("([a-z_]+)"\)|"(no_[a-z]+)"'
)


def sign_problems() -> set[str]:
    """Every code that may hinder a signature: faults, obstacles, the component's, our own."""
    text = Path(french_securing.__file__).read_text("utf-8").partition("def _faults")[2]
    text = text.partition("def _row")[0]
    faults = {"".join(found) for found in _FAULT.findall(text)}
    assert {"undecided", "paper", "signed", "not_ready", "refused", "no_sender"} <= faults
    driver = {each.removeprefix("sesam.") for each in SesamProblem}
    modes = {f"{OTHER_MODE}_{mode}" for mode in (0, *map(int, Mode))}
    ours = {"clocks", "refused_by", NOT_HIS_CARD, NOT_KEPT}
    return {*faults, *map(str, Obstacle), *driver, *modes, *ours}


FRANCE: dict[str, set[str]] = {
    "payers.word": {"AMO", "RO", "AMC", "GU", "GS", "DRE", "FSE"},
    "reject.mend": {*MENDS} - {"PAID"},
    "reject.first": {*MENDS} - {"PAID"},
    "reject.mended": {"COVER", "RIGHTS"},
    "legal.table": {*FRENCH_TABLES},
    "sign.problem": sign_problems(),
    "transmission.late": {str(each) for each in LateReason},
    "transmission.running": {"countersign", "send"},
    "transmission": {"countersigned", "made"},
    "duplicate": {"asked", "paid", "lot_absent", "lot_refused"},
    "sign.what": {"both", "one", "request"},
    "sign.go": {"clock", "no_number", "no_recipient", "no_sender"},
    "nature": {"rights_certificate", "earlier_reading", "online_rights", "other"},
    "reject.state": {*MENDS, "AMO", "AMC"},
    "reject.ask": {"AMO", "AMC"},
    "reject.part": {"AMO", "AMC"},
    "payers.contact": {*ACTS},
    "returns.awaited": {str(each) for each in DocumentKind},
    "returns.kind": {str(each) for each in LineKind},
    "returns.lacking": {str(each) for each in Lacking},
    "returns.next": {str(each) for each in Lacking},
    "returns.payer": {str(each) for each in Origin},
    "online.state": {*(str(each) for each in StepState), "offline"},
    "online.why": {"doubt", "failed", "overtaken", "stopped", "unreadable"},
    "online.contradicted": {"amount", "period", "too_much", "type"},
    "online.refused": {
        "ADHERENT_INCONNU", "ASSURE_INCONNU", "DROITS_FERMES", "MONTANT_DIFFERENT",
        "ORGANISME_INCONNU", "PAS_DE_CONVENTION", "SERVICE_FERME",
    },
    "secure_tp.step": {str(each) for each in STEPS},
    "secure_tp.amc": {str(each) for each in Part},
    "secure_tp.statement": {*(str(each) for each in Part), "stuck"},
    "secure_tp.table": {"has", "has_not"},
    "secure_tp.lacking": lacking(),
    "error.form.secure_tp": lacking(),
    "adri.lacking": {"number", "sender"},
    "block": set(block_codes()),
    "why": set(steps()) - {"amc.none"},  # nothing paid is no step
    "territory": {str(each) for each in Territory},
    "condition": {str(each) for each in Condition},
    "situation": {str(each) for each in set(Situation) - {Situation.MINOR}},
    "caresheet": {"third_party", "no_third_party"},
    "bdk": {"findings", "diagnosis", "goals", "plan"},
    "bdk.kind": {str(each) for each in Kind},
    "report.means": {str(each) for each in Means},
    "papers.kind": {
        "PROOF", "CARE_SHEET", "FEE_NOTE", "REQUEST", "ASSESSMENT", "REPORT", "DUPLICATE",
    },
    "addresses.kind": {str(each) for each in AddressKind},
    "particulars.key": {str(each) for each in Key},
    "access": {str(each) for each in Ground},
    "receipt": {"paid", "paid_means", "case_whole", "case_part", "case_amc"},
    "tp.ticked": {"both", "amo", "none"},
    "tp.line": {"both", "amo", "none"},
    "tp.forced": {"C2S", "AME"},
    "tp.stop": {str(each) for each in MustStop},
    "tp.refused": {str(each) for each in Remark} - {str(each) for each in MustStop}
    - {"dre_proposed"},
    "tp.sum": set(SUMS),
    "invoices.which": {str(each) for each in Which},
    "dap.answer": {str(each) for each in Answer},
    "travel": set(_TRAVEL.findall((_RULES / "travel.py").read_text("utf-8"))) - {"one_per_address",
        "outside_town_only"},
}  # fmt: skip
