"""A partner for the flush figure: acknowledges each post after 40 ms, in a process of its own.

It judges nothing; `server.simulators` does that. It prints its port, then serves until its standard
input is closed.
"""

import asyncio
import hmac
import re
import sys
import zlib
from base64 import b64decode, b64encode
from hashlib import sha256

CALL_SECONDS = 0.040
_SUCCESS = "urn:nip:tack:result:major:success"
_PARTS = re.compile(
    rb"MessageID[^>]*>([^<]*)<.*?InputReference[^>]*>([^<]*)<.*?Detail[^>]*>([^<]*)<", re.DOTALL
)
_ANSWER = (
    '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/" '
    'xmlns:a="http://www.w3.org/2005/08/addressing" xmlns:g="urn:be:cin:nip:async:generic">'
    "<s:Header><a:RelatesTo>{id}</a:RelatesTo></s:Header><s:Body><g:postResponse><g:return "
    f'Issuer="urn:nip:bench" ResultMajor="{_SUCCESS}" '
    'AppliesTo="urn:nip:reference:input:{reference}">{value}</g:return></g:postResponse></s:Body>'
    "</s:Envelope>"
)


def acknowledge(envelope: bytes) -> bytes:
    """Return the acknowledgement of a post."""
    found = _PARTS.search(envelope)
    if found is None:
        raise ValueError("not a post")
    message_id, reference, blob = found.groups()
    content = zlib.decompress(b64decode(blob), -zlib.MAX_WBITS)
    value = b64encode(hmac.digest(_SUCCESS.encode(), content, sha256))
    return _ANSWER.format(
        id=message_id.decode(), reference=reference.decode(), value=value.decode()
    ).encode()


async def _answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    loop = asyncio.get_running_loop()
    start = loop.time()
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    length = int(head.partition(b"content-length: ")[2].split(b"\r\n")[0])
    answer = acknowledge(await reader.readexactly(length))
    await asyncio.sleep(start + CALL_SECONDS - loop.time())
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(answer) + answer)
    await writer.drain()
    writer.close()


async def _serve() -> None:
    server = await asyncio.start_server(_answer, "127.0.0.1", 0)
    sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    async with server:
        await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(_serve())
