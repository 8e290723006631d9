import zlib
from base64 import b64decode, b64encode
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import pytest
from lxml import etree

from server.core.errors import InvalidValue
from server.core.outbox import Message
from sync.transports import mycarenet_envelope as envelope
from sync.transports.endpoint import Endpoint
from sync.transports.mycarenet_account import Account

Make = Callable[..., Message]
ACCOUNT = Account(Endpoint.parse("https://x.example/"), "50000000123", True, "besace", "u", "p")
NS = {
    "s": "http://schemas.xmlsoap.org/soap/envelope/",
    "a": "http://www.w3.org/2005/08/addressing",
    "g": "urn:be:cin:nip:async:generic",
    "c": "urn:be:cin:mycarenet:esb:common:v2",
}
OFFICIAL = Path(__file__).parents[4] / "shared/data/be/schemas/e-contract/genasync"


def read(request: envelope.Request) -> etree._Element:
    return etree.fromstring(request.envelope)


def requests(message: Message) -> list[envelope.Request]:
    return [
        envelope.post(ACCOUNT, message, None, "urn:uuid:1"),
        envelope.post(ACCOUNT, message, b"<xades/>", "urn:uuid:1"),
        envelope.get(ACCOUNT, "urn:uuid:2"),
        envelope.confirm(ACCOUNT, ["aGE=", "aGI="], ["dGE="], "urn:uuid:3"),
        envelope.confirm(ACCOUNT, [], [], "urn:uuid:4"),
    ]


def test_the_addressing_says_what_for_whom_and_where_to_answer(letter_to: Make) -> None:
    post, _, get, confirm, _ = requests(letter_to(1, "500"))
    root = read(post)
    header = {e.tag.rpartition("}")[2]: e for e in root.iterfind("s:Header/*", NS)}
    assert list(header) == ["Action", "To", "MessageID", "ReplyTo", "FaultTo"]
    assert header["Action"].text == "urn:be:cin:nip:async:generic:post:msg" == post.action
    assert header["To"].text == "urn:nip:destination:io:500"
    assert header["MessageID"].text == "urn:uuid:1"
    assert header["ReplyTo"].findtext("a:Address", "", NS).endswith("/addressing/anonymous")
    for request, action in ((get, "get:query"), (confirm, "confirm:hash")):
        root = read(request)
        assert root.findtext("s:Header/a:Action", "", NS).endswith(action)
        to = root.find("s:Header/a:To", NS)
        assert to is not None
        assert not to.text  # there, and empty


def test_the_file_is_deflated_without_header_and_hashed_before(letter_to: Make) -> None:
    message = letter_to(1, payload=b"200 " * 500)
    detail = read(requests(message)[0]).find("s:Body/g:post/g:Detail", NS)
    assert detail is not None
    assert zlib.decompress(b64decode(detail.text or ""), -15) == message.payload
    assert {name: detail.get(name) for name in detail.attrib} == {
        "ContentType": "text/plain",
        "ContentEncoding": "deflate",
        "MessageName": "HCPFAC",
        "HashValue": b64encode(sha256(message.payload).digest()).decode(),
        "Id": "blob",
    }


def test_the_input_names_the_program_the_provider_and_our_reference(letter_to: Make) -> None:
    given = read(requests(letter_to(7))[0]).find("s:Body/g:post/g:CommonInput", NS)
    assert given is not None
    assert [e.text for e in given.iter() if e.text] == [
        "true",
        "besace",
        "u",
        "p",
        "physiotherapist",
        "50000000123",
        "00000000000007",
    ]


def test_a_get_asks_for_a_page_of_the_channel(letter_to: Make) -> None:
    get = read(requests(letter_to(1))[2]).find("s:Body/g:get", NS)
    assert get is not None
    assert get.findtext("g:MsgQuery/g:MessageNames", "", NS) == "HCPFAC HCPAFD HCPVWR"
    assert get.findtext("g:MsgQuery/g:Max", "", NS) == "100"
    assert get.findtext("g:TAckQuery/g:Max", "", NS) == "100"


@pytest.mark.skipif(not OFFICIAL.exists(), reason="the partner's own schema is not at hand")
def test_every_body_is_valid_for_the_partners_own_schema(letter_to: Make) -> None:
    schema = etree.XMLSchema(etree.parse(OFFICIAL / "GenericAsync-V3.xsd"))
    for request in requests(letter_to(1)):
        body = read(request).find("s:Body/*", NS)
        assert body is not None
        schema.assertValid(body)


def test_descriptions_come_from_their_own_folder_only(tmp_path: Path) -> None:
    (tmp_path / "own").mkdir()
    (tmp_path / "own/a.xsd").write_bytes(b"ours")
    (tmp_path / "b.xsd").write_bytes(b"not ours")
    own = envelope.OwnFiles(tmp_path / "own")
    assert own.load(str(tmp_path / "own/a.xsd")) == b"ours"
    for url in (str(tmp_path / "b.xsd"), str(tmp_path / "own/../b.xsd"), "http://127.0.0.1/a.xsd"):
        with pytest.raises(InvalidValue):
            own.load(url)
