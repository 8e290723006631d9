"""Trying a code from the program: the tries told, the last kept back, everything else goes on."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from hardware.fake_scard import PaperScard
from hardware.keycards import KeyCards
from server.app.demo import Demo
from server.app.demo_people import PEOPLE
from server.app.doctor_cards import look_at_middleware, try_middleware
from server.app.findings import Finding, Grade
from server.app.keycards import KeyCardTrials, cards_of, counter
from server.core.cards import CardKind
from server.core.errors import InvalidForm
from tests.app.waiting import until
from tests.hardware.keytokens import CODE, OTHER_CODE, READER, CountedCard, KeyToken, make_token
from tests.world import faults
from webui.keycards import FoundKeyCard, KeyCardState, Workplace


@dataclass
class Corner:
    """A token, the reader it stands in, and the thread that tries its code."""

    token: KeyToken
    scard: PaperScard = field(default_factory=PaperScard)
    told: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.scard.add_reader(READER)
        self.scard.insert(READER, CountedCard(PEOPLE[0].person, self.token))
        self.trials = KeyCardTrials(
            self.token.cards(), lambda kind, _: self.told.append(kind), counter(self.scard)
        )
        self.trials.start()

    @property
    def state(self) -> KeyCardState:
        return self.trials.state

    def look(self) -> FoundKeyCard:
        self.trials.look()
        assert until(lambda: not self.state.looking)
        (card,) = self.state.cards or ()
        return card

    def attempt(self, pin: str = "", *, last_too: bool = False) -> KeyCardState:
        self.trials.try_code(self.look().id, pin, last_too=last_too)
        assert until(lambda: not self.state.trying)
        return self.state


@pytest.fixture
def corner(tmp_path: Path) -> Iterator[Corner]:
    made = Corner(make_token(CardKind.EID, tmp_path / "eid"))
    yield made
    made.trials.stop()


@pytest.fixture
def cps(tmp_path: Path) -> Iterator[Corner]:
    token = make_token(CardKind.CPS, tmp_path / "cps")
    token.has("open")
    made = Corner(token)
    yield made
    made.trials.stop()


def test_a_good_code_is_proved_by_the_card(corner: Corner) -> None:
    card = corner.look()
    assert (card.reader, card.tries.left, card.can_ask) == (READER, 3, True)
    corner.token.types(CODE)
    assert corner.attempt().good
    assert corner.told[-1] == "keycard.done"
    assert corner.scard.contexts == set()


@pytest.mark.scenario("H-11")
def test_two_wrong_codes_leave_one_try_that_is_not_made_by_itself(corner: Corner) -> None:
    corner.token.types(OTHER_CODE)
    told = [(after.problem, after.left) for after in (corner.attempt(), corner.attempt())]
    assert told == [("keycard.wrong", 2), ("keycard.wrong", 1)]
    with pytest.raises(InvalidForm) as refused:
        corner.attempt()
    assert faults(refused.value) == (("last_too", "needed"),)
    assert corner.token.tries == 1
    assert corner.attempt(last_too=True).problem == "keycard.blocked"
    card = corner.look()
    assert (card.tries.spent, card.can_ask) == (True, False)


def test_a_try_is_stopped_and_a_second_is_not_begun_meanwhile(corner: Corner) -> None:
    corner.token.types("WAIT")
    key = corner.look().id
    corner.trials.try_code(key, "", last_too=False)
    with pytest.raises(InvalidForm) as refused:
        corner.trials.try_code(key, "", last_too=False)
    assert faults(refused.value) == (("card", "trying"),)

    def stopped() -> bool:
        corner.trials.stop_trying()
        return not corner.state.trying

    assert until(stopped)
    assert corner.state.problem in ("keycard.stopped", "keycard.fell")
    assert corner.token.tries == 3


def test_a_card_that_left_is_not_tried_and_is_gone_from_the_screen(corner: Corner) -> None:
    key = corner.look().id
    corner.token.has("pulled")
    corner.trials.moved()
    assert until(lambda: corner.state.cards == ())
    with pytest.raises(InvalidForm) as refused:
        corner.trials.try_code(key, "", last_too=False)
    assert faults(refused.value) == (("card", "gone"),)


def test_nobody_looks_for_cards_before_somebody_asked(corner: Corner) -> None:
    corner.trials.moved()
    assert (corner.state.cards, corner.state.looking, corner.told) == (None, False, [])


def test_a_cps_tells_where_its_holder_works_until_it_leaves(cps: Corner) -> None:
    card = cps.look()
    assert (card.holder, card.number) == ("CAMILLE LENOIR", "899700000017")
    after = cps.attempt(CODE)
    assert after.workplaces[0] == Workplace("CABINET DE L'ECLUSE", "400000000099", "SA07")
    cps.trials.moved()
    assert (cps.state.good, cps.state.workplaces) == (False, ())


def test_row_47_a_code_typed_for_a_cps_is_kept_nowhere(
    cps: Corner, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    after = cps.attempt(OTHER_CODE)
    assert after.problem == "keycard.wrong"
    assert OTHER_CODE not in repr(after) + caplog.text + repr(vars(cps.trials))


def test_a_software_that_is_absent_or_broken_is_a_sentence(tmp_path: Path) -> None:
    for library, problem in ((None, "keycard.absent"), (tmp_path / "x.so", "keycard.broken")):
        trials = KeyCardTrials(KeyCards(CardKind.EID, library), lambda *_: None, lambda _: None)
        trials.start()
        trials.look()
        assert until(lambda trials=trials: not trials.state.looking)  # type: ignore[misc]
        assert trials.state.problem == problem
        trials.stop()


def test_each_country_has_its_own_kind_of_card(tmp_path: Path) -> None:
    assert cards_of("BE", None).kind is CardKind.EID
    assert cards_of("FR", tmp_path).library == tmp_path


def test_the_doctor_loads_the_software_it_finds(tmp_path: Path) -> None:
    token = make_token(CardKind.EID, tmp_path / "eid")
    told = {"library": str(token.library)}
    assert list(try_middleware(tmp_path, token.library)) == [Finding("middleware.ok", facts=told)]
    broken = tmp_path / "libbeidpkcs11.so.0"
    broken.write_text("no library")
    told = {"library": str(broken)}
    assert list(try_middleware(tmp_path, broken)) == [
        Finding("middleware.broken", Grade.LACK, told)
    ]
    assert list(look_at_middleware("FR", root=tmp_path)) == [
        Finding("middleware.cps_none", tried=False)
    ]


def test_the_program_tries_codes_while_a_practice_is_open(opened: Demo) -> None:
    program = opened.program
    assert program.keycards is not None
    program.keycards.look()
    assert until(lambda: program.keycards is not None and not program.keycards.state.looking)
    opened.insert("0")
    program.gate.lock()
    assert program.keycards is None
