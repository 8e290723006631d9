"""Who answers for a partner: certificates that must not be believed, and old ways of speaking."""

import ssl
from pathlib import Path

import pytest

from hardware.escl import believing
from hardware.scan_ports import ScanTrouble
from server.core.errors import InvalidValue
from sync.transports.endpoint import Endpoint
from sync.transports.exchange import Answer, Limits, NotSent, exchange, verifying
from tests.security.authority import Authority, partner
from tests.sync.transports.door import Door, answers

PATIENT = Limits(connect_seconds=10, total_seconds=10, answer_bytes=10_000)
SECRET = b"<claim/>"
ROOT = Path(__file__).parents[2]


@pytest.fixture
def trusted(tmp_path: Path) -> Authority:
    return Authority(tmp_path, "trusted")


def call(endpoint: Endpoint, roots: Path) -> object:
    return exchange(endpoint, {}, SECRET, PATIENT, verifying(str(roots)))


def test_row_27_a_good_certificate_is_believed_so_the_others_are_refused_for_what_they_are(
    trusted: Authority,
) -> None:
    with partner(trusted.issue()) as (door, endpoint):
        assert isinstance(call(endpoint, trusted.root), Answer)
        assert door.requests[0].endswith(SECRET)


@pytest.mark.parametrize("kind", ["ended", "not begun", "another address"])
def test_row_27_a_certificate_that_is_not_right_now_and_here_is_refused(
    trusted: Authority, kind: str
) -> None:
    shown = {
        "ended": lambda: trusted.issue(late=True),
        "not begun": lambda: trusted.issue(early=True),
        "another address": lambda: trusted.issue("127.0.0.2"),
    }[kind]()
    with partner(shown) as (door, endpoint):
        assert call(endpoint, trusted.root) == NotSent("line.tls")
        assert door.requests == []


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion")
@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1])
def test_row_27_a_partner_that_speaks_old_tls_only_is_not_spoken_to(
    trusted: Authority, version: ssl.TLSVersion
) -> None:
    old = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    old.set_ciphers("ALL:@SECLEVEL=0")
    old.minimum_version = old.maximum_version = version
    with partner(trusted.issue(), old) as (door, endpoint):
        assert call(endpoint, trusted.root) == NotSent("line.tls")
        assert door.requests == []


def test_row_27_an_address_without_its_s_is_refused_before_any_call() -> None:
    with pytest.raises(InvalidValue):
        Endpoint.parse("http://mycarenet.example/async")


def test_row_27_no_variable_of_the_environment_makes_it_write_its_keys_down(
    trusted: Authority, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = tmp_path / "keys"
    monkeypatch.setenv("SSLKEYLOGFILE", str(kept))
    with partner(trusted.issue()) as (_, endpoint):
        assert isinstance(call(endpoint, trusted.root), Answer)
    assert not kept.exists()


def test_row_27_every_context_there_is_checks_chain_and_name() -> None:
    context = verifying()
    assert (context.verify_mode, context.check_hostname) == (ssl.CERT_REQUIRED, True)
    makers = (
        "SSLContext(", "create_default_context", "_create_unverified", "_create_stdlib",
        "_create_default_https", "get_server_certificate",
    )  # fmt: skip
    product = [
        path for name in ("server", "webui", "hardware", "sync")
        for path in (ROOT / name).rglob("*.py") if "simulators" not in path.parts
    ]  # fmt: skip
    making = {path.name for path in product if any(m in path.read_text("utf-8") for m in makers)}
    assert making == {"exchange.py", "escl.py"}


def test_row_27_a_scanner_signs_itself_and_is_believed_by_that_certificate_alone(
    trusted: Authority,
) -> None:
    """Nobody vouches for scanners: the certificate first seen is the one authority for it."""
    context = believing(trusted.root.read_text("utf-8"))
    assert context.verify_mode is ssl.CERT_REQUIRED
    assert [each["subject"] for each in context.get_ca_certs()] == [
        each["issuer"] for each in context.get_ca_certs()
    ]
    assert len(context.get_ca_certs()) == 1
    with pytest.raises(ScanTrouble):
        believing("")


def test_row_28_a_valid_certificate_of_another_authority_is_refused(
    trusted: Authority, tmp_path: Path
) -> None:
    other = Authority(tmp_path, "other")
    with partner(other.issue()) as (door, endpoint):
        assert call(endpoint, trusted.root) == NotSent("line.tls")
        assert door.requests == []
        assert isinstance(call(endpoint, other.root), Answer)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_row_29_no_redirection_is_followed_whatever_its_kind(status: int) -> None:
    elsewhere = Door([answers(b"stolen")])
    door = Door([answers(b"", status, f"Location: {elsewhere.url}")])
    answer = exchange(door.endpoint, {}, SECRET, PATIENT, verifying())
    door.close()
    elsewhere.close()
    assert isinstance(answer, Answer) and answer.status == status
    assert elsewhere.connections == 0


def test_row_30_a_netrc_and_every_proxy_variable_are_ignored(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    proxy = Door([answers(b"stolen")])
    netrc = tmp_path / ".netrc"
    netrc.write_text("default login marker password marker\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("NETRC", str(netrc))
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY"):
        monkeypatch.setenv(name, proxy.url)
    door = Door([answers(b"yes")])
    assert isinstance(exchange(door.endpoint, {}, SECRET, PATIENT, verifying()), Answer)
    door.close()
    proxy.close()
    assert proxy.connections == 0
    assert b"uthorization" not in door.requests[0]
    assert b"Cookie" not in door.requests[0]
