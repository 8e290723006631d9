from sync.fakes import MemoryIntake
from sync.transports.fakes import FakePartner, Mood


def test_a_partner_in_a_bad_mood_confirms_nothing() -> None:
    partner = FakePartner()
    for mood in (Mood.CUT, Mood.MUTE, Mood.REFUSING, Mood.BUSY):
        partner.mood = mood
        assert partner.confirm(["a"], []) == partner.fetch(lambda _: None).outcome
    assert partner.confirmations == []


def test_the_intake_starts_with_an_empty_desk() -> None:
    assert MemoryIntake().taken == []
