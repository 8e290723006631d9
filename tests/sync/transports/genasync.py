"""What MyCareNet says, written by hand: its envelopes, acknowledgements, pages and faults."""

import hmac
import re
import zlib
from base64 import b64encode
from hashlib import sha256

SUCCESS = "urn:nip:tack:result:major:success"
FAILURE = "urn:nip:tack:result:major:failure"
_NAMES = (
    'xmlns:s="http://schemas.xmlsoap.org/soap/envelope/" '
    'xmlns:a="http://www.w3.org/2005/08/addressing" '
    'xmlns:g="urn:be:cin:nip:async:generic" '
    'xmlns:c="urn:be:cin:mycarenet:esb:common:v2"'
)


def envelope(body: str, relates_to: str = "") -> bytes:
    header = f"<s:Header><a:RelatesTo>{relates_to}</a:RelatesTo></s:Header>" if relates_to else ""
    return f"<s:Envelope {_NAMES}>{header}<s:Body>{body}</s:Body></s:Envelope>".encode()


def message_id(request: bytes) -> str:
    found = re.search(rb"MessageID[^>]*>([^<]+)<", request)
    assert found
    return found[1].decode()


def tack_value(payload: bytes, major: str = SUCCESS) -> str:
    return b64encode(hmac.digest(major.encode(), payload, sha256)).decode()


def tack(reference: str, payload: bytes, major: str = SUCCESS, value: str = "") -> str:
    return (
        f'Issuer="urn:nip:cin" AppliesTo="urn:nip:reference:input:{reference}" '
        f'ResultMajor="{major}" Reference="t1">{value or tack_value(payload, major)}'
    )


def posted(acknowledgement: str, relates_to: str = "") -> bytes:
    body = f"<g:postResponse><g:return {acknowledgement}</g:return></g:postResponse>"
    return envelope(body, relates_to)


def page(messages: list[str] | None = None, tacks: list[str] | None = None) -> bytes:
    messages, tacks = messages or [], tacks or []
    waiting = "".join(f"<g:TAckResponse><g:TAck {t}</g:TAck></g:TAckResponse>" for t in tacks)
    return envelope(
        f'<g:getResponse><g:return MsgCount="{len(messages)}" TAckCount="{len(tacks)}">'
        f"{''.join(messages)}{waiting}</g:return></g:getResponse>"
    )


def message(content: bytes, reference: str = "", detail: str | None = None) -> str:
    squeeze = zlib.compressobj(wbits=-15)
    blob = b64encode(squeeze.compress(content) + squeeze.flush()).decode()
    known = b64encode(sha256(content).digest()).decode()
    ours = f"<c:InputReference>{reference}</c:InputReference>" if reference else ""
    written = f'<g:Detail MessageName="HCPFAC" HashValue="{known}">{blob}</g:Detail>'
    return (
        f"<g:MsgResponse><g:CommonOutput>{ours}<c:NIPReference>n1</c:NIPReference>"
        f"</g:CommonOutput>{written if detail is None else detail}</g:MsgResponse>"
    )


def fault(code: str, text: str = "", side: str = "Server") -> bytes:
    return envelope(
        f"<s:Fault><faultcode>s:{side}</faultcode><faultstring>{text}</faultstring>"
        f"<detail><e><Code>{code}</Code></e></detail></s:Fault>"
    )
