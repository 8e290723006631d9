"""The answers are valid under the platform's own schema, and zeep reads them."""

from collections.abc import Callable
from pathlib import Path

import pytest
from lxml import etree

from server.simulators.mycarenet.service import Running
from tests.simulators.sample_writer import Sending
from tests.simulators.soap_client import NS, Client

SCHEMAS = Path(__file__).parents[3] / "shared/data/be/schemas/e-contract/genasync"
pytestmark = pytest.mark.skipif(
    not SCHEMAS.exists(), reason="the reference schemas are not beside this checkout"
)
Start = Callable[..., Running]
GOOD = Sending()


@pytest.mark.parametrize("version", ["GenericAsync.xsd", "GenericAsync-V3.xsd"])
def test_every_answer_is_valid(started: Start, version: str) -> None:
    schema = etree.XMLSchema(etree.parse(SCHEMAS / version))
    client = Client(started().endpoint)
    answers = [client.post(GOOD.content(), GOOD.reference), client.get(), client.confirm()]
    for answer in answers:
        body = etree.fromstring(answer.content).find("soap:Body/*", NS)
        assert body is not None
        schema.assertValid(body)
