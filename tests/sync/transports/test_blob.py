import gzip
import zlib

from hypothesis import given
from hypothesis import strategies as st

from server.core.tack import deflate
from sync.transports.blob import inflate


@given(st.binary(max_size=2000))
def test_what_is_deflated_is_inflated_whatever_its_wrapping(content: bytes) -> None:
    assert inflate(deflate(content)) == content
    assert inflate(zlib.compress(content)) == content
    assert inflate(gzip.compress(content)) == content


def test_what_is_not_deflated_gives_nothing() -> None:
    assert inflate(b"920900 in clear") is None
    assert inflate(deflate(b"x" * 1000)[:-2]) is None


def test_row_31_a_bomb_is_not_inflated() -> None:
    assert inflate(deflate(b"0" * 100_001), largest=100_000) is None
