import gzip
import socket
import ssl
import struct
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from sync.transports.endpoint import Endpoint
from sync.transports.exchange import Answer, Limits, NotSent, Silence, exchange, verifying
from tests.sync.transports.door import Door, answers, read_head, read_request, sends

QUICK = Limits(connect_seconds=0.3, total_seconds=0.3, answer_bytes=100_000)
PATIENT = Limits(total_seconds=10, answer_bytes=100_000)
HEAD = b"HTTP/1.1 200 OK\r\n"
LOOPBACK = ip_address("127.0.0.1")


def post(door: Door, limits: Limits = PATIENT, body: bytes = b"<x/>") -> Answer | NotSent | Silence:
    return exchange(door.endpoint, {"SOAPAction": '"a"'}, body, limits, verifying())


def test_an_answer_comes_back_whole(door: Door) -> None:
    door.scripts = [answers(b"yes", 200, "X-Thing: One")]
    answer = post(door)
    assert isinstance(answer, Answer)
    assert (answer.status, answer.body, answer.headers["x-thing"]) == (200, b"yes", "One")
    head, _, body = door.requests[0].partition(b"\r\n\r\n")
    assert body == b"<x/>"
    assert head.startswith(b"POST /async HTTP/1.1\r\n")
    assert b'SOAPAction: "a"' in head


def test_an_answer_without_a_length_ends_with_the_line(door: Door) -> None:
    door.scripts = [sends(HEAD + b"\r\nyes")]
    answer = post(door)
    assert isinstance(answer, Answer)
    assert answer.body == b"yes"


def test_a_door_that_is_shut_means_nothing_was_sent(door: Door) -> None:
    endpoint = door.endpoint
    door.close()
    assert exchange(endpoint, {}, b"<x/>", QUICK, verifying()) == NotSent("line.refused")


def test_a_name_nobody_knows_means_nothing_was_sent(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    def nobody(*_: object) -> None:
        raise socket.gaierror

    monkeypatch.setattr(socket, "getaddrinfo", nobody)
    assert post(door) == NotSent("line.dns")


def test_a_line_that_dies_with_the_headers_means_nothing_was_sent(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    def dies(*_: object) -> None:
        raise ConnectionResetError

    door.scripts = [answers(b"yes")]
    monkeypatch.setattr("http.client.HTTPConnection.endheaders", dies)
    assert post(door) == NotSent("line.refused")
    assert door.requests == []


def test_a_door_that_shuts_before_reading_the_body_leaves_a_doubt(door: Door) -> None:
    def hang_up(connection: socket.socket, _: Door) -> None:
        read_head(connection)
        reset = struct.pack("ii", 1, 0)  # a reset, not a farewell
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, reset)

    door.scripts = [hang_up]
    assert post(door, body=b"x" * 1_000_000) == Silence("line.reset")


def test_a_door_that_shuts_after_reading_the_body_leaves_a_doubt(door: Door) -> None:
    door.scripts = [sends(b"")]
    assert post(door) == Silence("line.reset")
    assert door.requests[0].endswith(b"<x/>")


def test_a_mute_partner_leaves_a_doubt_when_time_is_over(door: Door) -> None:
    def mute(connection: socket.socket, door: Door) -> None:
        door.requests.append(read_request(connection))
        door.closing.wait(5)

    door.scripts = [mute]
    assert post(door, QUICK) == Silence("line.timeout")
    assert len(door.requests) == 1


def test_row_31_an_answer_that_drips_does_not_outlive_the_total_time(door: Door) -> None:
    def drip(connection: socket.socket, door: Door) -> None:
        read_request(connection)
        connection.sendall(HEAD + b"Content-Length: 100000\r\n\r\n")
        while not door.closing.wait(0.02):
            connection.sendall(b".")

    door.scripts = [drip]
    answer = post(door, QUICK)
    assert isinstance(answer, Silence)
    assert answer.reason == "line.timeout"


def test_row_31_headers_that_drip_do_not_outlive_the_total_time(door: Door) -> None:
    def drip(connection: socket.socket, door: Door) -> None:
        read_request(connection)
        connection.sendall(HEAD)
        while not door.closing.wait(0.02):
            connection.sendall(b"x")

    door.scripts = [drip]
    assert post(door, QUICK) == Silence("line.timeout")


def test_row_31_a_partner_who_says_go_on_for_ever_does_not_outlive_the_total_time(
    door: Door,
) -> None:
    def go_on(connection: socket.socket, door: Door) -> None:
        read_request(connection)
        while not door.closing.is_set():
            connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n" * 1000)

    door.scripts = [go_on]
    assert post(door, QUICK) == Silence("line.timeout")


def test_an_answer_cut_short_is_not_an_answer(door: Door) -> None:
    door.scripts = [sends(HEAD + b"Content-Length: 100\r\n\r\nhalf")]
    assert post(door) == Silence("answer.cut", b"half")


def test_chunks_cut_short_are_not_an_answer(door: Door) -> None:
    door.scripts = [sends(HEAD + b"Transfer-Encoding: chunked\r\n\r\nff\r\nhalf")]
    answer = post(door)
    assert isinstance(answer, Silence)
    assert answer.reason == "answer.cut"


def test_row_31_endless_chunks_stop_at_the_limit(door: Door) -> None:
    def pour(connection: socket.socket, _: Door) -> None:
        read_request(connection)
        connection.sendall(HEAD + b"Transfer-Encoding: chunked\r\n\r\n")
        while True:
            connection.sendall(b"1000\r\n" + b"x" * 4096 + b"\r\n")

    door.scripts = [pour]
    answer = post(door)
    assert isinstance(answer, Silence)
    assert (answer.reason, len(answer.partial)) == ("answer.too_big", 100_000)


def test_row_31_a_packed_bomb_stays_packed(door: Door) -> None:
    bomb = gzip.compress(b"0" * 10_000_000)
    door.scripts = [answers(bomb, 200, "Content-Encoding: gzip")]
    answer = post(door)
    assert isinstance(answer, Answer)
    assert answer.body == bomb


def test_row_29_a_redirect_is_an_answer_not_a_way(door: Door) -> None:
    canary = Door([answers(b"no")])
    door.scripts = [answers(b"", 307, f"Location: {canary.url}")]
    answer = post(door)
    canary.close()
    assert isinstance(answer, Answer)
    assert answer.status == 307
    assert canary.connections == 0


def test_row_30_proxies_of_the_environment_are_ignored(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    canary = Door([answers(b"no")])
    for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, canary.url)
    door.scripts = [answers(b"yes")]
    assert isinstance(post(door), Answer)
    canary.close()
    assert canary.connections == 0


def test_row_27_a_partner_who_does_not_speak_tls_is_not_spoken_to(door: Door) -> None:
    def plain(connection: socket.socket, door: Door) -> None:
        door.requests.append(connection.recv(10))
        connection.sendall(b"HTTP/1.1 400 Bad\r\n\r\n")

    door.scripts = [plain]
    secure = Endpoint("127.0.0.1", door.endpoint.port, "/", tls=True)
    assert exchange(secure, {}, b"<x/>", PATIENT, verifying()) == NotSent("line.tls")


def test_row_31_a_handshake_that_never_ends_means_nothing_was_sent(door: Door) -> None:
    def stare(_: socket.socket, door: Door) -> None:
        door.closing.wait(5)

    door.scripts = [stare]
    secure = Endpoint("127.0.0.1", door.endpoint.port, "/", tls=True)
    assert exchange(secure, {}, b"<x/>", QUICK, verifying()) == NotSent("line.timeout")


@pytest.fixture
def certificate(tmp_path: Path) -> tuple[Path, Path]:
    """Make a certificate for 127.0.0.1 that is its own root: file, and file with its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "fabricated partner")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), False
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = made.public_bytes(serialization.Encoding.PEM)
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    root, both = tmp_path / "root.pem", tmp_path / "both.pem"
    root.write_bytes(pem)
    both.write_bytes(pem + private)
    return root, both


def over_tls(script_door: Door, both: Path) -> Endpoint:
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(both)

    def script(connection: socket.socket, door: Door) -> None:
        with server.wrap_socket(connection, server_side=True) as secure:
            answers(b"yes")(secure, door)

    script_door.scripts = [script]
    return Endpoint("127.0.0.1", script_door.endpoint.port, "/", tls=True)


def test_a_partner_with_a_pinned_root_is_spoken_to(
    door: Door, certificate: tuple[Path, Path]
) -> None:
    root, both = certificate
    endpoint = over_tls(door, both)
    answer = exchange(endpoint, {}, b"<x/>", PATIENT, verifying(str(root)))
    assert isinstance(answer, Answer)


def test_row_28_a_partner_with_an_unknown_root_is_not_spoken_to(
    door: Door, certificate: tuple[Path, Path]
) -> None:
    endpoint = over_tls(door, certificate[1])
    assert exchange(endpoint, {}, b"<x/>", PATIENT, verifying()) == NotSent("line.tls")
    assert door.requests == []


def test_row_27_a_certificate_of_another_name_is_refused(
    door: Door, certificate: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    root, both = certificate
    endpoint = over_tls(door, both)
    real = socket.getaddrinfo
    monkeypatch.setattr(socket, "getaddrinfo", lambda _, *rest: real("127.0.0.1", *rest))
    other = Endpoint("mycarenet.invalid", endpoint.port, "/", tls=True)
    assert exchange(other, {}, b"<x/>", PATIENT, verifying(str(root))) == NotSent("line.tls")
    assert door.requests == []


def test_row_27_nothing_in_the_post_can_switch_verification_off() -> None:
    folder = Path(__file__).parents[3] / "sync"
    sources = "".join(path.read_text("utf-8") for path in folder.rglob("*.py"))
    for switch in ("verify=False", "CERT_NONE", "check_hostname = False", "_create_unverified"):
        assert switch not in sources
    assert verifying().verify_mode is ssl.CERT_REQUIRED
    assert verifying().minimum_version is ssl.TLSVersion.TLSv1_2
