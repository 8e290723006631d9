from server.core.outbox import Outcome, Verdict
from sync.etiquette import Etiquette, Looks
from sync.fakes import MemoryClock


def test_the_first_look_is_free() -> None:
    assert Etiquette().wait(0, manual=False) == 0


def test_a_refusal_keeps_at_least_the_time_asked_for() -> None:
    etiquette = Etiquette()
    etiquette.refused(0, retry_after=3600)
    assert etiquette.wait(0, manual=True) == 3600


def test_refusals_double_up_to_eight_hours() -> None:
    etiquette = Etiquette()
    for _ in range(20):
        etiquette.refused(0, retry_after=None)
    assert etiquette.wait(0, manual=False) == 8 * 3600


def test_a_box_of_teletransmission_has_a_pace_of_its_own(clock: MemoryClock) -> None:
    looks = Looks(["efact", "teletransmission"], clock)
    for stream in ("efact", "teletransmission"):
        looks.note(stream, Outcome(Verdict.DONE))
    assert looks.patience(manual=False) == {"efact": 900, "teletransmission": 1800}
    assert looks.patience(manual=True) == {"efact": 60, "teletransmission": 15}
