import pytest

from server.core.errors import InvalidValue
from sync.transports.endpoint import Endpoint


def test_an_address_is_taken_apart() -> None:
    wanted = Endpoint("prod.example", 9443, "/async/hcpfac?x=1", tls=True)
    assert Endpoint.parse("https://prod.example:9443/async/hcpfac?x=1") == wanted
    assert Endpoint.parse("https://prod.example") == Endpoint("prod.example", 443, "/", tls=True)


def test_plain_http_exists_on_loopback_only() -> None:
    assert Endpoint.parse("http://127.0.0.1:8080/a") == Endpoint("127.0.0.1", 8080, "/a", tls=False)
    assert Endpoint.parse("http://[::1]/").host == "::1"
    for url in ("http://prod.example/", "http://localhost/", "http://10.0.0.1/"):
        with pytest.raises(InvalidValue) as refused:
            Endpoint.parse(url)
        assert refused.value.facts["reason"] == "not_encrypted"


@pytest.mark.parametrize(
    "url",
    [
        "",
        "prod.example",
        "ftp://prod.example/",
        "https:///a",
        "https://u:p@prod.example/",
        "https://prod.example:x/",
        "https://prod.example/a b",
        "https://" + "a" * 70 + ".example/",
        "https://[::1/",
    ],
)
def test_what_is_no_address_is_refused(url: str) -> None:
    with pytest.raises(InvalidValue):
        Endpoint.parse(url)
