"""The real server on a real socket: where it listens and what it does with raw requests."""

import socket
from contextlib import suppress

import pytest

from tests.webui.house import House
from webui.serving import bind


def raw(house: House, request: str, body: bytes = b"") -> str:
    """Send bytes as they are and give the first line of the answer with its headers."""
    with socket.create_connection(("127.0.0.1", house.port), timeout=5) as line:
        line.sendall(request.replace("\n", "\r\n").encode() + body)
        answer = b""
        with suppress(ConnectionResetError):  # the server does not read what it refuses
            while chunk := line.recv(65536):
                answer += chunk
    return answer.decode("latin-1")


def get(house: House, target: str, *headers: str) -> str:
    lines = "".join(f"{header}\n" for header in headers)
    return raw(house, f"GET {target} HTTP/1.1\n{lines}Connection: close\n\n")


def test_row_11_the_socket_listens_on_loopback_only() -> None:
    with bind() as listener:
        address, port = listener.getsockname()
    assert address == "127.0.0.1"
    assert port > 0


def test_a_taken_port_is_an_error_and_not_another_port() -> None:
    with bind() as first:
        first.listen()
        with pytest.raises(OSError):
            bind(first.getsockname()[1])


def test_the_launch_address_works_over_the_socket(served: House) -> None:
    answer = get(served, served.door.invite().removeprefix(served.door.origin), host(served))
    assert answer.startswith("HTTP/1.1 303")
    assert "waitress" not in answer and "Server:" not in answer


@pytest.mark.parametrize("kind", ["two hosts", "no host", "absolute", "foreign absolute"])
def test_row_02_a_valid_launch_secret_in_a_crooked_request_is_refused(
    served: House, kind: str
) -> None:
    target = served.door.invite().removeprefix(served.door.origin)
    requests = {
        "two hosts": (target, host(served), host(served)),
        "no host": (target,),
        "absolute": (served.door.origin + target, host(served)),
        "foreign absolute": (f"http://evil.example{target}", host(served)),
    }
    answer = get(served, *requests[kind])
    assert answer.split()[1] in {"400", "403"}
    assert "Location" not in answer


def test_row_32_a_header_of_a_megabyte_is_refused(served: House) -> None:
    answer = get(served, "/", host(served), "X-Big: " + "x" * 1_000_000)
    assert answer[9:12] == "431" or answer == ""


def test_row_32_a_body_over_the_limit_is_refused_before_it_is_read(served: House) -> None:
    answer = raw(
        served,
        f"POST {served.door.root} HTTP/1.1\n{host(served)}\nCookie: {cookie(served)}\n"
        "Content-Length: 99999999\nConnection: close\n\n",
    )
    assert answer.startswith("HTTP/1.1 413")


def test_row_07_a_foreign_stream_request_gets_nothing(served: House) -> None:
    answer = get(served, f"{served.door.root}events", host(served), "Origin: http://evil.example")
    assert answer.startswith("HTTP/1.1 403")


def cookie(house: House) -> str:
    """What the browser let in shows."""
    answer = get(house, house.door.invite().removeprefix(house.door.origin), host(house))
    return answer.partition("Set-Cookie: ")[2].partition(";")[0]


def host(house: House) -> str:
    return f"Host: {house.door.host}"
