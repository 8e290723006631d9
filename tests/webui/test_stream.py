"""The event stream: rows, what passes, the limits, the end."""

from datetime import datetime

import pytest
from flask.testing import FlaskClient

from tests.webui.house import House
from webui.broker import QUEUE_LENGTH, STREAMS, Broker, Passing
from webui.frame import FrameState
from webui.gate import GateState
from webui.stream import EventRow, Stream

LOT = EventRow(4, "lot.sealed", "01LOT")


def never() -> bool:
    return False


@pytest.fixture
def stream(house: House) -> Stream:
    house.gate.state = GateState.OPEN
    return Stream(house.events, house.broker, house.ticks, house.locked, house.rights)


def test_a_row_written_after_the_page_was_drawn_is_told_with_its_id(
    house: House, stream: Stream
) -> None:
    house.events.rows = [EventRow(3, "practice.amended", "x"), LOT]
    lines = stream.lines(3, never)
    assert next(lines) == ": open\n\n"
    told = "id: 4\nevent: lot.sealed\ndata: 01LOT\n\n"
    assert next(lines) == f"{told}event: outbox.changed\ndata:\n\n"


def test_what_does_not_travel_leaves_the_outbox_alone(house: House, stream: Stream) -> None:
    house.events.rows = [EventRow(5, "card.read", "01PATIENT")]
    lines = stream.lines(4, never)
    next(lines)
    assert next(lines) == "id: 5\nevent: card.read\ndata: 01PATIENT\n\n"


def test_a_row_written_while_waiting_is_told_when_woken(house: House, stream: Stream) -> None:
    lines = stream.lines(0, never)
    next(lines)
    house.broker.publish("card.reading", "40")
    assert next(lines) == "event: card.reading\ndata: 40\n\n"
    house.events.rows.append(LOT)
    house.broker.wake()
    assert next(lines).startswith("id: 4\n")


@pytest.mark.parametrize(("last", "first", "leaves"), [(2, 4, True), (3, 4, False), (0, 0, False)])
def test_a_page_that_missed_forgotten_rows_begins_anew(
    house: House, stream: Stream, last: int, first: int, *, leaves: bool
) -> None:
    house.events.first = first
    start = next(stream.lines(last, never))
    assert start == ("event: practice.locked\ndata:\n\n" if leaves else ": open\n\n")


def test_a_heartbeat_is_written_after_fifteen_quiet_seconds(house: House, stream: Stream) -> None:
    lines = stream.lines(0, never)
    next(lines)
    house.ticks.seconds += 15
    house.broker.wake()
    house.broker.wake()
    assert next(lines) == ": still here\n\n"


def test_the_stream_ends_when_the_practice_is_locked(house: House, stream: Stream) -> None:
    lines = stream.lines(0, never)
    next(lines)
    house.gate.lock()
    assert next(lines) == "event: practice.locked\ndata:\n\n"
    assert next(lines, None) is None


def test_the_stream_of_a_page_that_has_gone_ends(stream: Stream) -> None:
    lines = stream.lines(0, lambda: True)
    next(lines)
    assert next(lines, None) is None


def test_the_ninth_stream_ends_the_oldest(house: House, stream: Stream) -> None:
    streams = [stream.lines(0, never) for _ in range(STREAMS + 1)]
    for lines in streams:
        next(lines)
    house.events.rows.append(LOT)
    told = [next(lines, "ended")[:5] for lines in streams]
    assert told == ["ended"] + ["id: 4"] * STREAMS


def test_a_page_too_slow_to_read_is_dropped(caplog: pytest.LogCaptureFixture) -> None:
    broker = Broker()
    with broker.subscribe() as slow:
        for number in range(QUEUE_LENGTH + 1):
            broker.publish("card.reading", str(number))
        assert slow.ended
        assert "dropped" in caplog.text


def test_nothing_passed_is_an_empty_list() -> None:
    with Broker().subscribe() as subscription:
        assert subscription.wait(0.001) == []


def test_a_wake_up_carries_no_event() -> None:
    broker = Broker()
    with broker.subscribe() as subscription:
        broker.wake()
        broker.publish("reader.added", "1")
        assert subscription.wait(0.001) == [Passing("reader.added", "1")]


@pytest.mark.parametrize(
    ("query", "headers", "told"),
    [
        ("?after=3", {}, True),
        ("?after=4", {}, False),
        ("?after=4", {"Last-Event-ID": "3"}, True),
        ("?after=bad", {}, False),
        ("", {}, False),
    ],
)
def test_a_page_is_told_what_it_missed(
    client: FlaskClient, house: House, query: str, headers: dict[str, str], told: bool
) -> None:
    house.events.rows = [LOT]
    answer = client.get(f"{house.door.root}events{query}", headers=headers)
    assert answer.mimetype == "text/event-stream"
    chunks = answer.iter_encoded()
    assert next(chunks) == b": open\n\n"
    house.broker.publish("reader.added")
    assert (b"lot.sealed" in next(chunks)) == told
    answer.close()


def test_a_row_written_while_a_screen_is_drawn_is_told_to_that_screen(
    client: FlaskClient, house: House
) -> None:
    house.gate.state = GateState.OPEN
    house.events.rows = [EventRow(3, "practice.amended", "x")]
    frame = house.services.frame

    def something_happens_meanwhile(now: datetime) -> FrameState:
        house.events.rows.append(LOT)
        return frame(now)

    house.services.frame = something_happens_meanwhile  # type: ignore[method-assign]
    screen = client.get(f"{house.door.root}today/").get_data(as_text=True)
    assert "events?after=3" in screen
