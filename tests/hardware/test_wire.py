"""What goes between the program and its decoding process comes back whole, or is refused."""

import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardware.code_ports import CodeProblem, Found
from hardware.framing import Garbled
from hardware.wire import (
    MOST_BYTES,
    Kind,
    frame_of,
    frame_size,
    pack_found,
    read,
    unpack_found,
    write,
)
from server.core.codes import CodeRead, Symbology

CODES = st.builds(CodeRead, st.sampled_from(Symbology), st.text(), st.binary(), st.booleans())
FOUND = st.builds(
    Found,
    st.lists(CODES, max_size=3).map(tuple),
    st.none() | st.sampled_from(CodeProblem),
    st.dictionaries(st.text(), st.text(), max_size=2),
)


@given(FOUND)
def test_what_was_found_comes_back(found: Found) -> None:
    assert unpack_found(pack_found(found)) == found


def test_messages_come_back_one_by_one() -> None:
    pipe = io.BytesIO()
    write(pipe, Kind.FILE, b"abc")
    write(pipe, Kind.FRAME, frame_size(2, 1), b"\x00\xff")
    pipe.seek(0)
    assert read(pipe) == (Kind.FILE, b"abc")
    frame = read(pipe)
    assert frame
    width, height, pixels = frame_of(frame.body)
    assert (width, height, bytes(pixels)) == (2, 1, b"\x00\xff")
    assert read(pipe) is None


@pytest.mark.parametrize(
    "spoken",
    [
        b"\x01",
        b"\x63\x00\x00\x00\x00",
        b"\x01\x00\x00\x00\x05abc",
        b"\x01" + (MOST_BYTES + 1).to_bytes(4, "big"),
    ],
)
def test_half_a_message_a_strange_one_and_a_mountain_are_refused(spoken: bytes) -> None:
    with pytest.raises(Garbled):
        read(io.BytesIO(spoken))


GOOD = {"symbology": "qr", "text": "a", "raw": "YQ==", "to_verify": False}


@pytest.mark.parametrize(
    "told",
    [
        [],
        {"codes": []},
        {"codes": [], "problem": "card.pulled", "facts": {}},
        {"codes": [], "problem": None, "facts": []},
        {"codes": [{**GOOD, "symbology": "ean"}], "problem": None, "facts": {}},
        {"codes": [{**GOOD, "raw": "é"}], "problem": None, "facts": {}},
        {"codes": [{"text": "a"}], "problem": None, "facts": {}},
        {"codes": 3, "problem": None, "facts": {}},
    ],
)
def test_an_answer_is_judged_value_by_value(told: object) -> None:
    with pytest.raises(Garbled):
        unpack_found(json.dumps(told).encode())


def test_an_answer_that_does_not_say_that_it_is_sure_is_not() -> None:
    told: dict[str, object] = {"problem": None, "facts": {}}
    told["codes"] = [{**GOOD, "to_verify": 0}]
    assert unpack_found(json.dumps(told).encode()).codes[0].to_verify
