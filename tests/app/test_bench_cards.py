"""The figures of cards are measured on what they say, and are a sentence where they cannot be."""

import pytest

from server.app.bench import card_cycles, card_reading, card_waits, hardware
from server.app.bench.figure import Figure
from server.core.errors import Missing
from tests.hardware.daemon import what_is_missing

_HERE = "server.app.bench"
device = pytest.mark.skipif(bool(what_is_missing()), reason=what_is_missing() or "-")


def names(figures: list[Figure]) -> list[str]:
    return [figure.name for figure in figures]


@pytest.mark.alone
def test_cards_come_and_go_without_a_thing_left_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(card_cycles, "WARM", 20)
    monkeypatch.setattr(card_cycles, "CYCLES", 100)
    contexts, threads, memory = card_cycles.run()
    assert (contexts.value, threads.value) == (0, 0)
    assert memory.value < 1.5


@pytest.mark.device
@device
def test_a_reading_is_measured_beside_bare_commands_through_a_real_service(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(card_reading, "ROUNDS", 20)
    beside, alone = card_reading.run()
    assert names([beside, alone]) == ["cards.reading", "cards.reading_ms"]
    assert 0 < beside.value < 10  # a busy machine disturbs one of the two
    assert alone.value > 0


@pytest.mark.e2e
@pytest.mark.alone
def test_the_wait_for_a_file_is_measured_on_the_screen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(card_waits, "INSERTIONS", 3)
    (figure,) = card_waits.on_paper()
    assert figure.name == "cards.event_to_file_p95"
    assert figure.value > 200  # the pause after an insertion is part of it


@pytest.mark.e2e
@pytest.mark.device
@device
def test_the_wait_from_the_hand_is_measured_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(card_waits, "INSERTIONS", 3)
    (figure,) = card_waits.in_the_hand()
    assert figure.value > 200


def test_without_a_card_service_of_its_own_the_bench_says_so(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("shutil.which", lambda _: None)
    for measure in (card_reading.run, card_waits.in_the_hand):
        with pytest.raises(Missing):
            measure()


def test_every_part_of_the_hands_is_measured_one_after_the_other(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def one(name: str) -> list[Figure]:
        return [Figure(name, 0.0, 1.0, "lower", "×")]

    monkeypatch.setattr(f"{_HERE}.paper.run", lambda: one("paper"))
    monkeypatch.setattr(f"{_HERE}.codes.run", lambda: one("codes"))
    monkeypatch.setattr(f"{_HERE}.card_cycles.run", lambda: one("cycles"))
    monkeypatch.setattr(f"{_HERE}.card_waits.on_paper", lambda: one("event"))
    monkeypatch.setattr(f"{_HERE}.card_reading.run", lambda: one("reading"))
    monkeypatch.setattr(f"{_HERE}.card_waits.in_the_hand", lambda: one("hand"))
    told = [figure.name for figure in hardware.run()]
    assert told == ["codes", "paper", "cycles", "event", "reading", "hand"]
