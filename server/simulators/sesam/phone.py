"""The Vitale app of an invented phone: its payload is ours, the real one is not published [T].

`APCV-T1.<end of validity>.<groups>.<signature>`, the last two in URL-safe base64.
"""

import base64
from binascii import Error as NotBase64
from datetime import datetime

from server.simulators.sesam.cards import Group, Unreadable, parse, write
from server.simulators.sesam.keys import is_signed, sign

_MARK, _HOLDER = "APCV-T1", "apcv"


class NotACode(Exception):
    """What was shown is no code of this app."""


class Over(Exception):
    """The code was good, until an instant that is past."""


def show(groups: list[Group], until: datetime) -> bytes:
    """Make the code a phone shows, good until an instant (aware UTC)."""
    told = f"{_MARK}.{until:%Y%m%dT%H%M%SZ}.{_text(write(groups))}"
    return f"{told}.{_text(sign(_HOLDER, told.encode()))}".encode()


def read(payload: bytes, at: datetime) -> list[Group]:
    """Read a code at an instant; raises `NotACode` or `Over`."""
    try:
        told, _, signature = payload.decode("ascii").rpartition(".")
        mark, until, groups = told.split(".")
        end = datetime.strptime(until + "+0000", "%Y%m%dT%H%M%SZ%z")
        if mark != _MARK or not is_signed(_HOLDER, told.encode(), _bytes(signature)):
            raise NotACode
        card = parse(_bytes(groups))
    except (ValueError, NotBase64, Unreadable):
        raise NotACode from None
    if at > end:
        raise Over
    return card


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode()


def _bytes(text: str) -> bytes:
    return base64.b64decode(text, altchars=b"-_", validate=True)
