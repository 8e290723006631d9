from datetime import UTC
from threading import Thread

from sync.clock import Bell, SystemClock


def test_the_clock_is_utc_and_the_monotonic_one_goes_on() -> None:
    clock = SystemClock()
    assert clock.now().tzinfo is UTC
    assert clock.monotonic() <= clock.monotonic()


def test_a_bell_ends_the_sleep_under_way_and_the_next_one() -> None:
    bell = Bell()
    sleeper = Thread(target=bell.sleep, args=(60,))
    sleeper.start()
    bell.ring()
    sleeper.join(5)
    assert not sleeper.is_alive()
    bell.ring()
    bell.sleep(60)
    bell.sleep(0.001)
