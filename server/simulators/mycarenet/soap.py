"""GenericAsync in XML: SOAP 1.1, document/literal, WS-Addressing (`be-mycarenet.md` §4, §9, §10).

Namespaces and element names are those of the platform's public schema; nothing else is copied.
"""

import base64
import binascii
import zlib
from collections.abc import Iterable

from lxml import etree

from server.simulators.mycarenet.case import Envelope
from server.simulators.mycarenet.hub import Confirmation, Post, Query
from server.simulators.mycarenet.mailbox import Letter, Tack
from server.simulators.mycarenet.schema import COMMON, GEN, misplaced

SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
WSA = "http://www.w3.org/2005/08/addressing"
ERRORS = "urn:be:fgov:ehealth:errors:soa:v1"
ACTIONS = {
    "post": f"{GEN}:post:msg",
    "get": f"{GEN}:get:query",
    "confirm": f"{GEN}:confirm:hash",
}
_REPLIES = {"post": ":post:tack", "get": ":get:msgs", "confirm": ":confirm:return"}
_DESTINATION = "urn:nip:destination:io:"
_MOST = 100
_QUALITY = "physiotherapist"
_ENCODINGS = ("deflate", "none")
_NS = {"soap": SOAP, "wsa": WSA, "gen": GEN, "c": COMMON}


class Fault(Exception):
    """A SOAP fault: an eHealth code and a sentence; `consumer` says whose mistake it is."""

    def __init__(self, code: str, message: str, consumer: bool = True) -> None:
        super().__init__(code, message)
        self.code = code
        self.message = message
        self.consumer = consumer


class Request:
    """One parsed request; raises `Fault` for what the schema or the addressing refuses."""

    def __init__(self, body: bytes) -> None:
        parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True)
        try:
            root = etree.fromstring(body, parser)
        except etree.XMLSyntaxError as error:
            raise Fault("SOA-03001", "the message is not XML") from error
        found = root.find("soap:Body/*", _NS)
        if root.tag != f"{{{SOAP}}}Envelope" or found is None:
            raise Fault("SOA-03001", "the message is not a SOAP 1.1 envelope")
        self._root = root
        self._body = found
        name = etree.QName(found)
        if name.namespace != GEN or name.localname not in ACTIONS:
            raise Fault("SOA-03004", "the operation is not known")
        self.operation = name.localname
        self.message_id = self._address("MessageID")
        if self._address("Action") != ACTIONS[self.operation]:
            raise Fault("SOA-03004", "the addressing action is not that of the operation")
        self._to = self._address("To", filled=self.operation == "post")
        if wrong := misplaced(found):
            raise Fault("SOA-03004", f"the element {wrong} is missing or out of place")
        origin = "gen:CommonInput/c:Origin" if self.operation == "post" else "gen:Origin"
        self.provider = self._text(f"{origin}/c:CareProvider/c:Nihii/c:Value")
        if self._text(f"{origin}/c:CareProvider/c:Nihii/c:Quality") != _QUALITY:
            raise Fault("SOA-03006", "SAML_VALIDATION_ERROR: the quality is not that of a kine")

    def post(self) -> Post:
        """Read the operation post."""
        detail = self._body.find("gen:Detail", _NS)
        if detail is None or not detail.get("ContentType") or not detail.get("MessageName"):
            raise Fault("SOA-03004", "the type or the message name of the detail is missing")
        if detail.get("ContentEncoding", "deflate") not in _ENCODINGS:
            raise Fault("SOA-03004", "the encoding of the detail is not known")
        if not self._to.startswith(_DESTINATION):
            raise Fault("SOA-03004", "the destination is not one of this platform")
        envelope = Envelope(
            self.provider,
            self._text("gen:CommonInput/c:InputReference"),
            self._text("gen:CommonInput/c:Request/c:IsTest") in ("true", "1"),
            self._to.removeprefix(_DESTINATION),
        )
        return Post(
            envelope,
            _decoded(detail.text),
            detail.get("ContentEncoding", "deflate"),
            detail.get("HashValue", ""),
            detail.get("MessageName", ""),
        )

    def get(self) -> Query:
        """Read the operation get."""
        names = self._body.findtext("gen:MsgQuery/gen:MessageNames", "", _NS).split()
        return Query(
            self.provider,
            self._most("gen:MsgQuery"),
            self._most("gen:TAckQuery"),
            tuple(names),
        )

    def confirm(self) -> Confirmation:
        """Read the operation confirm."""
        lists = [
            tuple(self._body.findtext(f"gen:{name}", "", _NS).split())
            for name in ("MsgHashValues", "MsgRefValues", "TAckContents", "TAckReferences")
        ]
        return Confirmation(self.provider, *lists)

    def _address(self, name: str, filled: bool = True) -> str:
        element = self._root.find(f"soap:Header/wsa:{name}", _NS)
        text = (element.text or "").strip() if element is not None else ""
        if element is None or (filled and not text):
            raise Fault("SOA-03004", f"the addressing header {name} is missing")
        return text

    def _most(self, query: str) -> int:
        element = self._body.find(query, _NS)
        if element is None or element.get("Include", "true") not in ("true", "1"):
            return 0
        most = element.findtext("gen:Max", str(_MOST), _NS).strip()
        if not most.isdigit():
            raise Fault("SOA-03004", "the maximum is not a number")
        return int(most)

    def _text(self, path: str) -> str:
        text = self._body.findtext(path, "", _NS).strip()
        if not text:
            raise Fault("SOA-03004", f"the element {path.rpartition(':')[2]} is missing")
        return text


def post_answer(tack: Tack, message_id: str) -> bytes:
    """Write the TAck of a post."""
    answer = etree.Element(f"{{{GEN}}}postResponse", nsmap={"gen": GEN})
    _write_tack(etree.SubElement(answer, f"{{{GEN}}}return"), tack)
    return _envelope(answer, "post", message_id)


def get_answer(letters: Iterable[Letter], tacks: Iterable[Tack], message_id: str) -> bytes:
    """Write the messages and TAcks of a get, counted."""
    answer = etree.Element(f"{{{GEN}}}getResponse", nsmap={"gen": GEN, "c": COMMON})
    result = etree.SubElement(answer, f"{{{GEN}}}return")
    for letter in letters:
        _write_letter(etree.SubElement(result, f"{{{GEN}}}MsgResponse"), letter)
    for tack in tacks:
        response = etree.SubElement(result, f"{{{GEN}}}TAckResponse")
        _write_tack(etree.SubElement(response, f"{{{GEN}}}TAck"), tack)
        etree.SubElement(response, f"{{{GEN}}}Xades-t")
    result.set("MsgCount", str(len(result.findall("gen:MsgResponse", _NS))))
    result.set("TAckCount", str(len(result.findall("gen:TAckResponse", _NS))))
    return _envelope(answer, "get", message_id)


def confirm_answer(message_id: str) -> bytes:
    """Write the empty answer of a confirm."""
    return _envelope(etree.Element(f"{{{GEN}}}confirmResponse"), "confirm", message_id)


def fault_answer(fault: Fault) -> bytes:
    """Write a fault with the eHealth error inside."""
    root = etree.Element(f"{{{SOAP}}}Envelope", nsmap={"soap": SOAP})
    element = etree.SubElement(etree.SubElement(root, f"{{{SOAP}}}Body"), f"{{{SOAP}}}Fault")
    side = "Client" if fault.consumer else "Server"
    etree.SubElement(element, "faultcode").text = f"soap:{side}"
    etree.SubElement(element, "faultstring").text = fault.message
    detail = etree.SubElement(element, "detail")
    error = etree.SubElement(detail, f"{{{ERRORS}}}SystemError", nsmap={"err": ERRORS})
    error.set("Id", f"simulated-{fault.code}")
    etree.SubElement(error, "Origin").text = "Consumer" if fault.consumer else "Provider"
    etree.SubElement(error, "Code").text = fault.code
    message = etree.SubElement(error, "Message")
    message.set("{http://www.w3.org/XML/1998/namespace}lang", "en")
    message.text = fault.message
    etree.SubElement(error, f"{{{ERRORS}}}Environment").text = "Simulation"
    return _bytes(root)


def _write_tack(element: etree._Element, tack: Tack) -> None:
    element.text = tack.value
    element.set("Issuer", "urn:nip:simulator")
    element.set("AppliesTo", f"urn:nip:reference:input:{tack.applies}")
    element.set("ResultMajor", tack.major)
    if tack.reason:
        element.set("ResultMessage", tack.reason)
    if tack.number:
        element.set("Reference", f"urn:nip:reference:tack:{tack.number}")


def _write_letter(element: etree._Element, letter: Letter) -> None:
    output = etree.SubElement(element, f"{{{GEN}}}CommonOutput")
    for name, text in (
        ("InputReference", letter.input),
        ("NIPReference", f"SIM{letter.number:011d}"),
        ("OutputReference", letter.output),
    ):
        etree.SubElement(output, f"{{{COMMON}}}{name}").text = text
    detail = etree.SubElement(element, f"{{{GEN}}}Detail")
    detail.text = _encoded(letter.content)
    detail.set("ContentType", "text/plain")
    detail.set("ContentEncoding", "deflate")
    detail.set("MessageName", letter.name)
    detail.set("HashValue", letter.hash)
    detail.set("Id", f"blob{letter.number}")
    detail.set("Reference", f"urn:nip:reference:msg:{letter.number}")
    detail.set("Issuer", f"urn:nip:issuer:io:{letter.insurer}")
    etree.SubElement(element, f"{{{GEN}}}Xades-t")


def _envelope(answer: etree._Element, operation: str, message_id: str) -> bytes:
    root = etree.Element(f"{{{SOAP}}}Envelope", nsmap={"soap": SOAP, "wsa": WSA})
    header = etree.SubElement(root, f"{{{SOAP}}}Header")
    etree.SubElement(header, f"{{{WSA}}}Action").text = GEN + _REPLIES[operation]
    etree.SubElement(header, f"{{{WSA}}}RelatesTo").text = message_id
    etree.SubElement(root, f"{{{SOAP}}}Body").append(answer)
    return _bytes(root)


def _bytes(root: etree._Element) -> bytes:
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")


def _decoded(text: str | None) -> bytes:
    try:
        return base64.b64decode("".join((text or "").split()), validate=True)
    except binascii.Error as error:
        raise Fault("SOA-03004", "the detail is not base64") from error


def _encoded(content: bytes) -> str:
    deflater = zlib.compressobj(9, zlib.DEFLATED, -15)
    return base64.b64encode(deflater.compress(content) + deflater.flush()).decode()
