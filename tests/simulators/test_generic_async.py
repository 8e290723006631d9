"""Post, get and confirm over real HTTP, with SOAP built by hand."""

import base64
import hashlib
import hmac
from collections.abc import Callable

from server.simulators.mycarenet.service import Running
from tests.simulators.sample_writer import Sending
from tests.simulators.soap_client import Client, fault, messages, tack, tacks

Start = Callable[..., Running]
GOOD = Sending()


def test_a_good_file_is_acknowledged_received_accepted_and_settled(started: Start) -> None:
    client = Client(started().endpoint)
    answer = tack(client.post(GOOD.content(), GOOD.reference))
    assert answer.get("ResultMajor") == "urn:nip:tack:result:major:success"
    assert answer.get("AppliesTo") == f"urn:nip:reference:input:{GOOD.reference}"
    got = messages(client.get())
    assert [message.kind for message in got] == ["931000", "920098", "920900"]
    assert {message.input for message in got} == {GOOD.reference}
    assert [len(message.content) for message in got] == [227, 677 + 2 * 800, 677 + 4 * 800]
