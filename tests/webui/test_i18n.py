"""The catalogues: nothing missing, nothing unused, nothing of the wrong country."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po
from jinja2 import Environment, nodes

from hardware.code_ports import CodeProblem
from hardware.code_ports import Source as CodeSource
from hardware.inbox import Refusal, Trouble
from hardware.page_wire import ADVICE
from hardware.scan_ports import Mode, ScanProblem, Source
from server.app.mailing import MANY
from server.app.mailing import NOT_KEPT as KEPT_OUT
from server.app.rights_reading import NO_CODE, NOT_ON_CARD
from server.app.rights_reading import NOT_KEPT as UNKEPT
from server.app.scanning import NOT_KEPT
from server.app.sorter import STUMBLE
from server.core import errors
from server.core.cards import Proof
from server.core.keycards import KeyProblem
from server.core.mail import LeftWhy
from server.core.mandates import Service, Standing
from server.core.outbox import MessageState
from server.core.rights import ADJUSTED, Right, Role
from server.core.sesam import SesamProblem
from server.core.setup import Reached, Step
from server.core.states import LineState, LotState, SessionState
from server.core.teletransmission import DocumentState
from server.core.tray import Kind
from server.countries.france.convention_match import Link, Reason
from server.countries.france.convention_rows import FIELDS
from server.countries.france.ins import IdentityState
from server.services.convention_columns import UNCLEAR
from server.services.convention_search import Cause
from server.services.identity import MEDIA
from server.store.conventions import Origin, State
from server.store.french_lots import LotStanding
from sync.mailbox import MailTrouble
from tests.webui.computed_billing import BILLING
from tests.webui.computed_france import FRANCE
from webui import i18n
from webui.frame import RAIL
from webui.i18n import FOLDER, LANGUAGES, catalogue
from webui.keys import KEYS
from webui.pages.scan import RESOLUTIONS
from webui.sentences import sentence
from webui.states import LOOKS
from webui.thread import STATIONS

WEBUI = Path(i18n.__file__).parent
COMMANDS = WEBUI.parent / "server" / "app"
SPEAKING = (*WEBUI.rglob("*.py"), *COMMANDS.glob("[!i]*.py"))  # `inspect` has its own words
SPEAKERS = {"_", "gettext", "plural", "say", "N_"}
STATES = {
    "session": SessionState,
    "line": LineState,
    "lot": LotState,
    "message": MessageState,
    "proof": Proof,
    "document": DocumentState,
    "french_lot": LotStanding,
}
NOT_IN_BELGIUM = (
    "mutuelle|ordonnance|feuille de soins|caisse|rejet|RPPS|NIR|ADELI|Vitale|CPS|NGAP|ticket AMC"
    "|part patient|DRE|FSE|NOEMIE|bordereau|entente préalable"
)
NOT_OF_A_FILE = {
    CodeProblem.NONE_FOUND,
    CodeProblem.NO_CAMERA,
    CodeProblem.CAMERA_GONE,
    CodeProblem.NO_HAND_READER,
}
LIGHTS = {"off", "problem", "no_reader", "reading", "failed", "read", "waiting"}
CAUSES = {"service", "reader", "mute", "busy", "stuck", "other"}
SETTING_UP = {
    Step.USERS: ("without_card", "done"),
    Step.CREDENTIAL: ("unsigned",),
    Step.PHONE: ("missing", "done"),
    Step.AUTHORISATIONS: ("nobody", "without", "done"),
    Step.INSURABILITY: ("no_refresh",),
    Step.TEST: ("real", "untried", "answered", "offline", "no_answer"),
}
"""What each step may say of itself."""

CONVENTION_STATES = {each.lower() for each in set(State) - {State.LOADING}}
REFUSALS_LOGGED = {
    "empty", "truncated", "two_scripts", "profession", "bad_rows", "not_text", "line_length",
    "layout", "replaced",
}  # fmt: skip
"""Why a file of conventions is refused once it is opened."""

COMPUTED = {
    "rail": {entry.name for entry in RAIL},
    "key": {shortcut.name for shortcut in KEYS},
    "keycap": {"Enter", "Escape", "PageUp", "PageDown"},
    "thread": {str(station) for station in STATIONS},
    "state": {f"{kind}.{state}" for kind, states in STATES.items() for state in states},
    "weekday": {str(number) for number in range(1, 8)},
    "month": {str(number) for number in range(1, 13)},
    "locale": set(LANGUAGES),
    "country": {"BE", "FR"},
    "role": {role.lower() for role in Role},
    "tray.kind": {str(kind) for kind in Kind},
    "tray.advice": set(ADVICE),
    "tray.problem": {STUMBLE, *(str(each) for each in set(CodeProblem) - NOT_OF_A_FILE)},
    "error.sesam.failed": {problem.removeprefix("sesam.") for problem in SesamProblem},
    "scan.problem": {NOT_KEPT, *(str(each) for each in ScanProblem)},
    "folder.trouble": {str(each) for each in Trouble},
    "folder.word": {"taken", "already", "not_kept", "table", *map(str, (*Refusal, *LeftWhy))},
    "mail.trouble": {KEPT_OUT, MANY, *(str(each) for each in MailTrouble)},
    "codes.problem": {str(each) for each in CodeProblem},
    "codes.found": {"attestation", "number", "paper", "unknown"},
    "codes.source": {str(each) for each in CodeSource},
    "codes.light": {"waiting", "right", "mended", "refused"},
    "scan.source": {str(each) for each in Source},
    "scan.mode": {str(each) for each in Mode},
    "scan.dpi": {str(each) for each in RESOLUTIONS},
    "keycard": {each.removeprefix("keycard.") for each in KeyProblem},
    "visit.identity_medium": set(MEDIA),
    "keycards.kind": {"EID", "CPS"},
    "users.role_is": {role.lower() for role in Role},
    "right": {str(right) for right in ADJUSTED},
    "setup.step": {str(each) for each in Step},
    "setup.reached": {str(each) for each in Reached},
    "setup.light": LIGHTS,
    "setup.light_word": LIGHTS,
    "setup.cause": CAUSES,
    "setup.mend": CAUSES,
    "setup": {f"{step}.{reason}" for step, reasons in SETTING_UP.items() for reason in reasons},
    "diagnosis.word": {"well", "ill", "untried"},
    "diagnosis.subject": {"reader", "middleware", "card", "certificate", "clock", "folder"},
    "service": {str(each) for each in Service},
    "mandate.standing": {str(each) for each in Standing},
    "connection.held": {"held.card", "held.mandate"},
    "error.sending.held": {"card", "mandate"},
    "error.right.missing": {str(right) for right in Right},
    "identity.state": {str(state) for state in IdentityState},
    "new.choice": set(LANGUAGES),
    "conventions.state": CONVENTION_STATES,
    "conventions.fate": CONVENTION_STATES,
    "conventions.origin": {each.lower() for each in set(Origin) - {Origin.HAND}},
    "conventions.refused": REFUSALS_LOGGED,
    "conventions.column": {name for fields in FIELDS.values() for name in fields} - {*UNCLEAR},
    "convention.because": {str(each) for each in Reason},
    "convention.verdict": {"same", "other", "unsaid"},
    "convention.compared": {"type", "number", "name", "criterion"},
    "convention.link": {str(each) for each in Link},
    "convention.cause": {str(each) for each in Cause},
    "error.table.refused": {*REFUSALS_LOGGED, "name", "suffix", "prefix", "stem", "day", "older"},
    "table.row": {
        "cells", "unreadable", "signatory", "type", "accord", "criterion", "number", "mutual",
        "flag", "date", "length",
    },
    "rights.problem": {
        NO_CODE,
        NOT_ON_CARD,
        UNKEPT,
        *(problem.removeprefix("sesam.") for problem in SesamProblem),
    },
    **BILLING,
}  # fmt: skip
"""Keys that templates build from a value: every value must have its sentence."""


EVERYWHERE = "besace"  # the area every country sees
FRENCH = ("france", "conventions")  # spoken on French desks, in the locale of whoever sits there
BELGIAN = ("fr_BE", "nl")
"""What a screen of Belgium alone says is in these; of France alone, in fr_FR. What both say is in
all, and `test_france` looks at every French page for a sentence that is not there."""


def areas(locale: str) -> list[str]:
    return sorted(path.stem for path in (FOLDER / locale / "LC_MESSAGES").glob("*.po"))


def po(locale: str, area: str) -> Catalog:
    with (FOLDER / locale / "LC_MESSAGES" / f"{area}.po").open("rb") as file:
        return read_po(file)


def sentences(locale: str) -> dict[str, tuple[str, ...]]:
    return {key: text for area in areas(locale) for key, text in of_area(locale, area).items()}


def of_area(locale: str, area: str) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for message in po(locale, area):
        if message.id:
            key = message.id if isinstance(message.id, str) else message.id[0]
            text = message.string
            found[key] = (text,) if isinstance(text, str) else tuple(text or ("",))
    return found


def of_french_areas() -> set[str]:
    return {key for area in FRENCH for key in of_area("fr_BE", area)}


def spoken_in_templates() -> Iterator[str]:
    env = Environment(extensions=["jinja2.ext.i18n"])  # noqa: S701 - nothing is rendered
    for template in (WEBUI / "templates").rglob("*.html"):
        for call in env.parse(template.read_text("utf-8")).find_all(nodes.Call):
            if isinstance(call.node, nodes.Name) and call.node.name in SPEAKERS:
                first = call.args[0]
                if isinstance(first, nodes.Const):
                    yield str(first.value)


def spoken_in_code() -> Iterator[str]:
    for module in SPEAKING:
        for node in ast.walk(ast.parse(module.read_text("utf-8"))):
            if isinstance(node, ast.Call) and node.args:
                name = getattr(node.func, "attr", getattr(node.func, "id", ""))
                first = node.args[0]
                if name in SPEAKERS and isinstance(first, ast.Constant):
                    yield str(first.value)


def beginnings() -> Iterator[str]:
    """The constant beginning of every key built from a value: `_("rail." ~ x)`, `f"rail.{x}"`."""
    env = Environment(extensions=["jinja2.ext.i18n"])  # noqa: S701 - nothing is rendered
    for template in (WEBUI / "templates").rglob("*.html"):
        for text in env.parse(template.read_text("utf-8")).find_all(nodes.Concat):
            if isinstance(text.nodes[0], nodes.Const):
                yield str(text.nodes[0].value)
    for module in SPEAKING:
        for node in ast.walk(ast.parse(module.read_text("utf-8"))):
            if isinstance(node, ast.JoinedStr) and isinstance(node.values[0], ast.Constant):
                yield str(node.values[0].value)


def every_error_code() -> Iterator[str]:
    families = [errors.KineError]
    while families:
        family = families.pop()
        families += family.__subclasses__()
        if family is not errors.KineError and family.__module__.startswith(("server.", "webui.")):
            yield f"error.{family.code}"


def wanted() -> set[str]:
    families = (*COMPUTED.items(), *FRANCE.items())
    computed = {f"{family}.{name}" for family, names in families for name in names}
    return {*spoken_in_templates(), *spoken_in_code(), *every_error_code(), *computed}


@pytest.mark.parametrize("locale", LANGUAGES)
def test_every_sentence_the_screens_speak_exists(locale: str) -> None:
    said = sentences(locale)
    everywhere = {*of_area("fr_BE", EVERYWHERE), *of_french_areas()}
    belgian, of_france = {*sentences("fr_BE")}, {*sentences("fr_FR")} - {*sentences("fr_BE")}
    needed = wanted() - of_france if locale in BELGIAN else wanted() - (belgian - everywhere)
    missing = sorted(key for key in needed if not all(said.get(key, ("",))))
    assert missing == []


@pytest.mark.parametrize("locale", LANGUAGES)
def test_a_key_is_written_in_one_area_only(locale: str) -> None:
    keys = [key for area in areas(locale) for key in of_area(locale, area)]
    assert sorted(keys) == sorted(set(keys))


@pytest.mark.parametrize("locale", LANGUAGES)
def test_no_sentence_is_kept_that_no_screen_speaks(locale: str) -> None:
    built = tuple({"error", *(text for text in beginnings() if re.fullmatch(r"[a-z_.]+\.", text))})
    unused = {key for key in sentences(locale) if not key.startswith(built)} - wanted()
    assert sorted(unused) == []


def test_the_locales_say_the_same_things_with_the_same_facts() -> None:
    assert areas("nl") == areas("fr_BE")
    for area in areas("fr_BE"):
        base = of_area("fr_BE", area)
        for locale in LANGUAGES if area in (EVERYWHERE, *FRENCH) else BELGIAN:
            other = of_area(locale, area)
            assert sorted(other) == sorted(base)
            for key in base:
                assert facts(other[key]) == facts(base[key]), (locale, key)


def test_no_word_of_france_is_on_a_belgian_screen() -> None:
    word = re.compile(rf"\b({NOT_IN_BELGIUM})s?\b", re.IGNORECASE)
    french = of_french_areas()
    for key, texts in sentences("fr_BE").items():
        assert key in french or not [text for text in texts if word.search(text)], key


@pytest.mark.parametrize("locale", ["fr_BE", "fr_FR"])
def test_french_punctuation_is_not_torn_off_its_word(locale: str) -> None:
    for key, texts in sentences(locale).items():
        assert not [text for text in texts if re.search(r"« | [:;?!»€]", text)], key


def test_every_state_of_the_model_has_a_look() -> None:
    assert set(LOOKS) == COMPUTED["state"]


def test_every_icon_named_is_in_the_sheet() -> None:
    sheet = (WEBUI / "static" / "icons.svg").read_text("utf-8")
    drawn = set(re.findall(r'symbol id="([\w-]+)"', sheet))
    named = {look.icon for look in LOOKS.values()} | {entry.icon for entry in RAIL}
    for template in (WEBUI / "templates").rglob("*.html"):
        named |= set(re.findall(r'icon\("([\w-]+)"\)', template.read_text("utf-8")))
    assert named <= drawn


def test_the_most_exact_sentence_of_an_error_wins() -> None:
    spoken = catalogue("fr_BE")
    exact = sentence(errors.InvalidNumber(kind="niss", reason="check"), spoken)
    assert exact.startswith("Les deux derniers chiffres de ce NISS")
    by_kind = sentence(errors.InvalidNumber(kind="iban", reason="length"), spoken)
    assert "IBAN" in by_kind
    assert sentence(errors.InvalidValue(field="x", reason="empty"), spoken).startswith("Cette")
    general = sentence(errors.InvalidNumber(kind="new", reason="odd"), spoken)
    assert general == spoken.say("error.number.invalid")


def test_a_fact_that_is_missing_does_not_break_a_sentence() -> None:
    assert "…" in catalogue("nl").say("error.environment.missing")


def test_an_unknown_locale_speaks_the_french_of_belgium() -> None:
    assert catalogue("xx").language == "fr-BE"


def test_plurals_follow_each_language() -> None:
    assert catalogue("fr_BE").plural("age.years", 0) == "0 an"
    assert catalogue("nl").plural("ago.days", 1) == "1 dag geleden"
    assert catalogue("nl").plural("ago.days", 0) == "0 dagen geleden"


def test_a_catalogue_is_compiled_once_and_again_when_its_source_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = tmp_path / "besace.po"
    source.write_bytes((FOLDER / "nl" / "LC_MESSAGES" / "besace.po").read_bytes())
    made: list[Path] = []
    compile_it = i18n._compile

    def count(path: Path) -> bytes:
        made.append(path)
        return compile_it(path)

    monkeypatch.setattr(i18n, "_compile", count)
    first = i18n._compiled(source)
    assert i18n._compiled(source) == first
    assert len(made) == 1
    source.with_suffix(".mo").unlink()
    assert i18n._compiled(source) == first
    assert len(made) == 2


def test_a_folder_that_cannot_be_written_still_gives_its_sentences(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = tmp_path / "besace.po"
    source.write_bytes((FOLDER / "nl" / "LC_MESSAGES" / "besace.po").read_bytes())

    def refuse(path: Path, data: bytes) -> int:
        raise PermissionError

    monkeypatch.setattr(Path, "write_bytes", refuse)
    assert i18n._compiled(source)
    assert not source.with_suffix(".mo").exists()


def facts(texts: tuple[str, ...]) -> set[str]:
    return {name for text in texts for name in re.findall(r"%\((\w+)\)", text)}
