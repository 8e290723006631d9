"""A person at a big practice: one real client on one kept connection, its cookies, its forms."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path
from time import perf_counter
from typing import IO
from urllib.parse import urlencode, urlsplit

_TOKEN = re.compile(r'name="page_token" value="([0-9a-f]+)"')
_USER = re.compile(r'name="user" value="([0-9A-Z]+)"')
_PATIENCE_SECONDS = 120


class Visitor:
    """What a browser does, without drawing."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._line = HTTPConnection(parts.netloc, timeout=_PATIENCE_SECONDS)
        self._origin = f"{parts.scheme}://{parts.netloc}"
        self._cookies: dict[str, str] = {}
        self._token = ""  # of the page last seen: a fragment carries none
        self.text = ""
        self.root = ""
        landed = self._follow("GET", f"{parts.path}?{parts.query}", None)
        self.root = f"/{landed.split('/')[1]}/"

    def get(self, path: str) -> float:
        """Look at a page; return the seconds from the question to the last byte of the answer."""
        start = perf_counter()
        status, _ = self._ask("GET", self.root + path, None)
        taken = perf_counter() - start
        if status >= 400:
            raise RuntimeError(f"{path.partition('?')[0]} answered {status}")
        return taken

    def post(self, path: str, fields: Mapping[str, str]) -> float:
        """Send a form of the page last seen and follow; return the seconds it all took."""
        found = _TOKEN.search(self.text)
        self._token = found[1] if found else self._token
        token = {"page_token": self._token}
        start = perf_counter()
        self._follow("POST", self.root + path, urlencode({**token, **fields}))
        return perf_counter() - start

    def search(self, typed: str) -> float:
        """Type the beginning of a name or a number; return the seconds until the list is there."""
        return self.post("patients/found", {"q": typed})

    def unlock(self, passphrase: str) -> float:
        """Open the practice; return the seconds until its first screen is there."""
        self.get("unlock")
        user = _USER.search(self.text)
        if user is None:
            raise RuntimeError("no unlock page")
        return self.post("unlock", {"user": user[1], "passphrase": passphrase})

    def lock(self) -> None:
        """Lock the practice."""
        self.get("help/keys")
        self.post("lock", {})

    def close(self) -> None:
        """Hang up."""
        self._line.close()

    def _follow(self, method: str, path: str, body: str | None) -> str:
        """Ask and follow where it leads; return the last path."""
        status, onward = self._ask(method, path, body)
        while onward:
            path = urlsplit(onward)._replace(scheme="", netloc="").geturl()
            status, onward = self._ask("GET", path, None)
        if status >= 400:
            raise RuntimeError(f"a form was answered {status}")
        return path

    def _ask(self, method: str, path: str, body: str | None) -> tuple[int, str]:
        headers = {"Cookie": "; ".join(f"{k}={v}" for k, v in self._cookies.items())}
        if body is not None:
            headers |= {
                "Content-Type": "application/x-www-form-urlencoded", "Origin": self._origin,
            }  # fmt: skip
        self._line.request(method, path, body, headers)
        answer = self._line.getresponse()
        self.text = answer.read().decode("utf-8", "replace")
        self._keep_cookies(answer)
        return answer.status, answer.headers.get("Location", "")

    def _keep_cookies(self, answer: HTTPResponse) -> None:
        for told in answer.headers.get_all("Set-Cookie") or ():
            name, _, held = told.partition(";")[0].partition("=")
            self._cookies[name] = held


class Server:
    """The program on one practice, in its own process."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        if process.stdin is None or process.stdout is None:
            raise RuntimeError("pipes were asked for")
        self._orders: IO[str] = process.stdin
        self._answers: IO[str] = process.stdout
        told = json.loads(self._answers.readline())
        self.routes: frozenset[str] = frozenset(told["routes"])
        self.visitor = Visitor(told["url"])

    def order(self, words: str) -> object:
        """Have something done; return what it says."""
        self._orders.write(words + "\n")
        self._orders.flush()
        return json.loads(self._answers.readline())


@contextmanager
def serving(folder: Path, endpoint: str = "") -> Iterator[Server]:
    """Start the program on a practice; stop it at the end."""
    command = [sys.executable, "-m", "server.app.bench.big_server", str(folder), endpoint]
    with subprocess.Popen(  # noqa: S603  # our own module, no outside word in the command
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        server = Server(process)
        try:
            yield server
        finally:
            server.visitor.close()
            if process.stdin is not None:
                process.stdin.close()
