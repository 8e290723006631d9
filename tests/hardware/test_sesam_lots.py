"""Lots, files and translations of the component: made by the simulator, judged value by value."""

import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardware import sesam as seen_from_outside
from hardware import sesam_lots_wire as wire
from hardware.child import command
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
from server.core.teletransmission import BuiltLot, DocumentKind, Family, LotOrder, Recipient
from server.simulators.sesam.keys import ROOT_NAME, certificate, holds, root, sign
from server.simulators.sesam.people import PIN
from server.simulators.sesam.seals import (
    COMPONENT,
    FILE,
    FRONT_END,
    LOT,
    RECEIPT,
    RETURN,
    opened,
    sealed_by,
    unpacked,
)
from tests.hardware.test_sesam import HELLO, a_child, frame

SIMULATOR = "server.simulators.sesam.process"
CAISSE = Recipient(DocumentKind.FSE, "01", "751", "016")
SEALED = Sealed("FSE", b"x", (Signature("CPS", b"y", b"z"),), simulated=True)
ORDER = LotOrder(7, Family.SECURED, "297000010", CAISSE, (SEALED,))
LOT_MADE = BuiltLot(7, b"x", simulated=True)
CALLS: dict[str, Callable[[SesamDriver], object]] = {
    "clock": lambda driver: driver.clock(),
    "build_lot": lambda driver: driver.build_lot(ORDER, PIN),
    "build_file": lambda driver: driver.build_file([LOT_MADE]),
    "translate": lambda driver: driver.translate(b"x"),
}


@pytest.fixture(scope="module")
def driver() -> Iterator[SesamProcess]:
    started = SesamProcess(command(SIMULATOR), demo=True)
    yield started
    started.close()


def failure(work: Callable[[], object]) -> DriverError:
    with pytest.raises(DriverError) as failed:
        work()
    return failed.value


def reason(work: Callable[[], object]) -> str:
    error = failure(work)
    assert (error.problem, error.retryable) == (SesamProblem.REFUSED, False)
    return str(error.facts["reason"])


def document(driver: SesamDriver, number: str, mode: Mode = Mode.BOTH_CARDS) -> Sealed:
    invoice = (Group(1110, (number,)), Group(1610, ("20260310", "TST", "810")))
    return driver.secure(invoice, mode, Wanted.FSE, PIN)[0]


def order(*documents: Sealed, **other: Any) -> LotOrder:
    return replace(replace(ORDER, documents=documents), **other)


@pytest.mark.parametrize("call", CALLS)
def test_without_a_component_nothing_is_built(call: str) -> None:
    assert failure(lambda: CALLS[call](NoDriver())).problem is SesamProblem.ABSENT


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize(
    ("then", "problem"),
    [
        ("sys.exit(3)", SesamProblem.FELL),
        ("say(b'bonjour tout le monde')", SesamProblem.GARBLED),
        ("say(bytes([2, 0, 0, 0, 2]) + b'{}')", SesamProblem.GARBLED),
        ("time.sleep(600)", SesamProblem.SILENT),
    ],
)
def test_a_component_lost_over_a_lot_may_be_asked_again(
    call: str, then: str, problem: SesamProblem, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(seen_from_outside, "READ_SECONDS", 0.5)
    monkeypatch.setattr(seen_from_outside, "SIGN_SECONDS", 0.5)
    lost = a_child(then)
    error = failure(lambda: CALLS[call](lost))
    assert (error.problem, error.retryable) == (problem, True)
    assert lost._child._process is None


def test_a_lot_made_twice_after_a_fall_is_the_same(driver: SesamProcess) -> None:
    asked = order(document(driver, "000000101"), document(driver, "000000102"))
    first = driver.build_lot(asked, PIN)
    process = driver._child._process
    assert process is not None
    process.kill()
    process.wait()
    again = driver.build_lot(asked, PIN)
    assert (again.number, again.simulated) == (7, True)
    assert again.content == first.content


def test_a_lot_is_signed_by_the_professional_s_card_and_says_what_it_holds(
    driver: SesamProcess,
) -> None:
    made = driver.build_lot(order(document(driver, "000000103")), PIN)
    assert made.content.startswith(b"SIMULE LOT ")
    told = opened(LOT, made.content)
    assert (told["numero"], told["famille"], told["emetteur"]) == (7, "SECURED", "297000010")
    assert told["destinataire"] == "FSE 01/751/016" and len(told["documents"]) == 1


def test_a_lot_is_refused_unless_every_document_has_the_signatures_of_its_family(
    driver: SesamProcess,
) -> None:
    both, alone = document(driver, "000000104"), document(driver, "000000105", Mode.DEGRADED)
    half = document(driver, "000000106", Mode.DESYNCHRONISED)
    assert driver.build_lot(order(alone, family=Family.DEGRADED), PIN).content
    whole = driver.countersign(half, PIN)
    assert driver.build_lot(order(whole), PIN).content
    for documents, family in (
        ((both, alone), Family.SECURED), ((half,), Family.SECURED), ((half,), Family.DEGRADED),
        ((both,), Family.DEGRADED),
    ):  # fmt: skip
        told = reason(lambda d=documents, f=family: driver.build_lot(order(*d, family=f), PIN))  # type: ignore[misc]
        assert told == "signatures d’une autre famille"


def test_a_lot_is_refused_for_what_is_not_in_order(driver: SesamProcess) -> None:
    good = document(driver, "000000107")
    changed = replace(good, content=good.content + b"x")
    stranger = replace(good, content=b"FSE of somebody else")
    uncertified = replace(
        good, signatures=tuple(replace(s, certificate=b"none") for s in good.signatures)
    )
    for wrong in (
        order(), order(good, good), order(changed), order(stranger), order(uncertified),
        order(good, number=0), order(good, number=1000), order(good, sender="29700001"),
        order(good, recipient=Recipient(DocumentKind.DRE, "OC", "999", "giesv.rss.fr")),
        order(good, recipient=Recipient(DocumentKind.FSE, "01", "7/51", "016")),
    ):  # fmt: skip
        assert reason(lambda each=wrong: driver.build_lot(each, PIN))  # type: ignore[misc]


def test_a_lot_needs_the_card_and_its_pin(driver: SesamProcess) -> None:
    good = document(driver, "000000108")
    assert failure(lambda: driver.build_lot(order(good), "0000")).problem is SesamProblem.WRONG_PIN
    bare = SesamProcess(command(SIMULATOR, "--no-cps"), demo=True)
    try:
        error = failure(lambda: bare.build_lot(order(good), PIN))
        assert error.problem is SesamProblem.NO_CPS
    finally:
        bare.close()


def test_a_file_holds_lots_of_one_receiver_under_one_seal(driver: SesamProcess) -> None:
    elsewhere = Recipient(DocumentKind.FSE, "01", "291", "010")
    first = driver.build_lot(order(document(driver, "000000109")), PIN)
    second = driver.build_lot(order(document(driver, "000000110"), number=8), PIN)
    other = driver.build_lot(order(document(driver, "000000111"), recipient=elsewhere), PIN)
    file = driver.build_file([first, second])
    told = opened(FILE, file, COMPONENT)
    assert told["destinataire"] == "FSE 01/751/016"
    assert [unpacked(lot) for lot in told["lots"]] == [first.content, second.content]
    for lots in ((), (first, first), (first, other), (replace(first, content=b"SIMULE LOT {"),)):
        assert reason(lambda given=lots: driver.build_file(given))  # type: ignore[misc]


def test_the_clock_of_the_reader_may_be_apart_from_that_of_the_pc(driver: SesamProcess) -> None:
    assert abs(driver.clock() - datetime.now(UTC)) < timedelta(seconds=30)
    late = SesamProcess(command(SIMULATOR, "--clock-offset", "-7200"), demo=True)
    try:
        apart = datetime.now(UTC) - late.clock()
        assert timedelta(seconds=7170) < apart < timedelta(seconds=7230)
    finally:
        late.close()


def test_a_receipt_and_a_return_are_translated_word_for_word(driver: SesamProcess) -> None:
    for mark, kind in ((RECEIPT, "ARL"), (RETURN, "RSP")):
        told = {"kind": kind, "reason": "É", "lines": [{"amo_paid": -1790}]}
        assert driver.translate(sealed_by(mark, told, FRONT_END)) == told


def test_what_is_cut_unsealed_or_unknown_is_refused_with_a_reason(driver: SesamProcess) -> None:
    good = sealed_by(RECEIPT, {"kind": "ARL", "positive": True}, FRONT_END)
    for content in (
        b"", b"bonjour", good[:-20], good[: len(good) // 2], b"SIMULE ARL []", b"SIMULE ARL {}",
        b"SIMULE ARL " + b"[" * 5_000, good.replace(b"true", b"null"),
        good.replace(b'"sceau": "', b'"sceau": "*'), good.replace(b'"sceau": "', b'"sceau": 1, "'),
        sealed_by(RECEIPT, {"kind": "ARL"}, COMPONENT),
        sealed_by(RECEIPT, {"kind": "RSP"}, FRONT_END),
        sealed_by(LOT, {"kind": "ARL"}, FRONT_END), sealed_by(RETURN, ["RSP"], FRONT_END),  # type: ignore[arg-type]
    ):  # fmt: skip
        assert reason(lambda given=content: driver.translate(given))  # type: ignore[misc]
    too_long = failure(lambda: driver.translate(b"x" * (wire.MOST_CONTENT + 1)))
    assert too_long.problem is SesamProblem.REFUSED


@pytest.mark.parametrize(
    ("call", "answer"),
    [
        ("clock", {"now": "2026-03-10T12:00:00"}),
        ("clock", {"now": "2026-03-10T12:00:00+01:00"}),
        ("clock", {"now": "midi"}),
        ("build_lot", {"number": 8, "content": "eA=="}),
        ("build_lot", {"number": 7, "content": ""}),
        ("build_lot", {"number": 7, "content": "*"}),
        ("build_file", {"content": 7}),
        ("translate", {"functional": []}),
        ("translate", {"functional": {"kind": "OTHER"}}),
    ],
)
def test_an_answer_that_makes_no_sense_is_garbled(call: str, answer: dict[str, Any]) -> None:
    odd = a_child(f"say({frame(2, answer)!r}); time.sleep(600)")
    assert failure(lambda: CALLS[call](odd)).problem is SesamProblem.GARBLED


def test_a_lot_remembers_who_made_it() -> None:
    work = (
        "import sys\n"
        "def ask():\n"
        "    head = sys.stdin.buffer.read(5)\n"
        "    return head and sys.stdin.buffer.read(int.from_bytes(head[1:], 'big'))\n"
        f"for each in ({frame(2, {**HELLO, 'simulated': False})!r},"
        f" {frame(2, {'number': 7, 'content': 'eA=='})!r}):\n"
        "    ask(); sys.stdout.buffer.write(each); sys.stdout.buffer.flush()\n"
        "ask()"
    )
    real = SesamProcess([sys.executable, "-c", work], demo=False)
    try:
        assert real.build_lot(ORDER, PIN) == BuiltLot(7, b"x", simulated=False)
    finally:
        real.close()


def test_a_signature_holds_for_its_own_bytes_and_key_alone() -> None:
    shown, value = certificate("card"), sign("card", b"x")
    assert holds(shown, b"x", value) and ROOT_NAME.encode() in root()
    assert not holds(shown, b"y", value)
    assert not holds(certificate("another"), b"x", value)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=9), inner),
    max_leaves=12,
)


@given(st.dictionaries(st.sampled_from(["number", "content", "now", "functional"]), JSON))
def test_whatever_is_told_of_lots_is_taken_or_refused(told: dict[str, Any]) -> None:
    works: list[Callable[[dict[str, Any]], object]] = [
        lambda given: wire.unpack_lot(given, 7, simulated=True), wire.unpack_content,
        wire.unpack_instant, wire.unpack_functional,
    ]  # fmt: skip
    for work in works:
        try:
            work(told)
        except Garbled:
            continue
