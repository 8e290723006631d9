"""A browser without a screen: it follows the launch address, keeps cookies, fills in forms."""

import html
import re
import socket
from urllib.parse import urlsplit

import requests

TOKEN = re.compile(r'name="page_token" value="([0-9a-f]+)"')


class Visitor:
    """What somebody sees who opened the launch address of a real program."""

    def __init__(self, url: str) -> None:
        self.session = requests.Session()
        self.session.trust_env = False
        self.page = self.session.get(url)
        self.origin = "{0.scheme}://{0.netloc}".format(urlsplit(url))
        self.root = f"{self.origin}/{urlsplit(self.page.url).path.split('/')[1]}/"

    def get(self, path: str) -> requests.Response:
        """Look at a page."""
        self.page = self.session.get(self.root + path)
        return self.page

    def post(self, path: str, **fields: str | list[str]) -> requests.Response:
        """Send the form of the page last seen."""
        found = TOKEN.search(self.page.text)
        token = {"page_token": found[1]} if found else {}
        self.page = self.session.post(
            self.root + path, data={**token, **fields}, headers={"Origin": self.origin}
        )
        return self.page

    @property
    def where(self) -> str:
        """The page, without the prefix of this launch."""
        return self.page.url.removeprefix(self.root)

    @property
    def text(self) -> str:
        """What the page says."""
        return html.unescape(self.page.text).replace("\u00a0", " ").replace("\u202f", " ")

    def user(self) -> str:
        """The id of the one user on the unlock page."""
        found = re.search(r'name="user" value="([0-9A-Z]+)"', self.page.text)
        assert found
        return found[1]

    def close(self) -> None:
        """Close the browser."""
        self.session.close()


def raw(port: int, request: bytes) -> bytes:
    """Send bytes as they are; return everything until the server hangs up."""
    with socket.create_connection(("127.0.0.1", port), 5) as line:
        line.sendall(request)
        parts = []
        while part := line.recv(65_536):
            parts.append(part)
    return b"".join(parts)
