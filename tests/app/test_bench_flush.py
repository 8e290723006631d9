import pytest

from server.app.bench.flush import INSURERS, _account, _lot
from server.app.bench.slow_partner import acknowledge
from sync.transports import mycarenet_envelope as envelope
from sync.transports.mycarenet_answer import read_post
from sync.transports.soap_answer import read_soap


def test_the_partner_of_the_figure_acknowledges_the_very_bytes() -> None:
    lot = _lot(8)
    assert lot.target == INSURERS[1]
    answer = read_soap(acknowledge(envelope.post(_account(1), lot, None, "urn:uuid:1").envelope))
    assert answer
    tack = read_post(answer.body)
    assert tack
    assert answer.relates_to == "urn:uuid:1"
    assert (tack.success, tack.input_reference) == (True, lot.reference)
    assert tack.proves(lot.payload)


def test_what_is_no_post_is_a_mistake_of_ours() -> None:
    with pytest.raises(ValueError, match="not a post"):
        acknowledge(b"<x/>")
