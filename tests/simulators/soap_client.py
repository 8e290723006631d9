"""A client for these tests alone: SOAP built and read with plain lxml, sent with requests."""

import base64
import hashlib
import zlib
from collections.abc import Sequence
from dataclasses import dataclass

import requests
from lxml import etree

NS = {
    "soap": "http://schemas.xmlsoap.org/soap/envelope/",
    "wsa": "http://www.w3.org/2005/08/addressing",
    "gen": "urn:be:cin:nip:async:generic",
    "c": "urn:be:cin:mycarenet:esb:common:v2",
    "err": "urn:be:fgov:ehealth:errors:soa:v1",
}
_ACTIONS = {"post": "post:msg", "get": "get:query", "confirm": "confirm:hash"}
_DECLARED = " ".join(f'xmlns:{prefix}="{uri}"' for prefix, uri in NS.items())


def deflated(content: bytes) -> bytes:
    """Raw deflate, RFC 1951."""
    packer = zlib.compressobj(-1, zlib.DEFLATED, -15)
    return packer.compress(content) + packer.flush()


def hashed(content: bytes) -> str:
    """Base64 of the SHA-256."""
    return base64.b64encode(hashlib.sha256(content).digest()).decode()


def envelope(operation: str, body: str, to: str = "", action: str | None = None) -> bytes:
    """A whole SOAP message."""
    wanted = f"urn:be:cin:nip:async:generic:{_ACTIONS[operation]}" if action is None else action
    return (
        f"<soap:Envelope {_DECLARED}><soap:Header><wsa:Action>{wanted}</wsa:Action>"
        f"<wsa:To>{to}</wsa:To><wsa:MessageID>urn:uuid:1</wsa:MessageID></soap:Header>"
        f"<soap:Body><gen:{operation}>{body}</gen:{operation}></soap:Body></soap:Envelope>"
    ).encode()


@dataclass(frozen=True)
class Message:
    """One message got."""

    kind: str
    content: bytes
    hash: str
    input: str
    reference: str


@dataclass(frozen=True)
class Client:
    """One provider in front of one simulator."""

    endpoint: str
    nihii: str = "50670622527"

    def post(
        self,
        content: bytes,
        reference: str,
        insurer: str = "100",
        test: bool = True,
        blob: bytes | None = None,
        hash_value: str | None = None,
        encoding: str = "deflate",
        name: str = "HCPFAC",
    ) -> requests.Response:
        """Send a file."""
        sent = deflated(content) if blob is None else blob
        digest = hashed(content) if hash_value is None else hash_value
        body = (
            f"<gen:CommonInput><c:Request><c:IsTest>{str(test).lower()}</c:IsTest></c:Request>"
            f"{self._origin('c:Origin')}<c:InputReference>{reference}</c:InputReference>"
            f'</gen:CommonInput><gen:Detail ContentType="text/plain" ContentEncoding="{encoding}"'
            f' HashValue="{digest}" MessageName="{name}" Id="blob">'
            f"{base64.b64encode(sent).decode()}</gen:Detail>"
        )
        return self.send(envelope("post", body, f"urn:nip:destination:io:{insurer}"))

    def get(
        self, most: int = 100, names: str = "", messages: bool = True, tacks: bool = True
    ) -> requests.Response:
        """Ask for messages."""
        body = (
            f'{self._origin("gen:Origin")}<gen:MsgQuery Include="{str(messages).lower()}">'
            f"<gen:Max>{most}</gen:Max><gen:MessageNames>{names}</gen:MessageNames></gen:MsgQuery>"
            f'<gen:TAckQuery Include="{str(tacks).lower()}"><gen:Max>{most}</gen:Max>'
            "</gen:TAckQuery>"
        )
        return self.send(envelope("get", body))

    def confirm(self, **lists: Sequence[str]) -> requests.Response:
        """Confirm by MsgHashValues, MsgRefValues, TAckContents or TAckReferences."""
        names = ("MsgHashValues", "MsgRefValues", "TAckContents", "TAckReferences")
        asked = "".join(
            f"<gen:{name}>{' '.join(lists[name])}</gen:{name}>" for name in names if name in lists
        )
        return self.send(envelope("confirm", self._origin("gen:Origin") + asked))

    def send(self, body: bytes) -> requests.Response:
        """Send anything."""
        headers = {"Content-Type": "text/xml; charset=utf-8", "Connection": "close"}
        return requests.post(self.endpoint, data=body, headers=headers, timeout=10)

    def admin(self, path: str, sent: object = None) -> object:
        """Use the tester's door."""
        url = self.endpoint.partition("/mycarenet-ws")[0] + "/admin/" + path
        headers = {"Connection": "close"}
        if sent is None:
            return requests.get(url, headers=headers, timeout=10).json()
        return requests.post(url, json=sent, headers=headers, timeout=10).json()

    def _origin(self, tag: str) -> str:
        return (
            f"<{tag}><c:Package><c:Name>T</c:Name><c:License><c:Username>u</c:Username>"
            "<c:Password>p</c:Password></c:License></c:Package><c:CareProvider><c:Nihii>"
            f"<c:Quality>physiotherapist</c:Quality><c:Value>{self.nihii}</c:Value></c:Nihii>"
            f"</c:CareProvider></{tag}>"
        )


def tack(answer: requests.Response) -> etree._Element:
    """The TAck of an answered post."""
    assert answer.status_code == 200, answer.text
    found = etree.fromstring(answer.content).find(".//gen:postResponse/gen:return", NS)
    assert found is not None
    return found


def messages(answer: requests.Response) -> list[Message]:
    """The messages of an answered get, with their hashes verified."""
    assert answer.status_code == 200, answer.text
    found = []
    for response in etree.fromstring(answer.content).iterfind(".//gen:MsgResponse", NS):
        detail = response.find("gen:Detail", NS)
        assert detail is not None
        content = zlib.decompress(base64.b64decode(detail.text or ""), -15)
        assert detail.get("HashValue") == hashed(content)
        found.append(
            Message(
                content[:6].decode(),
                content,
                detail.get("HashValue", ""),
                response.findtext("gen:CommonOutput/c:InputReference", "", NS),
                detail.get("Reference", ""),
            )
        )
    return found


def tacks(answer: requests.Response) -> list[etree._Element]:
    """The TAcks of an answered get."""
    assert answer.status_code == 200, answer.text
    return etree.fromstring(answer.content).findall(".//gen:TAckResponse/gen:TAck", NS)


def fault(answer: requests.Response) -> tuple[str, str]:
    """The eHealth code and the sentence of a fault."""
    assert answer.status_code == 500, answer.text
    root = etree.fromstring(answer.content)
    return root.findtext(".//err:SystemError/Code", "", NS), root.findtext(".//faultstring", "", NS)
