"""Every public service that takes a desk names a right, or says here why it needs none."""

import ast
from collections.abc import Iterator, Mapping
from pathlib import Path

ROOT = Path(__file__).parents[2]
SERVICES = ROOT / "server" / "services"
SCREENS = ROOT / "webui"

INSIDE: Mapping[str, str] = {
    "adri.asked_now": "the question itself, inside asking and before it leaves",
    "adri.keep": "the post, inside the deed that took the answer",
    "arrivals": "the post, inside the deed that took the answer",
    "belgian_cases": "the judging of sessions, inside the act that changed something",
    "backups.changed_since": "the keeper of copies, for whoever is at work",
    "backups.drill_is_due": "the keeper of copies, for whoever is at work",
    "backups.is_due": "the keeper of copies, for whoever is at work",
    "backups.newest": "the keeper of copies, for whoever is at work",
    "backups.note_kept": "the end of a copy or of a rehearsal",
    "backups.remember": "the end of a copy",
    "checkups.keep": "the health watch, for whoever is at work",
    "convention_rules": "the reference tables, read by the services of conventions",
    "dossiers": "the facts the rules read, inside the act that judges",
    "efact_file": "the writing of a lot, inside sealing",
    "entries": "the door, which journals who comes in and leaves",
    "evaluation": "the judging of sessions, inside the act that changed something",
    "facts": "the facts the rules read, inside the act that judges",
    "french_groups": "the signing of an invoice, which asked for billing",
    "french_invoicing.keep": "the recording of a visit and the deciding of its billing",
    "french_offers": "the screens of a visit and of its billing, which asked for it",
    "french_receipts.settle_unpaid": "the post, inside the deed that took the receipt",
    "french_receipts.take": "the post, inside the deed that took the receipt",
    "french_rejects.refuse": "a return that came, inside the deed that took it",
    "french_returns": "the post, or who ties a line, inside the deed",
    "french_rules.calendar": "the rules in force",
    "french_rules.ground": "the rules in force",
    "french_rules.rulebook": "the rules in force",
    "french_rules.zone": "the rules in force",
    "french_sending.arrived": "the post, inside the deed that settles a message",
    "french_sending.move_all": "the life of lots, inside the deed that moves them",
    "french_sending.waits_for_another": "the post, for whoever is at work",
    "french_series.next_session": "the proposal of a visit, which asked for care",
    "french_standing": "the facts the rules read, inside the act that judges",
    "judges": "the judging of sessions, inside the act that changed something",
    "fates": "the life of lots and lines, inside the deed that moves them",
    "french_identity": "the patients service, inside its deed",
    "homecomings.begin": "the return itself, before anybody works",
    "homecomings.holds_sealing": "sealing, before it begins",
    "homecomings.reference_slot": "the numbering of a lot, inside sealing",
    "homecomings.seen_elsewhere": "the post, inside the deed that took the answer",
    "identity.of_reading": "the presenting of a card, inside its deed",
    "insurers.counted_as": "the numbering of a lot, inside sealing",
    "insurers.counted_with": "the day of a lot, inside sealing",
    "lots.first_free_day": "the day of a lot, inside sealing and rehearsing",
    "mandates.may_reach": "the post, for whoever is at work",
    "mandates.may_travel": "the post, for whoever is at work",
    "online": "the services that ask, and the post",
    "online_answers": "the post, inside the deed that took the answer",
    "outside.note_refusal": "the program's own door, which nobody asked to open",
    "places.of": "the keeper of copies, for whoever is at work",
    "prescribing": "the opening and prescribing of a treatment, which asked for care",
    "retention.until": "the rules of keeping",
    "pins.latch": "the lock itself",
    "roots.loaded": "the reader of cards, which trusts them",
    "secure_tp.advance": "the steps, inside the deed that begins or goes on",
    "safety.give_slot": "the users service, inside its deed",
    "safety.highest": "the change of the key, which asked for a proof and for security",
    "safety.learn": "the door, inside its deed",
    "safety.note_reencrypted": "the end of a change of the key",
    "safety.take_slot": "the users service, inside its deed",
    "rules.choice": "the rules in force",
    "rules.code_profiles": "the reference tables",
    "rules.rulebook": "the rules in force",
    "tp_steps": "the steps of a session, read by who may bill it, and by the post",
    "user_cards.namesake_of": "the presenting of a card, which asked for patients",
    "user_cards.owner_of": "the presenting of a card, which asked for patients",
    "verdicts": "the ledger and the refusals, which were asked for with billing",
}
"""Services called by other acts only, and whose."""

ANYBODY: Mapping[str, str] = {
    "backups.notices": "whether copies fail is told to whoever works here; it names nobody",
    "drafts": "what one typed oneself and did not send, and nothing of anybody else's",
    "insurers.names": "the reference tables",
    "french_transmission.unsent": "how much waits to leave, in a figure; 0 for who does not bill",
    "french_rules.label": "the reference tables",
    "ledger.queue": "how much waits to leave, in figures: the frame shows it to all",
    "pins.choose": "one's own PIN; it asks for a proof itself",
    "pins.give_up": "one's own PIN",
    "pins.has_one": "one's own PIN",
    "system_keys.give_up": "one's own way in",
    "system_keys.has_one": "one's own way in",
    "system_keys.keep": "one's own way in; it asks for a proof itself",
    "practices.card": "the practice's own facts, which its papers show",
    "practices.stand": "the practice's own facts, which prices hang on",
    "practices.choose_language": "one's own language",
    "retention.rules": "the reference tables",
    "rules.label": "the reference tables",
    "rules.tariff_versions": "the reference tables",
    "safety.holds_old_slots": "says whether secrets given up open again; a warning for all",
    "safety.kept": "how the practice is protected: names and dates of slots, no secret",
    "safety.put_slot": "one's own passphrase; for the recovery code it asks itself",
    "treating.require": "asks itself, for one patient",
    "treating.treats": "says what the user may see, for one patient",
}
"""Services that every user may call, and why."""


def services() -> Iterator[tuple[str, ast.FunctionDef]]:
    """Every public function whose first argument is a desk: `lots.seal`, and its code."""
    for module in sorted(SERVICES.glob("*.py")):
        for node in ast.parse(module.read_text("utf-8")).body:
            if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
                first = next(iter(node.args.args), None)
                hint = ast.unparse(first.annotation) if first and first.annotation else ""
                if hint == "Desk":
                    yield f"{module.stem}.{node.name}", node


def names_a_right(service: ast.FunctionDef) -> bool:
    """Say whether the decorator names one at least, of the closed list."""
    for each in service.decorator_list:
        if isinstance(each, ast.Call) and ast.unparse(each.func) == "needs":
            return bool(each.args) and all(
                ast.unparse(arg).startswith("Right.") for arg in each.args
            )
    return False


def excused(name: str, among: Mapping[str, str]) -> bool:
    return name in among or name.partition(".")[0] in among


def test_no_service_forgets_to_ask() -> None:
    forgotten = [
        name
        for name, service in services()
        if not names_a_right(service) and not excused(name, {**INSIDE, **ANYBODY})
    ]
    assert forgotten == []


def test_no_excuse_outlives_its_service() -> None:
    known = {name: names_a_right(service) for name, service in services()}
    modules = {name.partition(".")[0] for name, asks in known.items() if not asks}
    for excuse in (*INSIDE, *ANYBODY):
        assert excuse in modules if "." not in excuse else known.get(excuse) is False, excuse


def test_the_screens_call_nothing_that_is_meant_for_the_inside_of_an_act() -> None:
    called = set()
    for module in SCREENS.rglob("*.py"):
        for node in ast.walk(ast.parse(module.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                called.add(ast.unparse(node.func))
    known = [name for name, _ in services()]
    assert len(called & set(known)) > 60, "the screens are not read any more"
    assert [name for name in known if name in called and excused(name, INSIDE)] == []


def test_the_walk_sees_the_services() -> None:
    assert len(list(services())) > 140
