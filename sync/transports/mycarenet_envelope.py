"""The three SOAP envelopes of GenericAsync, built by zeep on our own description (`wsdl/`).

zeep writes the body and checks it against the schema; bytes are made once, then signed as bytes.
"""

from base64 import b64decode
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from threading import Lock
from typing import Any

from server.core.errors import InvalidValue
from server.core.outbox import Message
from server.core.tack import deflate
from sync.transports.blob import hash_value
from sync.transports.mycarenet_account import Account
from sync.transports.soap_answer import WSA

ACTION = "urn:be:cin:nip:async:generic:"
ANONYMOUS = f"{WSA}/anonymous"
_LOADING = Lock()
PAGE = 100  # messages and acknowledgements of one get; the default of the schema


@dataclass(frozen=True, slots=True)
class Request:
    """One envelope, not yet signed, and the action it is for."""

    action: str
    message_id: str
    envelope: bytes


def post(account: Account, message: Message, xades: bytes | None, message_id: str) -> Request:
    """Wrap the frozen bytes of a message for its insurer."""
    detail: dict[str, object] = {
        "_value_1": deflate(message.payload),
        "ContentType": "text/plain",
        "ContentEncoding": "deflate",
        "MessageName": account.message_name,
        "HashValue": b64decode(hash_value(message.payload)),
        "Id": "blob",
    }
    body: dict[str, object] = {
        "CommonInput": {
            "Request": {"IsTest": account.test},
            "Origin": _origin(account),
            "InputReference": message.reference,
        },
        "Detail": detail,
        "Xades-t": xades,
    }
    insurer = f"urn:nip:destination:io:{message.target}"
    return _request("post", "post:msg", insurer, message_id, body)


def get(account: Account, message_id: str, most: int = PAGE) -> Request:
    """Ask for one page of the mailbox: at most so many messages, and so many acknowledgements."""
    query: dict[str, object] = {"Include": True, "Max": most}
    body: dict[str, object] = {
        "Origin": _origin(account),
        "MsgQuery": {**query, "MessageNames": list(account.mailbox_names)},
        "TAckQuery": query,
    }
    return _request("get", "get:query", "", message_id, body)


def confirm(
    account: Account, hashes: Sequence[str], tack_hashes: Sequence[str], message_id: str
) -> Request:
    """Ask to delete messages by hash and acknowledgements by value."""
    body: dict[str, object] = {"Origin": _origin(account)}
    if hashes:
        body["MsgHashValues"] = list(hashes)
    if tack_hashes:
        body["TAckContents"] = list(tack_hashes)
    return _request("confirm", "confirm:hash", "", message_id, body)


def _origin(account: Account) -> dict[str, object]:
    licence = {"Username": account.licence_user, "Password": account.licence_password}
    return {
        "Package": {"Name": account.package, "License": licence},
        "CareProvider": {"Nihii": {"Quality": account.quality, "Value": account.nihii}},
    }


def _request(
    operation: str, action: str, to: str, message_id: str, body: dict[str, object]
) -> Request:
    from lxml import etree

    with _LOADING:  # lanes start together: one of them reads the description for all
        client = _client()
    addressing = _addressing(f"{ACTION}{action}", to, message_id)
    envelope = client.create_message(client.service, operation, **body, _soapheaders=addressing)
    raw = etree.tostring(envelope, encoding="UTF-8", xml_declaration=True)
    return Request(f"{ACTION}{action}", message_id, raw)


def _addressing(action: str, to: str, message_id: str) -> list[Any]:
    """WS-Addressing headers. `To` is there even when it is empty (get, confirm)."""
    from lxml import etree

    def header(name: str, text: str) -> Any:
        element = etree.Element(f"{{{WSA}}}{name}", nsmap={"wsa": WSA})
        element.text = text
        return element

    def party(name: str) -> Any:
        element = header(name, "")
        etree.SubElement(element, f"{{{WSA}}}Address").text = ANONYMOUS
        return element

    return [
        header("Action", action),
        header("To", to),
        header("MessageID", message_id),
        party("ReplyTo"),
        party("FaultTo"),
    ]


@cache
def _client() -> Any:
    """Read the description once per process: zeep is slow to load and quick to use."""
    from zeep import Client, Settings

    settings = Settings(strict=True, forbid_dtd=True, forbid_entities=True, forbid_external=True)
    folder = Path(str(files("sync.transports") / "wsdl"))
    client: Callable[..., Any] = Client  # zeep carries no types
    return client(str(folder / "genasync.wsdl"), transport=OwnFiles(folder), settings=settings)


class OwnFiles:
    """What zeep loads descriptions with: files of one folder, nothing of any network."""

    def __init__(self, folder: Path) -> None:
        """`folder` holds every description there is."""
        self._folder = folder

    def load(self, url: str) -> bytes:
        """Return a file of the folder; `InvalidValue` for anything else."""
        path = Path(url)
        if path.parent.resolve() != self._folder.resolve():
            raise InvalidValue(field="wsdl", reason="not_ours")
        return path.read_bytes()
