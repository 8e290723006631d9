"""The door by itself: secrets, their lives, and what a request must show (attacks 2 and 8)."""

from random import Random

import pytest

from webui.door import Door, Knock

OURS = Knock("/x", "127.0.0.1:5000", None, None)


class Seconds:
    def __init__(self) -> None:
        self.now = 50.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def seconds() -> Seconds:
    return Seconds()


@pytest.fixture
def door(seconds: Seconds) -> Door:
    return Door(5000, seconds, Random(7).randbytes)  # noqa: S311 - repeatable


def secret_of(url: str) -> str:
    return url.rpartition("/")[2]


def test_a_launch_secret_lets_one_browser_in_and_no_second(door: Door) -> None:
    secret = secret_of(door.invite())
    cookie = door.admit(secret)
    assert cookie and door.knows(cookie)
    assert door.admit(secret) is None


def test_a_launch_secret_has_256_bits_and_the_prefix_128(door: Door) -> None:
    assert len(secret_of(door.invite())) == 64
    assert len(door.prefix) == 32


def test_a_launch_secret_is_worth_nothing_after_a_minute(door: Door, seconds: Seconds) -> None:
    secret = secret_of(door.invite())
    seconds.now += 60.5
    assert door.admit(secret) is None
    seconds.now -= 60.5
    assert door.admit(secret) is None


def test_a_new_invitation_withdraws_the_old_one(door: Door) -> None:
    old = secret_of(door.invite())
    new = secret_of(door.invite())
    assert door.admit(old) is None
    assert door.admit(new)


def test_a_thousand_guesses_open_nothing_and_the_fifth_raises_the_alarm(door: Door) -> None:
    secret = secret_of(door.invite())
    for number in range(1000):
        assert door.alarmed == (number >= 5)
        assert door.admit(f"{number:064x}") is None
    assert door.admit(secret)


def test_reloading_a_spent_launch_page_is_not_an_attack(door: Door) -> None:
    secret = secret_of(door.invite())
    door.admit(secret)
    for _ in range(10):
        assert door.admit(secret) is None
    assert not door.alarmed


def test_nobody_is_admitted_before_an_invitation(door: Door) -> None:
    assert door.admit("") is None


@pytest.mark.parametrize(
    "knock",
    [
        Knock("/x", "evil.example", None, None),
        Knock("/x", "localhost:5000", None, None),
        Knock("/x", "127.0.0.1", None, None),
        Knock("/x", None, None, None),
        Knock("/x", "127.0.0.1:5000, 127.0.0.1:5000", None, None),
        Knock("http://127.0.0.1:5000/x", "127.0.0.1:5000", None, None),
        Knock("/x", "127.0.0.1:5000", "http://127.0.0.1:5001", None),
        Knock("/x", "127.0.0.1:5000", "https://127.0.0.1:5000", None),
        Knock("/x", "127.0.0.1:5000", "null", None),
        Knock("/x", "127.0.0.1:5000", None, "same-site"),
        Knock("/x", "127.0.0.1:5000", None, "cross-site"),
    ],
)
def test_a_request_meant_for_or_sent_by_somebody_else_is_not_recognised(
    door: Door, knock: Knock
) -> None:
    assert not door.recognises(knock)


@pytest.mark.parametrize("site", [None, "none", "same-origin"])
@pytest.mark.parametrize("origin", [None, "http://127.0.0.1:5000"])
def test_our_own_requests_are_recognised(door: Door, site: str | None, origin: str | None) -> None:
    assert door.recognises(Knock("/x?y", "127.0.0.1:5000", origin, site))


def test_cookie_token_and_session_are_not_interchangeable(door: Door) -> None:
    cookie = door.admit(secret_of(door.invite())) or ""
    session = door.open_session()
    assert not door.trusts(cookie) and not door.in_session(cookie)
    assert not door.knows(door.page_token) and not door.knows(session)


def test_what_is_not_ascii_is_refused_without_an_error(door: Door) -> None:
    assert not door.knows("é\udcff") and not door.trusts("ü") and not door.in_session("")


def test_a_session_cookie_dies_when_the_practice_is_locked(door: Door) -> None:
    session = door.open_session()
    assert door.in_session(session)
    door.close_session()
    assert not door.in_session(session)
    assert door.in_session(door.open_session()) and not door.in_session(session)
