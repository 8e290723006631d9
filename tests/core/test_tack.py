"""What the value of an acknowledgement proves."""

import hmac
import zlib

from hypothesis import given
from hypothesis import strategies as st

from server.core.tack import deflate, proves

SUCCESS = "urn:nip:tack:result:major:success"


@given(st.binary(max_size=200), st.booleans())
def test_the_value_of_these_bytes_proves_them_deflated_or_not(sent: bytes, packed: bool) -> None:
    value = hmac.digest(SUCCESS.encode(), deflate(sent) if packed else sent, "sha256")
    assert proves(value, SUCCESS, sent)
    assert not proves(value, SUCCESS, sent + b"x")
    assert not proves(value, "urn:nip:tack:result:major:failure", sent)


@given(st.binary(max_size=200))
def test_what_is_deflated_has_no_header(content: bytes) -> None:
    assert zlib.decompress(deflate(content), wbits=-zlib.MAX_WBITS) == content
