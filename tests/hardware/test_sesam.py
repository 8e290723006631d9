"""The French component in its process: lost, hung, babbling or too loud, it costs a sentence."""

import json
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardware import sesam as seen_from_outside
from hardware import sesam_wire
from hardware.framing import Garbled
from hardware.sesam import NoDriver, SesamProcess
from server.core.sesam import (
    DriverError,
    Group,
    Mode,
    Sealed,
    SesamDriver,
    SesamProblem,
    Signature,
    Wanted,
)

NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)
INVOICE = (Group(1110, ("000000001",)),)
SEALED = Sealed("FSE", b"x", (Signature("VITALE", b"y", b"z"),), simulated=True)
CALLS: dict[str, Callable[[SesamDriver], object]] = {
    "read_ps": lambda driver: driver.read_ps("1234"),
    "read_vitale": lambda driver: driver.read_vitale("1234", NOON),
    "read_apcv": lambda driver: driver.read_apcv(b"x", NOON, online=True),
    "secure": lambda driver: driver.secure(INVOICE, Mode.BOTH_CARDS, Wanted.FSE, "1234"),
    "countersign": lambda driver: driver.countersign(SEALED, "1234"),
}
SIGNING = {"secure", "countersign"}
HELLO = {"name": "Enfant d’essai", "version": "1", "simulated": True}


def frame(kind: int, told: object) -> bytes:
    body = json.dumps(told).encode()
    return bytes([kind]) + len(body).to_bytes(4, "big") + body


def a_child(then: str, hello: object = HELLO) -> SesamProcess:
    """A component that says who it is, reads the next call, then does what it likes."""
    work = (
        "import os, signal, sys, time\n"
        "def ask():\n"
        "    head = sys.stdin.buffer.read(5)\n"
        "    return head and sys.stdin.buffer.read(int.from_bytes(head[1:], 'big'))\n"
        "def say(data):\n"
        "    sys.stdout.buffer.write(data); sys.stdout.buffer.flush()\n"
        f"ask(); say({frame(2, hello)!r})\n"
        "ask()\n" + then
    )
    return SesamProcess([sys.executable, "-c", work], demo=True)


def failure(driver: SesamDriver, call: str) -> DriverError:
    with pytest.raises(DriverError) as failed:
        CALLS[call](driver)
    return failed.value


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seen_from_outside, "READ_SECONDS", 0.3)
    monkeypatch.setattr(seen_from_outside, "SIGN_SECONDS", 0.3)


@pytest.mark.parametrize("call", CALLS)
def test_without_a_component_every_call_says_so(call: str) -> None:
    assert failure(NoDriver(), call).problem is SesamProblem.ABSENT
    with pytest.raises(DriverError):
        NoDriver().config()


def test_a_component_that_is_not_there_or_does_not_speak_is_told() -> None:
    gone = SesamProcess(["/nowhere/component"], demo=False)
    assert failure(gone, "read_ps").problem is SesamProblem.ABSENT
    for work in ("raise SystemExit(1)", "print('bonjour')", "import sys; sys.stdin.read(1)"):
        mute = SesamProcess([sys.executable, "-c", work], demo=False)
        assert failure(mute, "read_ps").problem is SesamProblem.NOT_STARTED


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize(
    ("then", "problem"),
    [
        ("os.kill(os.getpid(), signal.SIGKILL)", SesamProblem.FELL),
        ("sys.exit(3)", SesamProblem.FELL),
        ("say(b'bonjour tout le monde')", SesamProblem.GARBLED),
        ("say(bytes([2, 0x7f, 0xff, 0xff, 0xff])); say(b'x' * 100_000)", SesamProblem.GARBLED),
        ("say(bytes([2, 0, 0, 0, 200])); say(b'{}')", SesamProblem.GARBLED),
        ("say(bytes([2, 0, 0, 0, 2]) + b'[]')", SesamProblem.GARBLED),
        ("say(bytes([2, 0, 0, 0, 2]) + b'{}')", SesamProblem.GARBLED),
        ("say(bytes([3, 0, 0, 0, 2]) + b'{}')", SesamProblem.GARBLED),
        ("n = 1_000_000; say(bytes([2]) + n.to_bytes(4, 'big') + b'[' * n)", SesamProblem.GARBLED),
    ],
)
def test_a_component_that_falls_or_babbles_costs_one_sentence(
    call: str, then: str, problem: SesamProblem
) -> None:
    driver = a_child(then)
    error = failure(driver, call)
    assert error.problem is (SesamProblem.UNSURE if call in SIGNING else problem)
    assert error.retryable is (call not in SIGNING)
    assert driver._child._process is None


@pytest.mark.parametrize("call", CALLS)
def test_a_component_that_hangs_is_killed(call: str, quick: None) -> None:
    driver = a_child("time.sleep(600)")
    driver.config()
    process = driver._child._process
    expected = SesamProblem.UNSURE if call in SIGNING else SesamProblem.SILENT
    assert failure(driver, call).problem is expected
    assert process is not None and process.poll() is not None


def test_after_a_fall_the_next_call_starts_it_again() -> None:
    answer = {"groups": [[1, ["LE GOFF"]]]}
    driver = a_child(f"say({frame(2, answer)!r}); time.sleep(600)")
    try:
        driver.config()
        first = driver._child._process
        assert first is not None
        first.kill()
        first.wait()
        assert driver.read_ps("1234") == (Group(1, ("LE GOFF",)),)
        assert driver._child._process is not first
    finally:
        driver.close()


def test_a_real_practice_takes_no_simulator_and_a_demo_takes_nothing_else() -> None:
    real = a_child("")
    real._child._demo = False
    assert failure(real, "read_ps").problem is SesamProblem.SIMULATED
    assert real._child._process is None
    demo = a_child("", {**HELLO, "simulated": False})
    assert failure(demo, "secure").problem is SesamProblem.NOT_SIMULATED


def test_a_problem_of_the_component_is_told_as_it_is() -> None:
    told = {"problem": "sesam.wrong_pin", "tries": 2, "retryable": True}
    driver = a_child(f"say({frame(3, told)!r}); time.sleep(600)")
    error = failure(driver, "secure")
    assert (error.problem, error.tries, error.retryable) == (SesamProblem.WRONG_PIN, 2, True)
    assert driver._child._process is not None
    driver.close()


def test_a_phone_is_not_asked_about_without_a_line() -> None:
    driver = SesamProcess(["/nowhere"], demo=True)
    with pytest.raises(DriverError) as failed:
        driver.read_apcv(b"x", NOON, online=False)
    assert failed.value.problem is SesamProblem.OFFLINE


def test_a_countersignature_that_changes_what_was_signed_is_not_taken() -> None:
    other = {**sesam_wire.pack_sealed(SEALED), "content": "b3RoZXI="}
    driver = a_child(f"say({frame(2, {'sealed': other})!r}); time.sleep(600)")
    assert failure(driver, "countersign").problem is SesamProblem.UNSURE


def test_a_pin_is_in_no_log_no_error_and_no_argument(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    driver = a_child("sys.exit(1)")
    with pytest.raises(DriverError) as failed:
        driver.read_ps("7391")
    assert "7391" not in caplog.text
    assert "7391" not in f"{failed.value!r} {failed.value.facts} {driver._child._command}"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=9), inner),
    max_leaves=12,
)


@given(st.dictionaries(st.sampled_from(["groups", "problem", "tries", "retryable", "name"]), JSON))
def test_whatever_is_told_is_taken_or_refused(told: dict[str, Any]) -> None:
    for work in (
        sesam_wire.unpack_groups,
        sesam_wire.component,
        lambda value: sesam_wire.unpack_sealed(value, simulated=True),
        lambda value: sesam_wire.problem(value, "read_ps"),
    ):
        try:
            work(told)
        except Garbled:
            continue
