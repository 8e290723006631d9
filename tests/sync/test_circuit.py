from sync.circuit import FAILURES, OPEN_SECONDS, Circuit


def broken() -> Circuit:
    circuit = Circuit()
    for _ in range(FAILURES):
        assert circuit.wait(0) == 0
        circuit.failed(0)
    return circuit


def test_five_failures_open_it_for_five_minutes() -> None:
    circuit = broken()
    assert circuit.wait(0) == OPEN_SECONDS == 300
    assert circuit.wait(299.5) == 1


def test_then_one_knocks_and_the_others_wait_for_it() -> None:
    circuit = broken()
    assert circuit.wait(300) == 0
    assert circuit.wait(300) == 300
    circuit.answered()
    assert circuit.wait(300) == 0


def test_an_answer_in_between_starts_the_count_anew() -> None:
    circuit = Circuit()
    for _ in range(FAILURES - 1):
        circuit.failed(0)
    circuit.answered()
    circuit.failed(0)
    assert circuit.wait(0) == 0


def test_a_probe_that_fails_keeps_it_open() -> None:
    circuit = broken()
    assert circuit.wait(300) == 0
    circuit.failed(320)
    assert circuit.wait(320) == 300
