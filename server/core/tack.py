"""What the value of a technical acknowledgement proves (`be-mycarenet.md` §9).

Both who sends and who reads the post ask: the first on the line, the second in the mailbox.
"""

import hmac
import zlib


def deflate(content: bytes) -> bytes:
    """Compress as RFC 1951, without the zlib header: how a file travels."""
    squeeze = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return squeeze.compress(content) + squeeze.flush()


def proves(value: bytes, result_major: str, payload: bytes) -> bool:
    """Say whether a value is the HMAC of these very bytes under this very result.

    The schema says "of the request" without saying whether before or after deflating, and its
    only public note leaves it open: either is a proof.
    """
    key = result_major.encode()
    return any(
        hmac.compare_digest(value, hmac.digest(key, content, "sha256"))
        for content in (payload, deflate(payload))
    )
